//! `lostops push-state`: a state that an apply could not write is brought to where it is kept.

use super::prepare::of_state;
use super::{errored, failure};
use crate::cli::PushState;
use crate::context::Context;
use crate::reason::Reason;
use crate::report::{Failure, Report};
use crate::seal;
use camino::{Utf8Path, Utf8PathBuf};

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
    let own: Vec<Utf8PathBuf> = errored::unsaved(&ready.workspace).collect();
    let usual = ready.workspace.errored_state();
    let file = arguments.file.as_ref().or(own.first()).unwrap_or(&usual);
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
    let (pushed, others): (Vec<_>, Vec<_>) = own.iter().partition(|own| same(own, file));
    for own in pushed {
        errored::forget(own);
    }
    report.notes.push(match others.first() {
        None => format!("the state of `{file}` is where it belongs; apply to go on"),
        // Which of the two is the newer one is for Terraform to say.
        Some(other) => format!(
            "the state of `{file}` is where it belongs; `{other}` still holds one that is not: `lostops push-state {other}`, or remove it"
        ),
    });
    Ok(())
}

fn same(one: &Utf8Path, other: &Utf8Path) -> bool {
    let there = |path: &Utf8Path| path.canonicalize_utf8().ok();
    there(one).is_some_and(|one| Some(one) == there(other))
}
