//! `lostops run`: what the action calls. The event picks the operation; GitHub hears what came of it.

mod answer;
mod certificates;
mod comment;
mod conversation;
mod dry;
mod files;
mod issue;
mod judge;
mod ownership;
mod part;
mod perform;
mod propose;
mod publish;
mod reviewed;
mod summary;
mod watch;

pub(super) use conversation::proxies;
pub(super) use files::write as write_file;

use super::describe;
use crate::cli::{Describers, Run as Arguments};
use crate::context::{Context, Reader};
use crate::exit::Exit;
use crate::finding;
use crate::github::decision::{Decision, Refusal, Task, decide};
use crate::github::event::{Event, default_branch};
use crate::github::inputs::{Inputs, OnlyInput};
use crate::github::operation::Operation;
use crate::github::runner::Runner;
use crate::process;
use crate::reason::Reason;
use crate::redact::{self, Redactor};
use crate::report::log::{Log, mask};
use crate::report::{Failure, Kept, Outcome, Report};
use crate::review::Record;
use anyhow::Context as _;
use std::io;
use std::time::{Duration, Instant};

/// The runner kills a cancelled step ten seconds after its interrupt: this twice, and time to tell what came of it.
const PATIENCE: Duration = Duration::from_secs(3);
const ON_A_TERMINAL: &str = "on a terminal call `lostops check`, `plan` or `apply`, or try an event: `lostops run --dry-run --event-name push --event FILE`";

pub(super) fn run(
    context: &Context,
    arguments: &Arguments,
    colours: bool,
    out: &mut dyn io::Write,
) -> anyhow::Result<Exit> {
    let begun = Instant::now();
    let mut runner = Runner::new(|name| context.variable(name));
    if let Some(name) = &arguments.event_name {
        runner.event_name.clone_from(name);
    }
    if let Some(file) = &arguments.event {
        runner.event_path.clone_from(file);
    }
    // Whoever forgets `--dry-run` on a terminal has not asked for an apply.
    if !context.in_workflow() && !arguments.dry {
        anyhow::bail!("this is no workflow: `GITHUB_ACTIONS` is not `true`; {ON_A_TERMINAL}");
    }
    let decided = inputs(context).map(|inputs| {
        let decision = decided(&runner, &inputs);
        (inputs, decision)
    });
    if arguments.dry {
        return dry::show(&decided, out);
    }
    process::forward_interrupts().context("could not listen for interrupts")?;
    process::limit(PATIENCE);
    let mut context = context.clone();
    context.reader = Reader::GitHub;
    if let Some(temporary) = &runner.temporary {
        context.home.clone_from(temporary);
        context.tools.clone_from(temporary);
    }
    let decided = decided.and_then(|(inputs, decision)| {
        if let Some(key) = &inputs.ssh_key {
            context.set(crate::pipeline::configure::KEY_VARIABLE, key);
        }
        if let Some(key) = &inputs.plan_key {
            // By its name it is a secret, wherever it would be shown.
            context.set("LOSTOPS_PLAN_KEY", key);
        }
        context.set(crate::terraform::program::VARIABLE, inputs.terraform);
        if let Some(bundle) = &inputs.ca_bundle {
            certificates::trust(&mut context, bundle).map_err(|error| Refusal {
                reason: Reason::BadInput,
                message: format!("{error:#}"),
                help: "`ca-bundle` names a PEM file in the repository".to_owned(),
            })?;
        }
        Ok((inputs, decision))
    });
    if context.in_workflow() {
        // Before anything that could hold one of them.
        for form in context.secrets().flat_map(redact::forms) {
            // Where nothing can be written there is no log to hide it in, and the work goes on as without one.
            let _ = out.write_all(mask(&form).as_bytes());
        }
    }
    let step = Step {
        redactor: Redactor::new(context.hidden()),
        log: Log::new(Redactor::new(context.hidden())),
        context: &context,
        runner: &runner,
        colours: colours || context.in_workflow(),
        begun,
    };
    let exit = match decided {
        Ok((inputs, Decision::Do(task))) if task.operation == Operation::Summary => {
            summary::summary(&step, &inputs, &task)
        }
        Ok((inputs, Decision::Do(mut task))) => {
            let mut report = done(&step, &inputs, &mut task);
            let redactor = crate::pipeline::redactor(step.context, &report);
            settle(&mut report, &redactor);
            part::add(&inputs, &task, &mut report);
            publish::publish(&step, &inputs, &task, &report)
        }
        Ok((_, Decision::Nothing(why))) => {
            step.log.say(&format!("Nothing to do: {why}."));
            publish::skipped(&step)
        }
        Ok((_, Decision::Refuse(failure))) | Err(failure) => {
            let mut report = Report::new("run");
            report.failure = Some(failure.into());
            settle(&mut report, &step.redactor);
            publish::refused(&step, &report)
        }
    };
    ownership::give_back(&step);
    Ok(exit)
}

/// What every part of a run needs.
#[derive(Debug)]
struct Step<'a> {
    context: &'a Context,
    runner: &'a Runner,
    redactor: Redactor,
    log: Log,
    colours: bool,
    begun: Instant,
}

/// Does it, by the policy that judges it, and where what was reviewed allows it.
fn done(step: &Step<'_>, inputs: &Inputs, task: &mut Task) -> Report {
    let mut found = Report::new(task.operation.word());
    let describers = Describers {
        describers: Some(inputs.describers.clone()),
        environment: inputs.environment.clone(),
    };
    // What is wrong with them the operation itself finds again.
    let fleet = describe::one(step.context, &describers, &mut found);
    let environment = publish::environment(&found).to_owned();
    let mut context = step.context.clone();
    if let Ok(Some(fleet)) = fleet {
        let policy = found.sources.path(fleet.policy.file).to_owned();
        if let Err(failure) = judge::set(step, inputs, task, (&fleet, &policy), &mut context) {
            found.findings.clear();
            found.failure = Some(failure);
            found.kept = match task.operation {
                Operation::Plan => Kept::Record(Record::void()),
                _ => reviewed::untouched(step, inputs, task, &environment),
            };
            return found;
        }
    }
    let review = match reviewed::review(step, inputs, task, &environment) {
        Ok(review) => review,
        Err(refused) => {
            found.findings.clear();
            found.failure = Some(refused.failure);
            found.kept = refused.kept;
            return found;
        }
    };
    let before = match &review {
        // Of a plan that is not made yet nothing is kept but that: whatever ends this run, no older one is taken for it.
        Some(review) => Kept::Record(
            review
                .record
                .as_ref()
                .map_or_else(Record::void, Record::text),
        ),
        None => reviewed::untouched(step, inputs, task, &environment),
    };
    let watch = publish::watch(step, inputs, task, &environment, &before);
    let mut report = perform::perform(step, &context, inputs, task, review.as_ref());
    watch.end();
    if !replaces(inputs, task, &report) {
        report.kept = before;
    }
    report
}

/// Whether what a comment keeps becomes another with this run.
fn replaces(inputs: &Inputs, task: &Task, report: &Report) -> bool {
    let is_well = report.outcome() == Outcome::Clean;
    match task.operation {
        // Its own record is made before the preview and a rehearsal, which may end badly.
        Operation::Plan => is_well && report.kept != Kept::Nothing,
        // Until all of it is applied the next run is held against it, too: a job of its own may initialise the servers.
        Operation::Apply => is_well && report.applied && inputs.only != OnlyInput::Terraform,
        _ => false,
    }
}

fn settle(report: &mut Report, redactor: &Redactor) {
    finding::sort(&mut report.findings);
    report.redact(redactor);
}

fn inputs(context: &Context) -> Result<Inputs, Refusal> {
    Inputs::read(|name| context.variable(name)).map_err(|wrong| Refusal {
        reason: Reason::BadInput,
        message: wrong.join("\n"),
        help: "action.yml and the README list every input".to_owned(),
    })
}

/// What is to be done in this workflow, or on a terminal for an event file.
pub(super) fn decided(runner: &Runner, inputs: &Inputs) -> Decision {
    if runner.event_name.is_empty() {
        return Decision::Refuse(Refusal {
            reason: Reason::Refused,
            message: "no event is named: `GITHUB_EVENT_NAME` is not set".to_owned(),
            help: ON_A_TERMINAL.to_owned(),
        });
    }
    let payload = match payload(runner) {
        Ok(payload) => payload,
        Err(error) => {
            return Decision::Refuse(Refusal {
                reason: Reason::Failed,
                message: format!("{error:#}"),
                help: "it is the payload of the event as JSON: in a workflow `GITHUB_EVENT_PATH` names it, on a terminal `--event FILE`"
                    .to_owned(),
            });
        }
    };
    let mut runner = runner.clone();
    runner.complete(&payload);
    let event = Event::read(&runner.event_name, &payload, &runner.git_ref);
    decide(&event, &runner, inputs, default_branch(&payload).as_deref())
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self {
            reason: refusal.reason,
            message: refusal.message,
            help: refusal.help,
        }
    }
}

fn payload(runner: &Runner) -> anyhow::Result<serde_json::Value> {
    let path = &runner.event_path;
    let text =
        fs_err::read(path).with_context(|| format!("could not read the event's file `{path}`"))?;
    serde_json::from_slice(&text)
        .with_context(|| format!("could not understand the event's file `{path}`"))
}
