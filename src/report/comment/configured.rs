//! What Ansible did: a row a server, then what failed, then folded the packages and what was changed.

use super::fit::Section;
use super::safe::{code, fence, lines, text};
use crate::ansible::outcome::{
    Configured, End, RoleOutcome, ServerOutcome, TaskChange, TaskFailure,
};
use crate::fleet::words::count;
use crate::report::{Report, packages};

/// Lines of a module's message that are shown; the run has them all.
const SAID: usize = 20;
/// Packages of one kind that are named of one server; the JSON has them all.
const NAMED: usize = 40;

pub(super) fn sections(report: &Report, whole: bool) -> Vec<Section<'_>> {
    let Some(configured) = &report.configured else {
        return Vec::new();
    };
    // Where nothing was to be done, the headline has said so.
    if configured.servers.is_empty() || (configured.is_quiet() && !whole) {
        return Vec::new();
    }
    let mut sections = vec![table(configured)];
    sections.extend(failures(configured));
    sections.extend(added(configured));
    sections.extend(changes(configured, whole));
    sections
}

fn table(configured: &Configured) -> Section<'_> {
    let open = "| server | Ansible | why | roles |\n|---|---|---|---|\n".to_owned();
    let check = configured.check;
    let servers: Vec<&ServerOutcome> = configured.servers.iter().collect();
    Section::of(
        "server",
        open,
        servers,
        move |server| row(server, check),
        "\n",
    )
}

fn row(server: &ServerOutcome, check: bool) -> String {
    let roles: Vec<String> = server.roles.iter().map(|one| role(one, check)).collect();
    format!(
        "| {} | {} | {} | {} |\n",
        code(&server.name),
        end(server.end, check),
        text(&server.why),
        roles.join(", ")
    )
}

fn end(end: End, check: bool) -> &'static str {
    match end {
        End::Failed => "❌ failed",
        End::Unreachable => "❌ unreachable",
        End::Unknown => "❌ unknown",
        End::Changed if check => "✏️ would change",
        End::Changed => "✅ changed",
        End::Ok => "✅ in order",
        End::Unchanged => "✅ unchanged",
        End::Skipped => "⏸️ skipped",
    }
}

fn role(role: &RoleOutcome, check: bool) -> String {
    let name = text(&role.name);
    match role.end {
        End::Changed if check => format!("{name} (would change {})", role.changed),
        End::Changed => format!("{name} ({} changed)", role.changed),
        End::Failed | End::Unreachable | End::Unknown => format!("**{name} {}**", role.end.word()),
        _ => name,
    }
}

fn failures(configured: &Configured) -> Option<Section<'_>> {
    let failures: Vec<(&str, &TaskFailure)> = configured
        .servers
        .iter()
        .flat_map(|server| {
            let name = server.name.as_str();
            server.failures.iter().map(move |failure| (name, failure))
        })
        .collect();
    if failures.is_empty() {
        return None;
    }
    Some(Section::of(
        "failed task",
        String::new(),
        failures,
        failure,
        "",
    ))
}

fn failure((server, failure): (&str, &TaskFailure)) -> String {
    let place = if failure.at.place.is_empty() {
        String::new()
    } else {
        format!(" at {}", code(&failure.at.place))
    };
    let said: Vec<String> = lines(failure.message.trim()).take(SAID).collect();
    let fence = fence(said.iter().map(String::as_str));
    format!(
        "❌ **{}**: {}{place}\n\n{fence}text\n{}\n{fence}\n\n",
        code(server),
        text(&failure.at.title()),
        said.join("\n")
    )
}

/// An item a server: what its tasks asked for, and behind it what came with that.
fn added(configured: &Configured) -> Option<Section<'_>> {
    let servers = configured.servers.iter();
    let items: Vec<String> = servers
        .filter_map(|server| {
            let line = packages::line(server, NAMED, &code)?;
            let mut item = format!("- {}: {line}\n", code(&server.name));
            for line in packages::counted(server, NAMED, &code) {
                item.push_str("  - ");
                item.push_str(&line);
                item.push('\n');
            }
            Some(item)
        })
        .collect();
    if items.is_empty() {
        return None;
    }
    let verb = if configured.check {
        "would change"
    } else {
        "changed"
    };
    let open = format!(
        "<details><summary>Packages that {verb} on {}</summary>\n\n",
        count(items.len(), "server")
    );
    let close = "\n</details>\n\n";
    Some(Section::of(
        "list of packages",
        open,
        items,
        |item| item,
        close,
    ))
}

/// What a preview would change; after a run only in the summary.
fn changes(configured: &Configured, whole: bool) -> Option<Section<'_>> {
    if !configured.check && !whole {
        return None;
    }
    let changes: Vec<(&str, &TaskChange)> = configured
        .servers
        .iter()
        .flat_map(|server| {
            let name = server.name.as_str();
            server.changes.iter().map(move |change| (name, change))
        })
        .collect();
    if changes.is_empty() {
        return None;
    }
    let verb = if configured.check {
        "would change"
    } else {
        "changed"
    };
    let open = format!(
        "<details><summary>{} that {verb} something</summary>\n\n",
        count(changes.len(), "task")
    );
    Some(Section::of("task", open, changes, change, "</details>\n\n"))
}

fn change((server, change): (&str, &TaskChange)) -> String {
    let title = format!(
        "{}: {} ({})\n\n",
        code(server),
        text(&change.at.title()),
        code(&change.at.place)
    );
    if change.diff.is_empty() {
        return title;
    }
    let diff: Vec<String> = change
        .diff
        .iter()
        .flat_map(|line| lines(line).collect::<Vec<_>>())
        .collect();
    let fence = fence(diff.iter().map(String::as_str));
    format!("{title}{fence}diff\n{}\n{fence}\n\n", diff.join("\n"))
}
