//! LO701: a rule of the user's own is against it.

use super::Facts;
use crate::finding::{Finding, Meta, Severity};
use crate::rego::Kind;

pub(super) static META: Meta = Meta {
    code: "LO701",
    name: "own-rule-denies",
    severity: Severity::Error,
    summary: "a rule of your own is against it",
    why: "Files in `policy/` beside the describers hold rules in Rego that your team has written. `deny` and `violation` fail, as with conftest; what is said, and why, is theirs.",
    fix: "Change what the rule is against, or have the policy's owners change the rule.",
    example: "```rego\n# describers/policy/size.rego\npackage main\n\ndeny contains {\"msg\": msg, \"server\": server.name} if {\n  some server in input.servers\n  server.disk_gb > 128\n  msg := sprintf(\"a system disk of %d GB is too large\", [server.disk_gb])\n}\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    facts.said_by(Kind::Deny, &META)
}
