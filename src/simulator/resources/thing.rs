//! Types of Terraform that are one thing in the cloud: made, read, changed and deleted alike.

use super::{ResourceType, is_empty, missing, not_an_id, title};
use crate::simulator::arm::{self, Id, Kind};
use crate::simulator::cloud::{Attributes, Cloud, text};
use crate::simulator::failure::Failure;
use crate::simulator::path::Path;

/// Secrets stay in Terraform's state: Azure never gives them back, so the cloud does not keep them.
const SECRETS: [&str; 2] = ["admin_password", "custom_data"];

/// What the cloud keeps beside the arguments, and no change of arguments touches.
const OWN: [&str; 5] = [
    "power_state",
    "data_disks",
    "network_security_group_id",
    "restarts",
    "reimages",
];

/// A type that is one thing in the cloud.
pub(super) trait Thing: Sync {
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

fn kept(attributes: &Attributes) -> Attributes {
    let mut kept = attributes.clone();
    kept.retain(|name, value| {
        name != "id" && name != "timeouts" && !value.is_null() && !SECRETS.contains(&name.as_str())
    });
    kept
}
