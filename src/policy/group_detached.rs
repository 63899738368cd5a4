//! LO206: a security group is taken away from what it protects.

use super::Facts;
use crate::finding::{Finding, Meta, Severity};
use crate::terraform::plan::ProblemKind;

pub(super) static META: Meta = Meta {
    code: "LO206",
    name: "group-detached",
    severity: Severity::Warning,
    summary: "a security group is detached from what it protects, or leaves Terraform's care",
    why: "Between the removal of an association and the creation of the next the machine stands without its group. \
A rule that Terraform forgets goes on opening what it opens, and nobody sees it in later plans. Where that leaves a \
port open, the other rules say so as well.",
    fix: "Change the group's rules in place instead of replacing the group or its association. Remove a rule instead \
of forgetting it.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    facts
        .problems()
        .iter()
        .filter(|problem| {
            matches!(
                problem.kind,
                ProblemKind::Unprotected | ProblemKind::Unmanaged
            )
        })
        .map(|problem| {
            Finding::new(&META, problem.words.clone())
                .evidence(&problem.address)
                .help("change the group's rules in place")
        })
        .collect()
}
