//! What Ansible did, for a person at a terminal: a line a server, below it what went wrong and where.

use super::paint::{Paint, inert};
use super::{Report, packages};
use crate::ansible::outcome::{End, RoleOutcome, ServerOutcome};
use std::io;

/// Tasks of one server that are named.
const NAMED: usize = 8;
/// Packages of one server that are named of those that were only counted.
const COUNTED: usize = 20;

/// Nothing when it was not its turn.
pub(super) fn render(report: &Report, paint: Paint, out: &mut dyn io::Write) -> io::Result<()> {
    let Some(configured) = &report.configured else {
        return Ok(());
    };
    let width = configured
        .servers
        .iter()
        .map(|server| server.name.chars().count());
    let width = width.max().unwrap_or(0);
    for one in &configured.servers {
        server(one, configured.check, width, paint, out)?;
    }
    if !configured.servers.is_empty() {
        writeln!(out)?;
    }
    Ok(())
}

fn server(
    one: &ServerOutcome,
    check: bool,
    width: usize,
    paint: Paint,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let name = format!("{:width$}", inert(&one.name));
    let roles: Vec<String> = one
        .roles
        .iter()
        .map(|role| self::role(role, check))
        .collect();
    let seconds = if one.roles.is_empty() {
        String::new()
    } else {
        format!("  {:.1} s", one.seconds)
    };
    writeln!(
        out,
        "{}  {}  {}{}",
        paint.bold(&name),
        word(one.end, check, paint),
        paint.dim(&inert(&one.why)),
        paint.dim(&seconds)
    )?;
    if !roles.is_empty() {
        writeln!(out, "    {}", paint.dim(&roles.join(" · ")))?;
    }
    if let Some(line) = packages::line(one, NAMED, &inert) {
        writeln!(out, "    packages: {line}")?;
        for line in packages::counted(one, COUNTED, &inert) {
            writeln!(out, "      {}", paint.dim(&line))?;
        }
    }
    for failure in &one.failures {
        writeln!(out, "    {} {}", paint.red("x"), inert(&failure.at.title()))?;
        for line in failure.message.lines() {
            writeln!(out, "      {}", inert(line))?;
        }
        if !failure.at.place.is_empty() {
            writeln!(
                out,
                "      {}",
                paint.dim(&format!("at {}", inert(&failure.at.place)))
            )?;
        }
    }
    if check || one.settled {
        for change in one.changes.iter().take(NAMED) {
            let at = &change.at;
            writeln!(
                out,
                "    {} {}  {}",
                paint.yellow("~"),
                inert(&at.title()),
                paint.dim(&inert(&at.place))
            )?;
        }
        if one.changes.len() > NAMED {
            writeln!(out, "    and {} more", one.changes.len() - NAMED)?;
        }
    }
    Ok(())
}

fn word(end: End, check: bool, paint: Paint) -> String {
    match end {
        End::Changed if check => paint.yellow("would change"),
        End::Changed => paint.green("changed"),
        End::Ok => paint.green("in order"),
        End::Unchanged => paint.green("unchanged"),
        End::Skipped => paint.dim("skipped"),
        End::Failed | End::Unreachable | End::Unknown => paint.red(end.word()),
    }
}

/// `firewall 1 changed`, `base ok`
fn role(role: &RoleOutcome, check: bool) -> String {
    let name = inert(&role.name);
    match role.end {
        End::Changed if check => format!("{name} would change {}", role.changed),
        End::Changed => format!("{name} {} changed", role.changed),
        end => format!("{name} {}", end.word()),
    }
}
