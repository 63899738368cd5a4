//! `lostops apply`: plan, judge, and when nothing is in the way let Terraform do exactly that.

use super::ask::Ask;
use super::{describe, failure, plan};
use crate::cli::Apply as Arguments;
use crate::cli::Cloud;
use crate::context::Context;
use crate::fleet::Fleet;
use crate::fleet::environment::StateBackend;
use crate::reason::Reason;
use crate::report::{Failure, Outcome, Report, Step, StepEnd};
use crate::terraform::plan::Plan;
use crate::terraform::run::{Reached, TerraformError};

pub(super) fn run(context: &Context, arguments: &Arguments) -> Report {
    of(context, &Ask::of_apply(arguments))
}

/// Applies what was asked for.
pub(super) fn of(context: &Context, ask: &Ask<'_>) -> Report {
    let mut report = Report::new("apply");
    if let Err(failure) = applied(context, ask, &mut report) {
        report.failure = Some(failure);
    }
    report
}

fn applied(context: &Context, ask: &Ask<'_>, report: &mut Report) -> Result<(), Failure> {
    report.cloud = ask.cloud.word();
    let Some(fleet) = describe::one(context, ask.describers, report)? else {
        return Ok(());
    };
    ask.servers_exist(&fleet)?;
    state_is_kept(context, &fleet, ask)?;
    let mut progress = super::progress(context);
    let ready = plan::ready(context, &fleet, ask, report, &mut progress)?;
    let made = plan::make(&ready, &fleet, ask, report, &mut progress)
        .inspect_err(|_| ready.forget_plan())?;
    plan::judge(context, Some(&fleet), &made.whole, true, report);
    made.narrow(ask, report);
    if report.outcome() == Outcome::Violations {
        ready.forget_plan();
        report
            .notes
            .push("nothing was applied: what is not permitted comes first".to_owned());
        return Ok(());
    }
    if made.file().resources.is_empty() {
        ready.forget_plan();
        report.applied = true;
        return Ok(());
    }
    progress.step("terraform apply");
    let result = ready
        .terraform
        .apply(&ready.workspace, ask.lock_timeout, &mut |what| {
            progress.say(what);
        });
    ready.forget_plan();
    match &result {
        Ok(()) => report.applied = true,
        Err(TerraformError::Failed { reached, .. } | TerraformError::Cancelled { reached }) => {
            report.steps = steps(made.file(), reached);
        }
        Err(_) => {}
    }
    result.map_err(|error| failure::of_terraform(&error))
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
        help: "name a storage account in the environment's file: `state: { backend: { azurerm: { storage_account: NAME, container: NAME, key: NAME.tfstate } } }`".to_owned(),
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
