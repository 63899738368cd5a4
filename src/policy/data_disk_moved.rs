//! LO314: a data disk would be taken off a machine to be put back at another LUN.

use super::Facts;
use super::in_use::judge;
use crate::finding::{Finding, Meta, Severity};
use crate::terraform::plan::ProblemKind;

pub(super) static META: Meta = Meta {
    code: "LO314",
    name: "data-disk-moved",
    severity: Severity::Error,
    summary: "a data disk would be taken off a machine to be put back at another LUN",
    why: "A data disk has its place by its LUN, and the LUN is its place in `data_disks` unless it is said. A disk that is put before another, or taken from before it, \
moves the other: Azure takes it off the running machine, with the database that writes to it, and puts it back. No grant permits it, for nobody means it.",
    fix: "Append new disks at the end of `data_disks`. Where one that is not the last is to go, give those behind it the LUN that they have.",
    example: "```yaml\n# `uploads` was the first and is to go: `mysql` keeps its place.\ndata_disks: [{ name: mysql, size_gb: 32, lun: 1 }]\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    judge(
        &META,
        facts,
        ProblemKind::DiskMoved,
        "append new disks at the end, or give `lun: N`, the one that it has",
    )
}
