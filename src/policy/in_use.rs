//! What is taken from a machine that stays: findings for one kind of problem of a plan.

use super::Facts;
use crate::finding::{Finding, Meta};
use crate::terraform::plan::{Problem, ProblemKind};

/// Findings for every problem of this kind, at the describer of the server that it happens to.
pub(super) fn judge(
    meta: &'static Meta,
    facts: &Facts<'_>,
    kind: ProblemKind,
    help: &str,
) -> Vec<Finding> {
    facts
        .problems()
        .iter()
        .filter(|problem| problem.kind == kind)
        .map(|problem| finding(meta, facts, problem).help(help))
        .collect()
}

fn finding(meta: &'static Meta, facts: &Facts<'_>, problem: &Problem) -> Finding {
    let machine = problem.machine.as_deref();
    let subject = facts
        .subjects
        .iter()
        .find(|subject| Some(subject.address.as_str()) == machine);
    let who = match (subject, machine) {
        (Some(subject), _) => format!("`{}`", subject.name),
        (None, Some(machine)) => format!("`{machine}`"),
        (None, None) => "a machine that the plan does not hold".to_owned(),
    };
    let mut finding =
        Finding::new(meta, format!("{who} {}", problem.words)).evidence(&problem.address);
    if let Some(subject) = subject {
        finding = finding.server(&subject.name);
    }
    let described = subject.filter(|subject| subject.described);
    if let Some(server) = described.and_then(|subject| facts.server(&subject.name)) {
        finding = finding.at(server.name.span, "this server");
    }
    finding
}
