//! LO302: a machine would be destroyed without permission.

use super::Facts;
use super::nature::judge;
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::policy::Operation;
use crate::terraform::plan::MachineChange;

pub(super) static META: Meta = Meta {
    code: "LO302",
    name: "machine-destroyed",
    severity: Severity::Error,
    summary: "a machine would be destroyed without permission",
    why: "Destroying a machine destroys its system disk. That is so too when Terraform replaces it for a reason that nobody had in mind: a changed name, an SSH key, a disk's name.",
    fix: "Leave the machine as it is, or have the policy's owners grant the operation for this server, with a reason and an end. When a replacement comes as a surprise, undo the change that causes it; the message names it.",
    example: "```yaml\n# describers/policy.yaml\ngrants:\n  - { server: backend, operation: destroy, reason: \"…\", until: 2026-12-31 }\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    judge(&META, facts, |change| match change {
        MachineChange::Destroy | MachineChange::Replace { reimage: false, .. } => {
            Some((Operation::Destroy, None))
        }
        _ => None,
    })
}
