//! `lostops plan`: is what Azure will do allowed?

use super::ask::Ask;
use super::prepare::{Ready, prepare};
use super::{configure, describe, errored, exposures, failure, projects, sheets};
use crate::cli::Plan as Arguments;
use crate::context::Context;
use crate::fleet::Fleet;
use crate::policy::{self, Facts};
use crate::reason::Reason;
use crate::report::progress::Progress;
use crate::report::{Failure, Kept, Outcome, Report};
use crate::terraform::plan::{self, Options, Plan};
use crate::terraform::{power, subject};
use std::io::Read as _;

pub(super) fn run(context: &Context, arguments: &Arguments) -> Report {
    match &arguments.from {
        Some(file) => {
            let mut report = Report::new("plan");
            if let Err(failure) = given(context, arguments, file, &mut report) {
                report.failure = Some(failure);
            }
            report
        }
        None => of(context, &Ask::of_plan(arguments)),
    }
}

/// Plans what was asked for.
pub(super) fn of(context: &Context, ask: &Ask<'_>) -> Report {
    let mut report = Report::new("plan");
    if let Err(failure) = planned(context, ask, &mut report) {
        report.failure = Some(failure);
    }
    report
}

fn planned(context: &Context, ask: &Ask<'_>, report: &mut Report) -> Result<(), Failure> {
    report.cloud = ask.cloud.word();
    let Some(fleet) = describe::one(context, ask.describers, report)? else {
        return Ok(());
    };
    ask.servers_exist(&fleet)?;
    let mut progress = super::progress(context);
    let made = ready(context, &fleet, ask, report, &mut progress).and_then(|ready| {
        let made = make(&ready, &fleet, ask, report, &mut progress);
        ready.forget_plan();
        made.map(|made| (ready, made))
    });
    match made {
        Ok((ready, made)) => {
            judge(context, Some(&fleet), &made.whole, true, report);
            made.narrow(ask, report);
            if report.outcome() == Outcome::Clean {
                if let Some(review) = ask.review {
                    let record = review.record(&fleet, ask, &ready, &made, report)?;
                    report.kept = Kept::Record(record.text());
                }
                configure::preview(context, &fleet, ask, &ready, report, &mut progress)?;
            }
            Ok(())
        }
        Err(failure) => {
            // What is written can be judged all the same.
            describe::judge(context, &fleet, report);
            Err(failure)
        }
    }
}

/// Everything Terraform needs, and the notes of what was done for it.
pub(super) fn ready(
    context: &Context,
    fleet: &Fleet,
    ask: &Ask<'_>,
    report: &mut Report,
    progress: &mut Progress,
) -> Result<Ready, Failure> {
    let ready = prepare(context, fleet, ask.cloud, &ask.restarted(), progress)?;
    errored::refuse(&ready.workspace)?;
    report.notes.extend(ready.notes.iter().cloned());
    Ok(ready)
}

/// The plan of everything, which is judged, and where only some servers were asked for the plan of theirs.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) whole: Plan,
    part: Option<Plan>,
    /// What Terraform prints of the plan file; empty where nobody is to compare it.
    json: Vec<u8>,
}

impl Made {
    /// What the plan file says, and an apply would do.
    pub(super) fn file(&self) -> &Plan {
        self.part.as_ref().unwrap_or(&self.whole)
    }

    pub(super) fn json(&self) -> &[u8] {
        if self.json.is_empty() {
            b"{}"
        } else {
            &self.json
        }
    }

    /// Shows only the servers that were asked for; findings about others stay, for they stand in the way too.
    pub(super) fn narrow(&self, ask: &Ask<'_>, report: &mut Report) {
        if ask.servers.is_empty() {
            return;
        }
        report.counts = Some(sheets::counts(self.file(), true));
        report
            .servers
            .retain(|sheet| ask.servers.contains(&sheet.name));
    }
}

/// Plans; where a machine was found in another power state, plans again with its command replaced; where only some
/// servers were asked for, plans again for what changes of theirs.
pub(super) fn make(
    ready: &Ready,
    fleet: &Fleet,
    ask: &Ask<'_>,
    report: &mut Report,
    progress: &mut Progress,
) -> Result<Made, Failure> {
    let kind = ready.terraform.kind;
    progress.step(&format!("{} plan", kind.word()));
    report.program = kind.name();
    let mut replace: Vec<String> = Vec::new();
    let (mut whole, mut json) = once(ready, &[], &[], progress)?;
    let drifted = power::drifted(&whole, fleet);
    if !drifted.is_empty() {
        for (address, words) in drifted {
            report.notes.push(words);
            replace.push(address);
        }
        (whole, json) = once(ready, &replace, &[], progress)?;
    }
    let mut part = None;
    if !ask.servers.is_empty() {
        let targets = ask.targets(&whole);
        part = Some(if targets.is_empty() {
            json.clear();
            Plan::default()
        } else {
            replace.retain(|address| targets.contains(address));
            let (plan, of_part) = once(ready, &replace, &targets, progress)?;
            ask.changes_no_other(&plan)?;
            json = of_part;
            plan
        });
    }
    if ask.diff && part.as_ref().is_none_or(|part| !part.resources.is_empty()) {
        let text = ready.terraform.show_text(&ready.workspace);
        report.diff = Some(text.map_err(|error| failure::of_terraform(&error))?);
    }
    if ask.review.is_none() {
        json = Vec::new();
    }
    Ok(Made { whole, part, json })
}

fn once(
    ready: &Ready,
    replace: &[String],
    targets: &[String],
    progress: &mut Progress,
) -> Result<(Plan, Vec<u8>), Failure> {
    let of_terraform = |error| failure::of_terraform(&error);
    ready
        .terraform
        .plan(&ready.workspace, replace, targets, &mut |what| {
            progress.say(what);
        })
        .map_err(of_terraform)?;
    let json = ready
        .terraform
        .show(&ready.workspace)
        .map_err(of_terraform)?;
    let options = Options {
        observed: targets.is_empty(),
        partial: !targets.is_empty(),
    };
    let plan = plan::read_bytes(&json, options).map_err(|error| failure::of_plan(&error))?;
    Ok((plan, json))
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
    let projects = fleet.map(projects::of).unwrap_or_default();
    let mut facts = Facts::new(fleet, Some(plan), &subjects, &directory, context.today);
    facts.projects = &projects;
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
    report.counts = Some(sheets::counts(plan, own));
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
        partial: false,
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
    let plan = plan.map_err(|error| failure::of_plan(&error))?;
    judge(context, fleet.as_ref(), &plan, false, report);
    // The process ends soon, and freeing ten thousand machines takes as long as judging them.
    std::mem::forget(plan);
    Ok(())
}
