//! LO313: a network interface would go while its machine stays.

use super::Facts;
use super::in_use::judge;
use crate::finding::{Finding, Meta, Severity};
use crate::terraform::plan::ProblemKind;

pub(super) static META: Meta = Meta {
    code: "LO313",
    name: "interface-replaced",
    severity: Severity::Error,
    summary: "a network interface would go while its machine stays",
    why: "Terraform takes the security group off the interface and deletes the interface before it gives the machine another one. Azure deletes no interface that a machine has. \
The apply would end there: the machine stands without its group, and every further apply fails alike. No grant permits it, for it cannot be done.",
    fix: "Give the interface back what it had: its name in `vm.network_interface`, its key, its place. A machine that is to have another interface is destroyed and made anew.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    judge(
        &META,
        facts,
        ProblemKind::InterfaceInUse,
        "leave the interface as it is: `vm.network_interface` is the name that it has in Azure; another one takes a new machine",
    )
}
