//! LO304: a machine would be resized without permission.

use super::Facts;
use super::nature::judge;
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::policy::Operation;
use crate::terraform::plan::MachineChange;

pub(super) static META: Meta = Meta {
    code: "LO304",
    name: "machine-resized",
    severity: Severity::Error,
    summary: "a machine would be resized without permission",
    why: "Another size is another price, and the machine restarts; where the size is not to be had on its hardware it is deallocated first.",
    fix: "Leave the machine as it is, or have the policy's owners grant the operation for this server, with a reason and an end.",
    example: "```yaml\n# describers/policy.yaml\ngrants:\n  - { server: backend, operation: resize, to: Standard_B4ms, reason: \"load test\", until: 2026-12-31 }\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    judge(&META, facts, |change| match change {
        MachineChange::Resize { to: Some(to), .. } | MachineChange::Scale { to: Some(to), .. } => {
            Some((Operation::Resize, Some(to.clone())))
        }
        _ => None,
    })
}
