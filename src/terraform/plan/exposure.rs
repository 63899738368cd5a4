//! Who reaches a machine: through every group, attachment and public address in its way.

use super::attach::{Alternative, Attachments, Gate};
use super::evaluate::{self, Destination, Evaluated};
use super::fact::{Fact, Interface, IpConfiguration, Link};
use super::front::{Front, Fronts};
use super::group::{self, Rules};
use super::model::{Contribution, PublicSide};
use super::ownership::{Nic, Ownership};
use super::rule::{Bounds, Peer};
use super::source::Sources;
use super::world::{End, World};
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
    cache: Mutex<IndexMap<(usize, Option<usize>), Arc<Evaluated>>>,
    /// The same for all interfaces that have the same in their way.
    sides: Mutex<IndexMap<Side, Bounds<Reach>>>,
}

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
        earlier: Option<&World<'p>>,
    ) -> Self {
        Self {
            world,
            ownership,
            attachments: Attachments::new(world),
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

    /// Adds what one interface opens. `at` is the resource whose attributes its links are.
    fn interface(
        &self,
        at: usize,
        interface: Option<usize>,
        fact: &Interface,
        gate: &Gate,
        has_public: bool,
        exposure: &mut Exposure,
    ) {
        let mut subnets: Vec<usize> = Vec::new();
        let mut subnets_certain = true;
        let mut public = PublicSide::None;
        for configuration in &fact.configurations {
            let (found, certain) = self.world.subnets_of(at, &configuration.subnet);
            subnets_certain &= certain;
            subnets.extend(found);
            public = public.max(self.public(at, configuration, has_public));
        }
        if fact.configurations.is_empty() && has_public {
            public = PublicSide::Public;
        }
        subnets.sort_unstable();
        subnets.dedup();
        let networks: Vec<Option<usize>> = subnets
            .iter()
            .map(|&one| self.world.subnets[one].network)
            .collect();
        let network = networks
            .first()
            .copied()
            .flatten()
            .filter(|one| networks.iter().all(|other| *other == Some(*one)));
        let range = match subnets.as_slice() {
            [one] if subnets_certain => self.world.subnets[*one].fact.ranges.as_ref(),
            _ => None,
        };
        let destination = Destination::Interface {
            at: interface,
            addresses: &fact.addresses,
            subnet: range,
        };
        let pools: Vec<_> = fact.configurations.iter().map(|one| &one.pools).collect();
        let front = self.fronts.of(at, interface, &pools, &fact.addresses);

        let mut subnet_gate = Gate::new();
        for subnet in &subnets {
            subnet_gate.extend(
                self.attachments
                    .subnets
                    .get(subnet)
                    .into_iter()
                    .flatten()
                    .cloned(),
            );
        }
        if !subnets_certain && !subnet_gate.is_empty() {
            subnet_gate.push(Alternative::Open);
        }
        self.mention(gate, network, destination, exposure);
        self.mention(&subnet_gate, network, destination, exposure);
        let narrow = front.is_some()
            || gate
                .iter()
                .chain(&subnet_gate)
                .any(|one| self.is_narrow(one));
        let key: Side = (gate.clone(), subnet_gate.clone(), network, public);
        let known = || self.sides.lock().ok()?.get(&key).cloned();
        let bounds = match known().filter(|_| !narrow) {
            Some(bounds) => bounds,
            None => {
                let bounds = self.bounds(
                    gate,
                    &subnet_gate,
                    network,
                    public,
                    front.as_ref(),
                    destination,
                );
                if let (false, Ok(mut sides)) = (narrow, self.sides.lock()) {
                    sides.insert(key, bounds.clone());
                }
                bounds
            }
        };
        exposure.open = exposure.open.union(&bounds.sure);
        exposure.maybe = exposure.maybe.union(&bounds.maybe);
        let side = if front.is_some() {
            public.max(PublicSide::Behind)
        } else {
            public
        };
        exposure.public = exposure.public.max(side);
        exposure.addresses.extend(&fact.addresses);
        if let Some(space) = self.space(network) {
            exposure.network = exposure.network.union(space);
        }
        exposure.subnets.extend(subnets);
    }

    /// What is left after both gates, of what arrives at all.
    fn bounds(
        &self,
        gate: &Gate,
        subnet_gate: &Gate,
        network: Option<usize>,
        public: PublicSide,
        front: Option<&Front>,
        destination: Destination<'_>,
    ) -> Bounds<Reach> {
        let filter = match (gate.is_empty(), subnet_gate.is_empty()) {
            (true, true) => self.unguarded(network, public, front),
            (false, true) => self.through(gate, network, destination),
            (true, false) => self.through(subnet_gate, network, destination),
            (false, false) => {
                let first = self.through(gate, network, destination);
                let second = self.through(subnet_gate, network, destination);
                let sure = first.sure.intersection(&second.sure);
                if first.sure.is_same(&first.maybe) && second.sure.is_same(&second.maybe) {
                    Bounds::exactly(sure)
                } else {
                    let maybe = first.maybe.intersection(&second.maybe);
                    Bounds { sure, maybe }
                }
            }
        };
        let arrival = self.arrival(network, public, front);
        let limited = |filter: &Reach, arrival: &Option<Reach>| match arrival {
            None => filter.clone(),
            Some(arrival) => filter.intersection(arrival),
        };
        let sure = limited(&filter.sure, &arrival.sure);
        if filter.sure.is_same(&filter.maybe) && arrival.sure == arrival.maybe {
            return Bounds::exactly(sure);
        }
        Bounds {
            sure,
            maybe: limited(&filter.maybe, &arrival.maybe),
        }
    }

    /// Names the groups of a gate, and what each of their rules lets in.
    fn mention(
        &self,
        gate: &Gate,
        network: Option<usize>,
        destination: Destination<'_>,
        exposure: &mut Exposure,
    ) {
        for alternative in gate {
            match alternative {
                Alternative::Group(group) => {
                    let evaluated = self.asked(*group, network, destination);
                    exposure.groups.push(self.world.address(*group).to_owned());
                    exposure.evidence.push(Arc::clone(&evaluated.contributions));
                }
                Alternative::Outside(id) => exposure.groups.push(id.clone()),
                Alternative::Open | Alternative::Unknown => {}
            }
        }
    }

    /// What comes to the interface at all; `None` is everything.
    fn arrival(
        &self,
        network: Option<usize>,
        public: PublicSide,
        front: Option<&Front>,
    ) -> Bounds<Option<Reach>> {
        let sources = self.sources(network);
        let mut inside = sources.virtual_network();
        if self.world.beyond {
            inside.addresses = inside.addresses.union(Addresses::private());
        }
        let inside = Reach::every_port(&inside);
        let with = |extra: Option<&Reach>| {
            Some(extra.map_or_else(|| inside.clone(), |extra| inside.union(extra)))
        };
        let front_sure = front.map(|front| &front.reach.sure);
        let front_maybe = front.map(|front| &front.reach.maybe);
        match public {
            PublicSide::Standard | PublicSide::Public | PublicSide::Basic => Bounds {
                sure: None,
                maybe: None,
            },
            PublicSide::Unknown => Bounds {
                sure: with(front_sure),
                maybe: None,
            },
            PublicSide::None | PublicSide::Behind => Bounds {
                sure: with(front_sure),
                maybe: with(front_maybe),
            },
        }
    }

    /// No group at all: the network is let in, and through what is of SKU Basic everybody.
    fn unguarded(
        &self,
        network: Option<usize>,
        public: PublicSide,
        front: Option<&Front>,
    ) -> Bounds<Reach> {
        let inside = Reach::every_port(&self.sources(network).virtual_network());
        let everything = Reach::every_port(&SourceSet::anyone());
        let basic = front.map_or(Some(false), |front| front.basic);
        let sure = public == PublicSide::Basic || basic == Some(true);
        let unclear = matches!(public, PublicSide::Unknown | PublicSide::Public);
        let maybe = sure || unclear || basic.is_none();
        Bounds {
            sure: if sure {
                everything.clone()
            } else {
                inside.clone()
            },
            maybe: if maybe { everything } else { inside },
        }
    }

    fn through(
        &self,
        gate: &Gate,
        network: Option<usize>,
        destination: Destination<'_>,
    ) -> Bounds<Reach> {
        let all = gate.iter().map(|alternative| match alternative {
            Alternative::Group(group) => {
                let evaluated = self.asked(*group, network, destination);
                Bounds {
                    sure: evaluated.open.clone(),
                    maybe: evaluated.maybe.clone(),
                }
            }
            Alternative::Open => Bounds::exactly(Reach::every_port(&SourceSet::anyone())),
            Alternative::Outside(_) | Alternative::Unknown => Bounds {
                sure: Reach::default(),
                maybe: Reach::every_port(&SourceSet::anyone()),
            },
        });
        all.reduce(|all, one| Bounds {
            sure: all.sure.intersection(&one.sure),
            maybe: all.maybe.union(&one.maybe),
        })
        .unwrap_or_default()
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

    fn public(&self, at: usize, configuration: &IpConfiguration, has_public: bool) -> PublicSide {
        if configuration.own_public {
            return PublicSide::Standard;
        }
        let side = |at: usize| match self.world.fact(at) {
            Some(Fact::PublicAddress(address)) => match address.basic {
                Some(true) => PublicSide::Basic,
                Some(false) => PublicSide::Standard,
                None => PublicSide::Public,
            },
            _ => PublicSide::Unknown,
        };
        match self
            .world
            .follow(at, &configuration.public, &["azurerm_public_ip"])
        {
            End::Nothing => PublicSide::None,
            End::Here(public) => side(public),
            End::Outside(_) => PublicSide::Public,
            End::OneOf { .. } if has_public => PublicSide::Public,
            End::OneOf { .. } => PublicSide::Unknown,
        }
    }
}

fn everything_maybe(exposure: &mut Exposure) {
    exposure.maybe = Reach::every_port(&SourceSet::anyone());
    exposure.public = exposure.public.max(PublicSide::Unknown);
}
