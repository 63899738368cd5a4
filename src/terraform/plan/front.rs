//! What is in front of an interface: load balancers and the NAT of firewalls lead the internet to it.

use super::fact::{BalancerRule, Fact, Interface, IpConfiguration, Link, Links, Tie};
use super::rule::Bounds;
use super::world::{End, World};
use crate::fleet::port::PortSet;
use crate::fleet::reach::Reach;
use crate::fleet::sources::SourceSet;
use indexmap::IndexMap;
use std::net::IpAddr;

/// What comes through a front.
#[derive(Debug, Clone, Default)]
pub(super) struct Front {
    pub(super) reach: Bounds<Reach>,
    /// A front of SKU Basic does not close what no group closes; `None`: not known.
    pub(super) basic: Option<bool>,
}

#[derive(Debug)]
pub(super) struct Fronts<'p> {
    world: &'p World<'p>,
    rules: Vec<(usize, &'p BalancerRule)>,
    /// By interface: pools, and NAT rules.
    pools: IndexMap<usize, Vec<End>>,
    translations: IndexMap<usize, Vec<End>>,
    /// Pools by the address of a member.
    members: IndexMap<IpAddr, Vec<End>>,
    firewalls: Vec<(Option<IpAddr>, PortSet)>,
    empty: bool,
}

const POOL: [&str; 1] = ["azurerm_lb_backend_address_pool"];
const TRANSLATION: [&str; 2] = ["azurerm_lb_nat_rule", "azurerm_lb_nat_pool"];
const BALANCER: [&str; 1] = ["azurerm_lb"];

impl<'p> Fronts<'p> {
    pub(super) fn new(world: &'p World<'p>) -> Self {
        let mut fronts = Self {
            world,
            rules: Vec::new(),
            pools: IndexMap::new(),
            translations: IndexMap::new(),
            members: IndexMap::new(),
            firewalls: Vec::new(),
            empty: false,
        };
        for (at, fact) in world.facts() {
            match fact {
                Fact::BalancerRule(rule) => fronts.rules.push((at, rule)),
                Fact::PoolAddress {
                    pool,
                    address: Some(address),
                } => {
                    let pool = world.follow(at, pool, &POOL);
                    fronts.members.entry(*address).or_default().push(pool);
                }
                Fact::Translation(translations) => fronts.firewalls.extend(
                    translations
                        .iter()
                        .map(|one| (one.address, one.ports.clone())),
                ),
                Fact::Association(one)
                    if matches!(one.kind, Tie::InterfacePool | Tie::InterfaceTranslation) =>
                {
                    let into = if one.kind == Tie::InterfacePool {
                        &mut fronts.pools
                    } else {
                        &mut fronts.translations
                    };
                    let kinds: &[&str] = if one.kind == Tie::InterfacePool {
                        &POOL
                    } else {
                        &TRANSLATION
                    };
                    let right = world.follow(at, &one.right, kinds);
                    match world.follow(at, &one.left, &["azurerm_network_interface"]) {
                        End::Here(interface) => into.entry(interface).or_default().push(right),
                        End::OneOf { candidates, .. } => {
                            for interface in candidates {
                                into.entry(interface).or_default().push(right.clone());
                            }
                        }
                        End::Nothing | End::Outside(_) => {}
                    }
                }
                _ => {}
            }
        }
        fronts.empty = fronts.pools.is_empty()
            && fronts.translations.is_empty()
            && fronts.members.is_empty()
            && fronts.firewalls.is_empty();
        fronts
    }

    /// What leads to an interface: `at` is the resource whose attributes its links are.
    pub(super) fn of(
        &self,
        at: usize,
        interface: Option<usize>,
        fact: &Interface,
    ) -> Option<Front> {
        let mut unclear = false;
        let mut own = |pick: fn(&IpConfiguration) -> &Links, kinds: &[&str]| {
            let mut ends: Vec<End> = Vec::new();
            let links = fact.configurations.iter().map(pick);
            for links in links.filter(|links| **links != Links::default()) {
                let (found, others) = self.world.follow_all(at, links, kinds);
                ends.extend(found);
                unclear |= others;
            }
            ends
        };
        let mut ends = own(|one| &one.pools, &POOL);
        let mut translations = own(|one| &one.translations, &TRANSLATION);
        if self.empty && ends.is_empty() && translations.is_empty() && !unclear {
            return None;
        }
        let tied = |ties: &IndexMap<usize, Vec<End>>| {
            let ends = interface.and_then(|one| ties.get(&one));
            ends.cloned().unwrap_or_default()
        };
        ends.extend(tied(&self.pools));
        translations.extend(tied(&self.translations));
        let addresses = fact.addresses.as_slice();
        for address in addresses {
            ends.extend(self.members.get(address).into_iter().flatten().cloned());
        }
        let mut front: Option<Front> = None;
        if unclear {
            add(front.get_or_insert_default(), &every_port(), None);
        }
        for end in &ends {
            let pools = match end {
                End::Nothing => continue,
                End::Here(pool) => vec![Some(*pool)],
                End::Outside(_) => vec![None],
                End::OneOf { candidates, .. } if candidates.is_empty() => vec![None],
                End::OneOf { candidates, .. } => candidates.iter().copied().map(Some).collect(),
            };
            for pool in pools {
                self.pool(pool, front.get_or_insert_default());
            }
        }
        for end in translations {
            let front = front.get_or_insert_default();
            match end {
                End::Here(rule) => self.rule(rule, front),
                _ => add(front, &every_port(), Some(true)),
            }
        }
        for (address, ports) in &self.firewalls {
            if address.is_none_or(|address| addresses.contains(&address) || addresses.is_empty()) {
                let reach = Reach::new(None, ports, &SourceSet::anyone());
                let certain = address.is_some_and(|address| addresses.contains(&address));
                add(
                    front.get_or_insert_default(),
                    &reach,
                    certain.then_some(true),
                );
            }
        }
        front
    }

    fn pool(&self, pool: Option<usize>, front: &mut Front) {
        let balancer = pool.and_then(|pool| match self.world.fact(pool)? {
            Fact::Pool(fact) => self.balancer(pool, &fact.balancer),
            _ => None,
        });
        let mut reach = Reach::default();
        let mut any = false;
        // A NAT rule that names no pool waits for an interface.
        let leads = |rule: &BalancerRule| !rule.translates || rule.pools != Links::default();
        for (at, rule) in self.rules.iter().filter(|(_, rule)| leads(rule)) {
            let (ends, _) = self.world.follow_all(*at, &rule.pools, &POOL);
            let named: Vec<usize> = ends
                .iter()
                .filter_map(|end| match end {
                    End::Here(at) => Some(*at),
                    _ => None,
                })
                .collect();
            let ours = if named.is_empty() {
                balancer.is_none()
                    || self
                        .balancer(*at, &rule.balancer)
                        .is_none_or(|one| Some(one) == balancer)
            } else {
                pool.is_some_and(|pool| named.contains(&pool))
            };
            if ours {
                any = true;
                reach = reach.union(&Reach::new(
                    rule.protocol,
                    &rule.ports,
                    &SourceSet::anyone(),
                ));
            }
        }
        if !any && balancer.is_none() {
            reach = every_port();
        }
        self.through(balancer, &reach, front);
    }

    fn rule(&self, at: usize, front: &mut Front) {
        if let Some(Fact::BalancerRule(rule)) = self.world.fact(at) {
            let reach = Reach::new(rule.protocol, &rule.ports, &SourceSet::anyone());
            self.through(self.balancer(at, &rule.balancer), &reach, front);
        }
    }

    fn balancer(&self, at: usize, link: &Link) -> Option<usize> {
        match self.world.follow(at, link, &BALANCER) {
            End::Here(balancer) => Some(balancer),
            _ => None,
        }
    }

    fn through(&self, balancer: Option<usize>, reach: &Reach, front: &mut Front) {
        let Some(Fact::Balancer(fact)) = balancer.and_then(|at| self.world.fact(at)) else {
            add(front, reach, Some(true));
            return;
        };
        let public = fact.public.or_else(|| {
            let path = super::fact::Path::of("public_ip_address_id")
                .within("frontend_ip_configuration", 0);
            let found = self.world.resolve(balancer?, path, &["azurerm_public_ip"]);
            (!found.targets.is_empty()).then_some(true)
        });
        add(front, reach, public);
        front.basic = fact.basic;
    }
}

fn every_port() -> Reach {
    Reach::every_port(&SourceSet::anyone())
}

/// `public`: whether the front is; `None`: not known.
fn add(front: &mut Front, reach: &Reach, public: Option<bool>) {
    if public == Some(true) {
        front.reach.sure = front.reach.sure.union(reach);
    }
    if public != Some(false) {
        front.reach.maybe = front.reach.maybe.union(reach);
    }
}
