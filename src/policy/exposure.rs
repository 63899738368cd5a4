//! What is declared, what is permitted, and the words for what is left over.

use super::Facts;
use crate::finding::{Finding, Meta};
use crate::fleet::policy::Waiver;
use crate::fleet::port::{PortSet, Protocol};
use crate::fleet::reach::Reach;
use crate::fleet::server::{Role, Server};
use crate::fleet::sources::SourceSet;
use crate::fleet::words::{and_list, or_list};
use crate::terraform::subject::Subject;

/// More sources than this are counted in a message; the JSON has them all.
const SAID: usize = 6;

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
        let mut add = |members: &[&Subject], sources: &SourceSet| {
            for (protocol, low, high, from) in reach.ranges() {
                let all = |member: &&Subject| member.as_source.addresses.is_subset(&from.addresses);
                if !members.is_empty() && members.iter().all(all) {
                    wide = wide.union(&Reach::new(
                        Some(protocol),
                        &PortSet::range(low, high),
                        sources,
                    ));
                }
            }
        };
        for subject in self.subjects {
            if !subject.as_source.addresses.is_empty() {
                add(&[subject], &subject.as_source);
            }
        }
        for neighbourhood in self
            .plan
            .map(|plan| plan.neighbourhoods.as_slice())
            .unwrap_or_default()
        {
            let lives = |subject: &&Subject| {
                subject.address != own.address && neighbourhood.machines.contains(&subject.address)
            };
            let members: Vec<&Subject> = self.subjects.iter().filter(lives).collect();
            if !neighbourhood.ranges.is_empty() {
                add(
                    &members,
                    &SourceSet::addresses(neighbourhood.ranges.clone()),
                );
            }
        }
        wide
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

/// A reach without the ports that the database rule judges.
pub(super) fn without_data_ports(reach: &Reach, server: Option<&Server>) -> Reach {
    let ports = server.map(data_ports).unwrap_or_default();
    reach.difference(&Reach::new(
        Some(Protocol::Tcp),
        &ports,
        &SourceSet::anyone(),
    ))
}

/// What is left over in one sentence's worth: protocols, ports and sources that belong together.
pub(super) struct Leftover {
    pub(super) protocols: Vec<Protocol>,
    pub(super) ports: PortSet,
    pub(super) from: SourceSet,
}

impl Leftover {
    /// `tcp 0-21 and 23-65535`
    pub(super) fn ports_words(&self) -> String {
        let protocols: Vec<&str> = self
            .protocols
            .iter()
            .map(|protocol| protocol.word())
            .collect();
        format!("{} {}", and_list(&protocols), self.ports)
    }

    pub(super) fn sources_words(&self, subject: Option<&Subject>, facts: &Facts<'_>) -> String {
        let directory = match subject {
            Some(subject) => subject.directory.clone(),
            None => facts
                .fleet
                .map(crate::fleet::Fleet::directory)
                .unwrap_or_default(),
        };
        let mut words = directory.words(&self.from);
        if words.first().is_some_and(|first| first == "internet") {
            // Whoever says internet has said everyone.
            words.truncate(1);
        }
        if words.len() > SAID {
            let more = words.len() - SAID;
            words.truncate(SAID);
            words.push(format!("{more} more"));
        }
        or_list(&words)
    }

    pub(super) fn reach(&self) -> Reach {
        self.protocols
            .iter()
            .fold(Reach::default(), |all, protocol| {
                all.union(&Reach::new(Some(*protocol), &self.ports, &self.from))
            })
    }
}

/// Ports with the same sources together, both protocols where they agree.
pub(super) fn leftovers(reach: &Reach) -> Vec<Leftover> {
    let mut leftovers: Vec<Leftover> = Vec::new();
    for (protocol, ports, from) in reach.by_source() {
        match leftovers
            .iter_mut()
            .find(|known| known.ports == ports && known.from == from)
        {
            Some(known) => known.protocols.push(protocol),
            None => leftovers.push(Leftover {
                protocols: vec![protocol],
                ports,
                from,
            }),
        }
    }
    leftovers
}

/// A finding on what a plan would open beyond the describer, with the rule that opens it.
pub(super) fn planned(
    meta: &'static Meta,
    facts: &Facts<'_>,
    subject: &Subject,
    left: &Leftover,
    says: &str,
) -> Finding {
    let rule = subject.rule_for(&left.reach());
    let sensitive = rule.is_some_and(|rule| rule.sensitive);
    let (ports, from) = if sensitive {
        ("(sensitive)".to_owned(), "(sensitive)".to_owned())
    } else {
        (left.ports_words(), left.sources_words(Some(subject), facts))
    };
    let mut finding = Finding::new(
        meta,
        format!("`{}` {says} {ports} from {from}", subject.name),
    )
    .server(&subject.name);
    if let Some(rule) = rule {
        finding = finding.evidence(&rule.evidence);
    } else {
        finding = finding.evidence(&subject.address);
    }
    if let Some(server) = facts.server(&subject.name).filter(|_| subject.described) {
        finding = finding.at(server.name.span, "this server");
    }
    finding
}
