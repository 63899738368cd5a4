//! LO702: a rule of the user's own warns of it.

use super::Facts;
use crate::finding::{Finding, Meta, Severity};
use crate::rego::Kind;

pub(super) static META: Meta = Meta {
    code: "LO702",
    name: "own-rule-warns",
    severity: Severity::Warning,
    summary: "a rule of your own warns of it",
    why: "Files in `policy/` beside the describers hold rules in Rego that your team has written. `warn` is told and fails nothing, as with conftest.",
    fix: "Change what the rule warns of, or have the policy's owners change the rule.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    facts.said_by(Kind::Warn, &META)
}
