//! LO311: a grant that nothing in the plan needs.

use super::{Facts, RULES, is_of_nature};
use crate::finding::{Finding, Meta, Severity};

pub(super) static META: Meta = Meta {
    code: "LO311",
    name: "grant-unused",
    severity: Severity::Warning,
    summary: "nothing in the plan needs a grant",
    why: "A grant is for one change. Once that has been made it lies about, and lets the same happen again without anybody having been asked.",
    fix: "Remove the grant when its change has been made. Where the change is still to come, as in a pull request of its own, leave it.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(fleet) = facts.fleet.filter(|_| facts.plan.is_some()) else {
        return Vec::new();
    };
    let denied = |facts: &Facts<'_>| -> Vec<Finding> {
        let rules = RULES.iter().filter(|rule| is_of_nature(rule.meta));
        rules.flat_map(|rule| (rule.check)(facts)).collect()
    };
    let mut findings = Vec::new();
    for (at, grant) in fleet.policy.grants.iter().enumerate() {
        if grant.until.value < facts.today {
            continue;
        }
        let mut without = fleet.clone();
        without.policy.grants.remove(at);
        if denied(&facts.of(&without)) != denied(facts) {
            continue;
        }
        let message = format!(
            "nothing in the plan needs the grant for operation {} on `{}`",
            grant.operation.value.word(),
            grant.server.value
        );
        findings.push(
            Finding::new(&META, message)
                .server(&grant.server.value)
                .at(grant.span, "this grant")
                .help("remove it, unless its change is still to come"),
        );
    }
    findings
}
