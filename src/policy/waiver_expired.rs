//! LO310: a waiver that has ended still stands in the policy.

use super::Facts;
use crate::finding::{Finding, Meta, Severity};

pub(super) static META: Meta = Meta {
    code: "LO310",
    name: "waiver-expired",
    severity: Severity::Error,
    summary: "a waiver has ended",
    why: "A waiver is an exception with an end, so that it is looked at again. After its last day it permits \
nothing, and a policy full of dead exceptions is one that nobody reads.",
    fix: "Remove the waiver, or have the policy's owners set a new end.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let waivers = facts
        .fleet
        .map(|fleet| fleet.policy.waivers.as_slice())
        .unwrap_or_default();
    waivers
        .iter()
        .filter(|waiver| waiver.until.value < facts.today)
        .map(|waiver| {
            let what = format!("{} of `{}`", waiver.code.value, waiver.server.value);
            Finding::new(
                &META,
                format!("the waiver for {what} ended on {}", waiver.until.value),
            )
            .server(&waiver.server.value)
            .at(waiver.until.span, "its last day")
            .help("remove it, or have the policy's owners set a new end")
        })
        .collect()
}
