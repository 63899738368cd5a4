//! LO205: a security rule that Azure refuses, or that nobody can read.

use super::Facts;
use crate::finding::{Finding, Meta, Severity};
use crate::terraform::plan::ProblemKind;

pub(super) static META: Meta = Meta {
    code: "LO205",
    name: "security-rule-unsound",
    severity: Severity::Error,
    summary: "a security rule is not sound",
    why: "Two rules of one group with the same priority and direction are refused by Azure, in the middle of the \
apply. A rule whose ports or prefixes cannot be read may open anything, so it counts as one that does.",
    fix: "Give every rule of a group a priority of its own, and write ports as `22`, `80-90` or `*` and sources as \
CIDR blocks or service tags.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    facts
        .problems()
        .iter()
        .filter(|problem| matches!(problem.kind, ProblemKind::EqualPriority | ProblemKind::UnreadableRule))
        .map(|problem| {
            Finding::new(&META, problem.words.clone())
                .evidence(&problem.address)
                .help("mend the rule; every rule needs its own priority, readable ports and readable sources")
        })
        .collect()
}
