//! One comment on several environments: a row for each, what is wrong or lost anywhere, and folded below what there is to say
//! of each, as much as there is room for.

mod headline;
mod parts;

use super::fit::{Limit, Section, fit};
use super::safe::{code, text, url};
use super::{Frame, ends, findings, servers};
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::words::{and_list, count};
use crate::report::merged::{End, Merged, Row};
use crate::report::region::Regions;
use crate::report::{Counts, Report, ServerSheet};
use headline::headline;
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// More violations, failures or losses than this are left to the environments' own parts.
const SHOWN: usize = 20;

/// More notices are folded.
const FEW: usize = 4;

/// GitHub drops a summary of more than 1 MiB altogether.
const SUMMARY: usize = 900 * 1024;

/// The comment without its marker and records, of at most `budget` characters.
pub(crate) fn render(merged: &Merged, frame: &Frame<'_>, budget: usize) -> String {
    written(merged, frame, Limit::Characters(budget))
}

/// The same for the summary of the job, with more room.
pub(crate) fn summary(merged: &Merged, frame: &Frame<'_>) -> String {
    written(merged, frame, Limit::Bytes(SUMMARY))
}

/// What is left when GitHub refuses more.
pub(crate) fn compact(merged: &Merged, frame: &Frame<'_>) -> String {
    let run = frame.run_url.as_deref().map(|run| {
        let run = url(run);
        format!("[The run]({run}) has what its jobs have to say.\n")
    });
    format!("### {}\n\n{}", headline(merged), run.unwrap_or_default())
}

fn written(merged: &Merged, frame: &Frame<'_>, limit: Limit) -> String {
    let head = format!("### {}\n\n", headline(merged));
    let foot = footer(merged, frame);
    let regions: Vec<(&Row, &Report, Regions<'_>)> = merged
        .reports()
        .map(|(row, report)| (row, report, Regions::new(&report.sources)))
        .collect();
    let most = limit.most().saturating_sub(limit.size(&foot));
    let parts = parts::Parts::new(&regions, frame, limit.of(most));
    // What all have in common leaves the parts something, and takes what they do not need.
    let room = most - parts.size().min(most / 3);
    let top = fit(
        &head,
        sections(merged, &regions, frame),
        "",
        frame,
        limit.of(room),
    );
    let Some(mut body) = top else {
        let short = [compact(merged, frame), head];
        let mut short = short.into_iter();
        return short
            .find(|text| limit.size(text) <= limit.most())
            .unwrap_or_default();
    };
    parts.write(most.saturating_sub(limit.size(&body)), &mut body);
    body + &foot
}

type Each<'a> = (&'a Row, &'a Report, Regions<'a>);

fn sections<'a>(
    merged: &'a Merged,
    each: &'a [Each<'a>],
    frame: &'a Frame<'_>,
) -> Vec<Section<'a>> {
    let mut sections = notices(merged, frame);
    if let Some(failure) = &merged.failure {
        sections.push(Section::whole(
            format!("{}\n\n", text(&failure.message)),
            "message",
        ));
        if !failure.help.is_empty() {
            sections.push(Section::whole(
                format!("**Next:** {}\n\n", text(&failure.help)),
                "hint",
            ));
        }
    }
    sections.push(table(merged));
    sections.extend(failures(each));
    sections.extend(violations(each, frame));
    sections.extend(losses(each));
    sections
}

/// What is said of all of them stands there once.
fn notices<'a>(merged: &'a Merged, frame: &'a Frame<'_>) -> Vec<Section<'a>> {
    let mut by_words: IndexMap<&str, Vec<String>> = IndexMap::new();
    for words in &frame.notices {
        by_words.entry(words).or_default();
    }
    for row in &merged.rows {
        for words in row.part().iter().flat_map(|part| &part.notices) {
            let of = by_words.entry(words).or_default();
            of.push(code(&row.environment));
        }
    }
    let many = by_words.len() > FEW;
    let mark = if many { "-" } else { ">" };
    let item = |(words, of): (&str, Vec<String>)| {
        let everybody = of.is_empty() || of.len() == merged.rows.len();
        let of = if everybody || frame.notices.iter().any(|one| one == words) {
            String::new()
        } else {
            format!("{}: ", and_list(&of))
        };
        let end = if many { "" } else { "\n" };
        format!("{mark} {of}{}\n{end}", text(words))
    };
    let things: Vec<String> = by_words.into_iter().map(item).collect();
    let (open, close) = if many {
        let title = count(things.len(), "notice");
        let open = format!("<details><summary>{title}</summary>\n\n");
        (open, "\n</details>\n\n")
    } else {
        (String::new(), "")
    };
    vec![Section::of("notice", open, things, |text| text, close)]
}

fn table(merged: &Merged) -> Section<'_> {
    let planned = merged.reports().any(|(_, report)| report.counts.is_some());
    let open = if planned {
        "| Environment | Answer | Servers | Add | Change | Destroy | Findings |\n|---|---|---|--:|--:|--:|---|\n"
    } else {
        "| Environment | Answer | Servers | Findings |\n|---|---|---|---|\n"
    };
    let row = move |row: &Row| {
        let name = format!("**{}**", code(&row.environment));
        let name = match &row.job {
            Some(job) => format!("[{name}]({})", url(job)),
            None => name,
        };
        let (mark, words) = row.words();
        let (servers, findings) = (servers_of(row), findings_of(row));
        let counts = match (&row.report, row.counts()) {
            _ if !planned => String::new(),
            (Some(report), counts) if report.counts.is_some() => {
                let Counts {
                    add,
                    change,
                    destroy,
                    ..
                } = counts;
                format!(" {add} | {change} | {destroy} |")
            }
            _ => " | | |".to_owned(),
        };
        format!("| {name} | {mark} {words} | {servers} |{counts} {findings} |\n")
    };
    let rows = merged.rows.iter().collect();
    Section::of("environment", open.to_owned(), rows, row, "\n")
}

pub(super) fn servers_of(row: &Row) -> String {
    let Some(report) = &row.report else {
        return String::new();
    };
    let changed = report.servers.iter().filter(|one| servers::is_changed(one));
    match (changed.count(), report.servers.len()) {
        (0, 0) => String::new(),
        (0, all) => all.to_string(),
        (some, all) => format!("{some} of {all}"),
    }
}

fn findings_of(row: &Row) -> String {
    let some = [(Severity::Error, "❌"), (Severity::Warning, "⚠️")];
    let some = some.map(|(severity, mark)| (row.count(severity), mark));
    let some = some.iter().filter(|(many, _)| *many > 0);
    let some: Vec<String> = some.map(|(many, mark)| format!("{mark} {many}")).collect();
    // Of what failed nothing may have been judged.
    if some.is_empty() && row.end() > End::Failed {
        return "none".to_owned();
    }
    some.join(" ")
}

/// Why an environment could not be planned or applied, in a line; its part has the whole of it.
fn failures<'a>(each: &'a [Each<'a>]) -> Option<Section<'a>> {
    let failed = each.iter().filter(|(row, ..)| row.end() == End::Failed);
    let failed: Vec<&Each<'_>> = failed.take(SHOWN).collect();
    let item = |(row, report, _): &Each<'_>| {
        let failure = report.failure.as_ref();
        let message = failure.map_or("", |failure| failure.message.as_str());
        let lines = message
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty());
        let first: Vec<&str> = lines.take(3).collect();
        let said = super::safe::clip(&first.join(" "), 400).into_owned();
        format!("- **{}** {}\n", code(&row.environment), text(&said))
    };
    (!failed.is_empty()).then(|| Section::of("failure", String::new(), failed, item, "\n"))
}

/// Of every environment the first, then of every environment the second: none hides the others.
fn in_turn<'a, T>(
    each: &'a [Each<'a>],
    of: impl Fn(&'a Report) -> Vec<T>,
) -> Vec<(&'a Each<'a>, T)> {
    let mut all: Vec<(usize, &Each<'_>, T)> = Vec::new();
    for one in each {
        let things = of(one.1).into_iter().enumerate();
        all.extend(things.map(|(at, thing)| (at, one, thing)));
    }
    all.sort_by_key(|(at, ..)| *at);
    all.into_iter()
        .map(|(_, one, thing)| (one, thing))
        .collect()
}

fn violations<'a>(each: &'a [Each<'a>], frame: &'a Frame<'_>) -> Vec<Section<'a>> {
    let mut found = in_turn(each, |report| {
        let errors = report.findings.iter();
        errors
            .filter(|one| one.severity == Severity::Error)
            .collect()
    });
    if found.is_empty() {
        return Vec::new();
    }
    let metas = found.iter().map(|(_, found)| (found.meta.code, found.meta));
    let metas: BTreeMap<&str, &Meta> = metas.collect();
    let close = more(found.len(), "violation");
    found.truncate(SHOWN);
    let item = |((row, _, regions), found): (&Each<'_>, &Finding)| {
        findings::violation(found, Some(&row.environment), regions, frame)
    };
    let mut section = Section::of("violation", String::new(), found, item, "");
    section.close = close.into();
    vec![
        section,
        findings::explanations(metas.into_values().collect(), frame),
    ]
}

fn losses<'a>(each: &'a [Each<'a>]) -> Option<Section<'a>> {
    let mut lost = in_turn(each, |report| {
        let sheets = report.servers.iter();
        sheets.filter(|sheet| servers::is_lost(sheet)).collect()
    });
    if lost.is_empty() {
        return None;
    }
    let close = more(lost.len(), "loss");
    lost.truncate(SHOWN);
    let item = |((row, report, _), sheet): (&Each<'_>, &ServerSheet)| {
        let of = format!(" of {}", code(&row.environment));
        format!("- {}\n", servers::loss(sheet, &of, report.applied))
    };
    let mut section = Section::of("loss", String::new(), lost, item, "");
    section.close = close.into();
    Some(section)
}

/// What was not shown of so many is shown with its environment.
fn more(all: usize, noun: &str) -> String {
    match all.checked_sub(SHOWN) {
        None | Some(0) => "\n".to_owned(),
        Some(1) => format!("- and 1 more {noun}, below\n\n"),
        Some(more) => format!("- and {more} more, below\n\n"),
    }
}

fn footer(merged: &Merged, frame: &Frame<'_>) -> String {
    let mut last: Vec<String> = Vec::new();
    let mut reports = merged.reports().map(|(_, report)| report);
    let terraform = reports.find_map(|report| report.terraform.as_deref());
    last.extend(terraform.map(|version| format!("Terraform {}", text(version))));
    if merged
        .reports()
        .any(|(_, report)| report.cloud == "simulated")
    {
        last.push("simulated Azure".to_owned());
    }
    ends(frame, &last)
}
