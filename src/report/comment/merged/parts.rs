//! What there is to say of each environment, folded: those that need little leave their room to the others.

use super::{Each, SHOWN, servers_of};
use crate::finding::Severity;
use crate::fleet::words::count;
use crate::report::comment::fit::{Limit, Section, fit};
use crate::report::comment::safe::{text, url};
use crate::report::comment::servers::html;
use crate::report::comment::{Frame, failure, findings, servers};
use crate::report::merged::{End, Row};
use std::fmt::Write as _;

/// What a sentence on those that were left out takes.
const CUT: usize = 300;

/// The parts, each with the size that it would have whole.
pub(super) struct Parts<'a> {
    each: Vec<(&'a Each<'a>, usize)>,
    /// Violations are few enough to stand above, and are not said twice.
    all_above: bool,
    frame: &'a Frame<'a>,
    limit: Limit,
}

impl<'a> Parts<'a> {
    pub(super) fn new(each: &'a [Each<'a>], frame: &'a Frame<'_>, limit: Limit) -> Self {
        let errors: usize = each
            .iter()
            .map(|(row, ..)| row.count(Severity::Error))
            .sum();
        let mut parts = Self {
            each: Vec::new(),
            all_above: errors <= SHOWN,
            frame,
            limit,
        };
        for one in each {
            let whole = parts.part(one, limit.most()).unwrap_or_default();
            parts.each.push((one, limit.size(&whole)));
        }
        parts
    }

    pub(super) fn size(&self) -> usize {
        self.each.iter().map(|(_, size)| size).sum()
    }

    /// As much of them as there is room for.
    pub(super) fn write(&self, room: usize, out: &mut String) {
        let mut left = room;
        if self.size() > room {
            left = room.saturating_sub(CUT);
        }
        let mut by_size: Vec<usize> = (0..self.each.len()).collect();
        by_size.sort_by_key(|at| self.each[*at].1);
        let mut rooms = vec![0; self.each.len()];
        for (done, at) in by_size.iter().enumerate() {
            let share = left / (self.each.len() - done);
            rooms[*at] = share.min(self.each[*at].1);
            left -= rooms[*at];
        }
        let mut lost = 0;
        for ((one, whole), room) in self.each.iter().zip(rooms) {
            match self.part(one, room) {
                Some(part) => out.push_str(&part),
                None if *whole > 0 => lost += 1,
                None => {}
            }
        }
        if lost > 0 {
            let what = count(lost, "environment");
            let place = self.frame.run_url.as_deref().map_or_else(
                || "left out for length".to_owned(),
                |run| format!("see [the run's summary]({})", url(run)),
            );
            let _ = write!(out, "✂️ *The rest of {what}: {place}*\n\n");
        }
    }

    /// `None`: nothing is to be said, or there is no room for any of it.
    fn part(&self, (row, report, regions): &'a Each<'a>, room: usize) -> Option<String> {
        let mut sections = Vec::new();
        let words = row.part().into_iter().flat_map(|part| &part.words);
        sections.extend(words.map(|words| Section::whole(format!("{}\n\n", text(words)), "line")));
        sections.extend(failure::message(report));
        if !self.all_above {
            let mut found = findings::violations(report, regions, self.frame);
            // Why they are there is said above.
            found.truncate(1);
            sections.extend(found);
        }
        sections.extend(failure::steps(report));
        if row.end() != End::Quiet {
            sections.extend(servers::table(report, false));
        }
        sections.extend(findings::warnings(report, regions, self.frame));
        if row.end() != End::Quiet {
            sections.extend(findings::notes(report));
        }
        if sections.is_empty() {
            return None;
        }
        let sections = sections.into_iter().map(unfolded).collect();
        let head = format!("<details><summary>{}</summary>\n\n", title(row));
        let limit = self.limit.of(room);
        fit(&head, sections, "\n</details>\n\n", self.frame, limit)
    }
}

/// HTML, in which every word but the name is ours.
fn title(row: &Row) -> String {
    let (mark, words) = row.words();
    let servers = match servers_of(row).as_str() {
        "" => String::new(),
        servers => format!(", {servers} servers"),
    };
    format!("{mark} {}: {words}{servers}", html(&row.environment))
}

/// What is folded already is not folded twice.
fn unfolded(mut section: Section<'_>) -> Section<'_> {
    let title = section
        .open
        .strip_prefix("<details><summary>")
        .and_then(|rest| rest.split_once("</summary>"))
        .map(|(title, _)| format!("**{title}**\n\n"));
    if let Some(title) = title {
        section.open = title;
        section.close = "\n".into();
    }
    section
}
