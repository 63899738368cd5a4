//! LO201: the plan opens what no describer declares.

use super::Facts;
use super::phrase::{Phrases, leftovers, planned};
use crate::finding::{Finding, Meta, Severity};
use std::collections::BTreeSet;

pub(super) static META: Meta = Meta {
    code: "LO201",
    name: "port-not-declared",
    severity: Severity::Error,
    summary: "the plan leaves a port open that no describer declares",
    why: "Describers are the one place where a team reads which ports are open. What the cloud would let through \
is worked out from every security group in the way: priorities, Azure's own default rules, prefixes, service tags, \
attachments and public addresses. Whatever that leaves open beyond the describer is open without anybody having \
written it: a rule added in the portal, a rule that is wider than it looks, or a group without a final denial, \
which Azure's rule 65000 opens to the whole virtual network.",
    fix: "Declare the port in the describer's `ports:` (the policy must permit it), or remove the rule that opens \
it; the evidence names the rule. For a group without a final denial add `Deny *` with priority 4096.",
    example: "```yaml\nports:\n  - { port: 9100, from: monitoring, for: node-exporter }\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut phrases = Phrases::default();
    for subject in facts.subjects.iter().filter(|subject| subject.planned) {
        let leave = || facts.unaccounted(META.code, subject, &subject.open);
        let help = if subject.described {
            "declare it in `ports:`, or remove the rule that opens it"
        } else {
            "describe this machine and its ports, or remove the rule that opens them"
        };
        for phrase in &*phrases.of(facts, subject, &subject.open, leave) {
            findings.push(planned(&META, facts, subject, phrase, "leaves open").help(help));
        }
    }
    findings.extend(unclaimed(facts));
    findings
}

/// Groups that guard something, but nothing that this plan shows.
fn unclaimed(facts: &Facts<'_>) -> Vec<Finding> {
    let groups = facts
        .plan
        .map(|plan| plan.groups.as_slice())
        .unwrap_or_default();
    let claimed: BTreeSet<&str> = facts
        .subjects
        .iter()
        .flat_map(|subject| &subject.groups)
        .map(String::as_str)
        .collect();
    let mut findings = Vec::new();
    for group in groups {
        let attached = !group.attached_to.is_empty() || group.maybe_attached_elsewhere;
        if !attached || claimed.contains(group.address.as_str()) {
            continue;
        }
        for left in leftovers(&group.open) {
            let rule = group
                .contributions
                .iter()
                .find(|one| one.reach.meets(&left.reach()));
            let what = match rule {
                Some(rule) if rule.sensitive => "(sensitive)".to_owned(),
                _ => format!(
                    "{} from {}",
                    left.ports_words(),
                    left.sources_words(None, facts)
                ),
            };
            let message = format!(
                "a security group leaves open {what} on machines that the plan does not show"
            );
            findings.push(
                Finding::new(&META, message)
                    .evidence(rule.map_or(group.address.as_str(), |rule| rule.evidence.as_str()))
                    .help("describe the machines behind it and their ports, or close them in the group"),
            );
        }
    }
    findings
}
