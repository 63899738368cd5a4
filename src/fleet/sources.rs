//! From whom: addresses, and those who have a name but no address that is known.
//!
//! Azure's service tags are sets of public addresses that nobody can list, and a machine that is not
//! made yet has no address: both are kept by name. A set of names may be "all but these", so that
//! "anyone" minus a tag stays exact.

use super::address::Addresses;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

/// Some names, or all names but some.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Names {
    /// `false`: just `names`. `true`: every name there is but `names`.
    all_but: bool,
    names: BTreeSet<String>,
}

impl Names {
    pub(crate) fn all() -> Self {
        Self {
            all_but: true,
            names: BTreeSet::new(),
        }
    }

    pub(crate) fn one(name: impl Into<String>) -> Self {
        Self {
            all_but: false,
            names: BTreeSet::from([name.into()]),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.all_but && self.names.is_empty()
    }

    fn is_all(&self) -> bool {
        self.all_but && self.names.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.names.contains(name) != self.all_but
    }

    /// The names, when they can be listed.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &str> {
        self.names
            .iter()
            .map(String::as_str)
            .filter(|_| !self.all_but)
    }

    fn meets(&self, other: &Self) -> bool {
        match (self.all_but, other.all_but) {
            (false, false) => !self.names.is_disjoint(&other.names),
            (false, true) => !self.names.is_subset(&other.names),
            (true, false) => !other.names.is_subset(&self.names),
            // There are always more names than those that are left out.
            (true, true) => true,
        }
    }

    fn intersection(&self, other: &Self) -> Self {
        let (a, b) = (&self.names, &other.names);
        match (self.all_but, other.all_but) {
            (false, false) => Self {
                all_but: false,
                names: a & b,
            },
            (false, true) => Self {
                all_but: false,
                names: a - b,
            },
            (true, false) => Self {
                all_but: false,
                names: b - a,
            },
            (true, true) => Self {
                all_but: true,
                names: a | b,
            },
        }
    }

    fn complement(&self) -> Self {
        Self {
            all_but: !self.all_but,
            names: self.names.clone(),
        }
    }

    fn union(&self, other: &Self) -> Self {
        self.complement()
            .intersection(&other.complement())
            .complement()
    }

    fn difference(&self, other: &Self) -> Self {
        self.intersection(&other.complement())
    }
}

/// A set of those who may connect.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct SourceSet {
    pub(crate) addresses: Addresses,
    /// Azure service tags that stand for public addresses: `Storage`, `AzureCloud.westeurope`.
    pub(crate) tags: Names,
    /// Machines by name whose address is not known yet.
    pub(crate) machines: Names,
}

impl SourceSet {
    /// Anyone at all: what `internet` means in a describer, and `*` in a rule.
    pub(crate) fn anyone() -> Self {
        Self {
            addresses: Addresses::all(),
            tags: Names::all(),
            machines: Names::all(),
        }
    }

    /// Whether it leaves nobody out.
    pub(crate) fn is_anyone(&self) -> bool {
        self.tags.is_all() && self.machines.is_all() && self.addresses.is_all()
    }

    pub(crate) fn addresses(addresses: Addresses) -> Self {
        Self {
            addresses,
            ..Self::default()
        }
    }

    pub(crate) fn tag(tag: impl Into<String>) -> Self {
        Self {
            tags: Names::one(tag),
            ..Self::default()
        }
    }

    pub(crate) fn machine(name: impl Into<String>) -> Self {
        Self {
            machines: Names::one(name),
            ..Self::default()
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.tags.is_empty() && self.machines.is_empty()
    }

    #[must_use]
    pub(crate) fn union(&self, other: &Self) -> Self {
        Self {
            addresses: self.addresses.union(&other.addresses),
            tags: self.tags.union(&other.tags),
            machines: self.machines.union(&other.machines),
        }
    }

    #[must_use]
    pub(crate) fn intersection(&self, other: &Self) -> Self {
        Self {
            addresses: self.addresses.intersection(&other.addresses),
            tags: self.tags.intersection(&other.tags),
            machines: self.machines.intersection(&other.machines),
        }
    }

    #[must_use]
    pub(crate) fn difference(&self, other: &Self) -> Self {
        Self {
            addresses: self.addresses.difference(&other.addresses),
            tags: self.tags.difference(&other.tags),
            machines: self.machines.difference(&other.machines),
        }
    }

    /// Whether anybody is in both.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.addresses.meets(&other.addresses)
            || self.tags.meets(&other.tags)
            || self.machines.meets(&other.machines)
    }

    #[cfg(test)]
    pub(crate) fn is_subset(&self, other: &Self) -> bool {
        self.difference(other).is_empty()
    }

    /// Whether the internet is in it: enough public addresses, or the tag of every tenant's machines.
    pub(crate) fn is_internet(&self) -> bool {
        self.tags.all_but
            || self.tags.listed().any(is_anyones_cloud)
            || self.addresses.is_internet()
    }
}

/// `AzureCloud` is every machine that anybody rents there, hosted CI runners among them.
fn is_anyones_cloud(tag: &str) -> bool {
    tag.split('.')
        .next()
        .is_some_and(|tag| tag.eq_ignore_ascii_case("AzureCloud"))
}

/// Who is called what.
#[derive(Debug, Default)]
pub(crate) struct Book {
    /// Whose an address is.
    pub(crate) owners: BTreeMap<IpAddr, String>,
    /// Named groups of addresses, as the environment names them: `operators`.
    pub(crate) groups: Vec<(String, Addresses)>,
    /// What a machine without a known address is called, by the atom that stands for it.
    pub(crate) machines: BTreeMap<String, String>,
}

/// What addresses are called as seen from one network. Cheap to copy.
#[derive(Debug, Clone, Default)]
pub(crate) struct Directory {
    /// Addresses of the virtual network; empty when it is not known, then the private blocks stand for it.
    pub(crate) network: Addresses,
    pub(crate) book: Arc<Book>,
}

impl Directory {
    /// The words for a set, broadest first: `internet`, `vnet`, server names, groups, tags, CIDR blocks.
    /// When the internet is in it nothing narrower is said but `vnet`.
    pub(crate) fn words(&self, sources: &SourceSet) -> Vec<String> {
        let network = if self.network.is_empty() {
            Addresses::private()
        } else {
            &self.network
        };
        let mut words = Vec::new();
        let mut rest = sources.addresses.clone();
        let vnet = !rest.is_empty() && network.is_subset(&rest);
        if sources.is_internet() {
            words.push("internet".to_owned());
        }
        if vnet {
            words.push("vnet".to_owned());
            rest = rest.difference(network);
            // With every private block in it, none of them was meant by itself.
            if Addresses::private().is_subset(&rest.union(network)) {
                rest = rest.difference(Addresses::private());
            }
        }
        if sources.is_internet() {
            return words;
        }
        for (name, group) in &self.book.groups {
            if !group.is_empty() && group.is_subset(&rest) {
                words.push(name.clone());
                rest = rest.difference(group);
            }
        }
        let called = |machine: &str| {
            self.book
                .machines
                .get(machine)
                .map_or(machine, String::as_str)
                .to_owned()
        };
        let mut names: BTreeSet<String> = sources.machines.listed().map(called).collect();
        let mut blocks = Vec::new();
        let whole = if vnet && !rest.is_empty() {
            rest.union(network)
        } else {
            rest
        };
        for block in whole.cidrs() {
            if vnet && Addresses::net(block).is_subset(network) {
                continue;
            }
            let own = self.book.owners.range(block.network()..=block.broadcast());
            let owners: Vec<&String> = own.map(|(_, owner)| owner).collect();
            let hosts = block.max_prefix_len() - block.prefix_len();
            if 1_usize.checked_shl(hosts.into()) == Some(owners.len()) {
                names.extend(owners.into_iter().cloned());
            } else {
                blocks.push(block.to_string());
            }
        }
        words.extend(names);
        words.extend(sources.tags.listed().map(str::to_owned));
        words.extend(blocks);
        words
    }
}
