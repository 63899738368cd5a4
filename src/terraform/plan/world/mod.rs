//! The resources of a plan at one time, before or after, and what points at what.

mod subnets;

pub(super) use subnets::SubnetView;

use super::fact::{Fact, Interface, Link, Links, Machine, Named, Path};
use super::found::Found;
use super::index::Index;
use super::resolve;
use indexmap::IndexMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Before,
    After,
}

/// What a link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    Nothing,
    /// A resource of the plan.
    Here(usize),
    /// An id that the plan does not hold.
    Outside(String),
    /// One of these, or something else when the flag is set.
    OneOf {
        candidates: Vec<usize>,
        or_else: bool,
    },
}

#[derive(Debug)]
pub(super) struct World<'p> {
    pub(super) index: &'p Index<'p>,
    pub(super) when: When,
    ids: IndexMap<String, usize>,
    names: IndexMap<(&'static str, String, String), usize>,
    pub(super) subnets: Vec<SubnetView<'p>>,
    subnet_ids: IndexMap<String, usize>,
    subnet_of: IndexMap<usize, usize>,
    /// There is a peering or a gateway.
    pub(super) beyond: bool,
}

impl<'p> World<'p> {
    pub(super) fn new(index: &'p Index<'p>, when: When) -> Self {
        let mut world = Self {
            index,
            when,
            ids: IndexMap::new(),
            names: IndexMap::new(),
            subnets: Vec::new(),
            subnet_ids: IndexMap::new(),
            subnet_of: IndexMap::new(),
            beyond: false,
        };
        for (at, fact) in world.by_standing() {
            world.beyond |= *fact == Fact::Beyond;
            let Some((kind, named)) = named(fact) else {
                continue;
            };
            if let Some(id) = &named.id {
                world.ids.entry(id.to_ascii_lowercase()).or_insert(at);
            }
            if let (Some(group), Some(name)) = (&named.resource_group, &named.name) {
                let key = (kind, group.to_ascii_lowercase(), name.to_ascii_lowercase());
                world.names.entry(key).or_insert(at);
            }
        }
        world.collect_subnets();
        world
    }

    /// The only virtual network of the plan.
    pub(super) fn only_network(&self) -> Option<usize> {
        let mut networks = self
            .facts()
            .filter(|(_, fact)| matches!(fact, Fact::Network(_)));
        let only = networks.next()?.0;
        networks.next().is_none().then_some(only)
    }

    /// Every resource that there is at this time and of which something is kept.
    pub(super) fn facts(&self) -> impl Iterator<Item = (usize, &'p Fact)> + use<'p> {
        let when = self.when;
        let changes = self.index.changes.iter().enumerate();
        changes.filter_map(move |(at, change)| {
            let fact = match when {
                When::Before => &change.before,
                When::After => &change.after,
            };
            Some((at, fact.as_deref()?))
        })
    }

    /// The same, what is managed first: where a data source reads it too, that was before the apply.
    fn by_standing(&self) -> Vec<(usize, &'p Fact)> {
        let mut all: Vec<_> = self.facts().collect();
        all.sort_by_key(|(at, _)| self.index.changes[*at].data);
        all
    }

    pub(super) fn fact(&self, at: usize) -> Option<&'p Fact> {
        let change = &self.index.changes[at];
        match self.when {
            When::Before => change.before.as_deref(),
            When::After => change.after.as_deref(),
        }
    }

    pub(super) fn address(&self, at: usize) -> &'p str {
        &self.index.changes[at].address
    }

    pub(super) fn interface(&self, at: usize) -> Option<&'p Interface> {
        match self.fact(at)? {
            Fact::Interface(interface) => Some(interface),
            _ => None,
        }
    }

    pub(super) fn machines(&self) -> impl Iterator<Item = (usize, &'p Machine)> + use<'p> {
        let changes = self.index.changes;
        self.facts().filter_map(move |(at, fact)| match fact {
            Fact::Machine(machine) if !changes[at].data => Some((at, &**machine)),
            _ => None,
        })
    }

    /// The resource with this id; one that has no id yet is found by what its id will be.
    pub(super) fn by_id(&self, id: &str) -> Option<usize> {
        let id = id.to_ascii_lowercase();
        self.ids.get(&id).copied().or_else(|| {
            let (kind, group, name) = id_parts(&id)?;
            let at = *self.names.get(&(kind, group, name))?;
            named(self.fact(at)?)?.1.id.is_none().then_some(at)
        })
    }

    pub(super) fn by_name(&self, kind: &'static str, group: &str, name: &str) -> Option<usize> {
        let key = (kind, group.to_ascii_lowercase(), name.to_ascii_lowercase());
        self.names.get(&key).copied()
    }

    /// Where a link of resource `from` leads, among resources of these types.
    pub(super) fn follow(&self, from: usize, link: &Link, kinds: &[&str]) -> End {
        match link {
            Link::None => End::Nothing,
            Link::Id(id) => self
                .by_id(id)
                .map_or_else(|| End::Outside(id.clone()), End::Here),
            Link::Unknown(path) => {
                let found = self.resolve(from, *path, kinds);
                match found.single() {
                    Some(at) => End::Here(at),
                    None => End::OneOf {
                        or_else: found.incomplete,
                        candidates: found.targets.into_iter().map(|target| target.at).collect(),
                    },
                }
            }
        }
    }

    /// Several links; the flag tells that there may be others.
    pub(super) fn follow_all(
        &self,
        from: usize,
        links: &Links,
        kinds: &[&str],
    ) -> (Vec<End>, bool) {
        let mut ends: Vec<End> = Vec::new();
        for id in &links.ids {
            ends.push(
                self.by_id(id)
                    .map_or_else(|| End::Outside(id.clone()), End::Here),
            );
        }
        let Some(path) = links.unknown else {
            return (ends, false);
        };
        let found = self.resolve(from, path, kinds);
        let candidates: Vec<usize> = found.targets.iter().map(|target| target.at).collect();
        if found.ambiguous {
            ends.push(End::OneOf {
                candidates,
                or_else: found.incomplete,
            });
        } else {
            ends.extend(candidates.into_iter().map(End::Here));
        }
        ends.dedup();
        (ends, found.incomplete)
    }

    pub(super) fn resolve(&self, from: usize, path: Path, kinds: &[&str]) -> Found {
        let mut found = resolve::resolve(self.index, from, path, kinds);
        found
            .targets
            .retain(|target| self.fact(target.at).is_some());
        found.incomplete |= found.targets.is_empty();
        found
    }
}

/// The type as an id spells it, and the names.
fn named(fact: &Fact) -> Option<(&'static str, &Named)> {
    Some(match fact {
        Fact::Group(group) => ("networksecuritygroups", &group.named),
        Fact::Interface(interface) => ("networkinterfaces", &interface.named),
        Fact::Subnet(subnet) => ("subnets", &subnet.named),
        Fact::Network(network) => ("virtualnetworks", &network.named),
        Fact::PublicAddress(address) => ("publicipaddresses", &address.named),
        Fact::SecurityMembers(named) => ("applicationsecuritygroups", named),
        Fact::Machine(machine) => ("virtualmachines", &machine.named),
        Fact::Balancer(balancer) => ("loadbalancers", &balancer.named),
        Fact::Pool(pool) => ("backendaddresspools", &pool.named),
        Fact::BalancerRule(rule) => ("loadbalancingrules", &rule.named),
        Fact::Disk(disk) => ("disks", &disk.named),
        _ => return None,
    })
}

/// Type, resource group and name of a lower-case id that is no more than those.
fn id_parts(id: &str) -> Option<(&'static str, String, String)> {
    const KINDS: [&str; 8] = [
        "networksecuritygroups",
        "networkinterfaces",
        "virtualnetworks",
        "publicipaddresses",
        "applicationsecuritygroups",
        "virtualmachines",
        "loadbalancers",
        "disks",
    ];
    let parts: Vec<&str> = id.trim_matches('/').split('/').collect();
    let [_, _, _, group, _, _, kind, name] = parts.as_slice() else {
        return None;
    };
    let kind = KINDS.iter().find(|known| *known == kind)?;
    Some((kind, (*group).to_owned(), (*name).to_owned()))
}
