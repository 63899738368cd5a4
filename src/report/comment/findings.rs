//! What is wrong, open; what is only worth knowing, folded.

use super::fit::Section;
use super::safe::text;
use super::{Frame, place};
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::words::count;
use crate::report::Report;
use crate::report::region::Regions;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Where the page of findings is, for links.
const PAGE: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/findings.md");

/// Errors, each with its place, its evidence and its way out; then why the rules are there.
pub(super) fn violations<'a>(
    report: &'a Report,
    regions: &'a Regions<'a>,
    frame: &'a Frame<'_>,
) -> Vec<Section<'a>> {
    let errors = of(report, &[Severity::Error]);
    if errors.is_empty() {
        return Vec::new();
    }
    let metas: BTreeMap<&str, &Meta> = errors
        .iter()
        .map(|found| (found.meta.code, found.meta))
        .collect();
    let why = metas.into_values().collect();
    vec![
        Section::of(
            "violation",
            String::new(),
            errors,
            move |found| violation(found, None, regions, frame),
            "\n",
        ),
        explanations(why, frame),
    ]
}

/// Why the rules are there.
pub(super) fn explanations<'a>(why: Vec<&'a Meta>, frame: &'a Frame<'_>) -> Section<'a> {
    Section::of(
        "explanation",
        "<details><summary>Why this is not permitted</summary>\n\n".to_owned(),
        why,
        move |meta| {
            let more = if frame.blob.is_none() {
                format!(" `lostops explain {}` shows more.", meta.code)
            } else {
                String::new()
            };
            format!(
                "- **{}** `{}`: {}{more}\n",
                meta.code,
                meta.name,
                one_line(meta.why)
            )
        },
        "\n</details>\n\n",
    )
}

/// One of them, and of which environment it is, where there are several.
pub(super) fn violation(
    found: &Finding,
    environment: Option<&str>,
    regions: &Regions<'_>,
    frame: &Frame<'_>,
) -> String {
    let of = environment.map(|name| format!("{}: ", super::safe::code(name)));
    let mut item = format!(
        "- **{}** {}{}",
        rule(found.meta, frame),
        of.unwrap_or_default(),
        text(&found.message)
    );
    if let Some(span) = found.span {
        let _ = write!(item, "\n  <br>{}", place::link(regions, span, frame));
        if !found.label.is_empty() {
            let _ = write!(item, " · {}", text(&found.label));
        }
    }
    if let Some(evidence) = &found.evidence {
        let _ = write!(item, "\n  <br>Evidence: {}", super::safe::code(evidence));
    }
    if !found.help.is_empty() {
        let _ = write!(item, "\n  <br>**Fix:** {}", text(&found.help));
    }
    item.push('\n');
    item
}

/// `LO203`: a link to what it means, where links are written.
fn rule(meta: &Meta, frame: &Frame<'_>) -> String {
    if frame.blob.is_none() {
        return meta.code.to_owned();
    }
    let anchor = format!("{}-{}", meta.code.to_lowercase(), meta.name);
    format!("[{}]({PAGE}#{anchor})", meta.code)
}

/// Warnings and notes of the rules.
pub(super) fn warnings<'a>(
    report: &'a Report,
    regions: &'a Regions<'a>,
    frame: &'a Frame<'_>,
) -> Option<Section<'a>> {
    let found = of(report, &[Severity::Warning, Severity::Note]);
    if found.is_empty() {
        return None;
    }
    let alike = |severity| found.iter().filter(|one| one.severity == severity).count();
    let counts = [(Severity::Warning, "warning"), (Severity::Note, "notice")];
    let counts = counts.map(|(severity, word)| (alike(severity), word));
    let counts = counts.iter().filter(|(many, _)| *many > 0);
    let counts: Vec<String> = counts.map(|(many, word)| count(*many, word)).collect();
    let open = format!("<details><summary>{}</summary>\n\n", counts.join(", "));
    let item = move |found: &Finding| {
        let place = found
            .span
            .map(|span| format!(" ({})", place::link(regions, span, frame)));
        let help = if found.help.is_empty() {
            String::new()
        } else {
            format!(": {}", text(&found.help))
        };
        format!(
            "- {} {}{help}{}\n",
            rule(found.meta, frame),
            text(&found.message),
            place.unwrap_or_default()
        )
    };
    Some(Section::of(
        "warning",
        open,
        found,
        item,
        "\n</details>\n\n",
    ))
}

/// What happened beside the question asked.
pub(super) fn notes(report: &Report) -> Option<Section<'_>> {
    if report.notes.is_empty() {
        return None;
    }
    let open = format!(
        "<details><summary>{}</summary>\n\n",
        count(report.notes.len(), "note")
    );
    let notes: Vec<&String> = report.notes.iter().collect();
    Some(Section::of(
        "note",
        open,
        notes,
        |note| format!("- {}\n", text(note)),
        "\n</details>\n\n",
    ))
}

fn of<'a>(report: &'a Report, severities: &[Severity]) -> Vec<&'a Finding> {
    let found = report.findings.iter();
    found
        .filter(|found| severities.contains(&found.severity))
        .collect()
}

fn one_line(markdown: &str) -> String {
    markdown.split_whitespace().collect::<Vec<_>>().join(" ")
}
