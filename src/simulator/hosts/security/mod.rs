//! What the security groups of a simulated machine let in, address by address, read from the cloud.
//!
//! This is written without a look at what judges plans: two readings of Azure's rules, and a test holds
//! one to the other with real packets.

mod dropped;
mod prefix;
mod range;
mod rule;
mod ruleset;
#[cfg(test)]
mod tests;

pub(in crate::simulator) use dropped::{Dropped, dropped};

use self::rule::Rule;
use crate::simulator::cloud::{Attributes, Cloud, Resource, objects, text, texts};
use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

/// What is let in to one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::simulator) struct Filter {
    machine: String,
    places: Vec<Place>,
}

/// One private address, and what stands before it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    private: Ipv4Addr,
    /// Azure rewrites this address to the private one before any group sees the packet.
    public: Option<Ipv4Addr>,
    /// The address space of the virtual network.
    network: Vec<Ipv4Net>,
    /// The group of the subnet and that of the interface: both must let a packet in.
    gates: Vec<Gate>,
    /// A public address of SKU Basic, which is open where no group closes it.
    is_basic: bool,
}

/// One security group, as it concerns one address.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Gate {
    /// `subnet` or `interface`.
    side: &'static str,
    group: String,
    /// In the order in which they are asked, without those that speak of other addresses.
    rules: Vec<Rule>,
    /// Whether Azure's own rules follow; not where the group is not in the cloud.
    has_defaults: bool,
}

/// What the machine's security groups amount to.
pub(in crate::simulator) fn filter(cloud: &Cloud, machine: &Resource) -> Filter {
    let interfaces = texts(&machine.attributes, "network_interface_ids");
    let places = interfaces
        .filter_map(|id| cloud.get(id))
        .flat_map(|interface| {
            objects(&interface.attributes, "ip_configuration")
                .filter_map(|part| place(cloud, interface, part))
        })
        .collect();
    Filter {
        machine: machine.name(),
        places,
    }
}

/// `None` for an address that is not one of IPv4: its packets never pass.
fn place(cloud: &Cloud, interface: &Resource, part: &Attributes) -> Option<Place> {
    let private: Ipv4Addr = text(part, "private_ip_address").parse().ok()?;
    let subnet = cloud.get(text(part, "subnet_id"));
    let network = subnet
        .and_then(|subnet| subnet.id.rsplit_once("/subnets/"))
        .and_then(|(network, _)| cloud.get(network))
        .map(|network| &network.attributes);
    let network: Vec<Ipv4Net> = network
        .into_iter()
        .flat_map(|network| texts(network, "address_space"))
        .filter_map(|block| block.parse().ok())
        .collect();
    let public = cloud.get(text(part, "public_ip_address_id"));
    let gates = [("subnet", subnet), ("interface", Some(interface))]
        .into_iter()
        .filter_map(|(side, guarded)| gate(cloud, side, guarded?, private))
        .collect();
    Some(Place {
        private,
        public: public.and_then(|public| public.text("ip_address").parse().ok()),
        network: Ipv4Net::aggregate(&network),
        gates,
        is_basic: public.is_some_and(|public| public.text("sku").eq_ignore_ascii_case("basic")),
    })
}

/// The group that guards a subnet or an interface; `None` when none does.
fn gate(cloud: &Cloud, side: &'static str, guarded: &Resource, private: Ipv4Addr) -> Option<Gate> {
    let id = guarded.text("network_security_group_id");
    if id.is_empty() {
        return None;
    }
    let group = cloud.get(id);
    let mut rules: Vec<Rule> = group
        .into_iter()
        .flat_map(|group| objects(&group.attributes, "security_rule"))
        .filter_map(|rule| rule::read(rule, private))
        .collect();
    // Of two with one priority, which Azure refuses, the one that denies goes first.
    rules.sort_by_key(|rule| (rule.priority, rule.allows));
    Some(Gate {
        side,
        group: group.map_or_else(|| id.to_owned(), Resource::name),
        rules,
        has_defaults: group.is_some(),
    })
}
