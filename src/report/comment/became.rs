//! What became of servers that were there before a rehearsed change.

use super::fit::Section;
use super::safe::{code, text};
use crate::report::{Became, Report};

pub(super) fn section(report: &Report) -> Option<Section<'_>> {
    if report.became.is_empty() {
        return None;
    }
    let open = "| server | what becomes of it, rehearsed |\n|---|---|\n".to_owned();
    let servers: Vec<&Became> = report.became.iter().collect();
    Some(Section::of("server", open, servers, row, "\n"))
}

fn row(one: &Became) -> String {
    let words: Vec<String> = one.words.iter().map(|words| mark(words)).collect();
    format!("| {} | {} |\n", code(&one.server), words.join("<br>"))
}

fn mark(words: &str) -> String {
    let mark = if words.contains("is lost") {
        "⚠️ "
    } else {
        ""
    };
    format!("{mark}{}", text(words))
}
