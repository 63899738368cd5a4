//! `lostops unlock`: who holds the lock on the state, and by its exact id the end of it.

use super::failure;
use super::prepare::of_state;
use crate::cli::{Cloud, Unlock};
use crate::context::Context;
use crate::fleet::environment::StateBackend;
use crate::reason::Reason;
use crate::report::{Failure, Report};
use crate::terraform::lock::Held;
use jiff::Timestamp;

pub(super) fn run(context: &Context, arguments: &Unlock) -> Report {
    let mut report = Report::new("unlock");
    if let Err(failure) = unlocked(context, arguments, &mut report) {
        report.failure = Some(failure);
    }
    report
}

fn unlocked(context: &Context, arguments: &Unlock, report: &mut Report) -> Result<(), Failure> {
    let Some((fleet, ready, mut progress)) = of_state(context, &arguments.state, report)? else {
        return Ok(());
    };
    let terraform = |error| failure::of_terraform(&error);
    progress.step("asking for the lock");
    let held = ready
        .terraform
        .holder(&ready.workspace)
        .map_err(terraform)?;
    let Some(held) = held else {
        report.notes.push("the state is not locked".to_owned());
        return Ok(());
    };
    let words = held.words(Timestamp::now());
    let is_file = arguments.state.cloud == Cloud::Simulated
        || matches!(fleet.environment.state, StateBackend::Local);
    if is_file {
        return Err(refused(
            words,
            "the state is a file, whose lock ends with the process that holds it: end that"
                .to_owned(),
        ));
    }
    confirmed(&held, arguments.lock.as_deref(), &words, context)?;
    progress.step("terraform force-unlock");
    ready
        .terraform
        .unlock(&ready.workspace, &held.id)
        .map_err(terraform)?;
    report
        .notes
        .push(format!("{words}; it was broken, and the state is free"));
    Ok(())
}

/// Whoever breaks a lock has looked whose it is: without the exact id nothing is broken.
fn confirmed(held: &Held, id: Option<&str>, words: &str, context: &Context) -> Result<(), Failure> {
    // It becomes an argument of a program.
    let is_id = |id: &str| {
        !id.is_empty()
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if !is_id(&held.id) {
        let help = "its id is not one that can be given: break it where the state is kept";
        return Err(refused(words.to_owned(), help.to_owned()));
    }
    let how = context.option("lostops unlock", "`operation: unlock` with `lock-id:");
    let how = match how.strip_suffix(':') {
        Some(input) => format!("{input}: {}`", held.id),
        None => format!("`{how} {}`", held.id),
    };
    match id {
        Some(id) if id == held.id => Ok(()),
        None => Err(refused(
            words.to_owned(),
            format!("if that run is dead, and only then: {how}"),
        )),
        Some(other) => Err(refused(
            format!("{words}, which is not `{}`", other.escape_default()),
            format!("look whose it is; if that run is dead, and only then: {how}"),
        )),
    }
}

fn refused(message: String, help: String) -> Failure {
    Failure {
        reason: Reason::StateLocked,
        message,
        help,
    }
}
