//! LO209: a Compose file publishes a port that its server's describer does not declare.

use super::Facts;
use super::publish::found;
use crate::compose::{Project, Says};
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::port::{PortSet, Protocol};
use crate::fleet::reach::Reach;
use crate::fleet::sources::SourceSet;

pub(super) static META: Meta = Meta {
    code: "LO209",
    name: "published-port-not-declared",
    severity: Severity::Error,
    summary: "a Compose file publishes a port that the describer does not declare",
    why: "Docker hands a published port on before any firewall on the machine is asked, on every address of the machine \
unless the file names one; many a database was opened to the world by two words in a Compose file. lostops' own firewall keeps such \
a port closed, so what the file seems to offer nobody reaches: either the describer lacks a port, or the file has one too many. \
A port that Docker chooses by itself is another one after every start, so that nobody can declare it.",
    fix: "Declare the port in the describer's `ports:` (the policy must permit it); or publish it on this machine alone, \
`127.0.0.1:8025:8025`; or remove it: containers of one network reach each other without.",
    example: "```yaml\nports: [\"8025:8025\"]             # open on every address\nports: [\"127.0.0.1:8025:8025\"]   # for this machine alone\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (project, statement) in facts.statements() {
        let Some(what) = left_over(facts, project, &statement.says) else {
            continue;
        };
        let Project { name, server, .. } = project;
        let message = format!("`{name}` publishes {what}, which `{server}` does not declare");
        findings.push(
            found(
                &META,
                project,
                statement,
                message,
                "published, not declared",
            )
            .help(format!(
                "declare it in the `ports` of `{server}`, publish it on 127.0.0.1, or remove it"
            )),
        );
    }
    findings
}

/// `tcp 8025-8030`: the ports beyond those that the describer declares, to whomever, and those that a waiver accepts.
fn left_over(facts: &Facts<'_>, project: &Project<'_>, says: &Says) -> Option<String> {
    let anyone = SourceSet::anyone();
    let (protocol, published) = match says {
        Says::Publishes(protocol, ports) => (*protocol, ports),
        Says::PublishesAny(protocol) => {
            let is_waived = facts.is_waived(META.code, project.server);
            return (!is_waived).then(|| format!("a {} port that Docker chooses", protocol.word()));
        }
        _ => return None,
    };
    let server = facts.server(project.server)?;
    let declared = server.ports.iter().filter(|port| port.protocol == protocol);
    let declared = declared.fold(PortSet::default(), |all, port| all.union(&port.ports.value));
    let accepted = facts.waived(META.code, project.server);
    let found = Reach::new(Some(protocol), published, &anyone);
    let left = found
        .difference(&Reach::new(Some(protocol), &declared, &anyone))
        .difference(&accepted);
    let ports = ports_of(&left, protocol);
    (!ports.is_empty()).then(|| format!("{} {ports}", protocol.word()))
}

fn ports_of(reach: &Reach, protocol: Protocol) -> PortSet {
    let ranges = reach.ranges().filter(|range| range.0 == protocol);
    ranges.map(|(_, low, high, _)| (low, high)).collect()
}
