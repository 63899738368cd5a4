//! LO303: a machine would be made anew from another image without permission.

use super::Facts;
use super::nature::judge;
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::policy::Operation;
use crate::terraform::plan::MachineChange;

pub(super) static META: Meta = Meta {
    code: "LO303",
    name: "machine-replaced",
    severity: Severity::Error,
    summary: "a machine would be made anew from another image without permission",
    why: "Another image cannot be put under a running machine: Terraform destroys the machine with its system disk and makes a new one. Data disks are attached again, everything else is gone.",
    fix: "Leave the machine as it is, or have the policy's owners grant the operation for this server, with a reason and an end.",
    example: "```yaml\n# describers/policy.yaml\ngrants:\n  - { server: backend, operation: reimage, to: Canonical:ubuntu-24_04-lts:server:latest, reason: \"…\", until: 2026-12-31 }\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    judge(&META, facts, |change| match change {
        MachineChange::Replace {
            reimage: true,
            image,
            ..
        } => Some((Operation::Reimage, image.clone())),
        _ => None,
    })
}
