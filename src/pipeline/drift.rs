//! `lostops drift`: a plan that must be empty, servers that Ansible would not change, and a measurement that finds nothing.

use super::ask::{Ask, Judge, Preview};
use super::{plan, verify};
use crate::ansible::outcome::End;
use crate::cli::{Drift as Arguments, Format, Initialise, Only, Output, Verify};
use crate::context::Context;
use crate::fleet::words::and_list;
use crate::reason::Reason;
use crate::report::{Counts, Failure, Outcome, Report};

pub(super) fn run(context: &Context, arguments: &Arguments) -> Report {
    of(
        context,
        &Ask {
            describers: &arguments.describers,
            cloud: arguments.cloud,
            servers: &arguments.servers,
            lock_timeout: "0s",
            diff: arguments.output.format == Format::Markdown,
            only: None,
            initialise: Initialise {
                // What was changed by hand on a server shows only where the play looks.
                all: true,
                ssh_key: arguments.ssh_key.clone(),
                timeout: arguments.timeout,
            },
            preview: Preview::Everyone,
            judge: Judge::Everything,
            review: None,
            restart: false,
        },
    )
}

/// Looks at everything that is asked for: without a preview nothing but the plan.
pub(super) fn of(context: &Context, ask: &Ask<'_>) -> Report {
    let mut report = plan::of(context, ask);
    report.command = "drift";
    let everything = ask.only.is_none() && ask.preview != Preview::None;
    if everything && report.failure.is_none() {
        let arguments = Verify {
            describers: ask.describers.clone(),
            output: Output::default(),
            cloud: ask.cloud,
            servers: ask.servers.to_vec(),
            ssh_key: ask.initialise.ssh_key.clone(),
            timeout: ask.initialise.timeout,
            rate: verify::RATE,
        };
        match verify::verified(context, &arguments, &mut report) {
            // Nothing runs, as is described; or the simulation has no hosts.
            Err(failure) if failure.reason == Reason::NoHosts => report.notes.push(failure.message),
            Err(failure) => report.failure = Some(failure),
            Ok(()) => {}
        }
    }
    if report.outcome() == Outcome::Clean {
        report.failure = differs(&report);
    }
    report
}

/// What runs is not what is written, and nothing of it is forbidden.
fn differs(report: &Report) -> Option<Failure> {
    let failure = |message: String, help: &str| {
        Some(Failure {
            reason: Reason::Drift,
            message: format!("what runs is not what is written: {message}"),
            help: help.to_owned(),
        })
    };
    let counts = report.counts.unwrap_or_default();
    if counts != Counts::default() {
        let servers: Vec<String> = report.changed().map(|name| format!("`{name}`")).collect();
        let whose = if servers.is_empty() {
            "what surrounds the servers is".to_owned()
        } else {
            format!("{} differ:", servers.join(", "))
        };
        return failure(
            format!("{whose} {counts}"),
            "apply what is written (dispatch `apply`), or write down what was changed by hand",
        );
    }
    let configured = report.configured.iter().flat_map(|all| &all.servers);
    let changed = configured.filter(|server| server.end == End::Changed);
    let inside: Vec<String> = changed.map(|server| format!("`{}`", server.name)).collect();
    if inside.is_empty() {
        return None;
    }
    failure(
        format!("Ansible would change {}", and_list(&inside)),
        "the report names the tasks; apply what is written (dispatch `apply`), or write down what was changed by hand",
    )
}

/// Which depths were looked at: what a later run must have looked at, too, to say that all is well again.
pub(super) fn depths(report: &Report, only: Option<Only>) -> Vec<&'static str> {
    let mut depths = Vec::new();
    if report.counts.is_some() && only != Some(Only::Ansible) {
        depths.push("plan");
    }
    if report.configured.is_some() {
        depths.push("ansible");
    }
    if report.measured.is_some() {
        depths.push("verify");
    }
    depths
}
