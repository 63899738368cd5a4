//! LO307: a machine would leave Terraform's management.

use super::Facts;
use super::nature::judge;
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::policy::Operation;
use crate::terraform::plan::MachineChange;

pub(super) static META: Meta = Meta {
    code: "LO307",
    name: "machine-forgotten",
    severity: Severity::Error,
    summary: "a machine would leave Terraform's management",
    why: "A machine that Terraform forgets runs on and is billed, and no later plan shows what becomes of it.",
    fix: "Keep the resource, or have the policy's owners grant `destroy` for this server.",
    example: "```yaml\n# describers/policy.yaml\ngrants:\n  - { server: backend, operation: destroy, reason: \"…\", until: 2026-12-31 }\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    judge(&META, facts, |change| match change {
        MachineChange::Forget => Some((Operation::Destroy, None)),
        _ => None,
    })
}
