//! What is declared, what is permitted, and what is left over.

use super::Facts;
use crate::fleet::address::Addresses;
use crate::fleet::policy::Waiver;
use crate::fleet::port::{PortSet, Protocol};
use crate::fleet::reach::Reach;
use crate::fleet::server::{Role, Server};
use crate::fleet::sources::SourceSet;
use crate::terraform::subject::Subject;

impl Facts<'_> {
    pub(crate) fn server(&self, name: &str) -> Option<&Server> {
        self.fleet?.server(name)
    }

    /// What of a reach a subject's describer does not open, whatever form the plan gives its sources.
    pub(super) fn beyond(&self, subject: &Subject, reach: &Reach) -> Reach {
        let server = self.server(&subject.name).filter(|_| subject.described);
        let declared = server.map(Server::declared).unwrap_or_default();
        let left = reach.difference(&declared);
        if left.is_empty() || declared.is_empty() {
            return left;
        }
        left.difference(&self.widened(&declared, subject))
    }

    /// The same without what waivers of a code accept and what the rule on databases judges.
    pub(super) fn unaccounted(&self, code: &str, subject: &Subject, reach: &Reach) -> Reach {
        let server = self.server(&subject.name).filter(|_| subject.described);
        let left = self
            .beyond(subject, reach)
            .difference(&self.waived(code, &subject.name));
        left.difference(&self.judged_as_database(server))
    }

    /// What the rule on databases reports of this server, whoever declares or permits it. The backend it accepts, so
    /// that every other rule has to judge what is open to it.
    pub(super) fn judged_as_database(&self, server: Option<&Server>) -> Reach {
        let ports = server.map(data_ports).unwrap_or_default();
        if ports.is_empty() {
            return Reach::default();
        }
        let others = SourceSet::anyone().difference(&self.backends());
        Reach::new(Some(Protocol::Tcp), &ports, &others)
    }

    /// Those of the role `backend`, by what their describers and the plan call them.
    pub(super) fn backends(&self) -> SourceSet {
        let servers = self
            .fleet
            .map(|fleet| fleet.servers.as_slice())
            .unwrap_or_default();
        servers
            .iter()
            .filter(|server| server.role.value == Role::Backend)
            .fold(SourceSet::default(), |all, server| {
                let address = Addresses::one(server.machine.private_ip.value);
                self.subjects_of(server.name())
                    .fold(all.union(&SourceSet::addresses(address)), |all, subject| {
                        all.union(&subject.as_source)
                    })
            })
    }

    /// Everything the policy permits a server's role.
    pub(super) fn permitted(&self, server: &Server) -> Reach {
        let profile = self
            .fleet
            .and_then(|fleet| fleet.policy.roles.get(&server.role.value));
        let ports = profile
            .map(|profile| profile.ports.as_slice())
            .unwrap_or_default();
        ports.iter().fold(Reach::default(), |all, port| {
            all.union(&Reach::new(
                Some(port.protocol),
                &port.ports.value,
                &port.sources,
            ))
        })
    }

    /// The same reach with what a plan calls the same sources: a machine that has no address yet, and the
    /// rest of a subnet in which nobody else lives.
    fn widened(&self, reach: &Reach, own: &Subject) -> Reach {
        let mut wide = reach.clone();
        // Addresses that are not known yet may be any, and are nobody's.
        let mut add = |members: &[&Addresses], sources: &SourceSet| {
            let is_named = |one: &&Addresses, from: &SourceSet| {
                !one.is_empty() && one.is_subset(&from.addresses)
            };
            for (protocol, low, high, from) in reach.ranges() {
                if !members.is_empty() && members.iter().all(|one| is_named(one, from)) {
                    wide = wide.union(&Reach::new(
                        Some(protocol),
                        &PortSet::range(low, high),
                        sources,
                    ));
                }
            }
        };
        for subject in self.subjects {
            add(&[&subject.as_source.addresses], &subject.as_source);
        }
        let neighbourhoods = self.plan.map(|plan| plan.neighbourhoods.as_slice());
        for neighbourhood in neighbourhoods.unwrap_or_default() {
            let lives = |subject: &&Subject| {
                subject.address != own.address && neighbourhood.machines.contains(&subject.address)
            };
            let members = self.subjects.iter().filter(lives);
            let mut members: Vec<&Addresses> = members
                .map(|subject| &subject.as_source.addresses)
                .collect();
            if members.is_empty() || neighbourhood.ranges.is_empty() {
                continue;
            }
            let described = self.described_in(&neighbourhood.ranges, own);
            members.extend(&described);
            add(
                &members,
                &SourceSet::addresses(neighbourhood.ranges.clone()),
            );
        }
        wide
    }

    /// The addresses that describers give others in these ranges, whether or not the plan holds their machines.
    fn described_in(&self, ranges: &Addresses, own: &Subject) -> Vec<Addresses> {
        let servers = self.fleet.map(|fleet| fleet.servers.as_slice());
        servers
            .unwrap_or_default()
            .iter()
            .filter(|server| !own.described || server.name() != own.name)
            .map(|server| Addresses::one(server.machine.private_ip.value))
            .filter(|address| address.meets(ranges))
            .collect()
    }

    /// The part of a reach that a waiver of this code accepts for this server today.
    pub(super) fn waived(&self, code: &str, server: &str) -> Reach {
        let waivers = self
            .fleet
            .map(|fleet| fleet.policy.waivers.as_slice())
            .unwrap_or_default();
        let holds = |waiver: &&Waiver| {
            waiver.code.value == code
                && waiver.server.value == server
                && waiver.until.value >= self.today
        };
        waivers
            .iter()
            .filter(holds)
            .fold(Reach::default(), |all, waiver| {
                let ports = waiver
                    .port
                    .as_ref()
                    .map_or_else(PortSet::all, |port| port.value.clone());
                all.union(&Reach::new(None, &ports, &SourceSet::anyone()))
            })
    }
}

/// What is left over of a subject beyond its describer: what rule LO201 and its neighbours report.
pub(crate) fn undeclared(facts: &Facts<'_>, subject: &Subject) -> Reach {
    facts.beyond(subject, &subject.open.union(&subject.unproven))
}

/// What is left over of a describer beyond the policy.
pub(crate) fn unpermitted(facts: &Facts<'_>, server: &Server) -> Reach {
    server
        .declared()
        .difference(&facts.permitted(server))
        .difference(&facts.waived("LO203", server.name()))
}

/// The ports behind which a database server keeps its data.
pub(super) fn data_ports(server: &Server) -> PortSet {
    if server.role.value != Role::Database {
        return PortSet::default();
    }
    let standard = PortSet::one(3306).union(&PortSet::one(33060));
    server
        .ports
        .iter()
        .filter(|port| port.tls || port.purpose.as_deref() == Some("mysql"))
        .fold(standard, |all, port| all.union(&port.ports.value))
}
