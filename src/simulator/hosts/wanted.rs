//! What hosts the simulated cloud calls for: a pure reading of its virtual machines.

use crate::simulator::arm::{Id, Kind};
use crate::simulator::cloud::{Attributes, Cloud, Resource, objects, text, texts};
use crate::simulator::power::PowerState;
use crate::simulator::resources::machine::addresses;
use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::net::Ipv4Addr;

/// One virtual machine, as its host must be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Wanted {
    pub(super) name: String,
    /// Azure's id of it, in lower case.
    pub(super) id: String,
    /// Another one after a replacement or a new operating system: then nothing of the old host stays.
    pub(super) serial: String,
    pub(super) running: bool,
    /// How often it was told to restart.
    pub(super) restarts: u64,
    pub(super) size: String,
    pub(super) user: String,
    /// Public keys that may log in as that user.
    pub(super) keys: Vec<String>,
    pub(super) card: Card,
    pub(super) disks: Vec<Disk>,
}

/// Its network card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Card {
    /// The virtual network's name.
    pub(super) network: String,
    /// The virtual network's blocks.
    pub(super) space: Vec<Ipv4Net>,
    pub(super) private: Vec<Ipv4Addr>,
    pub(super) public: Option<Ipv4Addr>,
    /// Public addresses of the other machines. Everything else of their block is somewhere on the real internet.
    pub(super) peers: Vec<Ipv4Addr>,
    /// Whom the machine takes for the one who runs lostops: an address that its groups let in by SSH, where there is one.
    pub(super) guest: Ipv4Addr,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Disk {
    pub(super) lun: u64,
    pub(super) name: String,
    pub(super) size_gb: u64,
}

/// Somebody on the internet.
const STRANGER: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 1);

/// Every virtual machine that has a private address, by name. Without one nothing could reach it.
pub(super) fn hosts(cloud: &Cloud) -> Vec<Wanted> {
    cloud
        .of(Kind::VirtualMachine)
        .filter_map(|machine| host(cloud, machine))
        .collect()
}

pub(super) fn host(cloud: &Cloud, machine: &Resource) -> Option<Wanted> {
    let own = &machine.attributes;
    let number = |name: &str| own.get(name).and_then(Json::as_u64).unwrap_or_default();
    let power = PowerState::from_word(text(own, "power_state"));
    Some(Wanted {
        name: machine.name(),
        id: machine.id.to_lowercase(),
        serial: format!("{}-{}", text(own, "virtual_machine_id"), number("reimages")),
        running: power == PowerState::Running,
        restarts: number("restarts"),
        size: text(own, "size").to_owned(),
        user: text(own, "admin_username").to_owned(),
        keys: objects(own, "admin_ssh_key")
            .map(|key| text(key, "public_key").trim().to_owned())
            .collect(),
        card: card(cloud, own)?,
        disks: disks(cloud, own),
    })
}

fn card(cloud: &Cloud, machine: &Attributes) -> Option<Card> {
    let interfaces: Vec<&Resource> = texts(machine, "network_interface_ids")
        .filter_map(|id| cloud.get(id))
        .collect();
    let parts: Vec<&Attributes> = interfaces
        .iter()
        .flat_map(|interface| objects(&interface.attributes, "ip_configuration"))
        .collect();
    let private: Vec<Ipv4Addr> = parts
        .iter()
        .filter_map(|part| text(part, "private_ip_address").parse().ok())
        .collect();
    private.first()?;
    let subnet = parts
        .iter()
        .find_map(|part| Id::parse(text(part, "subnet_id")))?;
    let network = network_of(&subnet, cloud)?;
    let space: Vec<Ipv4Net> = texts(&network.attributes, "address_space")
        .filter_map(|block| block.parse().ok())
        .collect();
    let public = parts
        .iter()
        .filter_map(|part| cloud.get(text(part, "public_ip_address_id")))
        .find_map(|address| address.text("ip_address").parse().ok());
    Some(Card {
        network: network.name(),
        guest: guest(cloud, &interfaces, &space),
        space,
        private,
        public,
        peers: peers(cloud, public),
    })
}

fn peers(cloud: &Cloud, own: Option<Ipv4Addr>) -> Vec<Ipv4Addr> {
    let mut peers: Vec<Ipv4Addr> = cloud
        .of(Kind::VirtualMachine)
        .flat_map(|machine| addresses(cloud, &machine.attributes).1)
        .filter_map(|address| address.parse().ok())
        .filter(|address| Some(*address) != own)
        .collect();
    peers.sort_unstable();
    peers
}

/// The network that a subnet is part of.
fn network_of<'a>(subnet: &Id, cloud: &'a Cloud) -> Option<&'a Resource> {
    let name = subnet.parent_name();
    cloud.of(Kind::VirtualNetwork).find(|network| {
        network.name().eq_ignore_ascii_case(name)
            && network
                .text("resource_group_name")
                .eq_ignore_ascii_case(&subnet.group)
    })
}

/// The first source that a rule lets reach port 22, when it is an address outside the network; else anybody.
fn guest(cloud: &Cloud, interfaces: &[&Resource], space: &[Ipv4Net]) -> Ipv4Addr {
    let groups = interfaces
        .iter()
        .flat_map(|interface| {
            let subnets = objects(&interface.attributes, "ip_configuration")
                .filter_map(|part| cloud.get(text(part, "subnet_id")))
                .map(|subnet| subnet.text("network_security_group_id"));
            std::iter::once(interface.text("network_security_group_id")).chain(subnets)
        })
        .filter_map(|id| cloud.get(id));
    let mut rules: Vec<&Attributes> = groups
        .flat_map(|group| objects(&group.attributes, "security_rule"))
        .filter(|rule| text(rule, "access") == "Allow" && text(rule, "direction") == "Inbound")
        .filter(|rule| {
            std::iter::once(text(rule, "destination_port_range"))
                .chain(texts(rule, "destination_port_ranges"))
                .any(|port| port == "22" || port == "*")
        })
        .collect();
    rules.sort_by_key(|rule| {
        rule.get("priority")
            .and_then(Json::as_u64)
            .unwrap_or(u64::MAX)
    });
    let sources = rules.iter().flat_map(|rule| {
        std::iter::once(text(rule, "source_address_prefix"))
            .chain(texts(rule, "source_address_prefixes"))
    });
    sources
        .into_iter()
        .find_map(|source| inside(source, space))
        .unwrap_or(STRANGER)
}

/// An address of this source that lies outside the virtual network.
fn inside(source: &str, space: &[Ipv4Net]) -> Option<Ipv4Addr> {
    if ["*", "any", "internet"]
        .iter()
        .any(|all| source.eq_ignore_ascii_case(all))
    {
        return Some(STRANGER);
    }
    let block: Ipv4Net = source
        .parse()
        .or_else(|_| source.parse::<Ipv4Addr>().map(Ipv4Net::from))
        .ok()?;
    if block.contains(&STRANGER) {
        return Some(STRANGER);
    }
    let first = block.hosts().next()?;
    let outside = space.iter().all(|network| !network.contains(&first));
    outside.then_some(first)
}

fn disks(cloud: &Cloud, machine: &Attributes) -> Vec<Disk> {
    let mut disks: Vec<Disk> = objects(machine, "data_disks")
        .filter_map(|held| {
            let disk = cloud.get(text(held, "managed_disk_id"))?;
            Some(Disk {
                lun: held.get("lun").and_then(Json::as_u64)?,
                name: disk.name(),
                size_gb: disk.attributes.get("disk_size_gb").and_then(Json::as_u64)?,
            })
        })
        .collect();
    disks.sort_by_key(|disk| disk.lun);
    disks
}

/// What a size gives: virtual processors, and memory in MiB. Azure's names hold the processors; memory follows the family.
pub(super) fn limits(size: &str) -> (u64, u64) {
    let rest = size.rsplit_once("Standard_").map_or(size, |(_, rest)| rest);
    let family: String = rest
        .chars()
        .take_while(char::is_ascii_alphabetic)
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    let digits: String = rest
        .chars()
        .skip(family.len())
        .take_while(char::is_ascii_digit)
        .collect();
    let cpus: u64 = digits.parse().unwrap_or(2).clamp(1, 64);
    let flags: String = rest
        .chars()
        .skip(family.len() + digits.len())
        .take_while(|letter| *letter != '_')
        .collect();
    // https://learn.microsoft.com/azure/virtual-machines/sizes: B1ls 0.5, B1s 1, B1ms 2, B2s 4, others of B and D 4 GiB
    // a processor, E 8, F 2, A 2.
    let memory = match (family.as_str(), cpus, flags.as_str()) {
        ("B", 1, "ls") => 512,
        ("B", 1, "s") => 1024,
        ("B", 1, "ms") => 2048,
        ("B", 2, "s") => 4096,
        ("E" | "M", ..) => cpus * 8192,
        ("F" | "A", ..) => cpus * 2048,
        _ => cpus * 4096,
    };
    (cpus, memory)
}
