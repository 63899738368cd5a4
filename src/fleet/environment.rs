//! The environment: where the servers live, and the names that describers use.

use super::server::Ownership;
use crate::source::{FileId, Located, Span};
use ipnet::IpNet;
use std::collections::BTreeMap;

/// Where Terraform keeps its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StateBackend {
    Local,
    /// A blob container; locked by a lease.
    Azurerm {
        storage_account: String,
        container: String,
        key: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Network {
    pub(crate) name: Located<String>,
    pub(crate) ownership: Ownership,
    pub(crate) address_space: Located<IpNet>,
    pub(crate) subnet_name: Located<String>,
    /// Inside the address space; every server's private address lies in it.
    pub(crate) subnet: Located<IpNet>,
}

/// Who signs the certificates of the environment's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authority {
    /// PEM.
    pub(crate) certificate: String,
    /// The name of the secret that holds its private key.
    pub(crate) key: Located<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Environment {
    pub(crate) file: FileId,
    pub(crate) name: Located<String>,
    /// Normalised as Azure does: `westeurope`.
    pub(crate) location: Located<String>,
    pub(crate) resource_group: Located<String>,
    pub(crate) resource_group_ownership: Ownership,
    pub(crate) network: Network,
    /// Named groups of addresses: `operators`.
    pub(crate) sources: BTreeMap<String, Vec<IpNet>>,
    /// Domain name by what answers to it: `app`, `grafana`.
    pub(crate) domains: BTreeMap<String, String>,
    pub(crate) state: StateBackend,
    pub(crate) acme_email: Option<String>,
    pub(crate) authority: Option<Authority>,
    /// The secret that holds the Discord webhook's address.
    pub(crate) discord_webhook: Option<Located<String>>,
    /// Container image by the image that it stands in for on the simulated cloud.
    pub(crate) rehearsal_images: BTreeMap<String, String>,
}

impl Environment {
    /// Names of the secrets that it needs, and where each is used.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = (&str, Span)> {
        let key = self.authority.as_ref().map(|authority| &authority.key);
        let all = self.discord_webhook.iter().chain(key);
        all.map(|name| (name.value.as_str(), name.span))
    }
}
