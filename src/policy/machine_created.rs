//! LO301: a machine would be created without permission.

use super::Facts;
use super::nature::judge;
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::policy::Operation;
use crate::terraform::plan::MachineChange;

pub(super) static META: Meta = Meta {
    code: "LO301",
    name: "machine-created",
    severity: Severity::Error,
    summary: "a machine would be created without permission",
    why: "A new machine costs money and is a new thing to guard. The policy says who may decide that.",
    fix: "Leave the machine as it is, or have the policy's owners grant the operation for this server, with a reason and an end.",
    example: "```yaml\n# describers/policy.yaml\ngrants:\n  - { server: backend, operation: create, reason: \"…\", until: 2026-12-31 }\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    judge(&META, facts, |change| match change {
        MachineChange::Create | MachineChange::Replace { reimage: false, .. } => {
            Some((Operation::Create, None))
        }
        _ => None,
    })
}
