//! `lostops rehearse`: all stages on a simulated Azure of its own, which is taken down again.

mod base;
mod checkout;
mod invented;
mod room;

use super::ask::{Ask, Judge, Preview};
use super::{apply, describe, failure};
use crate::cli::{Cloud, Describers, Format, Initialise, Only, Rehearse as Arguments};
use crate::context::Context;
use crate::fleet::Fleet;
use crate::process::cancelled;
use crate::reason::Reason;
use crate::report::{Failure, Report};
use crate::simulator::hosts::command as hosts;
use room::Room;
use std::collections::BTreeMap;
use std::time::Instant;

/// What is asked of a rehearsal, whether on a command line or by a workflow.
pub(super) struct Wanted<'a> {
    pub(super) describers: &'a Describers,
    /// What is built first, so that it is seen what the change does to servers that run.
    pub(super) base: Option<Base<'a>>,
    /// Leave the servers up.
    pub(super) keep: bool,
    /// Whether Terraform's own text of the plan is wanted too.
    pub(super) diff: bool,
}

pub(super) fn run(context: &Context, arguments: &Arguments) -> Report {
    of(
        context,
        &Wanted {
            describers: &arguments.describers,
            base: arguments.from_base.as_deref().map(Base::Commit),
            keep: arguments.keep,
            diff: arguments.output.format == Format::Markdown,
        },
    )
}

/// Where the base's describers are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Base<'a> {
    /// In git, at this commit.
    Commit(&'a str),
    /// These files, by their path from the folder of describers on.
    Files(&'a BTreeMap<String, Vec<u8>>),
}

/// Rehearses what was asked for.
pub(super) fn of(context: &Context, wanted: &Wanted<'_>) -> Report {
    let mut report = Report::new("rehearse");
    report.cloud = Cloud::Simulated.word();
    match rehearsed(context, wanted, &mut report) {
        Ok(Some(done)) => done,
        Ok(None) => report,
        Err(failure) => {
            report.failure = Some(failure);
            report
        }
    }
}

fn rehearsed(
    context: &Context,
    wanted: &Wanted<'_>,
    report: &mut Report,
) -> Result<Option<Report>, Failure> {
    // Of this fleet nothing is kept but which secrets to invent: applying reads it anew.
    let Some(fleet) = describe::one(context, wanted.describers, report)? else {
        return Ok(None);
    };
    let engine = hosts::address(context.variable("DOCKER_HOST"));
    hosts::answers(engine).map_err(|error| Failure {
        reason: if cancelled() {
            Reason::Cancelled
        } else {
            Reason::NoHosts
        },
        message: format!("{error:#}: servers are rehearsed on a Docker engine"),
        help: "start one, or name it in `DOCKER_HOST`; `lostops plan --cloud simulated` needs none, and boots nothing".to_owned(),
    })?;
    let failed = |error: anyhow::Error| failure::of_anything(&error);
    let mut progress = super::progress_of(context, Some(&fleet));
    let room = Room::enter(context, engine, || {
        progress.say("waiting for another rehearsal in this folder");
    })
    .map_err(failed)?;
    let inside = room.context(context, &fleet).map_err(failed)?;
    drop(progress);
    let mut done = acted(context, &inside, &room, wanted, &fleet);
    done.command = "rehearse";
    if wanted.keep {
        done.notes.push(format!(
            "the servers stay up: `lostops simulator --file {} shell NAME`; the next rehearsal takes them down",
            room.cloud(&fleet)
        ));
    } else if let Err(error) = room.clear(engine) {
        // What was measured stays true.
        done.notes.push(format!(
            "not all of the rehearsal could be taken down, and the next one tries again: {error:#}"
        ));
    } else {
        done.timeline.lap("taken down");
    }
    Ok(Some(done))
}

/// The base first, where one is wanted; then what is rehearsed.
fn acted(
    context: &Context,
    inside: &Context,
    room: &Room,
    wanted: &Wanted<'_>,
    fleet: &Fleet,
) -> Report {
    let begun = Instant::now();
    let mut before = None;
    if let Some(from) = wanted.base {
        match base::built(context, inside, room, wanted.describers, from, fleet) {
            Ok(marks) => before = Some(marks),
            Err(failure) => {
                let mut report = Report::new("rehearse");
                report.cloud = Cloud::Simulated.word();
                report.environment = Some(fleet.environment.name.value.clone());
                report.failure = Some(failure);
                return report;
            }
        }
    }
    let base_took = begun.elapsed();
    let judge = if before.is_some() {
        Judge::Everything
    } else {
        // Every machine is new here, and none was asked for.
        Judge::ButNature
    };
    let mut report = apply::of(inside, &ask(wanted.describers, judge, None, wanted.diff));
    if before.is_some() {
        report.timeline.laps.insert(0, ("the base", base_took));
    }
    if let Some(before) = before.filter(|_| report.applied && !cancelled()) {
        report.became = before.became(room, fleet);
    }
    report
}

fn ask(describers: &Describers, judge: Judge, only: Option<Only>, diff: bool) -> Ask<'_> {
    Ask {
        describers,
        cloud: Cloud::Simulated,
        servers: &[],
        lock_timeout: "0s",
        diff,
        only,
        initialise: Initialise::default(),
        preview: Preview::None,
        judge,
        review: None,
        restart: false,
    }
}
