//! `lostops push-state`: a state that an apply could not write is brought to where it is kept.

use super::prepare::of_state;
use super::{errored, failure};
use crate::cli::PushState;
use crate::context::Context;
use crate::reason::Reason;
use crate::report::{Failure, Report};
use crate::seal;

pub(super) fn run(context: &Context, arguments: &PushState) -> Report {
    let mut report = Report::new("push-state");
    if let Err(failure) = pushed(context, arguments, &mut report) {
        report.failure = Some(failure);
    }
    report
}

fn pushed(context: &Context, arguments: &PushState, report: &mut Report) -> Result<(), Failure> {
    let Some((_, ready, mut progress)) = of_state(context, &arguments.state, report)? else {
        return Ok(());
    };
    let own = ready.workspace.errored_state();
    let file = arguments.file.as_ref().unwrap_or(&own);
    let unread = |message: String, help: &str| Failure {
        reason: Reason::StateNotSaved,
        message,
        help: help.to_owned(),
    };
    let text = fs_err::read(file).map_err(|error| {
        unread(
            error.to_string(),
            "name the file: the output `errored-state` of the run that could not write it",
        )
    })?;
    let state = if seal::is_sealed(&text) {
        let key = context.variable(errored::KEY).ok_or_else(|| {
            unread(
                format!("`{file}` is sealed"),
                &format!("set `{}` to the input `plan-key` of that run", errored::KEY),
            )
        })?;
        seal::open(&text, key).map_err(|error| {
            unread(
                format!("`{file}` does not open: {error:#}"),
                &format!("set `{}` to the input `plan-key` of that run", errored::KEY),
            )
        })?
    } else {
        text
    };
    progress.step("terraform state push");
    ready
        .terraform
        .push_state(&ready.workspace, &state)
        .map_err(|error| failure::of_terraform(&error))?;
    errored::forget(&own);
    report.notes.push(format!(
        "the state of `{file}` is where it belongs; apply to go on"
    ));
    Ok(())
}
