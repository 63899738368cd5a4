//! What a server says of itself.

use crate::fleet::port::Protocol;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

/// What a server says of itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inside {
    /// `Ubuntu 24.04.1 LTS`
    pub(crate) release: String,
    /// `6.8.0-1017-azure`
    pub(crate) kernel: String,
    pub(crate) uptime_seconds: u64,
    /// Packages that want a restart, when one is pending.
    pub(crate) reboot: Option<Vec<String>>,
    /// From which address it sees us.
    pub(crate) seen_from: Option<IpAddr>,
    /// Its own, but those of loopback and of networks of containers.
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) sockets: Vec<Socket>,
    /// Ports that its packet filter hands on, whether anybody listens or not.
    pub(crate) translated: Vec<Translated>,
    pub(crate) installed: Installed,
    pub(crate) people: Vec<Person>,
    /// `None`: there is no Docker.
    pub(crate) containers: Option<Vec<Container>>,
    /// What could not be measured: sentences without a full stop.
    pub(crate) gaps: Vec<Gap>,
}

/// Something that could not be measured as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gap {
    pub(crate) words: String,
    /// Something else was measured in its place.
    pub(crate) made_up_for: bool,
}

/// A socket that waits for whoever comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Socket {
    pub(crate) protocol: Protocol,
    pub(crate) at: At,
    pub(crate) port: u16,
    /// The process's name; empty when that is not known.
    pub(crate) process: String,
    pub(crate) pid: Option<u32>,
    pub(crate) user: String,
    /// `ssh.socket`
    pub(crate) unit: String,
    /// The container that is behind it.
    pub(crate) container: String,
}

/// Where a socket listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// Every address of both families.
    Both,
    /// Every address of IPv4.
    V4,
    /// Every address of IPv6.
    V6,
    One(IpAddr),
}

/// A port whose connections go on to another place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Translated {
    pub(crate) protocol: Protocol,
    pub(crate) low: u16,
    pub(crate) high: u16,
    /// Only what comes for this address.
    pub(crate) at: Option<IpAddr>,
    /// `172.18.0.2:80`
    pub(crate) to: String,
    /// The container that is there.
    pub(crate) container: String,
}

/// What is installed, and what of it was there before lostops or belongs to it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Installed {
    pub(crate) packages: Vec<Package>,
    /// What is no package of the system: snaps, modules of Python and of Node, programs in /usr/local and /opt.
    pub(crate) others: BTreeSet<Other>,
    /// What was there when lostops met the server.
    pub(crate) baseline: Option<Baseline>,
}

/// A package of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// Came only because another needs it.
    pub(crate) auto: bool,
    /// Names of which each group must be met by one.
    pub(crate) needs: Vec<Vec<String>>,
    pub(crate) provides: Vec<String>,
}

/// Something that is installed beside the system's packages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Other {
    pub(crate) kind: Kind,
    /// A name, or a path.
    pub(crate) name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Snap,
    Python,
    Node,
    Program,
}

impl Kind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Snap => "snap",
            Self::Python => "python",
            Self::Node => "node",
            Self::Program => "program",
        }
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Snap => "the snap",
            Self::Python => "the Python package",
            Self::Node => "the Node package",
            Self::Program => "the program",
        }
    }
}

/// What was on a server before lostops installed anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Baseline {
    pub(crate) packages: BTreeSet<String>,
    pub(crate) others: BTreeSet<Other>,
}

/// Somebody who can log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) name: String,
    /// By which sshd lets them in.
    pub(crate) has_password: bool,
    /// Their lines of `authorized_keys`, without comment: `ssh-ed25519 AAAA…`, and where they stand.
    pub(crate) keys: Vec<(String, String)>,
    pub(crate) has_shell: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Container {
    pub(crate) name: String,
    pub(crate) image: String,
    /// `running`, `restarting`, `exited`
    pub(crate) status: String,
    pub(crate) exit_code: i64,
    /// `healthy`, `unhealthy`, `starting`; empty when it has no check.
    pub(crate) health: String,
    /// The Compose project that it belongs to; empty when to none.
    pub(crate) project: String,
    pub(crate) host_network: bool,
    /// Its addresses in the networks of Docker.
    pub(crate) addresses: Vec<IpAddr>,
}

impl Socket {
    /// Whether anybody but the server itself can come to it.
    pub(crate) fn is_exposed(&self) -> bool {
        match self.at {
            At::One(address) => !address.is_loopback(),
            _ => true,
        }
    }

    /// `0.0.0.0:8080`, `*:8081`, `[::]:8082`
    pub(crate) fn place(&self) -> String {
        match self.at {
            At::Both => format!("*:{}", self.port),
            At::V4 => format!("0.0.0.0:{}", self.port),
            At::V6 => format!("[::]:{}", self.port),
            At::One(address) => SocketAddr::new(address, self.port).to_string(),
        }
    }

    /// `python3 (pid 812, user root, unit test.service)`
    pub(crate) fn owner(&self) -> String {
        let mut parts = Vec::new();
        if let Some(pid) = self.pid {
            parts.push(format!("pid {pid}"));
        }
        for (word, value) in [("user", &self.user), ("unit", &self.unit)] {
            if !value.is_empty() {
                parts.push(format!("{word} {value}"));
            }
        }
        let who = match (self.container.as_str(), self.process.as_str()) {
            ("", "") => "an unknown process".to_owned(),
            ("", process) => process.to_owned(),
            (container, _) => format!("the container {container}"),
        };
        if parts.is_empty() {
            who
        } else {
            format!("{who} ({})", parts.join(", "))
        }
    }
}
