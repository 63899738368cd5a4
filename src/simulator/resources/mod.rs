//! What creating, reading, changing and deleting a resource of each type does to the cloud.

mod address;
mod association;
mod azapi;
pub(super) mod data;
mod disk;
mod group;
mod interface;
mod machine;
mod network;
mod security;
mod subnet;
pub(super) mod view;

use super::arm::{self, Id, Kind};
use super::cloud::{Attributes, Cloud, text};
use super::failure::Failure;
use super::path::Path;
use serde_json::Value as Json;

/// Secrets stay in Terraform's state: Azure never gives them back, so the cloud does not keep them.
const SECRETS: [&str; 2] = ["admin_password", "custom_data"];

/// What the cloud keeps beside the arguments, and no change of arguments touches.
const OWN: [&str; 3] = ["power_state", "data_disks", "network_security_group_id"];

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

/// A type that is one thing in the cloud.
trait Thing: Sync {
    const KIND: Kind;

    /// The type in Terraform, for messages.
    const TYPE: &'static str;

    /// Judges what is wanted and fills in what Azure decides. `prior` is what the cloud holds.
    fn settle(
        &self,
        cloud: &Cloud,
        id: &str,
        attributes: &mut Attributes,
        prior: Option<&Attributes>,
    ) -> Result<(), Failure>;

    /// What the cloud holds and this change does not mean to touch. `before` is what Terraform thought it was.
    fn merge(&self, _existing: &Attributes, _before: &Attributes, _next: &mut Attributes) {}

    /// After it was made or changed: what else follows. `before` is what Terraform thought it was.
    fn follow(
        &self,
        _cloud: &mut Cloud,
        _id: &str,
        _attributes: &Attributes,
        _before: Option<&Attributes>,
    ) -> Result<(), Failure> {
        Ok(())
    }

    /// What depends on other things, as it is now.
    fn observe(&self, _cloud: &Cloud, _id: &str, _attributes: &mut Attributes) {}

    /// Refuses to be deleted while it is used; takes with it what goes with it.
    fn release(&self, cloud: &mut Cloud, id: &str) -> Result<(), Failure>;

    fn grows_only(&self, _prior: &Attributes, _planned: &Attributes) -> Vec<Path> {
        Vec::new()
    }
}

impl<T: Thing> ResourceType for T {
    fn id(&self, subscription: &str, attributes: &Attributes) -> Result<String, Failure> {
        let name = text(attributes, "name");
        let group = text(attributes, "resource_group_name");
        Ok(match T::KIND {
            Kind::ResourceGroup => arm::group_id(subscription, name),
            Kind::Subnet => {
                let network = text(attributes, "virtual_network_name");
                let network = arm::id(subscription, group, Kind::VirtualNetwork, network);
                format!("{network}/subnets/{name}")
            }
            kind => arm::id(subscription, group, kind, name),
        })
    }

    fn create(
        &self,
        cloud: &mut Cloud,
        id: &str,
        attributes: &mut Attributes,
    ) -> Result<(), Failure> {
        if let Some(existing) = cloud.get(id) {
            return Err(Failure::exists(&existing.id, T::TYPE));
        }
        if T::KIND != Kind::ResourceGroup {
            cloud.group(text(attributes, "resource_group_name"))?;
        }
        self.settle(cloud, id, attributes, None)?;
        cloud.put(id, T::KIND, kept(attributes));
        self.follow(cloud, id, attributes, None)?;
        self.observe(cloud, id, attributes);
        Ok(())
    }

    fn read(&self, cloud: &Cloud, id: &str, attributes: &mut Attributes) -> bool {
        let Some(resource) = cloud.get(id).filter(|resource| resource.kind == T::KIND) else {
            return false;
        };
        for (name, value) in &resource.attributes {
            let held = attributes.get(name);
            if !(is_empty(Some(value)) && is_empty(held)) {
                attributes.insert(name.clone(), value.clone());
            }
        }
        attributes.insert("id".to_owned(), resource.id.clone().into());
        self.observe(cloud, id, attributes);
        true
    }

    fn update(
        &self,
        cloud: &mut Cloud,
        id: &str,
        prior: &Attributes,
        attributes: &mut Attributes,
    ) -> Result<(), Failure> {
        let Some(existing) = cloud.get(id).map(|resource| resource.attributes.clone()) else {
            return Err(missing(id));
        };
        self.settle(cloud, id, attributes, Some(&existing))?;
        let mut next = kept(attributes);
        for name in OWN {
            if let Some(value) = existing.get(name) {
                next.insert(name.to_owned(), value.clone());
            }
        }
        self.merge(&existing, prior, &mut next);
        cloud.put(id, T::KIND, next);
        self.follow(cloud, id, attributes, Some(prior))?;
        self.observe(cloud, id, attributes);
        Ok(())
    }

    fn delete(&self, cloud: &mut Cloud, id: &str, _attributes: &Attributes) -> Result<(), Failure> {
        if cloud.get(id).is_some() {
            self.release(cloud, id)?;
            cloud.remove(id);
        }
        Ok(())
    }

    fn import(&self, id: &str) -> Result<Attributes, Failure> {
        let parsed = Id::parse(id)
            .filter(|parsed| Kind::of(parsed) == Some(T::KIND))
            .ok_or_else(|| not_an_id(id, T::KIND.words()))?;
        let mut attributes = Attributes::new();
        attributes.insert("id".to_owned(), id.into());
        attributes.insert("name".to_owned(), parsed.name().into());
        if T::KIND != Kind::ResourceGroup {
            attributes.insert(
                "resource_group_name".to_owned(),
                parsed.group.clone().into(),
            );
        }
        Ok(attributes)
    }

    fn title(&self, id: &str) -> String {
        title(T::KIND.words(), id)
    }

    fn replaces(&self, prior: &Attributes, planned: &Attributes) -> Vec<Path> {
        self.grows_only(prior, planned)
    }
}

/// The type of that name, of either provider.
pub(super) fn find(type_name: &str) -> Option<&'static dyn ResourceType> {
    Some(match type_name {
        "azurerm_resource_group" => &group::ResourceGroup,
        "azurerm_virtual_network" => &network::VirtualNetwork,
        "azurerm_subnet" => &subnet::Subnet,
        "azurerm_network_security_group" => &security::SecurityGroup,
        "azurerm_network_security_rule" => &security::SecurityRule,
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

fn kept(attributes: &Attributes) -> Attributes {
    let mut kept = attributes.clone();
    kept.retain(|name, value| {
        name != "id" && name != "timeouts" && !value.is_null() && !SECRETS.contains(&name.as_str())
    });
    kept
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
