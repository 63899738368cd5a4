//! What creating, reading, changing and deleting a resource of each type does to the cloud.

mod address;
mod association;
mod azapi;
pub(super) mod data;
pub(super) mod disk;
mod group;
mod interface;
pub(super) mod machine;
mod network;
pub(super) mod rule;
mod security;
mod subnet;
mod thing;
pub(super) mod view;

use super::arm::{Id, Kind};
use super::cloud::{Attributes, Cloud};
use super::failure::Failure;
use super::path::Path;
use serde_json::Value as Json;

/// A type as Terraform knows it. Attributes are what the state holds; unknown ones come as null.
pub(super) trait ResourceType: Sync {
    /// The id that these arguments lead to.
    fn id(&self, subscription: &str, attributes: &Attributes) -> Result<String, Failure>;

    /// Makes it and fills in what Azure decides.
    fn create(
        &self,
        cloud: &mut Cloud,
        id: &str,
        attributes: &mut Attributes,
    ) -> Result<(), Failure>;

    /// Brings the attributes up to date; `false` when it is gone.
    fn read(&self, cloud: &Cloud, id: &str, attributes: &mut Attributes) -> bool;

    fn update(
        &self,
        cloud: &mut Cloud,
        id: &str,
        prior: &Attributes,
        attributes: &mut Attributes,
    ) -> Result<(), Failure>;

    /// What is gone already is no failure.
    fn delete(&self, cloud: &mut Cloud, id: &str, attributes: &Attributes) -> Result<(), Failure>;

    /// The least a state must hold for `read` to fill in the rest.
    fn import(&self, id: &str) -> Result<Attributes, Failure>;

    /// What it is called in messages.
    fn title(&self, id: &str) -> String;

    /// Changes that need a new resource for reasons beyond the facts.
    fn replaces(&self, _prior: &Attributes, _planned: &Attributes) -> Vec<Path> {
        Vec::new()
    }
}

/// The type of that name, of either provider.
pub(super) fn find(type_name: &str) -> Option<&'static dyn ResourceType> {
    Some(match type_name {
        "azurerm_resource_group" => &group::ResourceGroup,
        "azurerm_virtual_network" => &network::VirtualNetwork,
        "azurerm_subnet" => &subnet::Subnet,
        "azurerm_network_security_group" => &security::SecurityGroup,
        "azurerm_network_security_rule" => &rule::SecurityRule,
        "azurerm_network_interface" => &interface::Interface,
        "azurerm_public_ip" => &address::PublicIp,
        "azurerm_network_interface_security_group_association" => &association::OfInterface,
        "azurerm_subnet_network_security_group_association" => &association::OfSubnet,
        "azurerm_linux_virtual_machine" => &machine::Machine,
        "azurerm_managed_disk" => &disk::ManagedDisk,
        "azurerm_virtual_machine_data_disk_attachment" => &disk::Attachment,
        "azapi_resource_action" => &azapi::ResourceAction,
        _ => return None,
    })
}

/// Deletes a thing of the cloud by its id, as the portal would.
pub(super) fn delete(cloud: &mut Cloud, id: &str, kind: Kind) -> Result<(), Failure> {
    let none = Attributes::new();
    match kind {
        Kind::ResourceGroup => ResourceType::delete(&group::ResourceGroup, cloud, id, &none),
        Kind::VirtualNetwork => ResourceType::delete(&network::VirtualNetwork, cloud, id, &none),
        Kind::Subnet => ResourceType::delete(&subnet::Subnet, cloud, id, &none),
        Kind::NetworkSecurityGroup => {
            ResourceType::delete(&security::SecurityGroup, cloud, id, &none)
        }
        Kind::PublicIp => ResourceType::delete(&address::PublicIp, cloud, id, &none),
        Kind::NetworkInterface => ResourceType::delete(&interface::Interface, cloud, id, &none),
        Kind::ManagedDisk => ResourceType::delete(&disk::ManagedDisk, cloud, id, &none),
        Kind::VirtualMachine => ResourceType::delete(&machine::Machine, cloud, id, &none),
    }
}

fn is_empty(value: Option<&Json>) -> bool {
    match value {
        None | Some(Json::Null) => true,
        Some(Json::String(text)) => text.is_empty(),
        Some(Json::Array(items)) => items.is_empty(),
        Some(Json::Object(fields)) => fields.is_empty(),
        _ => false,
    }
}

/// Sets what nobody has set.
fn fill(attributes: &mut Attributes, name: &str, value: impl Into<Json>) {
    if attributes.get(name).is_none_or(Json::is_null) {
        attributes.insert(name.to_owned(), value.into());
    }
}

fn set(attributes: &mut Attributes, name: &str, value: impl Into<Json>) {
    attributes.insert(name.to_owned(), value.into());
}

fn title(words: &str, id: &str) -> String {
    Id::parse(id).map_or_else(
        || format!("{words} {id:?}"),
        |parsed| {
            let named = if parsed.provider.is_empty() {
                format!("Resource Group Name: {:?}", parsed.group)
            } else {
                format!(
                    "Resource Group Name: {:?}\n{words} Name: {:?}",
                    parsed.group,
                    parsed.name()
                )
            };
            format!("{words} (Subscription: {:?}\n{named})", parsed.subscription)
        },
    )
}

fn not_an_id(id: &str, words: &str) -> Failure {
    Failure::Refused(format!("parsing {id:?}: it is not the ID of a {words}"))
}

fn missing(id: &str) -> Failure {
    Failure::not_found(
        "ResourceNotFound",
        format!("The Resource '{id}' was not found."),
    )
}

/// A number that depends on the text alone (FNV-1a): for addresses and identifiers that every run gives alike.
pub(super) fn number_of(text: &str) -> u64 {
    text.to_lowercase()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

/// An identifier in the form of a UUID that depends on the text alone.
fn uuid_of(text: &str) -> String {
    let (high, low) = (number_of(text), number_of(&format!("{text}#")));
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}
