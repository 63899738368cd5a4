//! What the outcome of the stage means for the run: which reason, which words, which next step.

use crate::ansible::outcome::{Configured, End, ServerOutcome};
use crate::fleet::words::{and_list, count};
use crate::reason::Reason;
use crate::report::Failure;
use crate::ssh::trouble::Trouble;
use std::collections::BTreeMap;

/// Why a server could not be reached, and what to do.
#[derive(Debug)]
pub(super) struct Unreached {
    pub(super) trouble: Trouble,
    pub(super) help: String,
}

/// `None`: every server is as it should be.
pub(super) fn failure(
    outcome: &Configured,
    unreached: &BTreeMap<String, Unreached>,
    said: Option<&str>,
) -> Option<Failure> {
    let bad: Vec<&ServerOutcome> = outcome
        .servers
        .iter()
        .filter(|server| server.end.is_bad())
        .collect();
    if bad.is_empty() && said.is_none() {
        return None;
    }
    if crate::process::cancelled() {
        return Some(cancelled(outcome));
    }
    let mut lines: Vec<String> = Vec::new();
    lines.extend(said.map(str::to_owned));
    lines.extend(bad.iter().filter_map(|server| line(server, said.is_some())));
    let changed = unreached
        .values()
        .find(|one| matches!(one.trouble, Trouble::HostKey { .. }));
    let (reason, help) = match (changed, unreached.values().next()) {
        (Some(changed), _) => (Reason::HostKeyChanged, changed.help.clone()),
        (None, Some(first)) => (Reason::ServerUnreachable, first.help.clone()),
        (None, None) if bad.iter().all(|server| server.end == End::Unreachable) && !bad.is_empty() => (
            Reason::ServerUnreachable,
            "see that the machine runs, and run again: what is done stays done".to_owned(),
        ),
        (None, None) => (
            Reason::AnsibleFailed,
            "mend what the task names and run again: what is done stays done, and only servers that are not yet as described are touched".to_owned(),
        ),
    };
    Some(Failure {
        reason,
        message: lines.join("\n"),
        help,
    })
}

/// `` `database`: failed in firewall : load the table (ansible/roles/firewall/tasks/main.yml:12) ``: its words stand with the
/// server.
fn line(server: &ServerOutcome, told: bool) -> Option<String> {
    let name = &server.name;
    let Some(failure) = server.failures.first() else {
        let why = match server.end {
            End::Unknown if told => return None,
            End::Unknown => "nothing is known of how it ended",
            _ if server.why.is_empty() => server.end.word(),
            _ => server.why.as_str(),
        };
        return Some(format!("`{name}`: {why}"));
    };
    let place = if failure.at.place.is_empty() {
        String::new()
    } else {
        format!(" ({})", failure.at.place)
    };
    Some(format!(
        "`{name}`: {} in {}{place}",
        server.end.word(),
        failure.at.title()
    ))
}

fn cancelled(outcome: &Configured) -> Failure {
    let unknown = outcome.names(End::Unknown);
    let names: Vec<String> = unknown.iter().map(|name| format!("`{name}`")).collect();
    let message = if names.is_empty() {
        "cancelled while servers were initialised".to_owned()
    } else {
        format!(
            "cancelled while {} being initialised: a command that had begun there may still run",
            match names.len() {
                1 => format!("{} was", names[0]),
                many if many > 5 => format!("{} were", count(many, "server")),
                _ => format!("{} were", and_list(&names)),
            }
        )
    };
    Failure {
        reason: Reason::Cancelled,
        message,
        help: "start again: what is done stays done, and the rest is done then".to_owned(),
    }
}
