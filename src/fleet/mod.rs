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
pub(crate) mod sources;
pub(crate) mod words;

use address::Addresses;
use environment::Environment;
use policy::Policy;
use server::Server;
use sources::Directory;

/// One environment: its servers, and the policy that judges them.
#[derive(Debug)]
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

    /// What its addresses are called.
    pub(crate) fn directory(&self) -> Directory {
        let servers = self.servers.iter();
        Directory {
            network: Addresses::net(self.environment.network.address_space.value),
            owners: servers
                .map(|server| (server.machine.private_ip.value, server.name().to_owned()))
                .collect(),
            groups: self
                .environment
                .sources
                .iter()
                .map(|(name, nets)| {
                    let all = nets.iter().fold(Addresses::default(), |all, net| {
                        all.union(&Addresses::net(*net))
                    });
                    (name.clone(), all)
                })
                .collect(),
        }
    }
}
