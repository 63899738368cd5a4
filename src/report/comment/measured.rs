//! What was measured: a table a server, its ports against everybody who tried them. What is wrong stands open, the rest is folded.

use super::fit::Section;
use super::safe::{code, text};
use crate::fleet::port::Protocol;
use crate::fleet::words::count;
use crate::report::Report;
use crate::verify::outcome::{Measured, Server};
use crate::verify::reach::{Column, Matrix, Vantage, Verdict};
use std::fmt::Write as _;

pub(super) fn sections(report: &Report, whole: bool) -> Vec<Section<'_>> {
    let Some(measured) = &report.measured else {
        return Vec::new();
    };
    let (wrong, right): (Vec<&Server>, Vec<&Server>) = measured
        .servers
        .iter()
        .partition(|server| is_wrong(measured, server));
    let measured_where = if report.rehearsed || report.command == "rehearse" {
        "measured in a rehearsal"
    } else {
        "measured"
    };
    let mut sections = Vec::new();
    let wrong_ones = wrong.len();
    if wrong_ones > 0 {
        sections.push(tables(
            measured,
            wrong,
            format!("**Who reaches what, {measured_where}** · {LEGEND}\n\n"),
            "",
        ));
    }
    if !right.is_empty() {
        let open = if whole { " open" } else { "" };
        let open = format!(
            "<details{open}><summary>Who reaches what, {measured_where}: {}</summary>\n\n{LEGEND}\n\n",
            if wrong_ones > 0 {
                format!("{} as declared", count(right.len(), "other server"))
            } else {
                text(&measured.words())
            }
        );
        sections.push(tables(measured, right, open, "</details>\n\n"));
    }
    sections
}

const LEGEND: &str = "✅ open as declared · ➖ closed · 🔴 open, **not declared** · 🚧 declared, **closed** · ❔ not known";

fn tables<'a>(
    measured: &'a Measured,
    servers: Vec<&'a Server>,
    open: String,
    close: &'static str,
) -> Section<'a> {
    Section::of(
        "measured server",
        open,
        servers,
        move |server| table(&measured.matrix, server),
        close,
    )
}

fn is_wrong(measured: &Measured, server: &Server) -> bool {
    let columns = measured.matrix.columns.iter();
    server.inside.is_err()
        || columns
            .filter(|column| column.server == server.name)
            .flat_map(|column| (0..column.cells.len()).map(|at| column.verdict(at)))
            .any(|verdict| matches!(verdict, Some(Verdict::Extra | Verdict::Missing)))
}

fn table(matrix: &Matrix, server: &Server) -> String {
    let columns: Vec<&Column> = matrix
        .columns
        .iter()
        .filter(|column| column.server == server.name)
        .collect();
    if columns.is_empty() {
        let why = server
            .inside
            .as_ref()
            .err()
            .map_or("no port", String::as_str);
        return format!("{}: {}\n\n", code(&server.name), text(why));
    }
    let heads: Vec<String> = columns.iter().map(|column| head(column)).collect();
    let mut table = format!("| to {} | {} |\n", code(&server.name), heads.join(" | "));
    table.push_str("|---|");
    table.push_str(&":-:|".repeat(columns.len()));
    table.push('\n');
    for (at, vantage) in matrix.vantages.iter().enumerate() {
        if columns.iter().all(|column| column.cells[at].is_none()) {
            continue;
        }
        let marks: Vec<&str> = columns
            .iter()
            .map(|column| mark(column.verdict(at)))
            .collect();
        // Writing into a text does not fail.
        let _ = writeln!(table, "| {} | {} |", from(vantage), marks.join(" | "));
    }
    table.push('\n');
    table
}

fn head(column: &Column) -> String {
    let protocol = match column.protocol {
        Protocol::Tcp => "",
        Protocol::Udp => "/udp",
    };
    let purpose = match column.purpose.as_str() {
        "" => String::new(),
        purpose => format!("<br><sub>{}</sub>", text(purpose)),
    };
    format!("{}{protocol}{purpose}", column.port)
}

fn from(vantage: &Vantage) -> String {
    if vantage.is_here {
        format!("from here ({})", text(&vantage.name))
    } else {
        format!("from {}", code(&vantage.name))
    }
}

fn mark(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        None => "",
        Some(Verdict::Open) => "✅",
        Some(Verdict::Closed) => "➖",
        Some(Verdict::Extra) => "🔴",
        Some(Verdict::Missing) => "🚧",
        Some(Verdict::Unknown) => "❔",
    }
}
