//! LO204: somebody beside the backend reaches the database.

use super::Facts;
use super::exposure::data_ports;
use super::phrase::{leftovers, phrases, planned};
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::port::Protocol;
use crate::fleet::reach::Reach;
use crate::fleet::server::{Role, Server};
use crate::fleet::sources::SourceSet;

pub(super) static META: Meta = Meta {
    code: "LO204",
    name: "database-reachable",
    severity: Severity::Error,
    summary: "the database is reachable from something that is not the backend",
    why: "The data lives behind one port. Only the servers of the role `backend` talk to it; everything else that \
reaches it is a way to the data that no application needs, whatever the policy file says. Beware of Azure's rule \
65000: a security group that allows the backend and does not end in an explicit denial still lets the whole virtual \
network in.",
    fix: "Let `from:` of the database's port name the backend alone, and end the group with `Deny *` at priority \
4096, as lostops' own groups do.",
    example: "```yaml\nports:\n  - { port: 3306, from: backend, for: mysql, tls: required }\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let servers = facts
        .fleet
        .map(|fleet| fleet.servers.as_slice())
        .unwrap_or_default();
    let backends = facts.backends();
    servers
        .iter()
        .filter(|server| server.role.value == Role::Database)
        .flat_map(|server| of_server(facts, server, &backends))
        .collect()
}

fn of_server(facts: &Facts<'_>, server: &Server, backends: &SourceSet) -> Vec<Finding> {
    let ports = data_ports(server);
    let accepted = Reach::new(Some(Protocol::Tcp), &ports, backends)
        .union(&facts.waived(META.code, server.name()));
    let help = "let the database's port be reachable from the backend alone";
    let mut findings = Vec::new();
    for port in &server.ports {
        let declared = Reach::new(Some(port.protocol), &port.ports.value, &port.sources);
        for left in leftovers(&declared.only(Protocol::Tcp, &ports).difference(&accepted)) {
            let from = left.sources_words(None, facts);
            findings.push(
                Finding::new(
                    &META,
                    format!(
                        "`{}` opens the database's port {} to {from}",
                        server.name(),
                        left.ports
                    ),
                )
                .server(server.name())
                .at(port.from.span, "not the backend")
                .help(help),
            );
        }
    }
    for subject in facts.subjects_of(server.name()) {
        for (reach, says) in [
            (&subject.open, "leaves the database's port"),
            (&subject.unproven, "cannot show closed the database's port"),
        ] {
            let left = facts
                .beyond(subject, &reach.only(Protocol::Tcp, &ports))
                .difference(&accepted);
            for phrase in &phrases(facts, subject, &left) {
                let finding = planned(&META, facts, subject, phrase, says);
                findings.push(finding.help(help));
            }
        }
    }
    findings
}
