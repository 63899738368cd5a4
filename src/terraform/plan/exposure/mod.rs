//! Who reaches a machine: through every group, attachment and public address in its way.

mod arrival;
mod interface;

use super::attach::{Alternative, Attachments, Gate};
use super::evaluate::{self, Destination, Evaluated};
use super::fact::{Fact, Interface, IpConfiguration, Link};
use super::front::Fronts;
use super::group::{self, Rules};
use super::machine::{Contribution, PublicSide};
use super::ownership::{Nic, Ownership};
use super::peer::Peer;
use super::rule::Bounds;
use super::source::Sources;
use super::world::World;
use crate::fleet::address::Addresses;
use crate::fleet::reach::Reach;
use crate::fleet::sources::SourceSet;
use indexmap::IndexMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

/// Everything that decides reach at one time.
#[derive(Debug)]
pub(super) struct Net<'p> {
    pub(super) world: &'p World<'p>,
    pub(super) ownership: &'p Ownership<'p>,
    pub(super) attachments: Attachments,
    pub(super) rules: IndexMap<usize, Rules<'p>>,
    fronts: Fronts<'p>,
    /// Groups without narrow destinations let in the same for all; by group and network.
    cache: Mutex<IndexMap<Asked, Arc<Evaluated>>>,
    /// The same for all interfaces that have the same in their way.
    sides: Mutex<IndexMap<Side, Bounds<Reach>>>,
}

/// A group, and the network it is asked in.
type Asked = (usize, Option<usize>);

/// What is in the way of an interface that no narrow rule and no front tells apart from others.
type Side = (Gate, Gate, Option<usize>, PublicSide);

/// What is known of one machine's network side.
#[derive(Debug, Clone, Default)]
pub(super) struct Exposure {
    pub(super) open: Reach,
    pub(super) maybe: Reach,
    pub(super) public: PublicSide,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) evidence: Vec<Arc<[Contribution]>>,
    pub(super) groups: Vec<String>,
    pub(super) network: Addresses,
    /// Positions among the subnets.
    pub(super) subnets: Vec<usize>,
}

impl<'p> Net<'p> {
    pub(super) fn new(
        world: &'p World<'p>,
        ownership: &'p Ownership<'p>,
        attachments: Attachments,
        earlier: Option<&World<'p>>,
    ) -> Self {
        Self {
            world,
            ownership,
            attachments,
            rules: group::effective(world, earlier),
            fronts: Fronts::new(world),
            cache: Mutex::default(),
            sides: Mutex::default(),
        }
    }

    /// Addresses of a network, where they can be relied on.
    pub(super) fn space(&self, network: Option<usize>) -> Option<&'p Addresses> {
        if self.world.beyond {
            return None;
        }
        match self.world.fact(network?)? {
            Fact::Network(network) => network.space.as_ref(),
            _ => None,
        }
    }

    /// A group by itself, for anything behind it.
    pub(super) fn group(&self, at: usize, network: Option<usize>) -> Arc<Evaluated> {
        let key = (at, network);
        if let Ok(cache) = self.cache.lock()
            && let Some(known) = cache.get(&key)
        {
            return Arc::clone(known);
        }
        let evaluated = Arc::new(self.evaluate(at, network, Destination::Any));
        if let Ok(mut cache) = self.cache.lock() {
            cache.insert(key, Arc::clone(&evaluated));
        }
        evaluated
    }

    fn evaluate(
        &self,
        at: usize,
        network: Option<usize>,
        destination: Destination<'_>,
    ) -> Evaluated {
        let none = Rules::default();
        let rules = self.rules.get(&at).unwrap_or(&none);
        evaluate::evaluate(at, rules, self.sources(network), destination)
    }

    fn sources(&self, network: Option<usize>) -> Sources<'_, 'p> {
        Sources {
            world: self.world,
            ownership: self.ownership,
            network: self.space(network).unwrap_or_else(|| Addresses::private()),
        }
    }

    /// Whether some rule of it speaks only of some destinations.
    fn is_narrow(&self, alternative: &Alternative) -> bool {
        let Alternative::Group(group) = alternative else {
            return false;
        };
        let everywhere = |peer: &Peer| matches!(peer, Peer::Anyone | Peer::VirtualNetwork);
        let rules = self.rules.get(group);
        rules.is_some_and(|rules| {
            rules
                .all
                .iter()
                .any(|one| !one.rule.to.iter().any(everywhere))
        })
    }

    fn asked(
        &self,
        group: usize,
        network: Option<usize>,
        destination: Destination<'_>,
    ) -> Arc<Evaluated> {
        let narrow = self.is_narrow(&Alternative::Group(group));
        if narrow {
            Arc::new(self.evaluate(group, network, destination))
        } else {
            self.group(group, network)
        }
    }

    /// The rules of a group that the plan does not hold, as if they were all it has.
    pub(super) fn strays(&self, rules: &Rules<'p>) -> Evaluated {
        let holder = rules.all.first().map_or(0, |one| one.holder);
        evaluate::evaluate(holder, rules, self.sources(None), Destination::Any)
    }

    /// Everything that one machine opens.
    pub(super) fn machine(&self, at: usize) -> Exposure {
        let mut exposure = Exposure::default();
        let Some(Fact::Machine(machine)) = self.world.fact(at) else {
            return exposure;
        };
        let none = super::ownership::Nics::default();
        let nics = self.ownership.nics.get(&at).unwrap_or(&none);
        for (nic, certain) in &nics.all {
            let before = exposure.open.clone();
            match nic {
                Nic::Here(interface) => match self.world.interface(*interface) {
                    Some(fact) => {
                        let gate = self.attachments.gate(*interface);
                        self.interface(
                            *interface,
                            Some(*interface),
                            fact,
                            &gate,
                            machine.has_public,
                            &mut exposure,
                        );
                    }
                    None => everything_maybe(&mut exposure),
                },
                Nic::Own(fact) => {
                    let gate = super::attach::alternatives(self.world.follow(
                        at,
                        &fact.group,
                        &["azurerm_network_security_group"],
                    ));
                    self.interface(at, None, fact, &gate, machine.has_public, &mut exposure);
                }
                Nic::Outside(id) => match self.attachments.outside.get(&id.to_ascii_lowercase()) {
                    Some(gate) => {
                        let mut fact = Interface {
                            addresses: machine.addresses.clone(),
                            ..Interface::default()
                        };
                        let public = Link::Unknown(super::fact::Path::of(""));
                        fact.configurations.push(IpConfiguration {
                            public,
                            ..IpConfiguration::default()
                        });
                        self.interface(at, None, &fact, gate, machine.has_public, &mut exposure);
                    }
                    None => everything_maybe(&mut exposure),
                },
            }
            if !certain {
                exposure.open = before;
            }
        }
        if nics.unclear {
            everything_maybe(&mut exposure);
        }
        exposure.addresses.extend(&machine.addresses);
        exposure.addresses.sort_unstable();
        exposure.addresses.dedup();
        exposure.groups.sort();
        exposure.groups.dedup();
        exposure
    }
}

fn everything_maybe(exposure: &mut Exposure) {
    exposure.maybe = Reach::every_port(&SourceSet::anyone());
    exposure.public = exposure.public.max(PublicSide::Unknown);
}
