//! What is done on which event: the one place that decides it.

use super::dispatch::dispatch;
use super::event::{Event, PullRequest, Push};
use super::inputs::Inputs;
use super::operation::Operation;
use super::runner::Runner;
use crate::reason::Reason;

/// Where the answer belongs beside the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Audience {
    /// This pull request.
    Pull(u64),
    /// The pull request by which the commit came to its branch, if it came by one.
    PullOfCommit,
    Nobody,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Task {
    pub(crate) operation: Operation,
    /// Empty: all of them.
    pub(crate) servers: Vec<String>,
    /// To which size.
    pub(crate) to: Option<String>,
    /// The name that confirms a destruction.
    pub(crate) confirm: Option<String>,
    pub(crate) lock_id: Option<String>,
    /// The commit that findings point at.
    pub(crate) commit: String,
    /// What a pull request changes.
    pub(crate) base: Option<String>,
    /// The branch that it goes to.
    pub(crate) base_branch: Option<String>,
    pub(crate) audience: Audience,
    /// The token may write. It may not when a fork or Dependabot started the run.
    pub(crate) trusted: bool,
    /// Whose event it is, in words: `pull request #7`.
    pub(crate) because: String,
    /// What was left out, and why.
    pub(crate) notices: Vec<String>,
}

/// What comes of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    Do(Task),
    /// Nothing, and that is right; the sentence says why.
    Nothing(String),
    Refuse(Refusal),
}

/// Why nothing is done, and what to do instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) reason: Reason,
    pub(crate) message: String,
    pub(crate) help: String,
}

/// Decides. `default_branch` is the repository's, where the payload names it.
pub(crate) fn decide(
    event: &Event,
    runner: &Runner,
    inputs: &Inputs,
    default_branch: Option<&str>,
) -> Decision {
    let mut task = Task {
        operation: Operation::Check,
        servers: inputs.servers.clone(),
        to: inputs.to.clone(),
        confirm: inputs.confirm.clone(),
        lock_id: inputs.lock_id.clone(),
        commit: runner.sha.clone(),
        base: None,
        base_branch: None,
        audience: Audience::Nobody,
        trusted: true,
        because: String::new(),
        notices: Vec::new(),
    };
    match event {
        Event::PullRequest(pull) => pull_request(pull, runner, inputs, task),
        Event::Push(push) => on_push(push, inputs, task),
        Event::Dispatch(given) => dispatch(given, runner, inputs, default_branch, task),
        Event::Schedule => {
            "the schedule".clone_into(&mut task.because);
            chosen(
                inputs.operation.as_deref(),
                Operation::Drift,
                Operation::OF_EVENTS,
                task,
            )
        }
        Event::MergeGroup => {
            "the merge queue".clone_into(&mut task.because);
            chosen(
                inputs.operation.as_deref(),
                Operation::Check,
                &[Operation::Check, Operation::Plan, Operation::Summary],
                task,
            )
        }
        Event::Other(name) => refuse(
            if name.is_empty() {
                "no event is named: `GITHUB_EVENT_NAME` is not set".to_owned()
            } else {
                format!("lostops does not work on the event `{name}`")
            },
            if name == "issue_comment" {
                "anybody can write a comment: start operations by `workflow_dispatch`, which only people with write access can"
            } else {
                "use it on `pull_request`, `push`, `workflow_dispatch`, `schedule` or `merge_group`; on a terminal call `lostops plan` itself"
            },
        ),
    }
}

fn pull_request(pull: &PullRequest, runner: &Runner, inputs: &Inputs, mut task: Task) -> Decision {
    task.because = match pull.number {
        Some(number) => format!("pull request #{number}"),
        None => "a pull request".to_owned(),
    };
    if pull.closed {
        return Decision::Nothing(format!(
            "{} is closed: a push tells what was merged",
            task.because
        ));
    }
    // A head that is not known to be ours is not ours.
    let fork = pull.head_repository.as_deref() != Some(runner.repository.as_str());
    if pull.target {
        if fork {
            return refuse(
                format!(
                    "{} comes from a fork, and `pull_request_target` would give it this repository's secrets",
                    task.because
                ),
                "use `on: pull_request`: lostops then judges a fork's describers without any secret",
            );
        }
        if pull.head_sha.as_deref() != Some(runner.sha.as_str()) {
            return refuse(
                format!(
                    "`pull_request_target` checks out the base branch, not {}",
                    task.because
                ),
                "use `on: pull_request`",
            );
        }
    }
    if let Some(sha) = &pull.head_sha {
        task.commit.clone_from(sha);
    }
    task.base.clone_from(&pull.base_sha);
    task.base_branch.clone_from(&pull.base_branch);
    let untrusted = if fork {
        Some((
            "it comes from a fork, which gets a read-only token and no secrets",
            "; to plan it, push its branch to this repository",
        ))
    } else if runner.actor == "dependabot[bot]" {
        Some(("Dependabot's runs get a read-only token and no secrets", ""))
    } else {
        None
    };
    if let Some((why, next)) = untrusted {
        task.trusted = false;
        task.notices.push(format!(
            "only the describers were judged: nothing was planned and no comment was written, for {why}{next}"
        ));
        return describers_alone(inputs, task);
    }
    if let Some(number) = pull.number {
        task.audience = Audience::Pull(number);
    }
    let decision = chosen(
        inputs.operation.as_deref(),
        Operation::Plan,
        &[Operation::Check, Operation::Plan, Operation::Summary],
        task,
    );
    match decision {
        Decision::Refuse(Refusal {
            reason: Reason::Refused,
            message,
            ..
        }) => refuse(
            message,
            "a pull request is planned; its merge is applied by the push to the default branch",
        ),
        other => other,
    }
}

fn on_push(push: &Push, inputs: &Inputs, mut task: Task) -> Decision {
    if push.deleted {
        return Decision::Nothing(format!("`{}` was deleted", push.git_ref));
    }
    let Some(branch) = push.git_ref.strip_prefix("refs/heads/") else {
        return Decision::Nothing(format!("`{}` is no branch", push.git_ref));
    };
    task.because = format!("a push to `{branch}`");
    if push.default_branch.as_deref() == Some(branch) {
        task.audience = Audience::PullOfCommit;
        return chosen(
            inputs.operation.as_deref(),
            Operation::Apply,
            Operation::OF_EVENTS,
            task,
        );
    }
    task.notices.push(format!(
        "only the describers were judged: a push to `{branch}` is planned by its pull request, and applied when it comes to {}",
        push.default_branch.as_deref().map_or_else(|| "the default branch".to_owned(), |name| format!("`{name}`"))
    ));
    describers_alone(inputs, task)
}

/// Whatever was asked for, the describers alone are judged; where several jobs have done that, it can be summed up.
fn describers_alone(inputs: &Inputs, task: Task) -> Decision {
    let sums_up = inputs.operation.as_deref() == Some(Operation::Summary.word());
    let asked = if sums_up {
        Operation::Summary
    } else {
        Operation::Check
    };
    chosen(Some(asked.word()), asked, &[asked], task)
}

/// The operation that was asked for, when it is one of those that the event may start.
pub(super) fn chosen(
    asked: Option<&str>,
    usual: Operation,
    may: &[Operation],
    mut task: Task,
) -> Decision {
    let words = |operations: &[Operation]| {
        let words: Vec<String> = operations
            .iter()
            .map(|operation| format!("`{}`", operation.word()))
            .collect();
        words.join(", ")
    };
    let operation = match asked {
        None => usual,
        Some(asked) => match Operation::ALL
            .iter()
            .find(|operation| operation.word() == asked)
        {
            Some(operation) => *operation,
            None => {
                return Decision::Refuse(Refusal {
                    reason: Reason::UnknownOperation,
                    message: format!("there is no operation `{asked}`"),
                    help: format!("choose one of {}", words(Operation::ALL)),
                });
            }
        },
    };
    if !may.contains(&operation) {
        return refuse(
            format!("`{}` is not done on {}", operation.word(), task.because),
            &format!("what it may start: {}", words(may)),
        );
    }
    task.operation = operation;
    Decision::Do(task)
}

pub(super) fn refuse(message: String, help: &str) -> Decision {
    Decision::Refuse(Refusal {
        reason: Reason::Refused,
        message,
        help: help.to_owned(),
    })
}
