//! LO203: a describer opens what the policy does not permit its role.

use super::Facts;
use super::phrase::leftovers;
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::reach::Reach;
use crate::fleet::server::Server;

pub(super) static META: Meta = Meta {
    code: "LO203",
    name: "port-not-permitted",
    severity: Severity::Error,
    summary: "a describer opens a port that the policy does not permit",
    why: "The policy says, for each role, which ports may be open and from whom. Its owners guard it; a describer \
is anybody's to change. A port that the policy does not know may be a mistake, or something that its owners should \
have been asked about.",
    fix: "Remove the port from the describer, narrow `from:` to what the policy permits, or have the policy's owners \
add it to the role. For a while, they may add a waiver with a reason and an end.",
    example: "```yaml\n# describers/policy.yaml\nroles:\n  monitoring:\n    ports:\n      - { port: 8080, from: operators }\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let servers = facts
        .fleet
        .map(|fleet| fleet.servers.as_slice())
        .unwrap_or_default();
    servers
        .iter()
        .flat_map(|server| of_server(facts, server))
        .collect()
}

fn of_server(facts: &Facts<'_>, server: &Server) -> Vec<Finding> {
    let permitted = facts
        .permitted(server)
        .union(&facts.waived(META.code, server.name()));
    if server.declared().is_subset(&permitted) {
        return Vec::new();
    }
    let elsewhere = facts.judged_as_database(Some(server));
    let subject = facts.subjects_of(server.name()).next();
    let mut findings = Vec::new();
    for port in &server.ports {
        let declared = Reach::new(Some(port.protocol), &port.ports.value, &port.sources);
        for left in leftovers(&declared.difference(&permitted).difference(&elsewhere)) {
            let role = server.role.value.word();
            let from = left.sources_words(subject, facts);
            let message = format!(
                "`{}` opens {} from {from}",
                server.name(),
                left.ports_words()
            );
            let mut finding = Finding::new(&META, message)
                .server(server.name())
                .at(port.ports.span, format!("not permitted to the role `{role}`"))
                .help(format!("remove the port, narrow `from:`, or have the policy's owners permit it to `{role}`"));
            if let Some(profile) = facts
                .fleet
                .and_then(|fleet| fleet.policy.roles.get(&server.role.value))
            {
                finding = finding.related(
                    profile.role.span,
                    format!("what the role `{role}` may open"),
                );
            }
            if let Some(rule) =
                subject.and_then(|subject| subject.evidence_of(port.protocol, &left.ports))
            {
                finding = finding.evidence(&rule.evidence);
            }
            findings.push(finding);
        }
    }
    findings
}
