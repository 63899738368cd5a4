//! Network interfaces: addresses in a subnet, and what they are attached to.

use super::thing::Thing;
use super::{fill, missing, network, number_of, set};
use crate::simulator::arm::Kind;
use crate::simulator::cloud::{Attributes, Cloud, objects, text};
use crate::simulator::failure::Failure;
use ipnet::IpNet;
use serde_json::{Value as Json, json};
use std::net::{IpAddr, Ipv4Addr};

pub(super) struct Interface;

impl Thing for Interface {
    const KIND: Kind = Kind::NetworkInterface;
    const TYPE: &'static str = "azurerm_network_interface";

    fn settle(
        &self,
        cloud: &Cloud,
        id: &str,
        attributes: &mut Attributes,
        prior: Option<&Attributes>,
    ) -> Result<(), Failure> {
        let mut parts: Vec<Attributes> = objects(attributes, "ip_configuration").cloned().collect();
        let has_primary = parts
            .iter()
            .any(|part| part.get("primary") == Some(&Json::Bool(true)));
        let location = text(attributes, "location").to_owned();
        let mut addresses: Vec<String> = Vec::new();
        for (index, part) in parts.iter_mut().enumerate() {
            let held = prior.and_then(|prior| objects(prior, "ip_configuration").nth(index));
            let address = private_address(cloud, id, &location, part, held, &addresses)?;
            addresses.push(address.clone());
            set(part, "private_ip_address", address);
            fill(part, "primary", index == 0 && !has_primary);
            fill(
                part,
                "gateway_load_balancer_frontend_ip_configuration_id",
                "",
            );
            check_public(cloud, id, part)?;
        }
        set(
            attributes,
            "ip_configuration",
            parts.into_iter().map(Json::Object).collect::<Vec<_>>(),
        );
        set(
            attributes,
            "private_ip_address",
            addresses.first().cloned().unwrap_or_default(),
        );
        set(attributes, "private_ip_addresses", addresses);
        let number = number_of(id);
        let mac = format!(
            "00-0D-3A-{:02X}-{:02X}-{:02X}",
            number & 0xff,
            (number >> 8) & 0xff,
            (number >> 16) & 0xff
        );
        fill(attributes, "mac_address", mac);
        fill(attributes, "applied_dns_servers", json!([]));
        fill(
            attributes,
            "internal_domain_name_suffix",
            "ax.internal.cloudapp.net",
        );
        Ok(())
    }

    fn observe(&self, cloud: &Cloud, id: &str, attributes: &mut Attributes) {
        let machine = cloud
            .machine_of(id)
            .map_or("", |machine| machine.id.as_str());
        set(attributes, "virtual_machine_id", machine);
    }

    fn release(&self, cloud: &mut Cloud, id: &str) -> Result<(), Failure> {
        match cloud.machine_of(id) {
            None => Ok(()),
            Some(machine) => Err(Failure::bad_request(
                "NicInUse",
                format!(
                    "Network Interface {id} is used by existing resource {}. In order to delete the network interface, it must be dissociated from the resource.",
                    machine.id
                ),
            )),
        }
    }
}

fn check_public(cloud: &Cloud, id: &str, part: &Attributes) -> Result<(), Failure> {
    let public = text(part, "public_ip_address_id");
    if public.is_empty() {
        return Ok(());
    }
    cloud.get(public).ok_or_else(|| missing(public))?;
    match super::address::user_of(cloud, public) {
        Some(user) if !user.eq_ignore_ascii_case(id) => Err(Failure::bad_request(
            "PublicIPAddressInUse",
            format!(
                "Resource {id} is referencing public IP address {public} that is already allocated to resource {user}."
            ),
        )),
        _ => Ok(()),
    }
}

/// An interface lies where its network lies.
fn check_region(cloud: &Cloud, id: &str, subnet: &str, location: &str) -> Result<(), Failure> {
    let network = subnet
        .rsplit_once("/subnets/")
        .and_then(|(network, _)| cloud.get(network));
    match network {
        Some(network) if network.text("location") != location => {
            let message = format!(
                "Resource {id} is in region {location}, the virtual network {} that it refers to in {}.",
                network.id,
                network.text("location")
            );
            Err(Failure::bad_request("InvalidResourceReference", message))
        }
        _ => Ok(()),
    }
}

/// The address of one configuration. `mine` are those that the interface's other configurations have.
fn private_address(
    cloud: &Cloud,
    id: &str,
    location: &str,
    part: &Attributes,
    held: Option<&Attributes>,
    mine: &[String],
) -> Result<String, Failure> {
    let subnet_id = text(part, "subnet_id");
    let subnet = cloud.get(subnet_id).ok_or_else(|| {
        let message = format!("Resource {subnet_id} referenced by resource {id} was not found.");
        Failure::bad_request("InvalidResourceReference", message)
    })?;
    check_region(cloud, id, subnet_id, location)?;
    let nets = network::prefixes(&subnet.attributes, "address_prefixes");
    let taken: Vec<&str> = cloud
        .of(Kind::NetworkInterface)
        .filter(|other| !other.id.eq_ignore_ascii_case(id))
        .flat_map(|other| objects(&other.attributes, "ip_configuration"))
        .filter(|other| text(other, "subnet_id").eq_ignore_ascii_case(subnet_id))
        .map(|other| text(other, "private_ip_address"))
        .chain(mine.iter().map(String::as_str))
        .collect();
    if text(part, "private_ip_address_allocation") != "Static" {
        let kept = held
            .filter(|held| text(held, "subnet_id").eq_ignore_ascii_case(subnet_id))
            .map(|held| text(held, "private_ip_address"))
            .filter(|address| !address.is_empty());
        return match kept {
            Some(kept) => Ok(kept.to_owned()),
            None => free_address(id, &nets, &taken),
        };
    }
    let wanted = text(part, "private_ip_address");
    let Ok(address) = wanted.parse::<IpAddr>() else {
        let message = format!("Private IP address {wanted:?} of {id} is not a valid IP address.");
        return Err(Failure::bad_request("InvalidPrivateIPAddress", message));
    };
    let Some(net) = nets.iter().find(|net| net.contains(&address)) else {
        let message = format!(
            "Private static IP address {address} does not belong to the range of subnet prefix {}.",
            subnet.name()
        );
        return Err(Failure::bad_request("PrivateIPAddressNotInSubnet", message));
    };
    if is_reserved(net, address) {
        let message = format!(
            "Private static IP address {address} falls within reserved IP range of subnet prefix {net}."
        );
        return Err(Failure::bad_request(
            "PrivateIPAddressInReservedRange",
            message,
        ));
    }
    if taken.contains(&wanted) {
        let message = format!(
            "IP address {address} is already allocated in subnet {}.",
            subnet.id
        );
        return Err(Failure::bad_request("PrivateIPAddressIsAllocated", message));
    }
    Ok(wanted.to_owned())
}

/// Azure keeps the first four addresses of a subnet and the last one.
fn is_reserved(net: &IpNet, address: IpAddr) -> bool {
    match (net, address) {
        (IpNet::V4(net), IpAddr::V4(address)) => {
            address.to_bits() < net.network().to_bits().saturating_add(4)
                || address == net.broadcast()
        }
        _ => false,
    }
}

/// From the id, and the next free one when another has it, so that the order in which interfaces are made does not matter.
fn free_address(id: &str, nets: &[IpNet], taken: &[&str]) -> Result<String, Failure> {
    for net in nets {
        let IpNet::V4(net) = net else { continue };
        let first = net.network().to_bits().saturating_add(4);
        let room = net.broadcast().to_bits().saturating_sub(first);
        let start = u32::try_from(number_of(id) % u64::from(room.max(1))).unwrap_or_default();
        let free = (0..room)
            .map(|turn| Ipv4Addr::from_bits(first + (start + turn) % room).to_string())
            .find(|address| !taken.contains(&address.as_str()));
        if let Some(free) = free {
            return Ok(free);
        }
    }
    Err(Failure::bad_request(
        "SubnetIsFull",
        "The subnet does not have enough capacity for 1 IP address.",
    ))
}
