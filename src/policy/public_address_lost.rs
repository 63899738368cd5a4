//! LO315: a machine that stays would lose its public address.

use super::Facts;
use super::in_use::judge;
use crate::finding::{Finding, Meta, Severity};
use crate::terraform::plan::ProblemKind;

pub(super) static META: Meta = Meta {
    code: "LO315",
    name: "public-address-lost",
    severity: Severity::Warning,
    summary: "a machine that stays would lose its public address",
    why: "A public address that is deleted goes back to Azure, and somebody else may have it the next minute. Names in the DNS, firewalls of partners and bookmarks that lead to it then lead to them. It cannot be asked for again.",
    fix: "Where it is meant, change the names that lead there first. Where only another name in Azure was wanted, leave `vm.public_ip_name` as it is.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    judge(
        &META,
        facts,
        ProblemKind::AddressLost,
        "if it is meant, change what leads to that address first; if not, leave `vm.public_ip` and `vm.public_ip_name` as they are",
    )
}
