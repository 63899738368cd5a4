//! LO305: a machine's disk would be changed without permission.

use super::Facts;
use super::nature::judge;
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::policy::Operation;
use crate::terraform::plan::MachineChange;

pub(super) static META: Meta = Meta {
    code: "LO305",
    name: "disk-changed",
    severity: Severity::Error,
    summary: "a machine's disk would be changed without permission",
    why: "A disk that is removed takes its data along. One that grows cannot shrink again, and the machine is deallocated for it.",
    fix: "Leave the machine as it is, or have the policy's owners grant the operation for this server, with a reason and an end.",
    example: "```yaml\n# describers/policy.yaml\ngrants:\n  - { server: backend, operation: disk, reason: \"…\", until: 2026-12-31 }\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    judge(&META, facts, |change| match change {
        MachineChange::Disk { .. } => Some((Operation::Disk, None)),
        _ => None,
    })
}
