//! What is kept of a resource: the few values that decide who reaches what.

use super::rule::Rule;
use crate::fleet::address::Addresses;
use crate::fleet::port::{PortSet, Protocol};
use std::net::IpAddr;
use std::num::NonZeroU8;

/// Where in a resource's configuration an attribute stands, with at most two blocks around it.
/// Kept small: there are several in every interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path {
    outer: Option<Place>,
    inner: Option<Place>,
    pub(super) attribute: &'static str,
}

/// One of the blocks of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// The position in `BLOCKS`, from 1.
    block: NonZeroU8,
    index: u16,
}

/// Blocks with attributes that lead to other resources.
const BLOCKS: [&str; 5] = [
    "ip_configuration",
    "frontend_ip_configuration",
    "network_interface",
    "network_profile",
    "subnet",
];

impl Path {
    pub(super) const fn of(attribute: &'static str) -> Self {
        Self {
            outer: None,
            inner: None,
            attribute,
        }
    }

    /// One block further out. In a block of another name the path leads nowhere: its references count
    /// as not known.
    pub(super) fn within(self, block: &'static str, index: usize) -> Self {
        let number = BLOCKS
            .iter()
            .zip(1..)
            .find(|(name, _)| **name == block)
            .and_then(|(_, number)| NonZeroU8::new(number));
        let (Some(block), Ok(index)) = (number, u16::try_from(index)) else {
            return Self::of("");
        };
        let place = Some(Place { block, index });
        match self.inner {
            None => Self {
                inner: place,
                ..self
            },
            Some(_) => Self {
                outer: place,
                ..self
            },
        }
    }

    /// Blocks and their indexes, the outer first.
    pub(super) fn blocks(self) -> impl Iterator<Item = (&'static str, u16)> {
        [self.outer, self.inner]
            .into_iter()
            .flatten()
            .filter_map(|place| {
                let name = BLOCKS.get(usize::from(place.block.get()) - 1)?;
                Some((*name, place.index))
            })
    }
}

/// What points at another resource.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Link {
    #[default]
    None,
    /// An id, as written.
    Id(String),
    /// Not known yet; the configuration at the path may tell.
    Unknown(Path),
}

/// Several of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Links {
    pub(super) ids: Vec<String>,
    /// Set when one or all are not known yet.
    pub(super) unknown: Option<Path>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fact {
    Group(Group),
    Rule(StandaloneRule),
    Interface(Interface),
    Subnet(Subnet),
    Network(Network),
    Association(Association),
    PublicAddress(PublicAddress),
    SecurityMembers(Named),
    Machine(Box<Machine>),
    Balancer(Balancer),
    Pool(Pool),
    BalancerRule(BalancerRule),
    PoolAddress {
        pool: Link,
        address: Option<IpAddr>,
    },
    Translation(Vec<Translation>),
    Disk(Disk),
    /// A peering or a gateway: the virtual network is larger than its own addresses.
    Beyond,
    Power {
        target: Link,
        action: String,
    },
}

/// Name, resource group and id, where known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Named {
    pub(super) name: Option<String>,
    pub(super) resource_group: Option<String>,
    pub(super) id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) named: Named,
    /// `None`: not known.
    pub(super) rules: Option<Vec<Rule>>,
    /// It does not exist yet.
    pub(super) created: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StandaloneRule {
    pub(super) rule: Rule,
    pub(super) resource_group: Option<String>,
    /// `None`: not known; the configuration may tell.
    pub(super) group: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Interface {
    pub(super) named: Named,
    pub(super) group: Link,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) configurations: Vec<IpConfiguration>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct IpConfiguration {
    pub(super) subnet: Link,
    pub(super) public: Link,
    /// A public address of its own, as scale sets have it.
    pub(super) own_public: bool,
    /// `None`: not known.
    pub(super) address: Option<IpAddr>,
    pub(super) members_of: Links,
    pub(super) pools: Links,
    /// NAT rules and NAT pools, which scale sets name themselves.
    pub(super) translations: Links,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subnet {
    pub(super) named: Named,
    pub(super) network: Option<String>,
    /// `None`: not known.
    pub(super) ranges: Option<Addresses>,
    pub(super) group: Link,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Network {
    pub(super) named: Named,
    /// `None`: not known.
    pub(super) space: Option<Addresses>,
    pub(super) subnets: Vec<Subnet>,
}

/// What an association ties together; `left` belongs to the interface, subnet or machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Association {
    pub(super) kind: Tie,
    pub(super) left: Link,
    pub(super) right: Link,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tie {
    InterfaceGroup,
    SubnetGroup,
    InterfaceMembers,
    InterfacePool,
    InterfaceTranslation,
    MachineDisk,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PublicAddress {
    pub(super) named: Named,
    /// `None`: not known.
    pub(super) basic: Option<bool>,
    pub(super) address: Option<IpAddr>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Machine {
    pub(super) named: Named,
    pub(super) interfaces: Links,
    /// Interfaces that are blocks of a scale set.
    pub(super) own_interfaces: Vec<Interface>,
    /// Its computed public address is known and there is one.
    pub(super) has_public: bool,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) size: Option<String>,
    pub(super) size_known: bool,
    pub(super) image: Option<String>,
    /// Managed disks it is known to hold.
    pub(super) disks: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Balancer {
    pub(super) named: Named,
    pub(super) basic: Option<bool>,
    /// `None`: not known.
    pub(super) public: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pool {
    pub(super) named: Named,
    pub(super) balancer: Link,
}

/// A balancing or NAT rule: which port of the machine it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BalancerRule {
    pub(super) named: Named,
    pub(super) balancer: Link,
    pub(super) protocol: Option<Protocol>,
    pub(super) ports: PortSet,
    /// A NAT rule reaches only what is associated with it, or the pools that it names.
    pub(super) translates: bool,
    pub(super) pools: Links,
}

/// A destination translation of a firewall; `None`: not known, so it may be any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Translation {
    pub(super) address: Option<IpAddr>,
    pub(super) ports: PortSet,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Disk {
    pub(super) named: Named,
    pub(super) size: Option<String>,
}

impl Machine {
    /// What it is made from, unless that must not be shown.
    pub(super) fn shown_image(&self) -> Option<String> {
        self.image
            .clone()
            .filter(|image| image != super::extract::SECRET)
    }
}
