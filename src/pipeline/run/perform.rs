//! The operation itself, asked as a command line would ask it.

use super::Step;
use crate::cli::{Check, Cloud, Describers, Format, Initialise, Only, Output};
use crate::finding::Finding;
use crate::github::decision::Task;
use crate::github::inputs::{CloudInput, Inputs, OnlyInput};
use crate::github::operation::Operation;
use crate::pipeline::ask::{Ask, Judge, Preview};
use crate::pipeline::rehearse::{self, Wanted};
use crate::pipeline::{apply, check, configure, drift, plan};
use crate::report::{Outcome, Report};

pub(super) fn perform(step: &Step<'_>, inputs: &Inputs, task: &Task) -> Report {
    let describers = Describers {
        describers: Some(inputs.describers.clone()),
        environment: inputs.environment.clone(),
    };
    let ask = Ask {
        describers: &describers,
        cloud: match inputs.cloud {
            CloudInput::Azure => Cloud::Azure,
            CloudInput::Simulated => Cloud::Simulated,
        },
        servers: &task.servers,
        lock_timeout: &inputs.lock_timeout,
        diff: true,
        only: only(inputs),
        // The key is in a variable by now.
        initialise: Initialise {
            // What was changed by hand on a server shows only where the play looks.
            all: task.operation == Operation::Drift,
            ..Initialise::default()
        },
        preview: preview(step, inputs, task),
        judge: Judge::Everything,
    };
    match task.operation {
        Operation::Check => check::run(
            step.context,
            &Check {
                folder: None,
                describers: Describers {
                    describers: Some(inputs.describers.clone()),
                    environment: inputs.environment.clone(),
                },
                output: Output {
                    format: Format::Human,
                },
            },
        ),
        Operation::Plan => {
            let mut report = plan::of(step.context, &ask);
            if inputs.rehearse {
                rehearse(step, &describers, &mut report);
            }
            report
        }
        Operation::Apply => apply::of(step.context, &ask),
        Operation::Drift => drift::of(step.context, &ask),
    }
}

pub(super) fn only(inputs: &Inputs) -> Option<Only> {
    match inputs.only {
        OnlyInput::All => None,
        OnlyInput::Both => Some(Only::Both),
        OnlyInput::Verify => Some(Only::Verify),
        OnlyInput::Terraform => Some(Only::Terraform),
        OnlyInput::Ansible => Some(Only::Ansible),
    }
}

/// Does what was planned on servers of a rehearsal, and adds what was measured there.
fn rehearse(step: &Step<'_>, describers: &Describers, report: &mut Report) {
    if report.outcome() != Outcome::Clean {
        report.notes.push(
            "nothing was rehearsed: what is not permitted, or failed, comes first".to_owned(),
        );
        return;
    }
    let done = rehearse::of(
        step.context,
        &Wanted {
            describers,
            base: None,
            keep: false,
            diff: false,
        },
    );
    let is_new = |finding: &&Finding| !report.findings.contains(finding);
    let new: Vec<Finding> = done.findings.iter().filter(is_new).cloned().collect();
    report.findings.extend(new);
    report.rehearsed = done.measured.is_some();
    report.measured = done.measured;
    report.timeline = done.timeline;
    report.failure = done.failure;
    report.secrets.extend(done.secrets);
}

/// A preview needs a key, which pull requests of forks do not get.
fn preview(step: &Step<'_>, inputs: &Inputs, task: &Task) -> Preview {
    let has_key = step.context.variable(configure::KEY_VARIABLE).is_some()
        || matches!(inputs.cloud, CloudInput::Simulated);
    match task.operation {
        _ if !has_key || matches!(inputs.only, OnlyInput::Terraform) => Preview::None,
        Operation::Plan => Preview::WhoAnswers,
        Operation::Drift => Preview::Everyone,
        Operation::Check | Operation::Apply => Preview::None,
    }
}
