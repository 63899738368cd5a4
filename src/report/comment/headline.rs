//! The first line, which answers.

use super::safe::{code, text};
use super::servers::{is_changed, is_lost};
use crate::ansible::outcome::Configured;
use crate::finding::Severity;
use crate::fleet::words::{and_list, count};
use crate::reason::Reason;
use crate::report::{Counts, Outcome, Report, StepEnd};
use crate::verify::outcome::Measured;

/// `✅ Plan for 3 servers of `production`: 3 to add, 1 to change, 0 to destroy`
pub(in crate::report) fn headline(report: &Report) -> String {
    match report.outcome() {
        Outcome::Failed => failed(report),
        Outcome::Violations => violated(report),
        Outcome::Clean => clean(report),
    }
}

/// What Ansible did, behind what Terraform did: `; Ansible: 1 changed, 2 unchanged`.
fn initialised(report: &Report) -> String {
    let words = report.configured.as_ref().map(Configured::words);
    words
        .filter(|words| !words.is_empty())
        .map(|words| format!("; Ansible: {words}"))
        .unwrap_or_default()
}

/// What was measured, behind that: `; 3 servers measured, …`.
fn measured(report: &Report) -> String {
    let words = report.measured.as_ref().map(Measured::words);
    let how = if report.rehearsed { "rehearsed: " } else { "" };
    words
        .map(|words| format!("; {how}{words}"))
        .unwrap_or_default()
}

fn clean(report: &Report) -> String {
    if report.command == "configure"
        && let Some(configured) = &report.configured
    {
        let title = if configured.check {
            format!("Preview{}", of(report))
        } else {
            format!("Initialised{}", named(" ", report))
        };
        return format!("✅ {title}: {}", configured.words());
    }
    if report.command == "verify"
        && let Some(measured) = &report.measured
    {
        return format!("✅ As written{}: {}", place(report), measured.words());
    }
    format!(
        "{}{}{}",
        planned(report),
        initialised(report),
        measured(report)
    )
}

fn planned(report: &Report) -> String {
    let servers = count(report.servers.len(), "server");
    let Some(counts) = report.counts else {
        let (whose, servers) = (of(report), of_servers(report.servers.len()));
        return match report.command {
            "check" => format!("✅ Describers{servers}{whose} are in order"),
            "unlock" => format!("✅ The state{whose} is free"),
            "push-state" => format!("✅ The state{whose} is where it belongs"),
            "forget" => format!("✅ The state{whose} has let go of what was named"),
            other => format!("✅ {}{whose}: done", text(other)),
        };
    };
    if report.command == "rehearse" {
        return format!("✅ Rehearsed{}: {}", named(" ", report), counts.past());
    }
    if counts == Counts::default() {
        let place = place(report);
        let (is, runs) = if report.servers.len() == 1 {
            ("is", "runs")
        } else {
            ("are", "run")
        };
        return match (report.command, report.servers.is_empty()) {
            (_, true) => format!("✅ Nothing to change{place}"),
            ("drift", _) => format!("✅ No drift{place}: {servers} {runs} as described"),
            _ => format!("✅ Nothing to change{place}: {servers} {is} as described"),
        };
    }
    let changed = changed(report);
    if report.applied
        && let Some(done) = operated(report.command)
    {
        let names: Vec<String> = report.servers.iter().map(|one| code(&one.name)).collect();
        return format!("✅ {done} {}{}", and_list(&names), place(report));
    }
    if report.applied {
        return format!("✅ Applied{changed}: {}", counts.past());
    }
    let mark = if report.servers.iter().any(is_lost) {
        "⚠️"
    } else {
        "✅"
    };
    format!("{mark} {}{changed}: {counts}", title(report.command))
}

fn violated(report: &Report) -> String {
    let violations = count(report.count(Severity::Error), "violation");
    let command = operated(report.command).map_or(report.command, |_| "apply");
    match (command, report.counts) {
        ("apply", _) if report.applied => format!(
            "⚠️ Applied{}, and not as is permitted: {violations}",
            to(report)
        ),
        ("apply", _) => format!("⛔ Not applied{}: {violations}", to(report)),
        ("rehearse", _) => format!("❌ Rehearsed{}: {violations}", named(" ", report)),
        ("verify", _) => format!("❌ Not as written{}: {violations}", place(report)),
        ("check", _) | (_, None) => format!("❌ {violations}{}", place(report)),
        (_, Some(counts)) => format!(
            "❌ {violations} in the {}{}: {counts}",
            title(report.command).to_lowercase(),
            changed(report)
        ),
    }
}

fn failed(report: &Report) -> String {
    let reason = report
        .failure
        .as_ref()
        .map_or(Reason::Failed, |failure| failure.reason);
    let done = report.steps.iter().filter(|step| step.end == StepEnd::Done);
    let (done, all) = (done.count(), report.steps.len());
    let why = clause(reason.meaning());
    match reason {
        Reason::Refused => format!("⛔ Refused: {why}"),
        Reason::Drift => {
            let counts = report.counts.unwrap_or_default();
            format!("⚠️ Drift{}: {counts}", place(report))
        }
        _ if done > 0 => {
            let so_far = if reason == Reason::Cancelled {
                "Cancelled, partly applied"
            } else {
                "Partly applied"
            };
            let verb = if done == 1 { "is" } else { "are" };
            format!(
                "⚠️ {so_far}{}: {done} of {} {verb} done",
                to(report),
                count(all, "change")
            )
        }
        Reason::ApplyFailed if all > 0 => {
            format!(
                "❌ Not applied{}: none of {} is done",
                to(report),
                count(all, "change")
            )
        }
        _ if report.command == "rehearse" => format!("❌ Rehearsal failed{}: {why}", place(report)),
        // Terraform has done its part.
        _ if report.applied => {
            let cancelled = if reason == Reason::Cancelled {
                "Cancelled: applied"
            } else {
                "Applied"
            };
            let what = report.configured.as_ref().map_or(why, Configured::words);
            format!("⚠️ {cancelled}{}, and not initialised: {what}", to(report))
        }
        Reason::Cancelled => format!("⚠️ {} cancelled{}", title(report.command), place(report)),
        _ if report.configured.is_some() => {
            let words = report.configured.as_ref().map(Configured::words);
            format!(
                "❌ Not initialised{}: {}",
                place(report),
                words.unwrap_or(why)
            )
        }
        _ if report.command == "apply" || operated(report.command).is_some() => {
            format!("❌ Not applied{}: {why}", to(report))
        }
        _ => format!(
            "❌ {} failed{}: {why}",
            title(report.command),
            place(report)
        ),
    }
}

/// What an operation on some servers has done.
fn operated(command: &str) -> Option<&'static str> {
    Some(match command {
        "start" => "Started",
        "stop" => "Stopped",
        "restart" => "Restarted",
        "resize" => "Resized",
        "destroy" => "Destroyed",
        _ => return None,
    })
}

pub(super) fn title(command: &'static str) -> &'static str {
    match command {
        "check" => "Check",
        "plan" => "Plan",
        "apply" => "Apply",
        "drift" => "Drift check",
        "configure" => "Initialisation",
        "verify" => "Verification",
        "rehearse" => "Rehearsal",
        "run" => "Run",
        "unlock" => "Unlocking",
        "push-state" => "Writing the state",
        "forget" => "Letting go",
        other => other,
    }
}

/// The first clause of what a reason means, to stand behind a colon.
fn clause(meaning: &str) -> String {
    let end = ["; ", ". "]
        .iter()
        .filter_map(|stop| meaning.find(stop))
        .min()
        .unwrap_or(meaning.len());
    let clause = meaning[..end].trim_end_matches('.');
    for article in [
        "An ",
        "A ",
        "The ",
        "There ",
        "Some ",
        "Somebody ",
        "What ",
        "No ",
        "Nothing ",
    ] {
        if let Some(rest) = clause.strip_prefix(article) {
            return format!("{}{rest}", article.to_lowercase());
        }
    }
    clause.to_owned()
}

/// For 2 servers of an environment, or to them once it is applied.
fn changed(report: &Report) -> String {
    let number = report
        .servers
        .iter()
        .filter(|sheet| is_changed(sheet))
        .count();
    let verb = if report.applied { "to" } else { "for" };
    match (number, report.environment.as_deref()) {
        (0, None) => String::new(),
        (0, Some(name)) => format!(" {verb} {}", code(name)),
        (number, _) => format!(" {verb} {}{}", count(number, "server"), of(report)),
    }
}

fn of_servers(number: usize) -> String {
    if number == 0 {
        String::new()
    } else {
        format!(" of {}", count(number, "server"))
    }
}

fn of(report: &Report) -> String {
    named(" of ", report)
}

fn to(report: &Report) -> String {
    named(" to ", report)
}

fn place(report: &Report) -> String {
    named(" in ", report)
}

fn named(preposition: &str, report: &Report) -> String {
    report
        .environment
        .as_deref()
        .map(|name| format!("{preposition}{}", code(name)))
        .unwrap_or_default()
}
