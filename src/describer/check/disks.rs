//! The data disks of a machine: each with a name and a place of its own.

use super::convert;
use crate::describer::codes::LO113;
use crate::describer::read::Maybe;
use crate::describer::wire::names::AzureName;
use crate::describer::wire::server as wire;
use crate::finding::Finding;
use crate::fleet::server::DataDisk;
use crate::source::{Located, Span};
use std::collections::BTreeMap;

/// How many places a machine has at most; its size may have fewer, which Azure says.
const PLACES: u8 = 64;

/// `or_named` makes the name in Azure out of what is given, or else of the disk's own.
pub(super) fn check(
    written: Option<Located<Vec<Located<wire::DataDisk>>>>,
    or_named: &dyn Fn(Maybe<AzureName>, &str) -> Option<String>,
    findings: &mut Vec<Finding>,
) -> Vec<DataDisk> {
    let written = written.map(|list| list.value).unwrap_or_default();
    let mut places = places(&written, findings);
    let mut first = BTreeMap::new();
    let mut disks = Vec::new();
    for disk in written {
        let given = disk.value.lun.map(|lun| lun.value.0);
        let (Some(name), Some(size)) = (disk.value.name.0, disk.value.size_gb.0) else {
            continue;
        };
        let name = convert(name, |name| name.0);
        if let Some(other) = first.insert(name.value.clone(), name.span) {
            findings.push(
                Finding::new(&LO113, format!("two data disks are named `{}`", name.value))
                    .at(name.span, "again here")
                    .related(other, "first here")
                    .help("give one of the two another name"),
            );
        }
        let lun = given.or_else(|| (0..PLACES).find(|lun| !places.contains_key(lun)));
        let Some(lun) = lun else {
            findings.push(
                Finding::new(&LO113, "a machine has room for 64 data disks at most")
                    .at(name.span, "no LUN is left for this one")
                    .help("remove data disks"),
            );
            continue;
        };
        places.insert(lun, name.span);
        let Some(managed_disk) = or_named(disk.value.managed_disk, &name.value) else {
            continue;
        };
        disks.push(DataDisk {
            name,
            size_gb: convert(size, |size| size.0),
            managed_disk,
            lun,
        });
    }
    disks
}

/// The places that are given to a disk by its describer.
fn places(written: &[Located<wire::DataDisk>], findings: &mut Vec<Finding>) -> BTreeMap<u8, Span> {
    let mut places = BTreeMap::new();
    for lun in written.iter().filter_map(|disk| disk.value.lun.as_ref()) {
        let (number, span) = (lun.value.0, lun.span);
        if let Some(other) = places.insert(number, span) {
            findings.push(
                Finding::new(&LO113, format!("two data disks have the LUN {number}"))
                    .at(span, "again here")
                    .related(other, "first here")
                    .help("give one of the two another LUN, 0 to 63"),
            );
        }
    }
    places
}
