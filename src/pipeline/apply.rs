//! `lostops apply`: plan, judge, and when nothing is in the way let Terraform do exactly that; then the servers
//! themselves are initialised.

use super::ask::Ask;
use super::configure::{self, Want, Way};
use super::prepare::Ready;
use super::{describe, errored, failure, partial, plan, stand_ins, verify};
use crate::cli::Apply as Arguments;
use crate::cli::{Cloud, Configure, Only, Output, Verify};
use crate::context::Context;
use crate::fleet::Fleet;
use crate::fleet::environment::StateBackend;
use crate::process;
use crate::reason::Reason;
use crate::report::progress::Progress;
use crate::report::{Failure, Outcome, Report, Step, StepEnd};
use crate::simulator::hosts::command as hosts;
use crate::terraform::plan::Plan;
use crate::terraform::run::{Reached, TerraformError};
use crate::terraform::workspace::Workspace;
use std::sync::Mutex;

pub(super) fn run(context: &Context, arguments: &Arguments) -> Report {
    of(context, &Ask::of_apply(arguments))
}

/// Applies what was asked for.
pub(super) fn of(context: &Context, ask: &Ask<'_>) -> Report {
    match ask.only {
        Some(Only::Ansible) => return initialised(context, ask),
        Some(Only::Verify) => return verified(context, ask),
        _ => {}
    }
    let mut report = Report::new("apply");
    if let Err(failure) = applied(context, ask, &mut report) {
        report.failure = Some(failure);
    }
    report
}

/// Nothing but what runs is looked at.
fn verified(context: &Context, ask: &Ask<'_>) -> Report {
    verify::run(
        context,
        &Verify {
            describers: ask.describers.clone(),
            output: Output::default(),
            cloud: ask.cloud,
            servers: ask.servers.to_vec(),
            ssh_key: ask.initialise.ssh_key.clone(),
            timeout: ask.initialise.timeout,
            rate: verify::RATE,
        },
    )
}

/// Nothing but the servers themselves, where what was reviewed covers it.
fn initialised(context: &Context, ask: &Ask<'_>) -> Report {
    let mut report = Report::new("configure");
    if let Err(failure) = servers_are_covered(context, ask, &mut report) {
        report.failure = Some(failure);
        return report;
    }
    let notes = std::mem::take(&mut report.notes);
    let mut report = configure::run(
        context,
        &Configure {
            describers: ask.describers.clone(),
            output: Output::default(),
            cloud: ask.cloud,
            servers: ask.servers.to_vec(),
            check: false,
            initialise: ask.initialise.clone(),
        },
    );
    report.notes.splice(0..0, notes);
    report
}

fn servers_are_covered(
    context: &Context,
    ask: &Ask<'_>,
    report: &mut Report,
) -> Result<(), Failure> {
    let Some(review) = ask.review else {
        return Ok(());
    };
    // What is wrong with the describers is found, and told, by what comes next.
    match describe::one(context, ask.describers, report) {
        Ok(Some(fleet)) => review.covers_servers(&fleet, ask, report),
        _ => Ok(()),
    }
}

fn applied(context: &Context, ask: &Ask<'_>, report: &mut Report) -> Result<(), Failure> {
    report.cloud = ask.cloud.word();
    let Some(fleet) = describe::one(context, ask.describers, report)? else {
        return Ok(());
    };
    ask.servers_exist(&fleet)?;
    state_is_kept(context, &fleet, ask)?;
    let servers = ask.only != Some(Only::Terraform);
    if !servers {
        // What only the servers need is of no concern.
        report
            .findings
            .retain(|finding| finding.meta.name != "secret-not-set");
    }
    let workspace = Workspace::new(
        &context.home,
        &fleet.environment.name.value,
        ask.cloud.word(),
    );
    // Before anything is touched: machines that nobody can initialise are of no use.
    let key = if servers {
        Some(configure::key_source(
            context,
            &fleet,
            want(ask, false),
            &workspace,
        )?)
    } else {
        None
    };
    let mut progress = super::progress_of(context, Some(&fleet));
    let ready = plan::ready(context, &fleet, ask, report, &mut progress)?;
    report.timeline.lap("terraform init");
    let made = plan::make(&ready, &fleet, ask, report, &mut progress)
        .inspect_err(|_| ready.forget_plan())?;
    report.timeline.lap("terraform plan");
    plan::judge(context, Some(&fleet), &made.whole, true, report);
    ask.judge.keep(&mut report.findings);
    made.narrow(ask, report);
    if report.outcome() == Outcome::Violations {
        ready.forget_plan();
        report
            .notes
            .push("nothing was applied: what is not permitted comes first".to_owned());
        return Ok(());
    }
    if let Some(review) = ask.review {
        review
            .covers(&fleet, ask, &ready, &made, report)
            .inspect_err(|_| ready.forget_plan())?;
    }
    let changes = made.file().applyable || !made.file().resources.is_empty();
    if changes {
        let done = terraform(&ready, &made, ask, report, &mut progress);
        report.timeline.lap("terraform apply");
        if let Err(failure) = done {
            let failure = errored::keep(context, &ready, failure, report, &mut progress);
            if failure.reason == Reason::ApplyFailed {
                partial::go_on(context, &fleet, ask, &ready, key, report, &mut progress);
            }
            return Err(failure);
        }
    } else {
        ready.forget_plan();
    }
    report.applied = true;
    let booted = boot(
        context,
        &fleet,
        ask,
        &ready.workspace,
        report,
        &mut progress,
    )?;
    report.timeline.lap("hosts");
    let Some(key) = key.filter(|_| booted) else {
        return Ok(());
    };
    let want = want(ask, changes);
    let way = Way::with(context, &fleet, want, &ready, key)?;
    on_servers(context, &fleet, ask, want, &way, report, &mut progress)
}

fn terraform(
    ready: &Ready,
    made: &plan::Made,
    ask: &Ask<'_>,
    report: &mut Report,
    progress: &mut Progress,
) -> Result<(), Failure> {
    progress.step("terraform apply");
    let result = ready
        .terraform
        .apply(&ready.workspace, ask.lock_timeout, &mut |what| {
            progress.say(what);
        });
    ready.forget_plan();
    if let Err(TerraformError::Failed { reached, .. } | TerraformError::Cancelled { reached }) =
        &result
    {
        report.steps = steps(made.file(), reached);
    }
    result.map_err(|error| failure::of_terraform(&error))
}

pub(super) fn want<'a>(ask: &'a Ask<'_>, fresh: bool) -> Want<'a> {
    Want {
        cloud: ask.cloud,
        servers: ask.servers,
        all: ask.initialise.all,
        check: false,
        key_file: ask.initialise.ssh_key.as_deref(),
        timeout: ask.initialise.timeout,
        fresh,
    }
}

/// Simulated machines boot where an engine answers; `false` where none does, and that is said.
pub(super) fn boot(
    context: &Context,
    fleet: &Fleet,
    ask: &Ask<'_>,
    workspace: &Workspace,
    report: &mut Report,
    progress: &mut Progress,
) -> Result<bool, Failure> {
    if ask.cloud == Cloud::Azure {
        return Ok(true);
    }
    let engine = hosts::address(context.variable("DOCKER_HOST"));
    if let Err(error) = hosts::answers(engine) {
        if process::cancelled() {
            return Err(failure::of_anything(&error));
        }
        report.notes.push(format!(
            "{error:#}: the machines have no hosts, and the Ansible stage was left out"
        ));
        return Ok(false);
    }
    progress.step("hosts");
    let say = Mutex::new(|words: &str| progress.say(words));
    let images = stand_ins::images(fleet);
    hosts::up(engine, &workspace.cloud(), Some(&images), &say)
        .map_err(|error| stand_ins::failed(&error))?;
    Ok(true)
}

/// The stages on the servers themselves, where there are hosts: what they are brought to, and whether they are so.
fn on_servers(
    context: &Context,
    fleet: &Fleet,
    ask: &Ask<'_>,
    want: Want<'_>,
    way: &Way,
    report: &mut Report,
    progress: &mut Progress,
) -> Result<(), Failure> {
    configure::stage(context, fleet, want, way, report, progress)?;
    report.timeline.lap("ansible");
    if ask.only.is_some() || verify::nothing_is(fleet, want).is_err() {
        return Ok(());
    }
    verify::stage(context, fleet, want, verify::RATE, way, report, progress)
}

/// A runner's folders end with the job: servers made with a state in them would be nobody's.
fn state_is_kept(context: &Context, fleet: &Fleet, ask: &Ask<'_>) -> Result<(), Failure> {
    let lost = context.in_workflow()
        && ask.cloud == Cloud::Azure
        && matches!(fleet.environment.state, StateBackend::Local);
    if !lost {
        return Ok(());
    }
    Err(Failure {
        reason: Reason::StateNotKept,
        message: "the environment says `state: { backend: local }`, and a runner's folders are gone after the job"
            .to_owned(),
        help: "name a storage account in the environment's file: `state: { backend: { azurerm: { storage_account: NAME, container: NAME, key: NAME.tfstate } } }`, or any other backend in a file: `state: { backend: { file: state.json } }`".to_owned(),
    })
}

/// How far it came, in the order of the plan.
fn steps(plan: &Plan, reached: &Reached) -> Vec<Step> {
    plan.resources
        .iter()
        .map(|resource| Step {
            address: resource.address.clone(),
            end: if reached.failed.contains(&resource.address) {
                StepEnd::Failed
            } else if reached.done.contains(&resource.address) {
                StepEnd::Done
            } else {
                StepEnd::NotStarted
            },
        })
        .collect()
}
