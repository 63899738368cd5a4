//! Facts of machines, scale sets and their disks.

use super::Values;
use super::network::interface;
use crate::terraform::plan::fact::{
    Association, Disk, Fact, Interface, IpConfiguration, Link, Machine, Path, Tie,
};
use crate::terraform::plan::json::Json;

/// The types that are machines.
pub(in crate::terraform::plan) const MACHINES: [&str; 7] = [
    "azurerm_linux_virtual_machine",
    "azurerm_windows_virtual_machine",
    "azurerm_virtual_machine",
    "azurerm_linux_virtual_machine_scale_set",
    "azurerm_windows_virtual_machine_scale_set",
    "azurerm_virtual_machine_scale_set",
    "azurerm_orchestrated_virtual_machine_scale_set",
];

/// Stands for a value that must not be shown.
pub(in crate::terraform::plan) const SECRET: &str = "(sensitive)";

pub(super) fn fact(kind: &str, values: Values<'_, '_>) -> Option<Fact> {
    if MACHINES.contains(&kind) {
        return Some(Fact::Machine(Box::new(machine(values))));
    }
    Some(match kind {
        "azurerm_managed_disk" => Fact::Disk(Disk {
            named: values.named(),
            size: values.values.get("disk_size_gb").word(),
        }),
        "azurerm_virtual_machine_data_disk_attachment" => Fact::Association(Association {
            kind: Tie::MachineDisk,
            left: values.own_link("virtual_machine_id"),
            right: values.own_link("managed_disk_id"),
        }),
        "azapi_resource_action" => {
            let action = values.text("action")?;
            let target = values.own_link("resource_id");
            let of_machine = |text: &str| {
                text.to_ascii_lowercase()
                    .contains("microsoft.compute/virtualmachines")
            };
            let about = values.text("type").is_none_or(|text| of_machine(&text));
            about.then_some(Fact::Power { target, action })?
        }
        _ => return None,
    })
}

fn machine(values: Values<'_, '_>) -> Machine {
    let size_key = ["size", "vm_size", "sku", "sku_name"]
        .into_iter()
        .find(|key| !values.values.get(key).is_absent() || values.is_unknown(key));
    let size = size_key.and_then(|key| {
        let is_secret = values.sensitive.mark(key).is_marked();
        let size = size_text(values.values.get(key))?;
        Some(if is_secret { SECRET.to_owned() } else { size })
    });
    let mut addresses = values.addresses("private_ip_addresses");
    addresses.extend(values.address("private_ip_address"));
    addresses.sort_unstable();
    addresses.dedup();
    Machine {
        named: values.named(),
        interfaces: values.links("network_interface_ids", Path::of("network_interface_ids")),
        own_interfaces: own_interfaces(values),
        has_public: values.text("public_ip_address").is_some()
            || !values.addresses("public_ip_addresses").is_empty(),
        addresses,
        size,
        size_known: size_key.is_none_or(|key| !values.is_unknown(key)),
        image: image(values),
        disks: disks(values),
    }
}

/// `Standard_B2ms`; a legacy scale set has a block `sku { name capacity }`.
fn size_text(size: &Json<'_>) -> Option<String> {
    match size {
        Json::List(blocks) => blocks.first()?.get("name").string(),
        size => size.string(),
    }
}

fn image(values: Values<'_, '_>) -> Option<String> {
    const BLOCKS: [&str; 3] = [
        "source_image_reference",
        "storage_image_reference",
        "storage_profile_image_reference",
    ];
    let mut keys = BLOCKS.iter().chain(&["source_image_id"]);
    if keys.any(|key| values.sensitive.mark(key).is_marked()) {
        return Some(SECRET.to_owned());
    }
    if let Some(id) = values.text("source_image_id") {
        return Some(id);
    }
    let block = BLOCKS
        .into_iter()
        .find_map(|key| values.values.get(key).items().first())?;
    if let Some(id) = block.get("id").string() {
        return Some(id);
    }
    let part = |key: &str| block.get(key).string().unwrap_or_default();
    let parts = [
        part("publisher"),
        part("offer"),
        part("sku"),
        part("version"),
    ];
    parts
        .iter()
        .any(|part| !part.is_empty())
        .then(|| parts.join(":"))
}

/// Ids of managed disks that the machine itself names.
fn disks(values: Values<'_, '_>) -> Vec<String> {
    let mut ids: Vec<String> = values.text("os_managed_disk_id").into_iter().collect();
    for key in ["os_disk", "storage_os_disk", "storage_data_disk"] {
        for disk in values.values.get(key).items() {
            ids.extend(disk.get("managed_disk_id").string());
            ids.extend(disk.get("id").string());
        }
    }
    ids
}

fn own_interfaces(values: Values<'_, '_>) -> Vec<Interface> {
    let mut interfaces = Vec::new();
    for block in ["network_interface", "network_profile"] {
        if values.unknown.mark(block).is_true() && values.values.get("sku").is_absent() {
            continue;
        }
        for (index, one) in values.blocks(block).enumerate() {
            let mut interface = interface(one);
            within(&mut interface, block, index);
            interfaces.push(interface);
        }
    }
    interfaces
}

/// Its paths begin at the scale set, one block further out.
fn within(interface: &mut Interface, block: &'static str, index: usize) {
    let link = |link: &mut Link| {
        if let Link::Unknown(path) = link {
            *path = path.within(block, index);
        }
    };
    link(&mut interface.group);
    for IpConfiguration {
        subnet,
        public,
        members_of,
        pools,
        translations,
        ..
    } in &mut interface.configurations
    {
        link(subnet);
        link(public);
        for links in [members_of, pools, translations] {
            links.unknown = links.unknown.map(|path| path.within(block, index));
        }
    }
}
