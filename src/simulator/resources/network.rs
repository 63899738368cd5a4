//! Virtual networks, and the subnets that are written inside them.

use super::thing::Thing;
use super::{ResourceType as _, fill, set, subnet, uuid_of};
use crate::simulator::arm::Kind;
use crate::simulator::cloud::{Attributes, Cloud, objects, text, texts};
use crate::simulator::failure::Failure;
use ipnet::IpNet;
use serde_json::{Value as Json, json};

pub(super) struct VirtualNetwork;

impl Thing for VirtualNetwork {
    const KIND: Kind = Kind::VirtualNetwork;
    const TYPE: &'static str = "azurerm_virtual_network";

    fn settle(
        &self,
        cloud: &Cloud,
        id: &str,
        attributes: &mut Attributes,
        _prior: Option<&Attributes>,
    ) -> Result<(), Failure> {
        for prefix in texts(attributes, "address_space") {
            if prefix.parse::<IpNet>().is_err() {
                let message =
                    format!("Value provided: {prefix}. Address prefix is not a valid CIDR block.");
                return Err(Failure::bad_request("InvalidAddressPrefixFormat", message));
            }
        }
        let space = prefixes(attributes, "address_space");
        for subnet in cloud.inside(id) {
            for inner in prefixes(&subnet.attributes, "address_prefixes") {
                if !space.iter().any(|outer| outer.contains(&inner)) {
                    let message = format!(
                        "Subnet '{}' is not within the virtual network's address space.",
                        subnet.name()
                    );
                    return Err(Failure::bad_request(
                        "NetcfgSubnetRangeOutsideVnet",
                        message,
                    ));
                }
            }
        }
        fill(attributes, "guid", uuid_of(id));
        fill(attributes, "dns_servers", json!([]));
        Ok(())
    }

    fn follow(
        &self,
        cloud: &mut Cloud,
        id: &str,
        attributes: &Attributes,
        before: Option<&Attributes>,
    ) -> Result<(), Failure> {
        let is_written = !matches!(attributes.get("subnet"), None | Some(Json::Null));
        let is_changed =
            before.is_none_or(|before| before.get("subnet") != attributes.get("subnet"));
        if is_written && is_changed {
            write_subnets(cloud, id, attributes)?;
        }
        // The subnets are things of their own; here they are only ever looked at.
        if let Some(network) = cloud.get_mut(id) {
            network.attributes.remove("subnet");
        }
        Ok(())
    }

    fn observe(&self, cloud: &Cloud, id: &str, attributes: &mut Attributes) {
        let subnets: Vec<Json> = cloud
            .inside(id)
            .filter(|resource| resource.kind == Kind::Subnet)
            .map(|subnet| {
                let own = &subnet.attributes;
                let list = |name: &str| own.get(name).cloned().unwrap_or_else(|| json!([]));
                json!({
                    "id": subnet.id,
                    "name": subnet.name(),
                    "address_prefixes": list("address_prefixes"),
                    "default_outbound_access_enabled": own.get("default_outbound_access_enabled"),
                    "delegation": list("delegation"),
                    "private_endpoint_network_policies": own.get("private_endpoint_network_policies"),
                    "private_link_service_network_policies_enabled":
                        own.get("private_link_service_network_policies_enabled"),
                    "route_table_id": "",
                    "security_group": subnet.text("network_security_group_id"),
                    "service_endpoints": list("service_endpoints"),
                    "service_endpoint_policy_ids": list("service_endpoint_policy_ids"),
                })
            })
            .collect();
        set(attributes, "subnet", subnets);
    }

    fn release(&self, cloud: &mut Cloud, id: &str) -> Result<(), Failure> {
        let inside: Vec<String> = cloud.inside(id).map(|subnet| subnet.id.clone()).collect();
        for subnet in inside {
            subnet::Subnet.delete(cloud, &subnet, &Attributes::new())?;
        }
        Ok(())
    }
}

/// The blocks that can be read as such.
pub(super) fn prefixes(attributes: &Attributes, name: &str) -> Vec<IpNet> {
    texts(attributes, name)
        .filter_map(|prefix| prefix.parse().ok())
        .collect()
}

/// Makes the subnets exactly those that are written inside the network.
fn write_subnets(cloud: &mut Cloud, id: &str, attributes: &Attributes) -> Result<(), Failure> {
    let wanted: Vec<(String, Attributes)> = objects(attributes, "subnet")
        .map(|written| {
            let mut subnet = written.clone();
            set(
                &mut subnet,
                "virtual_network_name",
                text(attributes, "name"),
            );
            set(
                &mut subnet,
                "resource_group_name",
                text(attributes, "resource_group_name"),
            );
            let group = subnet.remove("security_group").unwrap_or_default();
            set(&mut subnet, "network_security_group_id", group);
            (format!("{id}/subnets/{}", text(written, "name")), subnet)
        })
        .collect();
    let gone: Vec<String> = cloud
        .inside(id)
        .map(|subnet| subnet.id.clone())
        .filter(|old| !wanted.iter().any(|(new, _)| new.eq_ignore_ascii_case(old)))
        .collect();
    for old in gone {
        subnet::Subnet.delete(cloud, &old, &Attributes::new())?;
    }
    for (id, mut subnet) in wanted {
        if cloud.get(&id).is_some() {
            let group = subnet.get("network_security_group_id").cloned();
            subnet::Subnet.update(cloud, &id, &Attributes::new(), &mut subnet)?;
            if let (Some(made), Some(group)) = (cloud.get_mut(&id), group) {
                set(&mut made.attributes, "network_security_group_id", group);
            }
        } else {
            subnet::Subnet.create(cloud, &id, &mut subnet)?;
        }
    }
    Ok(())
}
