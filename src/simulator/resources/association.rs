//! Which security group guards a network interface or a subnet.

use super::{ResourceType, missing, not_an_id, set};
use crate::simulator::arm::{Id, Kind};
use crate::simulator::cloud::{Attributes, Cloud, text};
use crate::simulator::failure::Failure;

const GROUP: &str = "network_security_group_id";

pub(super) struct OfInterface;

pub(super) struct OfSubnet;

/// What guards it now; `None` when nothing does or it does not exist.
fn group_of<'a>(cloud: &'a Cloud, guarded: &str) -> Option<&'a str> {
    cloud
        .get(guarded)
        .map(|resource| resource.text(GROUP))
        .filter(|group| !group.is_empty())
}

fn attach(cloud: &mut Cloud, guarded: &str, group: &str) -> Result<(), Failure> {
    cloud.get(group).ok_or_else(|| missing(group))?;
    let resource = cloud.get_mut(guarded).ok_or_else(|| missing(guarded))?;
    set(&mut resource.attributes, GROUP, group);
    Ok(())
}

fn detach(cloud: &mut Cloud, guarded: &str) {
    if let Some(resource) = cloud.get_mut(guarded) {
        resource.attributes.remove(GROUP);
    }
}

fn unchangeable() -> Failure {
    Failure::Refused("an association cannot be changed in place".to_owned())
}

impl ResourceType for OfInterface {
    fn id(&self, _subscription: &str, attributes: &Attributes) -> Result<String, Failure> {
        Ok(format!(
            "{}|{}",
            text(attributes, "network_interface_id"),
            text(attributes, GROUP)
        ))
    }

    fn create(
        &self,
        cloud: &mut Cloud,
        _id: &str,
        attributes: &mut Attributes,
    ) -> Result<(), Failure> {
        let interface = text(attributes, "network_interface_id");
        if let Some(group) = group_of(cloud, interface) {
            let id = format!("{interface}|{group}");
            return Err(Failure::exists(
                &id,
                "azurerm_network_interface_security_group_association",
            ));
        }
        attach(cloud, interface, text(attributes, GROUP))
    }

    fn read(&self, cloud: &Cloud, id: &str, attributes: &mut Attributes) -> bool {
        let Some((interface, group)) = id.split_once('|') else {
            return false;
        };
        set(attributes, "network_interface_id", interface);
        set(attributes, GROUP, group);
        group_of(cloud, interface).is_some_and(|held| held.eq_ignore_ascii_case(group))
    }

    fn update(
        &self,
        _: &mut Cloud,
        _: &str,
        _: &Attributes,
        _: &mut Attributes,
    ) -> Result<(), Failure> {
        Err(unchangeable())
    }

    fn delete(&self, cloud: &mut Cloud, id: &str, attributes: &Attributes) -> Result<(), Failure> {
        let mut now = attributes.clone();
        if self.read(cloud, id, &mut now) {
            detach(cloud, text(attributes, "network_interface_id"));
        }
        Ok(())
    }

    fn import(&self, id: &str) -> Result<Attributes, Failure> {
        let kind = |part: &str| Id::parse(part).as_ref().and_then(Kind::of);
        let is_right = id.split_once('|').is_some_and(|(interface, group)| {
            kind(interface) == Some(Kind::NetworkInterface)
                && kind(group) == Some(Kind::NetworkSecurityGroup)
        });
        if !is_right {
            return Err(Failure::Refused(format!(
                "expected ID to be in the format {{networkInterfaceId}}|{{networkSecurityGroupId}} but got {id:?}"
            )));
        }
        let mut attributes = Attributes::new();
        set(&mut attributes, "id", id);
        Ok(attributes)
    }

    fn title(&self, id: &str) -> String {
        format!("Network Interface to Network Security Group association {id:?}")
    }
}

impl ResourceType for OfSubnet {
    fn id(&self, _subscription: &str, attributes: &Attributes) -> Result<String, Failure> {
        Ok(text(attributes, "subnet_id").to_owned())
    }

    fn create(
        &self,
        cloud: &mut Cloud,
        id: &str,
        attributes: &mut Attributes,
    ) -> Result<(), Failure> {
        if group_of(cloud, id).is_some() {
            return Err(Failure::exists(
                id,
                "azurerm_subnet_network_security_group_association",
            ));
        }
        attach(cloud, id, text(attributes, GROUP))
    }

    fn read(&self, cloud: &Cloud, id: &str, attributes: &mut Attributes) -> bool {
        set(attributes, "subnet_id", id);
        if let Some(group) = group_of(cloud, id) {
            set(attributes, GROUP, group);
        }
        group_of(cloud, id).is_some()
    }

    fn update(
        &self,
        _: &mut Cloud,
        _: &str,
        _: &Attributes,
        _: &mut Attributes,
    ) -> Result<(), Failure> {
        Err(unchangeable())
    }

    fn delete(&self, cloud: &mut Cloud, id: &str, _attributes: &Attributes) -> Result<(), Failure> {
        detach(cloud, id);
        Ok(())
    }

    fn import(&self, id: &str) -> Result<Attributes, Failure> {
        Id::parse(id)
            .filter(|parsed| Kind::of(parsed) == Some(Kind::Subnet))
            .ok_or_else(|| not_an_id(id, "Subnet"))?;
        let mut attributes = Attributes::new();
        set(&mut attributes, "id", id);
        Ok(attributes)
    }

    fn title(&self, id: &str) -> String {
        format!("Subnet to Network Security Group association {id:?}")
    }
}
