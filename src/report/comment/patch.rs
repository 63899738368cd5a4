//! The change of the describers with which what was done stays so.

use super::fit::Section;
use super::safe::{fence, lines};
use crate::report::Report;

pub(super) fn section(report: &Report) -> Option<Section<'_>> {
    let shown: Vec<String> = lines(report.patch.as_deref()?).collect();
    let fence = fence(shown.iter().map(String::as_str));
    Some(Section {
        open: format!("**To keep it so**\n\n{fence}diff\n"),
        total: shown.len(),
        items: Box::new(shown.into_iter().map(|line| line + "\n")),
        close: format!("{fence}\n\n").into(),
        noun: "line of the patch",
    })
}
