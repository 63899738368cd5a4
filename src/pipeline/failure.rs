//! What Terraform and its plans could not do, in the words of the report.

use crate::reason::Reason;
use crate::report::Failure;
use crate::terraform::plan::PlanError;
use crate::terraform::program::Program;
use crate::terraform::run::TerraformError;
use crate::terraform::{lock, login};
use jiff::Timestamp;

/// What no caller can mend.
pub(super) fn of_anything(error: &anyhow::Error) -> Failure {
    Failure {
        reason: if crate::process::cancelled() {
            Reason::Cancelled
        } else {
            Reason::Failed
        },
        message: format!("{error:#}"),
        help: String::new(),
    }
}

pub(super) fn of_plan(error: &PlanError) -> Failure {
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

/// What Terraform says of something that an `import` block names in vain.
const NOT_THERE: &str = "Cannot import non-existent remote object";

/// Terraform's failure in the words of the report.
pub(super) fn of_terraform(error: &TerraformError) -> Failure {
    let message = match error {
        TerraformError::Other(error) => format!("{error:#}"),
        error => error.to_string(),
    };
    let held = lock::held(&message);
    let exists = message.contains("to be managed via Terraform this resource needs to be imported");
    let guarded = exists && message.contains("security_group");
    let refused = match error {
        TerraformError::Failed { .. } if held.is_none() => login::refused(&message),
        _ => None,
    };
    if let Some(refused) = refused {
        let reason = match error {
            _ if refused.is_login => Reason::AuthFailed,
            TerraformError::Failed { step: "apply", .. } => Reason::ApplyFailed,
            TerraformError::Failed { step: "plan", .. } => Reason::PlanFailed,
            _ => Reason::InitFailed,
        };
        return Failure {
            reason,
            message,
            help: refused.help,
        };
    }
    let (reason, help) = match error {
        TerraformError::NotFound(Program::Tofu) => (
            Reason::TerraformMissing,
            "install OpenTofu 1.9 or newer (the action's image holds none), or let Terraform do it: leave `terraform: tofu` out",
        ),
        TerraformError::NotFound(Program::Terraform) => (
            Reason::TerraformMissing,
            "install Terraform 1.9 or newer (the action brings its own); in a clone of lostops `make setup` fetches a pinned one",
        ),
        TerraformError::TooOld { .. } => (Reason::TerraformMissing, "install 1.9 or newer"),
        TerraformError::Cancelled { .. } => (Reason::Cancelled, "start again: nothing was lost"),
        TerraformError::Other(_) if crate::process::cancelled() => {
            (Reason::Cancelled, "start again: nothing was lost")
        }
        TerraformError::Failed { .. } if held.is_some() => (
            Reason::StateLocked,
            "wait until that run has ended, or longer with `lock-timeout`; after one that was killed: `lostops unlock`, or the action's `operation: unlock`",
        ),
        TerraformError::Failed { .. } if guarded => (
            Reason::ApplyFailed,
            "the machine has a security group already: name it in its describer, `vm: { security_group: NAME }`, and lostops takes it over, of a managed server with `import: true`",
        ),
        TerraformError::Failed { .. } if exists => (
            Reason::ApplyFailed,
            "it is there already, and not in the state. A server that somebody else made is taken over with `vm: { ownership: managed, import: true }`; delete what a run left that was killed",
        ),
        TerraformError::Failed { .. } if message.contains(NOT_THERE) => (
            Reason::PlanFailed,
            "its describer says `import: true`. Where Azure calls it otherwise, say so (`network_interface`, `public_ip_name`, `security_group`, `managed_disk` of a data disk); where it is to be made, remove `import`",
        ),
        TerraformError::Failed { step: "apply", .. } => (
            Reason::ApplyFailed,
            "mend the cause and apply again: what is done stays done, the rest is planned anew",
        ),
        TerraformError::Failed { step: "init", .. } => (
            Reason::InitFailed,
            "mend what Terraform names: its registry and the storage account of the state must answer from here",
        ),
        TerraformError::Failed { .. } => (
            Reason::PlanFailed,
            "mend what Terraform names and run again; `lostops check` judges what is written without it",
        ),
        TerraformError::Other(_) => (Reason::Failed, ""),
    };
    Failure {
        reason,
        message: held.map_or(message, |held| held.words(Timestamp::now())),
        help: help.to_owned(),
    }
}
