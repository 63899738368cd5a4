//! For a person at a terminal: the answer first and last, worst first, a table per server.

use super::paint::{Paint, inert};
use super::{Outcome, Report, ServerSheet, configured, ended, measured, snippet};
use crate::ansible::outcome::Configured;
use crate::finding::{Finding, Severity};
use crate::fleet::exposure::{Proof, Stage};
use crate::fleet::words::{count, or_list};
use crate::verify::outcome::Measured;
use std::collections::BTreeSet;
use std::io;

/// More findings than this of one severity are counted, not drawn.
const DRAWN: usize = 50;
/// More servers than this are counted: those with findings or changes come first.
const SHEETS: usize = 40;

/// Writes the whole answer.
pub(crate) fn render(report: &Report, colours: bool, out: &mut dyn io::Write) -> io::Result<()> {
    let paint = Paint(colours);
    let errors: Vec<_> = of(report, Severity::Error).collect();
    for finding in errors.iter().take(DRAWN) {
        writeln!(out, "{}", snippet::draw(report, finding, colours))?;
    }
    if errors.len() > DRAWN {
        let more = count(errors.len() - DRAWN, "error");
        writeln!(out, "and {more} more: `--format json` has all of them\n")?;
    }
    briefly(report, paint, out)?;
    let wrong: BTreeSet<&str> = errors
        .iter()
        .filter_map(|finding| finding.server.as_deref())
        .collect();
    let mut sheets: Vec<&ServerSheet> = report.servers.iter().collect();
    sheets.sort_by_cached_key(|sheet| (!wrong.contains(sheet.name.as_str()), !changes(sheet)));
    for sheet in sheets.iter().take(SHEETS) {
        server(sheet, paint, out)?;
    }
    if sheets.len() > SHEETS {
        writeln!(out, "and {} more\n", count(sheets.len() - SHEETS, "server"))?;
    }
    for note in &report.notes {
        writeln!(out, "{} {}", paint.cyan("note:"), inert(note))?;
    }
    for line in report.patch.iter().flat_map(|patch| patch.lines()) {
        writeln!(out, "{}", signed(&inert(line), paint))?;
    }
    if !report.notes.is_empty() {
        writeln!(out)?;
    }
    ended::steps(report, paint, out)?;
    configured::render(report, paint, out)?;
    ended::became(report, paint, out)?;
    measured::render(report, paint, out)?;
    if let Some(failure) = &report.failure {
        writeln!(
            out,
            "{} {}",
            paint.red("failed:"),
            inert_lines(&failure.message)
        )?;
        if !failure.help.is_empty() {
            writeln!(
                out,
                "  {} {}",
                paint.cyan("next:"),
                inert_lines(&failure.help)
            )?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{}", verdict(report, paint))
}

fn of(report: &Report, severity: Severity) -> impl Iterator<Item = &Finding> {
    report
        .findings
        .iter()
        .filter(move |finding| finding.severity == severity)
}

/// Warnings and notes in a line each, and what to do once for each code.
fn briefly(report: &Report, paint: Paint, out: &mut dyn io::Write) -> io::Result<()> {
    let found: Vec<_> = of(report, Severity::Warning)
        .chain(of(report, Severity::Note))
        .collect();
    for (number, finding) in found.iter().enumerate() {
        let place = match (report.place(finding), &finding.evidence) {
            (Some(place), _) => format!("{}:{}:{}", place.file, place.line, place.column),
            (None, Some(evidence)) => inert(evidence),
            (None, None) => String::new(),
        };
        let code = format!("{}[{}]", finding.severity.word(), finding.meta.code);
        writeln!(
            out,
            "{}: {}  {}",
            paint.yellow(&code),
            inert(&finding.message),
            paint.dim(&place)
        )?;
        let same = |other: Option<&&Finding>| {
            other.is_some_and(|other| other.meta.code == finding.meta.code)
        };
        let (before, after) = (
            number.checked_sub(1).and_then(|at| found.get(at)),
            found.get(number + 1),
        );
        if !same(after) {
            let help = if same(before) {
                first_sentence(finding.meta.fix)
            } else {
                inert(&finding.help)
            };
            writeln!(out, "  {} {help}", paint.cyan("help:"))?;
        }
    }
    if found.is_empty() {
        Ok(())
    } else {
        writeln!(out)
    }
}

fn first_sentence(text: &str) -> String {
    text.split_once(". ")
        .map_or(text, |(first, _)| first)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn changes(sheet: &ServerSheet) -> bool {
    sheet.changes.iter().any(|change| change != "none")
}

fn server(sheet: &ServerSheet, paint: Paint, out: &mut dyn io::Write) -> io::Result<()> {
    let facts: Vec<String> = sheet.facts.iter().map(|fact| inert(fact)).collect();
    let title = format!(
        "{}  {}",
        paint.bold(&inert(&sheet.name)),
        paint.dim(&facts.join(" · "))
    );
    writeln!(out, "{}", title.trim_end())?;
    for sentence in &sheet.sentences {
        writeln!(out, "  {} {}", mark(sentence, paint), inert(sentence))?;
    }
    let rows = rows(sheet);
    if !rows.is_empty() {
        let widths: [usize; 3] = std::array::from_fn(|column| {
            rows.iter()
                .map(|row| row.cells[column].chars().count())
                .max()
                .unwrap_or(0)
        });
        for row in rows {
            let [port, from, purpose] =
                std::array::from_fn(|column| format!("{:1$}", row.cells[column], widths[column]));
            let verdict = if row.permitted {
                paint.green(&row.verdict)
            } else {
                paint.red(&row.verdict)
            };
            writeln!(
                out,
                "    {port}  {} {from}  {purpose}  {verdict}",
                paint.dim("from")
            )?;
        }
    }
    writeln!(out)
}

fn mark(sentence: &str, paint: Paint) -> String {
    match sentence.split(' ').next() {
        Some("destroy" | "replace" | "delete") => paint.red("-"),
        Some("create" | "opens" | "import" | "attach") => paint.green("+"),
        Some("closes") => paint.yellow("-"),
        _ => paint.yellow("~"),
    }
}

struct Row {
    /// Port, sources, purpose.
    cells: [String; 3],
    verdict: String,
    permitted: bool,
}

/// One row for what is the same written and planned.
fn rows(sheet: &ServerSheet) -> Vec<Row> {
    let mut rows: Vec<(Row, Vec<Stage>)> = Vec::new();
    for shown in sheet.exposures() {
        let port = format!("{}/{}", shown.line.ports(), shown.line.protocol.word());
        let from = inert(&or_list(&shown.line.from));
        let known = rows
            .iter_mut()
            .find(|(row, _)| row.cells[0] == port && row.cells[1] == from);
        match known {
            Some((row, stages)) => {
                stages.push(shown.stage);
                row.permitted &= shown.permitted;
                if row.cells[2].is_empty() {
                    row.cells[2].clone_from(&shown.purpose);
                }
            }
            None => {
                let unsure = if shown.line.proof == Proof::CannotProve {
                    "cannot be shown safe"
                } else {
                    ""
                };
                let row = Row {
                    cells: [port, from, inert(&shown.purpose)],
                    verdict: unsure.to_owned(),
                    permitted: shown.permitted,
                };
                rows.push((row, vec![shown.stage]));
            }
        }
    }
    rows.into_iter()
        .map(|(mut row, stages)| {
            let stages: Vec<&str> = stages.into_iter().map(Stage::word).collect();
            let permitted = if row.permitted {
                "permitted"
            } else {
                "NOT PERMITTED"
            };
            row.verdict = if row.verdict.is_empty() {
                format!("{permitted} ({})", stages.join(", "))
            } else {
                row.verdict.clone()
            };
            row
        })
        .collect()
}

fn verdict(report: &Report, paint: Paint) -> String {
    let mut parts = Vec::new();
    for severity in [Severity::Error, Severity::Warning] {
        if report.count(severity) > 0 {
            parts.push(count(report.count(severity), severity.word()));
        }
    }
    let of_state = matches!(report.command, "unlock" | "push-state" | "forget");
    let done = report.configured.is_some() || report.measured.is_some() || of_state;
    if !report.servers.is_empty() || (report.failure.is_none() && !done) {
        parts.push(count(report.servers.len(), "server"));
    }
    if let Some(counts) = report.counts {
        parts.push(counts.to_string());
    }
    parts.extend(report.configured.as_ref().map(Configured::words));
    parts.extend(report.measured.as_ref().map(Measured::words));
    let word = match report.outcome() {
        Outcome::Clean if report.command == "rehearse" => paint.green("rehearsed"),
        Outcome::Clean if report.applied => paint.green("applied"),
        Outcome::Clean => paint.green("clean"),
        Outcome::Violations => paint.red("not permitted"),
        Outcome::Failed => paint.red("failed"),
    };
    let environment = report
        .environment
        .as_deref()
        .map(|name| format!(" {name}"))
        .unwrap_or_default();
    let mut verdict = format!("{}{environment}: {word}", paint.bold(report.command));
    for part in parts {
        verdict.push_str(" · ");
        verdict.push_str(&part);
    }
    verdict
}

/// A line of a patch in the colour of its sign.
fn signed(line: &str, paint: Paint) -> String {
    match line.bytes().next() {
        Some(b'+') => paint.green(line),
        Some(b'-') => paint.red(line),
        _ => line.to_owned(),
    }
}

/// Several lines stay several lines.
fn inert_lines(text: &str) -> String {
    text.lines().map(inert).collect::<Vec<_>>().join("\n  ")
}
