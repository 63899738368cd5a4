//! LO308: what a machine will be is not known, or what Terraform would do to it is not.

use super::Facts;
use crate::finding::{Finding, Meta, Severity};
use crate::terraform::plan::MachineChange;

pub(super) static META: Meta = Meta {
    code: "LO308",
    name: "nature-not-provable",
    severity: Severity::Error,
    summary: "a machine cannot be shown to stay what it is",
    why: "A size that is known only after the apply, or an action that this version of lostops does not know, may \
change the machine in any way. What cannot be shown safe is not called safe.",
    fix: "Write the size as a value that is known at plan time. For an action that lostops does not know, use a \
newer lostops.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let unknown = |change: &&MachineChange| {
        matches!(
            change,
            MachineChange::Resize { to: None, .. }
                | MachineChange::Scale { to: None, .. }
                | MachineChange::Other { .. }
        )
    };
    let mut findings = Vec::new();
    for subject in facts.subjects {
        for change in subject.changes.iter().filter(unknown) {
            findings.push(
                Finding::new(
                    &META,
                    format!("`{}` would {}", subject.name, change.sentence()),
                )
                .server(&subject.name)
                .evidence(&subject.address)
                .help("make the value known at plan time"),
            );
        }
    }
    findings
}
