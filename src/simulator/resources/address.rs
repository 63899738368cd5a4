//! Public IP addresses, all from 203.0.113.0/24: a block that no network on the internet has.

use super::thing::Thing;
use super::{fill, number_of};
use crate::simulator::arm::Kind;
use crate::simulator::cloud::{Attributes, Cloud, objects, text};
use crate::simulator::failure::Failure;

pub(super) struct PublicIp;

impl Thing for PublicIp {
    const KIND: Kind = Kind::PublicIp;
    const TYPE: &'static str = "azurerm_public_ip";

    fn settle(
        &self,
        cloud: &Cloud,
        id: &str,
        attributes: &mut Attributes,
        prior: Option<&Attributes>,
    ) -> Result<(), Failure> {
        if prior.is_none() && text(attributes, "sku") == "Basic" {
            let message = "Cannot create more than 0 IPv4 Basic SKU public IP addresses for this subscription in this region.";
            return Err(Failure::bad_request(
                "IPv4BasicSkuPublicIpCountLimitReached",
                message,
            ));
        }
        if text(attributes, "allocation_method") != "Static" && text(attributes, "sku") != "Basic" {
            let message =
                "Static IP allocation must be used when creating Standard SKU public IP addresses";
            return Err(Failure::Refused(message.to_owned()));
        }
        let held = prior.map(|prior| text(prior, "ip_address").to_owned());
        let address = match held {
            Some(held) => held,
            None => free_address(cloud, id)?,
        };
        fill(attributes, "ip_address", address);
        let label = text(attributes, "domain_name_label");
        let domain = if label.is_empty() {
            String::new()
        } else {
            format!(
                "{label}.{}.cloudapp.azure.com",
                text(attributes, "location")
            )
        };
        fill(attributes, "fqdn", domain);
        Ok(())
    }

    fn release(&self, cloud: &mut Cloud, id: &str) -> Result<(), Failure> {
        match user_of(cloud, id) {
            None => Ok(()),
            Some(user) => Err(Failure::bad_request(
                "PublicIPAddressCannotBeDeleted",
                format!(
                    "Public IP address {id} can not be deleted since it is still allocated to resource {user}."
                ),
            )),
        }
    }
}

/// The network interface that a public address belongs to.
pub(super) fn user_of(cloud: &Cloud, id: &str) -> Option<String> {
    cloud
        .of(Kind::NetworkInterface)
        .find(|interface| {
            objects(&interface.attributes, "ip_configuration")
                .any(|part| text(part, "public_ip_address_id").eq_ignore_ascii_case(id))
        })
        .map(|interface| interface.id.clone())
}

/// From the id, and the next free one when another has it: the same whatever is made first, as long as they do not clash.
fn free_address(cloud: &Cloud, id: &str) -> Result<String, Failure> {
    let start = number_of(id) % 254;
    (0..254)
        .map(|turn| format!("203.0.113.{}", 1 + (start + turn) % 254))
        .find(|address| cloud.of(Kind::PublicIp).all(|other| other.text("ip_address") != address))
        .ok_or_else(|| {
            let message = "Cannot create more than 254 public IP addresses for this subscription in this region.";
            Failure::bad_request("PublicIPCountLimitReached", message)
        })
}
