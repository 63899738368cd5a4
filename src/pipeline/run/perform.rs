//! The operation itself, asked as a command line would ask it.

use super::Step;
use super::conversation::client;
use crate::cli::{
    Check, Cloud, Describers, Format, Initialise, OfState, Only, Operate, Output, Unlock,
};
use crate::context::Context;
use crate::finding::Finding;
use crate::github::decision::Task;
use crate::github::inputs::{CloudInput, Inputs, OnlyInput};
use crate::github::operation::Operation;
use crate::pipeline::ask::{Ask, Judge, Preview};
use crate::pipeline::operate::{self, What};
use crate::pipeline::rehearse::{self, Base, Wanted};
use crate::pipeline::reviewed::Review;
use crate::pipeline::{apply, check, configure, drift, plan, unlock};
use crate::report::{Outcome, Report};
use std::collections::BTreeMap;

pub(super) fn perform(
    step: &Step<'_>,
    context: &Context,
    inputs: &Inputs,
    task: &Task,
    review: Option<&Review>,
) -> Report {
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
        review,
        restart: false,
    };
    match task.operation {
        Operation::Check => check::run(
            context,
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
            let mut report = plan::of(context, &ask);
            if inputs.rehearse {
                rehearse(step, context, inputs, task, &describers, &mut report);
            }
            report
        }
        Operation::Apply => apply::of(context, &ask),
        Operation::Verify => apply::of(
            context,
            &Ask {
                only: Some(Only::Verify),
                ..ask
            },
        ),
        Operation::Drift => drift::of(context, &ask),
        // It is told before anything would be performed.
        Operation::Summary => Report::new("summary"),
        Operation::Start => operate(context, &What::Start, &ask),
        Operation::Stop => operate(context, &What::Stop, &ask),
        Operation::Restart => operate(context, &What::Restart, &ask),
        Operation::Resize => {
            let what = What::Resize(task.to.clone().unwrap_or_default());
            operate(context, &what, &ask)
        }
        Operation::Destroy => operate(context, &What::Destroy(task.confirm.clone()), &ask),
        Operation::Unlock => unlock::run(
            context,
            &Unlock {
                lock: task.lock_id.clone(),
                state: OfState {
                    describers: describers.clone(),
                    output: Output::default(),
                    cloud: ask.cloud,
                },
            },
        ),
    }
}

fn operate(context: &Context, what: &What, ask: &Ask<'_>) -> Report {
    operate::run(
        context,
        what,
        &Operate {
            servers: ask.servers.to_vec(),
            describers: ask.describers.clone(),
            output: Output {
                format: Format::Markdown,
            },
            cloud: ask.cloud,
            lock_timeout: ask.lock_timeout.to_owned(),
        },
    )
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
fn rehearse(
    step: &Step<'_>,
    context: &Context,
    inputs: &Inputs,
    task: &Task,
    describers: &Describers,
    report: &mut Report,
) {
    if report.outcome() != Outcome::Clean {
        report.notes.push(
            "nothing was rehearsed: what is not permitted, or failed, comes first".to_owned(),
        );
        return;
    }
    let base = base(step, inputs, task, report);
    let done = rehearse::of(
        context,
        &Wanted {
            describers,
            base: base.as_ref().map(Base::Files),
            keep: false,
            diff: false,
        },
    );
    let is_new = |finding: &&Finding| !report.findings.contains(finding);
    let new: Vec<Finding> = done.findings.iter().filter(is_new).cloned().collect();
    report.findings.extend(new);
    report.rehearsed = done.measured.is_some();
    report.measured = done.measured;
    report.became = done.became;
    report.timeline = done.timeline;
    report.failure = done.failure;
    report.secrets.extend(done.secrets);
}

/// The describers of the branch that a pull request goes to; without them it is rehearsed from nothing, and that is said.
fn base(
    step: &Step<'_>,
    inputs: &Inputs,
    task: &Task,
    report: &mut Report,
) -> Option<BTreeMap<String, Vec<u8>>> {
    let commit = task.base.as_deref()?;
    let github = client(step, inputs);
    let files =
        github.and_then(|github| github.files(inputs.describers.as_str(), commit, &|_| true));
    let why = match files {
        Ok(Some(files)) => return Some(files),
        Ok(None) => format!("the base has no folder `{}`", inputs.describers),
        Err(error) => format!("{error}; {}", error.help()),
    };
    report.notes.push(format!("rehearsed from nothing: {why}"));
    None
}

/// A preview needs a key, which pull requests of forks do not get.
fn preview(step: &Step<'_>, inputs: &Inputs, task: &Task) -> Preview {
    let has_key = step.context.variable(configure::KEY_VARIABLE).is_some()
        || matches!(inputs.cloud, CloudInput::Simulated);
    match task.operation {
        _ if !has_key || matches!(inputs.only, OnlyInput::Terraform) => Preview::None,
        Operation::Plan => Preview::WhoAnswers,
        Operation::Drift => Preview::Everyone,
        _ => Preview::None,
    }
}
