//! The topology with what changes marked: open, since GitHub draws nothing that is folded.

use super::fit::Section;
use super::servers::{is_changed, is_lost};
use crate::report::mermaid::{self, Mark, Marks};
use crate::report::{Report, ServerSheet};

/// More boxes make no picture that anybody can read.
const BOXES: usize = 30;

/// Nothing where nothing changes, where it would be too large, or where there is nobody to draw.
pub(super) fn section(report: &Report) -> Option<Section<'_>> {
    let topology = report.topology.as_ref()?;
    let marks = marks(report);
    let boxes = topology.outside.len() + topology.servers.len() + marks.gone.len();
    if topology.servers.is_empty() && marks.gone.is_empty() || boxes > BOXES || marks.is_empty() {
        return None;
    }
    let mut drawn = Vec::new();
    mermaid::render(topology, &marks, &mut drawn).ok()?;
    let drawn = String::from_utf8(drawn).ok()?;
    Some(Section::whole(
        format!("```mermaid\n{drawn}```\n\n"),
        "picture of the topology",
    ))
}

fn marks(report: &Report) -> Marks {
    let mut marks = Marks::default();
    let described = |name: &str| {
        let servers = report
            .topology
            .iter()
            .flat_map(|topology| &topology.servers);
        servers.into_iter().any(|server| server.name == name)
    };
    for sheet in &report.servers {
        if let Some(mark) = mark(sheet) {
            if mark == Mark::Destroyed && !described(&sheet.name) {
                marks.gone.push(sheet.name.clone());
            } else {
                marks.servers.insert(sheet.name.clone(), mark);
            }
        }
        for shown in sheet.exposures().filter(|shown| !shown.permitted) {
            if !shown.line.hidden {
                for from in &shown.line.from {
                    marks.wrong.push((
                        sheet.name.clone(),
                        from.clone(),
                        shown.line.protocol.word(),
                        shown.line.low,
                        shown.line.high,
                    ));
                }
            }
        }
    }
    marks
}

fn mark(sheet: &ServerSheet) -> Option<Mark> {
    let has = |word: &str| sheet.changes.iter().any(|change| change == word);
    if has("destroy") || has("forget") {
        Some(Mark::Destroyed)
    } else if is_lost(sheet) {
        Some(Mark::Replaced)
    } else if has("create") {
        Some(Mark::New)
    } else if is_changed(sheet) {
        Some(Mark::Changed)
    } else {
        None
    }
}
