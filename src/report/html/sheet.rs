//! A sheet a server: what it is, what changes, which ports, what it says of itself.

use super::{escape, words};
use crate::fleet::words::count;
use crate::report::{Report, ServerSheet, ShownExposure};
use crate::verify::outcome::{Inside, Server};
use std::collections::BTreeSet;
use std::io;

/// More servers than this are counted.
const SERVERS: usize = 200;

pub(super) fn all(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let described = report.servers.iter().map(|sheet| sheet.name.as_str());
    let measured = report
        .measured
        .iter()
        .flat_map(|measured| &measured.servers);
    let names: BTreeSet<&str> = described
        .chain(measured.map(|server| server.name.as_str()))
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h2>Servers</h2>")?;
    for name in names.iter().take(SERVERS) {
        let sheet = report.servers.iter().find(|sheet| sheet.name == *name);
        let measured = report.measured.as_ref().and_then(|all| all.server(name));
        one(name, sheet, measured, out)?;
    }
    if names.len() > SERVERS {
        writeln!(
            out,
            "<p>and {} more</p>",
            count(names.len() - SERVERS, "server")
        )?;
    }
    Ok(())
}

fn one(
    name: &str,
    sheet: Option<&ServerSheet>,
    measured: Option<&Server>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    writeln!(out, "<div class=\"server\"><h3>{}</h3>", escape(name))?;
    if let Some(sheet) = sheet {
        writeln!(
            out,
            "<p class=\"dim\">{}</p>",
            escape(&sheet.facts.join(" · "))
        )?;
        for sentence in &sheet.sentences {
            writeln!(out, "<p>{}</p>", words(sentence))?;
        }
        ports(sheet, out)?;
    }
    match measured.map(|server| &server.inside) {
        None => {}
        Some(Err(why)) => writeln!(out, "<p>Not measured from within: {}</p>", words(why))?,
        Some(Ok(inside)) => within(inside, out)?,
    }
    writeln!(out, "</div>")
}

/// A row a port and its sources; where it is found at several depths, all of them.
fn ports(sheet: &ServerSheet, out: &mut dyn io::Write) -> io::Result<()> {
    let mut rows: Vec<Vec<&ShownExposure>> = Vec::new();
    for shown in sheet.exposures() {
        let same = |row: &&mut Vec<&ShownExposure>| {
            row.iter()
                .any(|one| one.line == shown.line && one.permitted == shown.permitted)
        };
        match rows.iter_mut().find(same) {
            Some(row) => row.push(shown),
            None => rows.push(vec![shown]),
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<table><tr><th>port</th><th>from</th><th>for</th><th></th><th>where</th></tr>"
    )?;
    for row in rows {
        let shown = row[0];
        let permitted = if shown.permitted {
            "permitted"
        } else {
            "<b>not permitted</b>"
        };
        let stages: Vec<&str> = row.iter().map(|one| one.stage.word()).collect();
        let places: Vec<String> = row.iter().map(|one| escape(&one.evidence)).collect();
        writeln!(
            out,
            "<tr><td>{}/{}</td><td>{}</td><td>{}</td><td>{permitted} ({})</td><td class=\"dim\">{}</td></tr>",
            escape(&shown.line.ports()),
            shown.line.protocol.word(),
            escape(&shown.line.from.join(", ")),
            escape(&shown.purpose),
            stages.join(", "),
            places.join("<br>")
        )?;
    }
    writeln!(out, "</table>")
}

fn within(inside: &Inside, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(
        out,
        "<p class=\"dim\">{} · kernel {} · up for {} · {}</p>",
        escape(&inside.release),
        escape(&inside.kernel),
        up(inside.uptime_seconds),
        count(inside.installed.packages.len(), "package")
    )?;
    let exposed: Vec<_> = inside
        .sockets
        .iter()
        .filter(|one| one.is_exposed())
        .collect();
    if !exposed.is_empty() {
        writeln!(out, "<table><tr><th>listens at</th><th>who</th></tr>")?;
        for socket in exposed {
            writeln!(
                out,
                "<tr><td>{}/{}</td><td>{}</td></tr>",
                escape(&socket.place()),
                socket.protocol.word(),
                escape(&socket.owner())
            )?;
        }
        writeln!(out, "</table>")?;
    }
    let containers = inside.containers.as_deref().unwrap_or_default();
    if !containers.is_empty() {
        writeln!(
            out,
            "<table><tr><th>container</th><th>image</th><th></th></tr>"
        )?;
        for one in containers {
            writeln!(
                out,
                "<tr><td>{}</td><td class=\"dim\">{}</td><td>{} {}</td></tr>",
                escape(&one.name),
                escape(&one.image),
                escape(&one.status),
                escape(&one.health)
            )?;
        }
        writeln!(out, "</table>")?;
    }
    Ok(())
}

fn up(seconds: u64) -> String {
    match seconds {
        0..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} hours", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}
