//! LO316: a public address would be made anew while the old one has its name.

use super::Facts;
use super::in_use::judge;
use crate::finding::{Finding, Meta, Severity};
use crate::terraform::plan::ProblemKind;

pub(super) static META: Meta = Meta {
    code: "LO316",
    name: "public-address-twice",
    severity: Severity::Error,
    summary: "a public address would be made anew while the old one has its name",
    why: "A public address is made before the old one goes, for an interface has it until then. Azure takes no second one of the same name in the same group. \
The apply would end there, after much else is destroyed. That happens when the region of an environment changes.",
    fix: "For another region make another environment, or let its servers be `absent` first.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    judge(
        &META,
        facts,
        ProblemKind::AddressTwice,
        "for another region make another environment, or let its servers be `absent` first",
    )
}
