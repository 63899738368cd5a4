//! What was measured, free of how: policy judges it and reports show it.

mod inside;
mod outside;

use super::reach::{Matrix, Verdict};
use crate::fleet::words::count;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

pub(crate) use super::database::Database;
pub(crate) use super::names::Name;
pub(crate) use super::web::Web;
pub(crate) use inside::{
    At, Baseline, Container, Gap, Inside, Installed, Kind, Other, Package, Person, Socket,
    Translated,
};
pub(crate) use outside::{Outside, Side, Udp};

/// Everything that was measured in one run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Measured {
    /// By name, ascending.
    pub(crate) servers: Vec<Server>,
    pub(crate) matrix: Matrix,
    /// Servers that are described as stopped and answer all the same, and where.
    pub(crate) awake: Vec<Awake>,
    /// How many servers are described as stopped and do not answer.
    pub(crate) asleep: usize,
    /// Servers that are described as stopped, and in words why it is not known whether they are.
    pub(crate) unseen: Vec<(String, String)>,
    /// When.
    pub(crate) at: Timestamp,
}

/// A server that answers although it is to be stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Awake {
    pub(crate) name: String,
    pub(crate) at: SocketAddr,
    /// It took the connection; else it refused it, which takes a machine that runs, too.
    pub(crate) took: bool,
}

/// One server.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) name: String,
    /// Where it was measured from outside.
    pub(crate) address: Option<IpAddr>,
    pub(crate) expected: Expected,
    /// From within; in words why not, where that was not possible.
    pub(crate) inside: Result<Inside, String>,
    /// From outside; `None` where it has no address to be measured at.
    pub(crate) outside: Option<Result<Outside, String>>,
    pub(crate) web: Vec<Web>,
    /// Names of its web applications; none in a simulation.
    pub(crate) names: Vec<Name>,
    pub(crate) databases: Vec<Database>,
    /// What its Prometheus asks, where it runs one; in words why that is not known.
    pub(crate) targets: Option<Result<Vec<ScrapeTarget>, String>>,
}

/// What belongs to a server beside what its describer says in so many words: its roles bring it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expected {
    /// What its Ansible roles install.
    pub(crate) packages: BTreeSet<String>,
    /// Files that its Ansible roles leave in /usr/local.
    pub(crate) programs: BTreeSet<String>,
    /// TCP ports at which its services and sshd listen, whether others are let in or not.
    pub(crate) ports: BTreeSet<u16>,
    /// Its Compose projects, with the images of each.
    pub(crate) projects: BTreeMap<String, BTreeSet<String>>,
}

/// One target of a Prometheus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScrapeTarget {
    pub(crate) job: String,
    /// `10.10.0.5:9104`
    pub(crate) instance: String,
    pub(crate) is_up: bool,
    /// What Prometheus says is wrong.
    pub(crate) error: String,
}

impl Measured {
    /// `3 servers measured, 1 stopped as described, 17 ways in open as declared, 27 closed, 1 open and not declared`
    pub(crate) fn words(&self) -> String {
        let mut parts = vec![format!("{} measured", count(self.servers.len(), "server"))];
        if self.asleep > 0 {
            parts.push(format!("{} stopped as described", self.asleep));
        }
        for (verdict, words) in [
            (Verdict::Open, "open as declared"),
            (Verdict::Closed, "closed"),
            (Verdict::Extra, "open and not declared"),
            (Verdict::Missing, "declared and closed"),
            (Verdict::Unknown, "not known"),
        ] {
            let number = self.matrix.count(verdict);
            match verdict {
                Verdict::Open => parts.push(format!("{} {words}", count(number, "way"))),
                _ if number > 0 => parts.push(format!("{number} {words}")),
                _ => {}
            }
        }
        parts.join(", ")
    }

    /// Everything of it that somebody else has written and a report shows.
    pub(crate) fn texts(&mut self, each: impl Fn(&mut String)) {
        for vantage in &mut self.matrix.vantages {
            vantage.trouble.as_mut().map(&each);
        }
        for column in &mut self.matrix.columns {
            each(&mut column.purpose);
            each(&mut column.listener);
        }
        for server in &mut self.servers {
            let inside = match &mut server.inside {
                Ok(inside) => inside,
                Err(why) => {
                    each(why);
                    continue;
                }
            };
            for socket in &mut inside.sockets {
                let texts = [&mut socket.process, &mut socket.unit, &mut socket.container];
                texts.into_iter().for_each(&each);
            }
            for container in inside.containers.iter_mut().flatten() {
                let texts = [
                    &mut container.name,
                    &mut container.image,
                    &mut container.project,
                ];
                texts.into_iter().for_each(&each);
            }
        }
    }

    pub(crate) fn server(&self, name: &str) -> Option<&Server> {
        self.servers.iter().find(|server| server.name == name)
    }
}
