//! Virtual machines: they boot from a disk of their own and run unless somebody stops them.

use super::thing::Thing;
use super::{fill, missing, number_of, set, uuid_of};
use crate::simulator::arm::{self, Id, Kind};
use crate::simulator::cloud::{Attributes, Cloud, objects, text, texts};
use crate::simulator::failure::Failure;
use crate::simulator::power::{self, PowerState};
use serde_json::{Value as Json, json};

pub(super) struct Machine;

/// What an image's disk holds when nobody asks for more.
const IMAGE_DISK_GB: i64 = 30;

fn disk_size(attributes: &Attributes) -> i64 {
    let size = objects(attributes, "os_disk")
        .next()
        .and_then(|disk| disk.get("disk_size_gb"));
    size.and_then(Json::as_i64).unwrap_or_default()
}

impl Thing for Machine {
    const KIND: Kind = Kind::VirtualMachine;
    const TYPE: &'static str = "azurerm_linux_virtual_machine";

    fn settle(
        &self,
        cloud: &Cloud,
        id: &str,
        attributes: &mut Attributes,
        prior: Option<&Attributes>,
    ) -> Result<(), Failure> {
        check_size(text(attributes, "size"))?;
        check_access(attributes)?;
        check_interfaces(cloud, id, attributes)?;
        if prior.is_some_and(|prior| {
            disk_size(attributes) != 0 && disk_size(attributes) < disk_size(prior)
        }) {
            let message = "`disk_size_gb` of the OS disk can only be made larger, shrinking it is not supported";
            return Err(Failure::Refused(message.to_owned()));
        }
        let name = text(attributes, "name").to_owned();
        let group = text(attributes, "resource_group_name").to_owned();
        if let Some(Json::Array(disks)) = attributes.get_mut("os_disk") {
            for disk in disks.iter_mut().filter_map(Json::as_object_mut) {
                fill(
                    disk,
                    "name",
                    format!("{name}_OsDisk_1_{:016x}", number_of(id)),
                );
                fill(disk, "disk_size_gb", IMAGE_DISK_GB);
                fill(disk, "storage_account_type", "Standard_LRS");
                let path = arm::id(
                    &cloud.subscription_id,
                    &group,
                    Kind::ManagedDisk,
                    text(disk, "name"),
                );
                set(disk, "id", path);
            }
        }
        let disk = objects(attributes, "os_disk")
            .next()
            .map(|disk| text(disk, "id").to_owned());
        fill(attributes, "os_managed_disk_id", disk.unwrap_or_default());
        fill(attributes, "computer_name", name);
        fill(
            attributes,
            "virtual_machine_id",
            uuid_of(&format!("{id}#{}", cloud.made)),
        );
        let has_password = !text(attributes, "admin_password").is_empty();
        fill(attributes, "disable_password_authentication", !has_password);
        for (name, value) in [
            ("allow_extension_operations", json!(true)),
            ("provision_vm_agent", json!(true)),
            ("patch_mode", json!("ImageDefault")),
            ("patch_assessment_mode", json!("ImageDefault")),
            ("disk_controller_type", json!("SCSI")),
            ("vm_agent_platform_updates_enabled", json!(false)),
            ("power_state", json!(PowerState::Running.word())),
            ("data_disks", json!([])),
        ] {
            fill(attributes, name, value);
        }
        Ok(())
    }

    fn follow(
        &self,
        cloud: &mut Cloud,
        _id: &str,
        attributes: &Attributes,
        before: Option<&Attributes>,
    ) -> Result<(), Failure> {
        cloud.made += u64::from(before.is_none());
        for disk in objects(attributes, "os_disk") {
            let mut own = Attributes::new();
            set(&mut own, "name", text(disk, "name"));
            set(
                &mut own,
                "resource_group_name",
                text(attributes, "resource_group_name"),
            );
            set(&mut own, "location", text(attributes, "location"));
            set(&mut own, "create_option", "FromImage");
            set(&mut own, "os_type", "Linux");
            set(
                &mut own,
                "storage_account_type",
                text(disk, "storage_account_type"),
            );
            set(
                &mut own,
                "disk_size_gb",
                disk.get("disk_size_gb").cloned().unwrap_or_default(),
            );
            cloud.put(text(disk, "id"), Kind::ManagedDisk, own);
        }
        Ok(())
    }

    fn observe(&self, cloud: &Cloud, _id: &str, attributes: &mut Attributes) {
        let (private, public) = addresses(cloud, attributes);
        set(
            attributes,
            "private_ip_address",
            private.first().cloned().unwrap_or_default(),
        );
        set(attributes, "private_ip_addresses", private);
        set(
            attributes,
            "public_ip_address",
            public.first().cloned().unwrap_or_default(),
        );
        set(attributes, "public_ip_addresses", public);
        let clouds_own = ["power_state", "data_disks", "restarts", "reimages"];
        attributes.retain(|name, _| !clouds_own.contains(&name.as_str()));
    }

    fn release(&self, cloud: &mut Cloud, id: &str) -> Result<(), Failure> {
        // The disk it boots from goes with it; data disks and network interfaces stay.
        let disks: Vec<String> = cloud
            .get(id)
            .map(|machine| {
                objects(&machine.attributes, "os_disk")
                    .map(|disk| text(disk, "id").to_owned())
                    .collect()
            })
            .unwrap_or_default();
        for disk in disks {
            cloud.remove(&disk);
        }
        Ok(())
    }
}

/// Private and public addresses of a machine, in the order of its interfaces.
pub(in crate::simulator) fn addresses(
    cloud: &Cloud,
    machine: &Attributes,
) -> (Vec<String>, Vec<String>) {
    let (mut private, mut public) = (Vec::new(), Vec::new());
    let interfaces = texts(machine, "network_interface_ids").filter_map(|id| cloud.get(id));
    for part in interfaces.flat_map(|interface| objects(&interface.attributes, "ip_configuration"))
    {
        private.push(text(part, "private_ip_address").to_owned());
        if let Some(address) = cloud.get(text(part, "public_ip_address_id")) {
            public.push(address.text("ip_address").to_owned());
        }
    }
    (private, public)
}

/// Changes the size as the portal does: what ran, runs again; what did not, does not.
pub(in crate::simulator) fn resize(cloud: &mut Cloud, id: &str, size: &str) -> Result<(), Failure> {
    check_size(size)?;
    let machine = cloud.get_mut(id).ok_or_else(|| missing(id))?;
    set(&mut machine.attributes, "size", size);
    Ok(())
}

/// Sends a power action to a machine.
pub(in crate::simulator) fn act(
    cloud: &mut Cloud,
    id: &str,
    action: power::Action,
) -> Result<(), Failure> {
    let machine = cloud
        .get_mut(id)
        .filter(|resource| resource.kind == Kind::VirtualMachine)
        .ok_or_else(|| missing(id))?;
    let now = PowerState::from_word(machine.text("power_state"));
    let next = power::next(now, action, &machine.name())?;
    set(&mut machine.attributes, "power_state", next.word());
    if action == power::Action::Restart {
        count(&mut machine.attributes, "restarts");
    }
    Ok(())
}

/// Gives the machine a new system disk of the same image; data disks stay.
pub(in crate::simulator) fn reimage(cloud: &mut Cloud, id: &str) -> Result<(), Failure> {
    let machine = cloud.get_mut(id).ok_or_else(|| missing(id))?;
    count(&mut machine.attributes, "reimages");
    Ok(())
}

fn count(attributes: &mut Attributes, name: &str) {
    let times = attributes.get(name).and_then(Json::as_u64);
    set(attributes, name, times.unwrap_or_default() + 1);
}

fn check_size(size: &str) -> Result<(), Failure> {
    let rest = size
        .strip_prefix("Standard_")
        .or_else(|| size.strip_prefix("Basic_"));
    let is_size = rest.is_some_and(|rest| {
        rest.starts_with(|letter: char| letter.is_ascii_uppercase())
            && rest.contains(|letter: char| letter.is_ascii_digit())
            && rest
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter))
    });
    if is_size {
        return Ok(());
    }
    let message = format!("The value {size} provided for the VM size is not valid.");
    Err(Failure::bad_request("InvalidParameter", message))
}

fn check_access(attributes: &Attributes) -> Result<(), Failure> {
    let has_key = objects(attributes, "admin_ssh_key").next().is_some();
    let has_password = !text(attributes, "admin_password").is_empty();
    let needs_key = attributes.get("disable_password_authentication") != Some(&Json::Bool(false));
    let boots_from_disk = text(attributes, "admin_username").is_empty();
    let message = match (has_key, has_password, needs_key) {
        _ if boots_from_disk => return Ok(()),
        (false, false, true) => {
            "at least one `admin_ssh_key` must be specified when `disable_password_authentication` is set to `true`"
        }
        (_, false, false) => {
            "an `admin_password` must be specified if `disable_password_authentication` is set to `false`"
        }
        _ => return Ok(()),
    };
    Err(Failure::Refused(message.to_owned()))
}

fn check_interfaces(cloud: &Cloud, id: &str, attributes: &Attributes) -> Result<(), Failure> {
    for interface in texts(attributes, "network_interface_ids") {
        let Some(found) = cloud
            .get(interface)
            .filter(|found| found.kind == Kind::NetworkInterface)
        else {
            let message =
                format!("Resource {interface} referenced by resource {id} was not found.");
            return Err(Failure::bad_request("InvalidResourceReference", message));
        };
        if let Some(other) = cloud.machine_of(interface)
            && !other.id.eq_ignore_ascii_case(id)
        {
            let message = format!(
                "Network Interface {interface} is used by existing resource {}.",
                other.id
            );
            return Err(Failure::bad_request("NicInUse", message));
        }
        if found.text("location") != text(attributes, "location") {
            let name = Id::parse(id)
                .map(|id| id.name().to_owned())
                .unwrap_or_default();
            let message = format!(
                "Resource {interface} is in region {}, the virtual machine {name} that uses it in {}.",
                found.text("location"),
                text(attributes, "location")
            );
            return Err(Failure::bad_request("InvalidResourceReference", message));
        }
    }
    Ok(())
}
