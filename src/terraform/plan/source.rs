//! Whom the ends of a rule mean, between what is certain and what may be.

use super::fact::{Fact, Path};
use super::found::Found;
use super::ownership::Ownership;
use super::peer::Peer;
use super::rule::Bounds;
use super::world::World;
use crate::fleet::address::Addresses;
use crate::fleet::sources::{Names, SourceSet};
use std::net::IpAddr;

/// What an address may come from.
const ADDRESSED: [&str; 14] = [
    "azurerm_network_interface",
    "azurerm_public_ip",
    "azurerm_subnet",
    "azurerm_virtual_network",
    "azurerm_linux_virtual_machine",
    "azurerm_windows_virtual_machine",
    "azurerm_virtual_machine",
    "azurerm_linux_virtual_machine_scale_set",
    "azurerm_windows_virtual_machine_scale_set",
    "azurerm_virtual_machine_scale_set",
    "azurerm_orchestrated_virtual_machine_scale_set",
    "azurerm_public_ip_prefix",
    "azurerm_bastion_host",
    "azurerm_firewall",
];

/// Reads the sources of rules in one network.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sources<'w, 'p> {
    pub(super) world: &'w World<'p>,
    pub(super) ownership: &'w Ownership<'p>,
    /// Addresses of the virtual network; the private blocks when they are not known.
    pub(super) network: &'w Addresses,
}

impl Sources<'_, '_> {
    pub(super) fn virtual_network(&self) -> SourceSet {
        SourceSet {
            addresses: self.network.clone(),
            machines: Names::all(),
            ..SourceSet::default()
        }
    }

    /// The union of the peers of a rule that resource `at` holds.
    pub(super) fn read(&self, at: usize, peers: &[Peer]) -> Bounds<SourceSet> {
        if let [Peer::Anyone] = peers {
            return Bounds::exactly(SourceSet::anyone());
        }
        let mut all = Bounds::<SourceSet>::default();
        let mut asked = Vec::new();
        for peer in peers {
            if let Peer::Unknown(_) = peer {
                if asked.contains(&peer) {
                    continue;
                }
                asked.push(peer);
            }
            let count = peers.iter().filter(|other| *other == peer).count();
            let one = self.peer(at, peer, count);
            all.sure = all.sure.union(&one.sure);
            all.maybe = all.maybe.union(&one.maybe);
        }
        Bounds {
            sure: self.widened(all.sure),
            maybe: self.widened(all.maybe),
        }
    }

    /// All addresses are everybody; those of the whole network hold every machine in it.
    fn widened(&self, mut set: SourceSet) -> SourceSet {
        if set.addresses.is_empty() {
            return set;
        }
        if every_v4().is_subset(&set.addresses) {
            set.tags = Names::all();
            set.machines = Names::all();
        } else if self.network.is_subset(&set.addresses) {
            set.machines = Names::all();
        }
        set
    }

    /// `count`: how many elements of the list are as unknown as this one.
    fn peer(&self, at: usize, peer: &Peer, count: usize) -> Bounds<SourceSet> {
        match peer {
            Peer::Anyone => Bounds::exactly(SourceSet::anyone()),
            Peer::Internet => Bounds::exactly(SourceSet {
                addresses: Addresses::all().difference(self.network),
                tags: Names::all(),
                machines: Names::default(),
            }),
            Peer::VirtualNetwork => Bounds::exactly(self.virtual_network()),
            Peer::Addresses(addresses) => Bounds::exactly(SourceSet::addresses(addresses.clone())),
            Peer::Tag(tag) => Bounds::exactly(SourceSet::tag(tag.clone())),
            Peer::Members(id) => self.members(self.world.by_id(id)),
            Peer::Unknown(path) if path.attribute.ends_with("application_security_group_ids") => {
                let found = self
                    .world
                    .resolve(at, *path, &["azurerm_application_security_group"]);
                if found.incomplete || found.ambiguous {
                    return Bounds {
                        sure: SourceSet::default(),
                        maybe: SourceSet::anyone(),
                    };
                }
                let each = found
                    .targets
                    .iter()
                    .map(|target| self.members(Some(target.at)));
                each.fold(Bounds::default(), |all, one| Bounds {
                    sure: all.sure.union(&one.sure),
                    maybe: all.maybe.union(&one.maybe),
                })
            }
            Peer::Unknown(path) => self.unknown(at, *path, count),
            Peer::Unreadable => Bounds {
                sure: SourceSet::default(),
                maybe: SourceSet::anyone(),
            },
        }
    }

    /// Whoever is a member of an application security group; of one outside the plan nobody knows.
    fn members(&self, group: Option<usize>) -> Bounds<SourceSet> {
        let Some(group) = group else {
            return Bounds {
                sure: SourceSet::default(),
                maybe: self.virtual_network(),
            };
        };
        let members = self.ownership.members.get(&group);
        let sure = members
            .into_iter()
            .flatten()
            .fold(SourceSet::default(), |all, &interface| {
                all.union(&self.interface(interface))
            });
        let maybe = if self.ownership.members_unclear {
            self.virtual_network()
        } else {
            sure.clone()
        };
        Bounds { sure, maybe }
    }

    /// An interface: its addresses where known, else the machine that has it.
    fn interface(&self, at: usize) -> SourceSet {
        let addresses = self
            .world
            .interface(at)
            .map_or(&[][..], |one| &one.addresses);
        if addresses.is_empty() {
            return SourceSet::machine(self.ownership.owner(at));
        }
        addressed(addresses)
    }

    /// The one interface whose address a prefix is, when there is no doubt.
    pub(super) fn only_interface(&self, at: usize, path: Path) -> Option<usize> {
        let mut found = self.world.resolve(at, path, &ADDRESSED);
        if found.targets.is_empty() {
            let all = Path::of("security_rule");
            found = self.world.resolve(at, all, &ADDRESSED);
        }
        found
            .targets
            .retain(|target| !self.is_known_subnet(target.at));
        match found.targets.as_slice() {
            [one] if !found.incomplete && !found.vague => {
                self.world.interface(one.at).map(|_| one.at)
            }
            _ => None,
        }
    }

    /// A prefix that is not known yet, by what it refers to.
    fn unknown(&self, at: usize, path: Path, count: usize) -> Bounds<SourceSet> {
        let of_many = path.attribute.ends_with("prefixes");
        let mut found = self.world.resolve(at, path, &ADDRESSED);
        if found.targets.is_empty() {
            // Rules written as one attribute have all their references there.
            found = self
                .world
                .resolve(at, Path::of("security_rule"), &ADDRESSED);
            // A list as long as there are instances of the one resource it goes over holds them all.
            let all = of_many && count == found.targets.len() && self.of_one(&found);
            found.ambiguous |= found.targets.len() > 1 && !all;
        }
        // What is known already cannot be why this is not.
        if found.targets.len() > 1 && !of_many {
            let unknown = |at: usize| !self.is_known_subnet(at);
            found.targets.retain(|target| unknown(target.at));
            found.ambiguous &= found.targets.len() > 1;
        }
        if found.incomplete || found.vague || found.targets.is_empty() {
            return Bounds {
                sure: SourceSet::default(),
                maybe: SourceSet::anyone(),
            };
        }
        let all = found
            .targets
            .iter()
            .fold(SourceSet::default(), |all, target| {
                all.union(&self.target(target.at, target.attribute.as_deref()))
            });
        if found.ambiguous || found.targets.len() > 1 && !of_many {
            return Bounds {
                sure: SourceSet::default(),
                maybe: all,
            };
        }
        Bounds::exactly(all)
    }

    fn is_known_subnet(&self, at: usize) -> bool {
        match self.world.fact(at) {
            Some(Fact::Subnet(subnet)) => subnet.ranges.is_some(),
            Some(Fact::Network(network)) => network.space.is_some(),
            _ => false,
        }
    }

    /// Whether all targets are instances of one resource, none of which was asked for by its key.
    fn of_one(&self, found: &Found) -> bool {
        let mut names = found.targets.iter().map(|target| {
            let change = &self.world.index.changes[target.at];
            (&change.module, &change.kind, &change.name)
        });
        let first = names.next();
        let instances = found
            .targets
            .first()
            .map(|target| self.world.index.siblings(target.at));
        names.all(|name| Some(name) == first) && instances == Some(found.targets.len())
    }

    fn target(&self, at: usize, attribute: Option<&str>) -> SourceSet {
        match self.world.fact(at) {
            Some(Fact::Interface(_)) => self.interface(at),
            Some(Fact::PublicAddress(address)) => {
                match (address.address, self.ownership.public_owner(at)) {
                    (Some(address), _) => addressed(&[address]),
                    (None, Some(owner)) => SourceSet::machine(owner),
                    (None, None) => SourceSet::tag(self.world.address(at)),
                }
            }
            Some(Fact::Machine(machine)) => {
                let private = attribute.is_none_or(|name| name.starts_with("private"));
                if private && !machine.addresses.is_empty() {
                    addressed(&machine.addresses)
                } else {
                    SourceSet::machine(self.world.address(at))
                }
            }
            Some(Fact::Subnet(subnet)) => match &subnet.ranges {
                Some(ranges) => SourceSet::addresses(ranges.clone()),
                None => self.virtual_network(),
            },
            Some(Fact::Network(_)) => self.virtual_network(),
            _ => SourceSet::tag(self.world.address(at)),
        }
    }
}

fn addressed(addresses: &[IpAddr]) -> SourceSet {
    let all = addresses.iter().fold(Addresses::default(), |all, &one| {
        all.union(&Addresses::one(one))
    });
    SourceSet::addresses(all)
}

fn every_v4() -> &'static Addresses {
    static ALL: std::sync::LazyLock<Addresses> =
        std::sync::LazyLock::new(|| Addresses::parse("0.0.0.0/0").unwrap_or_default());
    &ALL
}
