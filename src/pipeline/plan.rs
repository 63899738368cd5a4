//! `lostops plan`: is what Azure will do allowed?

use super::prepare::{Ready, prepare};
use super::{describe, exposures, sheets};
use crate::cli::{Cloud, Plan as Arguments};
use crate::context::Context;
use crate::fleet::Fleet;
use crate::policy::{self, Facts};
use crate::reason::Reason;
use crate::report::progress::Progress;
use crate::report::{Failure, Report};
use crate::terraform::plan::{self, Options, Plan, PlanError};
use crate::terraform::subject;
use crate::terraform::{power, run::TerraformError};
use std::io::Read as _;

pub(super) fn run(context: &Context, arguments: &Arguments) -> Report {
    let mut report = Report::new("plan");
    let done = match &arguments.from {
        Some(file) => given(context, arguments, file, &mut report),
        None => planned(context, arguments, &mut report),
    };
    if let Err(failure) = done {
        report.failure = Some(failure);
    }
    report
}

fn planned(context: &Context, arguments: &Arguments, report: &mut Report) -> Result<(), Failure> {
    report.cloud = arguments.cloud.word();
    let Some(fleet) = describe::one(context, &arguments.describers, report)? else {
        return Ok(());
    };
    let mut progress = Progress::new(context.stderr_is_terminal);
    let ready = match ready(context, &fleet, arguments.cloud, report, &mut progress) {
        Ok(ready) => ready,
        Err(failure) => {
            // What is written can be judged all the same.
            describe::judge(context, &fleet, report);
            return Err(failure);
        }
    };
    let plan = make(&ready, &fleet, report, &mut progress);
    ready.forget_plan();
    match plan {
        Ok(plan) => judge(context, Some(&fleet), &plan, true, report),
        Err(failure) => {
            describe::judge(context, &fleet, report);
            return Err(failure);
        }
    }
    Ok(())
}

/// Everything Terraform needs, and the notes of what was done for it.
pub(super) fn ready(
    context: &Context,
    fleet: &Fleet,
    cloud: Cloud,
    report: &mut Report,
    progress: &mut Progress,
) -> Result<Ready, Failure> {
    let ready = prepare(context, fleet, cloud, progress)?;
    report.notes.extend(ready.notes.iter().cloned());
    Ok(ready)
}

/// Plans; where a machine was found in another power state, plans again with its command replaced.
pub(super) fn make(
    ready: &Ready,
    fleet: &Fleet,
    report: &mut Report,
    progress: &mut Progress,
) -> Result<Plan, Failure> {
    let once = |replace: &[String], progress: &mut Progress| -> Result<Plan, Failure> {
        progress.say("terraform plan");
        ready
            .terraform
            .plan(&ready.workspace, replace, &mut |what| {
                progress.say(&format!("planning · {what}"));
            })
            .map_err(|error| failure(&error))?;
        let json = ready
            .terraform
            .show(&ready.workspace)
            .map_err(|error| failure(&error))?;
        plan::read_bytes(&json, Options { observed: true }).map_err(|error| unreadable(&error))
    };
    let plan = once(&[], progress)?;
    let drifted = power::drifted(&plan, fleet);
    if drifted.is_empty() {
        return Ok(plan);
    }
    report
        .notes
        .extend(drifted.iter().map(|(_, words)| words.clone()));
    let replace: Vec<String> = drifted.into_iter().map(|(address, _)| address).collect();
    once(&replace, progress)
}

/// Judges a plan by every rule and fills the report.
pub(super) fn judge(
    context: &Context,
    fleet: Option<&Fleet>,
    plan: &Plan,
    own: bool,
    report: &mut Report,
) {
    let (subjects, directory) = subject::subjects(plan, fleet, own);
    let facts = Facts::new(fleet, Some(plan), &subjects, &directory, context.today);
    // Judging and showing do not need each other.
    let (judged, servers, groups) = std::thread::scope(|scope| {
        let judged = scope.spawn(|| policy::judge(&facts));
        let servers = sheets::servers(&facts, &report.sources);
        let groups = exposures::groups(plan, &directory);
        let judged = judged
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (judged, servers, groups)
    });
    report.findings.extend(judged);
    report.servers = servers;
    report.groups = groups;
    report.counts = Some(sheets::counts(plan.totals));
    let failed = plan.checks.iter().filter(|check| check.status == "fail");
    for check in failed.filter(|check| !check.address.starts_with("check.power_")) {
        let words = check.messages.join("; ");
        report
            .notes
            .push(format!("{} fails: {words}", check.address));
    }
    report.terraform.clone_from(&plan.terraform_version);
    for drift in &plan.drift {
        report.notes.extend(
            drift
                .words
                .iter()
                .map(|words| format!("{}: {words}", drift.address)),
        );
    }
}

/// `--from`: a plan that somebody else has made.
fn given(
    context: &Context,
    arguments: &Arguments,
    file: &camino::Utf8Path,
    report: &mut Report,
) -> Result<(), Failure> {
    let described = arguments.describers.describers.is_some()
        || describe::folder(&arguments.describers).is_dir();
    let fleet = if described {
        describe::one(context, &arguments.describers, report)?
    } else {
        None
    };
    let options = Options {
        observed: fleet.is_some(),
    };
    let plan = if file == "-" {
        let mut bytes = Vec::new();
        std::io::stdin()
            .read_to_end(&mut bytes)
            .map_err(|error| Failure {
                reason: Reason::PlanUnreadable,
                message: format!("could not read the plan from standard input: {error}"),
                help: String::new(),
            })?;
        plan::read_bytes(&bytes, options)
    } else {
        plan::read(file, options)
    };
    let plan = plan.map_err(|error| unreadable(&error))?;
    judge(context, fleet.as_ref(), &plan, false, report);
    // The process ends soon, and freeing ten thousand machines takes as long as judging them.
    std::mem::forget(plan);
    Ok(())
}

fn unreadable(error: &PlanError) -> Failure {
    let reason = match error {
        PlanError::Errored => Reason::PlanFailed,
        PlanError::Incomplete => Reason::PlanIncomplete,
        _ => Reason::PlanUnreadable,
    };
    Failure {
        reason,
        message: chain(error),
        help: error.help().to_owned(),
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words.push_str(": ");
        words.push_str(&cause.to_string());
        source = cause.source();
    }
    words
}

/// Terraform's failure in the words of the report.
pub(super) fn failure(error: &TerraformError) -> Failure {
    let message = match error {
        TerraformError::Other(error) => format!("{error:#}"),
        error => error.to_string(),
    };
    let locked = message.contains("Error acquiring the state lock");
    let guarded = message
        .contains("to be managed via Terraform this resource needs to be imported")
        && message.contains("security_group");
    let (reason, help) = match error {
        TerraformError::NotFound => (
            Reason::TerraformMissing,
            "install Terraform 1.9 or newer; in a clone of lostops `make setup` fetches a pinned one",
        ),
        TerraformError::TooOld { .. } => {
            (Reason::TerraformMissing, "install Terraform 1.9 or newer")
        }
        TerraformError::Cancelled => (Reason::Cancelled, "start again: nothing was lost"),
        TerraformError::Failed { .. } if locked => (
            Reason::StateLocked,
            "wait until the other run has ended; a run that was killed leaves its lock behind",
        ),
        TerraformError::Failed { .. } if guarded => (
            Reason::ApplyFailed,
            "the machine has a security group already: name it in its describer, `vm: { security_group: NAME }`, and lostops takes it over",
        ),
        TerraformError::Failed { step: "apply", .. } => (
            Reason::ApplyFailed,
            "mend the cause and apply again: what is done stays done, the rest is planned anew",
        ),
        TerraformError::Failed { step: "init", .. } => (
            Reason::InitFailed,
            "Terraform could not load its providers or its state",
        ),
        TerraformError::Failed { .. } => (Reason::PlanFailed, ""),
        TerraformError::Other(_) => (Reason::Failed, ""),
    };
    Failure {
        reason,
        message,
        help: help.to_owned(),
    }
}
