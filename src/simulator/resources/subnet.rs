//! Subnets: they lie inside a virtual network and do not overlap.

use super::missing;
use super::network::prefixes;
use super::thing::Thing;
use crate::simulator::arm::Kind;
use crate::simulator::cloud::{Attributes, Cloud, objects, text, texts};
use crate::simulator::failure::Failure;
use ipnet::IpNet;

pub(super) struct Subnet;

impl Thing for Subnet {
    const KIND: Kind = Kind::Subnet;
    const TYPE: &'static str = "azurerm_subnet";

    fn settle(
        &self,
        cloud: &Cloud,
        id: &str,
        attributes: &mut Attributes,
        _prior: Option<&Attributes>,
    ) -> Result<(), Failure> {
        let network_id = id
            .rsplit_once("/subnets/")
            .map_or(id, |(network, _)| network);
        let network = cloud.get(network_id).ok_or_else(|| missing(network_id))?;
        let name = text(attributes, "name");
        for prefix in texts(attributes, "address_prefixes") {
            if prefix.parse::<IpNet>().is_err() {
                let message =
                    format!("Value provided: {prefix}. Address prefix is not a valid CIDR block.");
                return Err(Failure::bad_request("InvalidAddressPrefixFormat", message));
            }
        }
        let space = prefixes(&network.attributes, "address_space");
        for prefix in prefixes(attributes, "address_prefixes") {
            if !space.iter().any(|outer| outer.contains(&prefix)) {
                let message = format!(
                    "Subnet '{name}' is not valid because its IP address range is outside the IP address range of virtual network '{}'.",
                    network.name()
                );
                return Err(Failure::bad_request(
                    "NetcfgSubnetRangeOutsideVnet",
                    message,
                ));
            }
            for other in cloud
                .inside(network_id)
                .filter(|other| !other.id.eq_ignore_ascii_case(id))
            {
                let overlaps = |net: &IpNet| net.contains(&prefix) || prefix.contains(net);
                if prefixes(&other.attributes, "address_prefixes")
                    .iter()
                    .any(overlaps)
                {
                    let message = format!(
                        "Subnet '{name}' is not valid because its IP address range overlaps with that of an existing \
                         subnet '{}' in virtual network '{}'.",
                        other.name(),
                        network.name()
                    );
                    return Err(Failure::bad_request("NetcfgSubnetRangesOverlap", message));
                }
            }
        }
        Ok(())
    }

    fn observe(&self, _cloud: &Cloud, id: &str, attributes: &mut Attributes) {
        let network = id
            .rsplit_once("/subnets/")
            .and_then(|(network, _)| network.rsplit('/').next());
        super::fill(
            attributes,
            "virtual_network_name",
            network.unwrap_or_default(),
        );
    }

    fn release(&self, cloud: &mut Cloud, id: &str) -> Result<(), Failure> {
        let user = cloud.of(Kind::NetworkInterface).find(|interface| {
            objects(&interface.attributes, "ip_configuration")
                .any(|part| text(part, "subnet_id").eq_ignore_ascii_case(id))
        });
        match user {
            None => Ok(()),
            Some(user) => Err(Failure::bad_request(
                "InUseSubnetCannotBeDeleted",
                format!(
                    "Subnet {id} is in use by {} and cannot be deleted.",
                    user.id
                ),
            )),
        }
    }
}
