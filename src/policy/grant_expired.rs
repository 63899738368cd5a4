//! LO309: a grant that has ended still stands in the policy.

use super::Facts;
use crate::finding::{Finding, Meta, Severity};

pub(super) static META: Meta = Meta {
    code: "LO309",
    name: "grant-expired",
    severity: Severity::Error,
    summary: "a grant has ended",
    why: "A grant is an exception with an end, so that it is looked at again. After its last day it permits \
nothing, and a policy full of dead exceptions is one that nobody reads.",
    fix: "Remove the grant, or have the policy's owners set a new end.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let grants = facts
        .fleet
        .map(|fleet| fleet.policy.grants.as_slice())
        .unwrap_or_default();
    grants
        .iter()
        .filter(|grant| grant.until.value < facts.today)
        .map(|grant| {
            let what = format!(
                "operation {} on `{}`",
                grant.operation.value.word(),
                grant.server.value
            );
            Finding::new(
                &META,
                format!("the grant for {what} ended on {}", grant.until.value),
            )
            .server(&grant.server.value)
            .at(grant.until.span, "its last day")
            .help("remove it, or have the policy's owners set a new end")
        })
        .collect()
}
