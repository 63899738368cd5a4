//! Who a name in `from:` stands for.

use crate::describer::codes::LO107;
use crate::describer::suggest::nearest;
use crate::describer::wire::network::Origin;
use crate::finding::Finding;
use crate::fleet::address::Addresses;
use crate::fleet::server::{From, Role};
use crate::fleet::sources::SourceSet;
use crate::source::Located;
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Everyone that a describer may name.
#[derive(Debug, Default)]
pub(in crate::describer) struct Names {
    /// Groups of the environment.
    groups: BTreeMap<String, SourceSet>,
    /// Servers, with their address when it could be read.
    servers: BTreeMap<String, Option<IpAddr>>,
    roles: BTreeMap<Role, SourceSet>,
    /// Whether every group is known; else an unknown name is no finding.
    complete: bool,
}

impl Names {
    pub(in crate::describer) fn new(groups: Option<&BTreeMap<String, Vec<IpNet>>>) -> Self {
        let sets = groups.into_iter().flatten().map(|(name, nets)| {
            let all = nets.iter().fold(Addresses::default(), |all, net| {
                all.union(&Addresses::net(*net))
            });
            (name.clone(), SourceSet::addresses(all))
        });
        Self {
            groups: sets.collect(),
            complete: groups.is_some(),
            ..Self::default()
        }
    }

    /// The same servers, with the groups of another environment.
    pub(in crate::describer) fn with_groups(&self, groups: &BTreeMap<String, Vec<IpNet>>) -> Self {
        Self {
            servers: self.servers.clone(),
            roles: self.roles.clone(),
            ..Self::new(Some(groups))
        }
    }

    pub(in crate::describer) fn add_server(&mut self, name: &str, address: Option<IpAddr>) {
        self.servers.insert(name.to_owned(), address);
    }

    /// The servers of one role.
    pub(in crate::describer) fn add_role(&mut self, role: Role, addresses: &BTreeSet<IpAddr>) {
        let sets = addresses
            .iter()
            .map(|address| Addresses::one(*address))
            .collect();
        self.roles.insert(role, SourceSet::addresses(union(sets)));
    }

    pub(in crate::describer) fn has_server(&self, name: &str) -> bool {
        self.servers.contains_key(name)
    }

    /// The server that was probably meant.
    pub(in crate::describer) fn near_server(&self, name: &str) -> Option<&str> {
        // In a fleet of thousands every name is near to many.
        (self.servers.len() <= 1_000)
            .then(|| nearest(name, self.servers.keys().map(String::as_str)))?
    }

    /// What `from:` means in this fleet.
    pub(in crate::describer) fn resolve(
        &self,
        origin: &Located<Origin>,
        findings: &mut Vec<Finding>,
    ) -> Option<(From, SourceSet)> {
        match &origin.value {
            Origin::Internet => Some((From::Internet, SourceSet::anyone())),
            Origin::Role(role) => {
                let sources = self.roles.get(role).cloned().unwrap_or_default();
                Some((From::Role(*role), sources))
            }
            Origin::Block(net) => Some((
                From::Block(*net),
                SourceSet::addresses(Addresses::net(*net)),
            )),
            Origin::Name(name) => {
                if let Some(group) = self.groups.get(name) {
                    return Some((From::Group(name.clone()), group.clone()));
                }
                if let Some(address) = self.servers.get(name) {
                    let sources = match address {
                        Some(address) => SourceSet::addresses(Addresses::one(*address)),
                        None => SourceSet::machine(name),
                    };
                    return Some((From::Server(name.clone()), sources));
                }
                if self.complete {
                    findings.push(self.unknown(name, origin));
                }
                None
            }
        }
    }

    fn unknown(&self, name: &str, origin: &Located<Origin>) -> Finding {
        let finding = Finding::new(&LO107, format!("unknown source `{name}`"));
        if Role::from_word(name).is_some() {
            return finding
                .at(origin.span, format!("did you mean `role:{name}`?"))
                .help(format!(
                    "write `role:{name}`, or name a server or a group of `environment.yaml`"
                ));
        }
        let groups = self.groups.keys().map(String::as_str).chain(["internet"]);
        let near = nearest(name, groups).or_else(|| self.near_server(name));
        let label = near.map_or_else(
            || "neither a server nor a group".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        finding.at(origin.span, label).help(
            "name a server, a group of `sources` in `environment.yaml`, a role as `role:backend`, a CIDR block, or `internet`",
        )
    }
}

/// The union of many sets, two and two, so that the work grows with n log n.
fn union(mut sets: Vec<Addresses>) -> Addresses {
    while sets.len() > 1 {
        sets = sets
            .chunks(2)
            .map(|pair| match pair {
                [a, b] => a.union(b),
                other => other.first().cloned().unwrap_or_default(),
            })
            .collect();
    }
    sets.pop().unwrap_or_default()
}
