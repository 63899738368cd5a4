//! The nouns: servers, ports, sources, exposures. No files, no YAML, no Terraform.

pub(crate) mod address;
pub(crate) mod environment;
pub(crate) mod exposure;
pub(crate) mod interval;
pub(crate) mod policy;
pub(crate) mod port;
#[cfg(test)]
mod properties;
pub(crate) mod reach;
pub(crate) mod server;
pub(crate) mod service;
pub(crate) mod sources;
mod steps;
pub(crate) mod words;

use address::Addresses;
use environment::Environment;
use policy::Policy;
use server::Server;
use sources::{Book, Directory};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One environment: its servers, and the policy that judges them.
#[derive(Debug, Clone)]
pub(crate) struct Fleet {
    pub(crate) environment: Environment,
    pub(crate) policy: Policy,
    /// By name, ascending.
    pub(crate) servers: Vec<Server>,
}

impl Fleet {
    pub(crate) fn server(&self, name: &str) -> Option<&Server> {
        self.servers
            .binary_search_by(|server| server.name().cmp(name))
            .ok()
            .map(|at| &self.servers[at])
    }

    /// The environment variables that its secrets stand in.
    pub(crate) fn secret_names(&self) -> BTreeSet<&str> {
        let servers = self.servers.iter();
        let services = servers.flat_map(|server| server.services.secrets());
        let all = services.chain(self.environment.secrets());
        all.map(|(name, _)| name).collect()
    }

    /// What its addresses are called.
    pub(crate) fn directory(&self) -> Directory {
        Directory {
            network: Addresses::net(self.environment.network.address_space.value),
            book: Arc::new(self.book()),
        }
    }

    pub(crate) fn book(&self) -> Book {
        let servers = self.servers.iter();
        let sources = self.environment.sources.iter();
        Book {
            owners: servers
                .map(|one| (one.machine.private_ip.value, one.name().to_owned()))
                .collect(),
            groups: sources
                .map(|(name, nets)| {
                    let blocks = nets.iter().map(|net| Addresses::net(*net));
                    (
                        name.clone(),
                        blocks.fold(Addresses::default(), |all, net| all.union(&net)),
                    )
                })
                .collect(),
            machines: BTreeMap::new(),
        }
    }
}
