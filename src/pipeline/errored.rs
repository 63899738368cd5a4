//! A state that could not be written: tried again, then kept where only its owner reads it, or not at all.
//!
//! What was made in the cloud is in it and nowhere else. It may hold what is secret, and a runner's workspace is read by every
//! step that follows and by what uploads files: there it lies sealed with `plan-key`, and without one it is not kept.

use super::prepare::Ready;
use super::run::write_file;
use crate::context::{Context, Reader};
use crate::process;
use crate::reason::Reason;
use crate::report::progress::Progress;
use crate::report::{Failure, Report};
use crate::seal;
use crate::terraform::errored::SEALED;
use crate::terraform::run::TerraformError;
use crate::terraform::workspace::{FOLDER, Workspace};
use camino::{Utf8Path, Utf8PathBuf};
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

/// The variable with the passphrase: the input `plan-key`.
pub(super) const KEY: &str = "LOSTOPS_PLAN_KEY";

const PUSH: &str = "mend the cause, then `lostops push-state`; until then nothing is applied here";

/// Before each further try. A storage account that throttles, or moves, answers again within seconds.
const PAUSES: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_secs(2),
    Duration::from_secs(8),
];

/// What becomes of the failure of an apply, and of the state that it may have left.
pub(super) fn keep(
    context: &Context,
    ready: &Ready,
    failure: Failure,
    report: &mut Report,
    progress: &mut Progress,
) -> Failure {
    let left = ready.workspace.left_state();
    let Ok(state) = fs_err::read(&left) else {
        return failure;
    };
    progress.step("terraform state push");
    let why = match pushed(ready, &state) {
        Ok(()) => {
            forget(&left);
            let words = "the state could not be written at first, and then it was: nothing is lost";
            return Failure {
                message: format!("{}\n{words}", failure.message),
                ..failure
            };
        }
        Err(error) => super::failure::of_terraform(&error).message,
    };
    let (where_it_is, help) = kept(context, ready, &state, report).unwrap_or_else(|error| {
        // Nobody else has it: it stays where it is.
        let _ = for_its_owner(&left);
        (
            format!("and lies in `{left}`, for it could not be put elsewhere: {error:#}"),
            PUSH.to_owned(),
        )
    });
    Failure {
        reason: Reason::StateNotSaved,
        message: format!(
            "Terraform's state could not be written, {where_it_is}\n{why}\n{}",
            failure.message
        ),
        help,
    }
}

fn pushed(ready: &Ready, state: &[u8]) -> Result<(), TerraformError> {
    let mut last = TerraformError::Cancelled {
        reached: crate::terraform::run::Reached::default(),
    };
    for pause in PAUSES {
        if process::pause(pause).is_err() {
            break;
        }
        match ready.terraform.push_state(&ready.workspace, state) {
            Ok(()) => return Ok(()),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Where it is now, and how it is brought to where it belongs. What Terraform has left is removed only when it is kept.
fn kept(
    context: &Context,
    ready: &Ready,
    state: &[u8],
    report: &mut Report,
) -> anyhow::Result<(String, String)> {
    let left = ready.workspace.left_state();
    if context.reader == Reader::Person {
        let place = ready.workspace.errored_state();
        take(&left, &place)?;
        return Ok((format!("and lies in `{place}`"), PUSH.to_owned()));
    }
    let Some(key) = context.variable(KEY) else {
        forget(&left);
        return Ok((
            "and was not kept: it may hold what is secret, and without `plan-key` it would lie open".to_owned(),
            "what was made is in the cloud and in no state: take it over or destroy it by hand, and give `plan-key`".to_owned(),
        ));
    };
    let sealed = seal::seal(state, key)?;
    let where_it_is = if context.reader == Reader::GitHub {
        let environment = report.environment.as_deref().unwrap_or("all");
        let path = Utf8Path::new(FOLDER).join(environment).join(SEALED);
        write_file(&context.folder, &path, sealed.as_bytes())?;
        report.errored = Some(path.into_string());
        "and is kept sealed: the output `errored-state` names the file".to_owned()
    } else {
        write_file(
            &ready.workspace.folder,
            Utf8Path::new(SEALED),
            sealed.as_bytes(),
        )?;
        format!("and lies sealed in `{}`", ready.workspace.sealed_state())
    };
    forget(&left);
    Ok((
        where_it_is,
        format!(
            "upload the file from a later step with `if: failure()`; then, with `{KEY}` set: `lostops push-state FILE`"
        ),
    ))
}

/// Refuses to go on beside a state that was not saved. What a run that was killed has left is put where its owner alone
/// reads it, so that whatever Terraform leaves later is of the apply that follows.
pub(super) fn refuse(workspace: &Workspace) -> Result<(), Failure> {
    let (left, place) = (workspace.left_state(), workspace.errored_state());
    if left.is_file() && !place.exists() {
        take(&left, &place).map_err(|error| super::failure::of_anything(&error.into()))?;
    }
    let Some(place) = unsaved(workspace).next() else {
        return Ok(());
    };
    Err(Failure {
        reason: Reason::StateNotSaved,
        message: format!("the state of an earlier apply was never written: it lies in `{place}`"),
        help: "`lostops push-state` writes it; only then is it known what there is".to_owned(),
    })
}

/// States of earlier applies that were never written.
pub(super) fn unsaved(workspace: &Workspace) -> impl Iterator<Item = Utf8PathBuf> {
    let places = [
        workspace.errored_state(),
        workspace.left_state(),
        workspace.sealed_state(),
    ];
    places.into_iter().filter(|place| place.is_file())
}

fn take(left: &Utf8Path, place: &Utf8Path) -> std::io::Result<()> {
    for_its_owner(left)?;
    fs_err::rename(left, place)
}

fn for_its_owner(file: &Utf8Path) -> std::io::Result<()> {
    fs_err::set_permissions(file, std::fs::Permissions::from_mode(0o600))
}

pub(super) fn forget(file: &Utf8Path) {
    if let Err(error) = fs_err::remove_file(file) {
        tracing::debug!(%error, "the state's file was not there");
    }
}
