//! LO306: a machine would be started or stopped without permission.

use super::Facts;
use super::nature::judge;
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::policy::Operation;
use crate::terraform::plan::MachineChange;

pub(super) static META: Meta = Meta {
    code: "LO306",
    name: "power-changed",
    severity: Severity::Error,
    summary: "a machine would be started or stopped without permission",
    why: "A stopped machine serves nobody, a started one is billed. Most teams let their members do both; this policy does not.",
    fix: "Leave the machine as it is, or have the policy's owners grant the operation for this server, with a reason and an end.",
    example: "```yaml\n# describers/policy.yaml\ngrants:\n  - { server: backend, operation: stop, reason: \"…\", until: 2026-12-31 }\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    judge(&META, facts, |change| match change {
        MachineChange::Start | MachineChange::Restart => Some((Operation::Start, None)),
        MachineChange::Stop => Some((Operation::Stop, None)),
        _ => None,
    })
}
