//! A server that is to be initialised: who it is, and how it is reached.

use std::net::IpAddr;

/// One server with an address.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// As its describer and the inventory call it.
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    pub(crate) user: String,
    /// Azure's id of this very machine, which another one in its place does not have.
    pub(crate) identity: Option<String>,
    /// Host keys that the describer pins, `ssh-ed25519 AAAA…`; empty: accepted on first contact.
    pub(crate) pinned: Vec<String>,
}

impl Target {
    /// What OpenSSH calls it in a file of known hosts.
    pub(crate) fn known_name(&self) -> String {
        if self.port == 22 {
            self.address.to_string()
        } else {
            format!("[{}]:{}", self.address, self.port)
        }
    }

    /// For people: `203.0.113.12`, `[203.0.113.12]:2222`.
    pub(crate) fn place(&self) -> String {
        self.known_name()
    }
}
