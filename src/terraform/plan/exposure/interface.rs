//! Who reaches one interface: its gates, its network, and how the internet gets to it.

use super::{Exposure, Net, Side};
use crate::fleet::address::Addresses;
use crate::fleet::reach::Reach;
use crate::fleet::sources::SourceSet;
use crate::terraform::plan::attach::{Alternative, Gate};
use crate::terraform::plan::evaluate::Destination;
use crate::terraform::plan::fact::Interface;
use crate::terraform::plan::front::Front;
use crate::terraform::plan::machine::PublicSide;
use crate::terraform::plan::rule::Bounds;
use std::sync::Arc;

impl Net<'_> {
    /// Adds what one interface opens. `at` is the resource whose attributes its links are.
    pub(super) fn interface(
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
        let front = self.fronts.of(at, interface, fact);

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
        let is_narrow = gate
            .iter()
            .chain(&subnet_gate)
            .any(|one| self.is_narrow(one));
        let mut destinations = destinations(interface, fact, range);
        if !is_narrow {
            destinations.truncate(1);
        }
        self.mention(gate, network, &destinations, exposure);
        self.mention(&subnet_gate, network, &destinations, exposure);
        let alone = is_narrow || front.is_some();
        let key: Side = (gate.clone(), subnet_gate.clone(), network, public);
        let known = || self.sides.lock().ok()?.get(&key).cloned();
        let bounds = match known().filter(|_| !alone) {
            Some(bounds) => bounds,
            None => {
                let gates = [gate, &subnet_gate];
                let each = destinations
                    .into_iter()
                    .map(|one| self.bounds(gates, network, public, front.as_ref(), one));
                let bounds = each
                    .reduce(|all, one| Bounds {
                        sure: all.sure.union(&one.sure),
                        maybe: all.maybe.union(&one.maybe),
                    })
                    .unwrap_or_default();
                if let (false, Ok(mut sides)) = (alone, self.sides.lock()) {
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
        [gate, subnet_gate]: [&Gate; 2],
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
        let arrival = self.arrival([gate, subnet_gate], network, public, front);
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
        destinations: &[Destination<'_>],
        exposure: &mut Exposure,
    ) {
        for alternative in gate {
            match alternative {
                Alternative::Group(group) => {
                    exposure.groups.push(self.world.address(*group).to_owned());
                    for destination in destinations {
                        let evaluated = self.asked(*group, network, *destination);
                        exposure.evidence.push(Arc::clone(&evaluated.contributions));
                    }
                }
                Alternative::Outside(id) => exposure.groups.push(id.clone()),
                Alternative::Open | Alternative::Unknown => {}
            }
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
}

/// The addresses of an interface one by one: it is open where any of them is.
fn destinations<'a>(
    at: Option<usize>,
    fact: &Interface,
    subnet: Option<&'a Addresses>,
) -> Vec<Destination<'a>> {
    let known = fact.addresses.len();
    let count = fact.configurations.len().max(known);
    // Those that only the apply knows are all judged alike.
    let unknown = (known == 0 || known < count).then_some(None);
    let addresses = fact.addresses.iter().copied().map(Some).chain(unknown);
    let one = |address| Destination::Interface {
        at,
        address,
        of_several: count != 1,
        subnet,
    };
    addresses.map(one).collect()
}
