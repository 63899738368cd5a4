//! The servers: what is lost, and a row for each with its changes and its ports.

use super::fit::Section;
use super::safe::{clip, code, text};
use crate::finding::Severity;
use crate::fleet::exposure::Proof;
use crate::fleet::port::Protocol;
use crate::fleet::words::count;
use crate::report::{Report, ServerSheet, ShownExposure};
use indexmap::IndexMap;
use std::collections::BTreeSet;

/// A fleet of this size is shown whole; of a larger one, what changes.
const WHOLE: usize = 12;

/// More lines than this of one cell are counted; the summary has them all.
const LINES: usize = 8;
/// So are more ports of one source.
const PORTS: usize = 12;
/// More characters of one line are left out.
const WIDTH: usize = 160;

/// Whether a plan does something to it.
pub(super) fn is_changed(sheet: &ServerSheet) -> bool {
    sheet.changes.iter().any(|word| word != "none") || !sheet.sentences.is_empty()
}

/// Whether its machine or what is on it goes.
pub(in crate::report) fn is_lost(sheet: &ServerSheet) -> bool {
    let lost = |word: &String| matches!(word.as_str(), "destroy" | "replace" | "forget");
    sheet.changes.iter().any(lost)
}

/// Destroyed and replaced machines, said before anything else that changes.
pub(super) fn losses(report: &Report) -> Option<Section<'_>> {
    let lost: Vec<&ServerSheet> = report
        .servers
        .iter()
        .filter(|sheet| is_lost(sheet))
        .collect();
    if lost.is_empty() {
        return None;
    }
    let past = report.applied;
    let item = move |sheet: &ServerSheet| format!("- {}\n", loss(sheet, "", past));
    Some(Section::of("loss", String::new(), lost, item, "\n"))
}

/// `of`: of which environment, where there are several.
pub(super) fn loss(sheet: &ServerSheet, of: &str, past: bool) -> String {
    let verb = if past { "was" } else { "will be" };
    let name = code(&sheet.name) + of;
    let sentence = |verb: &str| {
        let found = sheet.sentences.iter().find(|words| words.starts_with(verb));
        found.map_or("", |words| words[verb.len()..].trim())
    };
    let has = |word: &str| sheet.changes.iter().any(|change| change == word);
    if has("destroy") {
        format!("⚠️ {name} {verb} **destroyed**, with its system disk")
    } else if has("replace") {
        let because = sentence("replace");
        let because = if because.is_empty() {
            String::new()
        } else {
            format!(": {}", text(because.trim_start_matches("because ")))
        };
        format!("⚠️ {name} {verb} **replaced**, its system disk destroyed{because}")
    } else {
        format!("⚠️ {name} {verb} **forgotten**: it runs on, and Terraform no longer manages it")
    }
}

/// One row for each server: those with violations first, then those that change.
pub(super) fn table(report: &Report, whole: bool) -> Vec<Section<'_>> {
    if report.servers.is_empty() {
        return Vec::new();
    }
    let wrong: BTreeSet<&str> = report
        .findings
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .filter_map(|found| found.server.as_deref())
        .collect();
    let rank = |sheet: &&ServerSheet| {
        let is_wrong = wrong.contains(sheet.name.as_str());
        (!is_wrong, !is_lost(sheet), !is_changed(sheet))
    };
    let mut shown: Vec<&ServerSheet> = report.servers.iter().collect();
    shown.sort_by_key(rank);
    let mut after = None;
    if !whole && shown.len() > WHOLE {
        let calm = (true, true, true);
        let telling = shown.partition_point(|sheet| rank(sheet) < calm);
        if telling > 0 {
            let rest = shown.len() - telling;
            shown.truncate(telling);
            after = (rest > 0).then(|| {
                let (stays, are) = if rest == 1 {
                    ("stays", "is")
                } else {
                    ("stay", "are")
                };
                format!("{} {stays} as {are}.\n\n", count(rest, "other server"))
            });
        }
    }
    let planned = report.counts.is_some();
    let open = if planned {
        "| Server | Changes | Open ports |\n|---|---|---|\n"
    } else {
        "| Server | Declared ports |\n|---|---|\n"
    };
    let row = move |sheet: &ServerSheet| {
        if planned {
            format!(
                "| {} | {} | {} |\n",
                name(sheet),
                cell(changes(sheet), whole),
                cell(ports(sheet), whole)
            )
        } else {
            format!("| {} | {} |\n", name(sheet), cell(ports(sheet), whole))
        }
    };
    let mut sections = vec![Section::of("server", open.to_owned(), shown, row, "\n")];
    sections.extend(after.map(|line| Section::whole(line, "line")));
    sections
}

fn name(sheet: &ServerSheet) -> String {
    let facts: Vec<String> = sheet.facts.iter().map(|fact| text(fact)).collect();
    let facts = if facts.is_empty() {
        String::new()
    } else {
        format!("<br><sub>{}</sub>", facts.join(" · "))
    };
    format!("**{}**{facts}", code(&sheet.name))
}

/// Lines of a cell, or `none`.
fn cell(mut lines: Vec<String>, whole: bool) -> String {
    if lines.is_empty() {
        return "none".to_owned();
    }
    if !whole && lines.len() > LINES {
        let more = lines.len() - LINES;
        lines.truncate(LINES);
        lines.push(format!("and {more} more"));
    }
    lines.join("<br>")
}

fn changes(sheet: &ServerSheet) -> Vec<String> {
    let said = |sentence: &String| {
        let words = text(&clip(sentence, WIDTH));
        match sentence.split(' ').next() {
            Some("destroy" | "replace" | "delete" | "forget:") => format!("⚠️ {words}"),
            _ => words,
        }
    };
    sheet.sentences.iter().map(said).collect()
}

/// Ports by who reaches them: `internet: 80, 443`. Only what is wrong is marked, and it comes first.
fn ports(sheet: &ServerSheet) -> Vec<String> {
    let shown: &[ShownExposure] = if sheet.planned.is_empty() {
        &sheet.declared
    } else {
        &sheet.planned
    };
    let mut by_source: IndexMap<(&str, Vec<&str>), Vec<String>> = IndexMap::new();
    for exposure in shown {
        let mark = match (exposure.permitted, exposure.line.proof) {
            (_, Proof::CannotProve) => "❓ ",
            (true, Proof::Open) => "",
            (false, Proof::Open) => "❌ ",
        };
        let from = exposure.line.from.iter().map(String::as_str).collect();
        let protocol = match exposure.line.protocol {
            Protocol::Tcp => "",
            Protocol::Udp => "/udp",
        };
        by_source
            .entry((mark, from))
            .or_default()
            .push(format!("{}{protocol}", exposure.line.ports()));
    }
    by_source
        .sort_by_cached_key(|(mark, from), _| (mark.is_empty(), from.first() != Some(&"internet")));
    by_source
        .into_iter()
        .map(|((mark, from), ports)| {
            let mut shown: Vec<String> = ports.iter().take(PORTS).map(|port| code(port)).collect();
            if ports.len() > PORTS {
                shown.push(format!("and {} more", ports.len() - PORTS));
            }
            format!("{mark}{}: {}", sources(&from), shown.join(" "))
        })
        .collect()
}

/// More sources than this are counted.
const SOURCES: usize = 4;

fn sources(from: &[&str]) -> String {
    let mut words: Vec<String> = from.iter().take(SOURCES).map(|from| text(from)).collect();
    if from.len() > SOURCES {
        words.push(format!("{} more", from.len() - SOURCES));
    }
    words.join(", ")
}

/// What each describer opens beside what the plan leaves open, port by port: for who wants to know exactly.
pub(super) fn exposures(report: &Report) -> Vec<Section<'_>> {
    let with = report.servers.iter();
    with.filter(|sheet| sheet.exposures().next().is_some())
        .map(|sheet| {
            let stages = if sheet.planned.is_empty() {
                "declared"
            } else {
                "declared and planned"
            };
            let open = format!(
                "<details><summary>Ports of {}, {stages}</summary>\n\n| Stage | Port | From | For | Evidence |\n|---|---|---|---|---|\n",
                html(&sheet.name)
            );
            let shown: Vec<&ShownExposure> = sheet.exposures().collect();
            Section::of("port", open, shown, exposure, "\n</details>\n\n")
        })
        .collect()
}

fn exposure(shown: &ShownExposure) -> String {
    let mark = match (shown.permitted, shown.line.proof) {
        (_, Proof::CannotProve) => "❓",
        (true, Proof::Open) => "✅",
        (false, Proof::Open) => "❌",
    };
    let from: Vec<&str> = shown.line.from.iter().map(String::as_str).collect();
    format!(
        "| {} | {mark}&nbsp;{} | {} | {} | {} |\n",
        shown.stage.word(),
        code(&format!(
            "{}/{}",
            shown.line.ports(),
            shown.line.protocol.word()
        )),
        sources(&from),
        text(&shown.purpose),
        code(&shown.evidence)
    )
}

/// A name inside HTML, where Markdown is not read.
pub(super) fn html(name: &str) -> String {
    let safe = name.chars().take(100).map(|c| match c {
        c if c.is_alphanumeric() || "._-".contains(c) => c,
        _ => '�',
    });
    format!("<code>{}</code>", safe.collect::<String>())
}
