//! What was measured, for a person at a terminal: a server's ports against everybody who tried them.

use super::Report;
use super::paint::{Paint, inert};
use crate::fleet::port::Protocol;
use crate::fleet::words::count;
use crate::verify::outcome::{Measured, Server};
use crate::verify::reach::{Column, Verdict};
use std::io;

/// A terminal is seldom narrower; more ports go below.
const WIDTH: usize = 100;
/// The longest mark.
const WIDEST: usize = 4;
/// More servers than this are counted: those with something wrong come first.
const SERVERS: usize = 40;

/// Nothing when it was not its turn.
pub(super) fn render(report: &Report, paint: Paint, out: &mut dyn io::Write) -> io::Result<()> {
    let Some(measured) = &report.measured else {
        return Ok(());
    };
    let mut servers: Vec<&Server> = measured.servers.iter().collect();
    servers.sort_by_cached_key(|server| !is_wrong(measured, server));
    for server in servers.iter().take(SERVERS) {
        self::server(measured, server, paint, out)?;
    }
    if servers.len() > SERVERS {
        writeln!(
            out,
            "and {} more\n",
            count(servers.len() - SERVERS, "server")
        )?;
    }
    if !measured.matrix.columns.is_empty() {
        writeln!(out, "{}", legend(paint))?;
    }
    writeln!(out, "{}\n", paint.dim(&report.timeline.words()))
}

fn is_wrong(measured: &Measured, server: &Server) -> bool {
    let columns = measured.matrix.columns.iter();
    server.inside.is_err()
        || columns
            .filter(|column| column.server == server.name)
            .any(|column| {
                (0..column.cells.len())
                    .any(|at| matches!(column.verdict(at), Some(Verdict::Extra | Verdict::Missing)))
            })
}

fn server(
    measured: &Measured,
    server: &Server,
    paint: Paint,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    writeln!(
        out,
        "{}  {}",
        paint.bold(&inert(&server.name)),
        paint.dim(&inert(&words(server)))
    )?;
    let columns: Vec<&Column> = measured
        .matrix
        .columns
        .iter()
        .filter(|column| column.server == server.name)
        .collect();
    if columns.is_empty() {
        return writeln!(out);
    }
    let names: Vec<String> = measured
        .matrix
        .vantages
        .iter()
        .map(|vantage| inert(&vantage.name))
        .collect();
    let first = names.iter().map(|name| name.chars().count());
    let first = first.max().unwrap_or(0) + "from ".len();
    let mut rest = columns.as_slice();
    while !rest.is_empty() {
        let mut used = first;
        let fits = |column: &&&Column| {
            used += head(column).chars().count() + 2;
            used < WIDTH
        };
        let (part, later) = rest.split_at(rest.iter().take_while(fits).count().max(1));
        table(part, &names, first, paint, out)?;
        rest = later;
    }
    writeln!(out)
}

/// Columns that stand beside each other.
fn table(
    columns: &[&Column],
    names: &[String],
    first: usize,
    paint: Paint,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let heads: Vec<String> = columns.iter().map(|column| head(column)).collect();
    write!(out, "  {:first$}", "")?;
    for head in &heads {
        write!(out, "  {}", paint.dim(&format!("{head:WIDEST$}")))?;
    }
    writeln!(out)?;
    for (at, name) in names.iter().enumerate() {
        if columns.iter().all(|column| column.cells[at].is_none()) {
            continue;
        }
        write!(out, "  {:first$}", format!("from {name}"))?;
        for (column, head) in columns.iter().zip(&heads) {
            let (mark, wide) = mark(column.verdict(at), paint);
            let room = head.chars().count().max(WIDEST) - wide;
            write!(out, "  {mark}{}", " ".repeat(room))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// `22 ssh`, `53/udp`
fn head(column: &Column) -> String {
    let protocol = match column.protocol {
        Protocol::Tcp => "",
        Protocol::Udp => "/udp",
    };
    inert(format!("{}{protocol} {}", column.port, column.purpose).trim_end())
}

/// What the server says of itself, in a line.
fn words(server: &Server) -> String {
    match &server.inside {
        Err(why) => format!("not measured from within: {why}"),
        Ok(inside) => {
            let containers = inside.containers.as_deref().unwrap_or_default();
            let running = containers
                .iter()
                .filter(|one| one.status == "running")
                .count();
            let mut parts = vec![
                inside.release.clone(),
                format!("kernel {}", inside.kernel),
                count(inside.installed.packages.len(), "package"),
            ];
            if inside.containers.is_some() {
                parts.push(count(running, "container"));
            }
            parts.retain(|part| !part.is_empty());
            parts.join(" · ")
        }
    }
}

/// A mark and how wide it is.
fn mark(verdict: Option<Verdict>, paint: Paint) -> (String, usize) {
    match verdict {
        None => (String::new(), 0),
        Some(Verdict::Open) => (paint.green("open"), 4),
        Some(Verdict::Closed) => (paint.dim("·"), 1),
        Some(Verdict::Extra) => (paint.red("OPEN"), 4),
        Some(Verdict::Missing) => (paint.red("shut"), 4),
        Some(Verdict::Unknown) => (paint.yellow("?"), 1),
    }
}

fn legend(paint: Paint) -> String {
    format!(
        "{} as declared  {} closed, as declared  {} not declared  {} declared, and closed  {} not known",
        mark(Some(Verdict::Open), paint).0,
        mark(Some(Verdict::Closed), paint).0,
        mark(Some(Verdict::Extra), paint).0,
        mark(Some(Verdict::Missing), paint).0,
        mark(Some(Verdict::Unknown), paint).0,
    )
}
