//! The environment: where the servers live, and the names that describers use.

use super::server::Ownership;
use crate::source::{FileId, Located, Span};
use ipnet::IpNet;
use serde_json::Value;
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
    /// Any other, as a file of its own says.
    File {
        kind: BackendKind,
        /// Texts, numbers and switches, and no secret.
        settings: BTreeMap<String, Value>,
    },
}

/// A backend of Terraform that keeps the state, shared, and does nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BackendKind {
    Consul,
    Cos,
    Gcs,
    Http,
    Kubernetes,
    Oss,
    Pg,
    S3,
}

/// All of them, by their names.
pub(crate) const KINDS: [BackendKind; 8] = [
    BackendKind::Consul,
    BackendKind::Cos,
    BackendKind::Gcs,
    BackendKind::Http,
    BackendKind::Kubernetes,
    BackendKind::Oss,
    BackendKind::Pg,
    BackendKind::S3,
];

impl BackendKind {
    /// As Terraform names it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Consul => "consul",
            Self::Cos => "cos",
            Self::Gcs => "gcs",
            Self::Http => "http",
            Self::Kubernetes => "kubernetes",
            Self::Oss => "oss",
            Self::Pg => "pg",
            Self::S3 => "s3",
        }
    }
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
