//! `lostops apply`: plan, judge, and when nothing is in the way let Terraform do exactly that.

use super::{describe, plan};
use crate::cli::Apply as Arguments;
use crate::context::Context;
use crate::report::progress::Progress;
use crate::report::{Failure, Outcome, Report};
use crate::terraform::run::TerraformError;

pub(super) fn run(context: &Context, arguments: &Arguments) -> Report {
    let mut report = Report::new("apply");
    if let Err(failure) = applied(context, arguments, &mut report) {
        report.failure = Some(failure);
    }
    report
}

fn applied(context: &Context, arguments: &Arguments, report: &mut Report) -> Result<(), Failure> {
    report.cloud = arguments.cloud.word();
    let Some(fleet) = describe::one(context, &arguments.describers, report)? else {
        return Ok(());
    };
    let mut progress = Progress::new(context.stderr_is_terminal);
    let ready = plan::ready(context, &fleet, arguments.cloud, report, &mut progress)?;
    let made =
        plan::make(&ready, &fleet, report, &mut progress).inspect_err(|_| ready.forget_plan())?;
    plan::judge(context, Some(&fleet), &made, true, report);
    if report.outcome() == Outcome::Violations {
        ready.forget_plan();
        report
            .notes
            .push("nothing was applied: what is not permitted comes first".to_owned());
        return Ok(());
    }
    if made.resources.is_empty() {
        ready.forget_plan();
        report.applied = true;
        return Ok(());
    }
    progress.say("terraform apply");
    let result = ready
        .terraform
        .apply(&ready.workspace, &arguments.lock_timeout, &mut |what| {
            progress.say(&format!("applying · {what}"));
        });
    ready.forget_plan();
    match result {
        Ok(()) => report.applied = true,
        Err(error) => {
            if let TerraformError::Failed { done, .. } = &error {
                let total = made.resources.len();
                report.notes.push(format!(
                    "{} of {total} changes were done before it failed",
                    done.len().min(total)
                ));
                report
                    .notes
                    .extend(done.iter().map(|address| format!("done: {address}")));
            }
            return Err(plan::failure(&error));
        }
    }
    Ok(())
}
