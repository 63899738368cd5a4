//! A server as its describer says it should be.

use super::port::{PortSet, Protocol};
use super::service::Services;
use super::sources::SourceSet;
use crate::source::{FileId, Located};
use ipnet::IpNet;
use std::net::IpAddr;

/// Which profile of the policy, and which Ansible roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Backend,
    Database,
    Monitoring,
}

impl Role {
    pub(crate) const ALL: [Self; 3] = [Self::Backend, Self::Database, Self::Monitoring];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Backend => "backend",
            Self::Database => "database",
            Self::Monitoring => "monitoring",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// What the describer wants of the machine. `Stopped` is deallocated: not billed, disks kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PowerState {
    Running,
    Stopped,
    /// The server is to be gone.
    Absent,
}

impl PowerState {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Absent => "absent",
        }
    }
}

/// Whose the machine's nature is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ownership {
    /// The machine exists; lostops opens ports, starts, stops and configures it, and never changes what it is.
    Adopted,
    /// Terraform creates, changes and destroys it.
    Managed,
}

impl Ownership {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Adopted => "adopted",
            Self::Managed => "managed",
        }
    }
}

/// `Canonical:ubuntu-24_04-lts:server:latest`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) publisher: String,
    pub(crate) offer: String,
    pub(crate) sku: String,
    pub(crate) version: String,
}

impl std::fmt::Display for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}:{}:{}:{}",
            self.publisher, self.offer, self.sku, self.version
        )
    }
}

/// A disk beside the system's own, which outlives the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DataDisk {
    pub(crate) name: Located<String>,
    pub(crate) size_gb: Located<u32>,
    /// Its name in Azure; `<server>-<name>` unless said.
    pub(crate) managed_disk: String,
    /// Its place on the machine; no other disk of the machine has it.
    pub(crate) lun: u8,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Machine {
    pub(crate) ownership: Located<Ownership>,
    /// A managed machine that exists and is taken over instead of made.
    pub(crate) import: bool,
    pub(crate) size: Located<String>,
    pub(crate) image: Located<Image>,
    pub(crate) private_ip: Located<IpAddr>,
    pub(crate) public_ip: bool,
    pub(crate) disk_gb: Located<u32>,
    pub(crate) data_disks: Vec<DataDisk>,
    pub(crate) admin_user: String,
    /// OpenSSH public keys, at least one.
    pub(crate) ssh_keys: Vec<String>,
    /// Name of its network interface in Azure; `<server>-nic` unless said.
    pub(crate) network_interface: String,
    /// Name of its public address in Azure, where it has one; `<server>-ip` unless said.
    pub(crate) public_ip_name: String,
    /// Name of its security group in Azure, `<server>-nsg` unless said. The group of one that is adopted or imported is there
    /// already and taken over; `None`: nothing guards it yet.
    pub(crate) security_group: Option<String>,
    /// Pinned SSH host keys; empty: accept on first contact, report, ask to pin.
    pub(crate) host_keys: Vec<String>,
}

/// From whom a port may be reached, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum From {
    /// Anyone at all.
    Internet,
    /// A group of the environment: `operators`.
    Group(String),
    Server(String),
    Role(Role),
    Block(IpNet),
}

impl std::fmt::Display for From {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Internet => f.write_str("internet"),
            Self::Group(name) | Self::Server(name) => f.write_str(name),
            Self::Role(role) => write!(f, "role:{}", role.word()),
            Self::Block(net) => write!(f, "{net}"),
        }
    }
}

/// One entry of `ports:`, with the sources already resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Port {
    pub(crate) protocol: Protocol,
    pub(crate) ports: Located<PortSet>,
    pub(crate) from: Located<From>,
    /// What `from` means in this fleet.
    pub(crate) sources: SourceSet,
    /// What the port is for: the security rule's name.
    pub(crate) purpose: Option<String>,
    /// `tls: required`
    pub(crate) tls: bool,
}

/// A value that is written down, or the name of the environment variable that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Setting {
    Plain(String),
    Secret(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    /// Also its host name, inventory name and Terraform key.
    pub(crate) name: Located<String>,
    pub(crate) file: FileId,
    pub(crate) role: Located<Role>,
    pub(crate) state: Located<PowerState>,
    pub(crate) machine: Machine,
    pub(crate) ports: Vec<Port>,
    pub(crate) services: Services,
    /// Packages beyond those of the role.
    pub(crate) packages: Vec<Located<String>>,
}

impl Server {
    pub(crate) fn name(&self) -> &str {
        &self.name.value
    }

    pub(crate) fn is_adopted(&self) -> bool {
        self.machine.ownership.value == Ownership::Adopted
    }

    /// Somebody made it before lostops heard of it.
    pub(crate) fn is_found(&self) -> bool {
        self.is_adopted() || self.machine.import
    }

    /// The port that its describer opens for a purpose, `mysql`; the first of several.
    pub(crate) fn port_for(&self, purpose: &str) -> Option<u16> {
        let mut ports = self.ports.iter();
        let port = ports.find(|port| port.purpose.as_deref() == Some(purpose))?;
        port.ports.value.ranges().next().map(|(first, _)| first)
    }

    /// Everything its describer opens.
    pub(crate) fn declared(&self) -> super::reach::Reach {
        self.ports
            .iter()
            .fold(super::reach::Reach::default(), |all, port| {
                all.union(&super::reach::Reach::new(
                    Some(port.protocol),
                    &port.ports.value,
                    &port.sources,
                ))
            })
    }
}
