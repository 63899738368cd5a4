//! What somebody may ask for by hand: everything, and what changes the cloud from the default branch alone.

use super::decision::{Decision, Refusal, Task, chosen, refuse};
use super::inputs::{Inputs, list};
use super::operation::Operation;
use super::runner::Runner;
use crate::reason::Reason;

pub(super) fn dispatch(
    given: &std::collections::BTreeMap<String, String>,
    runner: &Runner,
    inputs: &Inputs,
    default_branch: Option<&str>,
    mut task: Task,
) -> Decision {
    "workflow_dispatch".clone_into(&mut task.because);
    // What `with:` says comes first; the event's own inputs stand in where it says nothing.
    let operation = inputs
        .operation
        .as_deref()
        .or_else(|| given.get("operation").map(String::as_str));
    if task.servers.is_empty()
        && let Some(servers) = given.get("servers")
    {
        task.servers = list(servers);
        if task.servers.is_empty() {
            return Decision::Refuse(Refusal {
                reason: Reason::BadInput,
                message: "the input `servers` of the workflow names none".to_owned(),
                help: "leave it empty for all of them".to_owned(),
            });
        }
    }
    task.to = task.to.or_else(|| given.get("to").cloned());
    task.confirm = task.confirm.or_else(|| given.get("confirm").cloned());
    task.lock_id = task.lock_id.or_else(|| given.get("lock-id").cloned());
    let decision = chosen(operation, Operation::Plan, Operation::ALL, task);
    let on_default =
        default_branch.is_some_and(|name| runner.git_ref == format!("refs/heads/{name}"));
    match decision {
        Decision::Do(task) if task.operation.changes() && !on_default => refuse(
            format!(
                "`{}` was dispatched on `{}`",
                task.operation.word(),
                runner.git_ref
            ),
            "dispatch it on the default branch: what was not merged is not applied",
        ),
        Decision::Do(task) if task.operation.is_of_servers() && task.servers.is_empty() => {
            Decision::Refuse(Refusal {
                reason: Reason::BadInput,
                message: format!(
                    "`{}` was asked for, and no server was named",
                    task.operation.word()
                ),
                help: "name them in `servers`".to_owned(),
            })
        }
        Decision::Do(task) if task.operation == Operation::Resize && task.to.is_none() => {
            Decision::Refuse(Refusal {
                reason: Reason::BadInput,
                message: "`resize` was asked for, and no size was named".to_owned(),
                help: "name it in `to`, such as `Standard_B4ms`".to_owned(),
            })
        }
        other => other,
    }
}
