//! The plan that was reviewed: looked up where an apply needs one, and made known to a plan where one is shown.

use super::Step;
use super::conversation::{Conversation, all_marker, client, marker, plain};
use super::part;
use crate::github::api::GitHub;
use crate::github::decision::{Audience, Task};
use crate::github::error::GitHubError;
use crate::github::inputs::{CommentInput, Inputs, ReviewedInput};
use crate::github::operation::Operation;
use crate::github::pull::Pull;
use crate::github::review::Kept as Comment;
use crate::pipeline::reviewed::Review;
use crate::process;
use crate::reason::Reason;
use crate::report::{Failure, Kept};
use crate::review::{Binding, Distrust, Key, Record, Shared};

/// Why nothing may be applied, and what then becomes of the record in the comment.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) failure: Failure,
    /// What the comment keeps: a later run that finds no record is judged by the policy alone.
    pub(super) kept: Kept,
}

/// What this run's plan is recorded for, or held against; `None`: the policy alone judges it.
pub(super) fn review(
    step: &Step<'_>,
    inputs: &Inputs,
    task: &Task,
    environment: &str,
) -> Result<Option<Review>, Refused> {
    let asked = inputs.reviewed_plan != ReviewedInput::Off && !environment.is_empty();
    match (task.operation, &task.audience) {
        _ if !asked => Ok(None),
        (Operation::Plan, Audience::Pull(pull)) => {
            let (Some(base), Some(branch)) = (&task.base, &task.base_branch) else {
                return Ok(None);
            };
            let commits = (task.commit.as_str(), base.as_str(), branch.as_str());
            let binding = binding(step, inputs, environment, *pull, commits);
            Ok(Some(Review {
                binding,
                key: key(inputs),
                record: None,
                room: part::room(step, inputs),
            }))
        }
        // Who dispatches an apply has asked for it by hand.
        (Operation::Apply, audience)
            if *audience == Audience::PullOfCommit
                || inputs.reviewed_plan == ReviewedInput::Required =>
        {
            let found = found(step, inputs, task, environment)?;
            if found.is_none() && inputs.reviewed_plan == ReviewedInput::Required {
                return Err(refused(
                    &format!("no plan was reviewed for {}", task.because),
                    "let a pull request be planned and merged, or choose `reviewed-plan: when-available`",
                ));
            }
            Ok(found)
        }
        _ => Ok(None),
    }
}

/// What the comment keeps where nothing is recorded, and nothing held against a record. A check or a measurement beside a plan
/// writes the same comment, and has no part in it.
pub(super) fn untouched(step: &Step<'_>, inputs: &Inputs, task: &Task, environment: &str) -> Kept {
    if inputs.reviewed_plan == ReviewedInput::Off {
        return Kept::Nothing;
    }
    match (task.operation, &task.audience, inputs.comment) {
        // Its describers are not understood: the push must not take that for no plan.
        (Operation::Plan, Audience::Pull(_), _) => Kept::Record(Record::void()),
        (Operation::Apply, ..) | (.., CommentInput::Never) => Kept::Nothing,
        // The summary writes it, and knows what stands there.
        (.., CommentInput::Part) => Kept::AsItIs,
        // A plan on a push, too: it is of what is merged already, and shows it to nobody for review.
        _ => standing(step, inputs, task, environment).unwrap_or(Kept::AsItIs),
    }
}

fn standing(
    step: &Step<'_>,
    inputs: &Inputs,
    task: &Task,
    environment: &str,
) -> Result<Kept, GitHubError> {
    let Some(conversation) = Conversation::new(step, inputs, task, environment) else {
        return Ok(Kept::Nothing);
    };
    let github = client(step, inputs)?;
    let Some(pull) = conversation.pull(&github)? else {
        return Ok(Kept::Nothing);
    };
    let Some(comment) = conversation.standing(&github, pull)? else {
        return Ok(Kept::Nothing);
    };
    Ok(match Record::find(&comment.body) {
        None => Kept::Nothing,
        // Once we have edited the comment last, nobody could tell what somebody else has written in it from ours.
        Some(Ok(_))
            if inputs.plan_key.is_none() && github.strange_editor(pull, &comment)?.is_some() =>
        {
            Kept::Record(Record::void())
        }
        Some(Ok(record)) => Kept::Record(record.text()),
        Some(Err(_)) => Kept::Record(Record::void()),
    })
}

fn binding(
    step: &Step<'_>,
    inputs: &Inputs,
    environment: &str,
    pull: u64,
    (head, base, branch): (&str, &str, &str),
) -> Binding {
    Binding {
        repository: step.runner.repository.to_lowercase(),
        describers: inputs.describers.to_string(),
        environment: environment.to_owned(),
        pull,
        head: head.to_owned(),
        base: base.to_owned(),
        branch: branch.to_owned(),
    }
}

/// The record in our comment on the pull request by which the commit came; `None` where there is no such request, comment
/// or record.
fn found(
    step: &Step<'_>,
    inputs: &Inputs,
    task: &Task,
    environment: &str,
) -> Result<Option<Review>, Refused> {
    let unknown = |error: GitHubError| {
        let message = format!("whether the plan was reviewed could not be found out: {error}");
        let mut refused = refused(&message, &error.help());
        if process::cancelled() {
            refused.failure.reason = Reason::Cancelled;
        }
        Refused {
            kept: Kept::AsItIs,
            ..refused
        }
    };
    let github = client(step, inputs).map_err(unknown)?;
    let branch = step.runner.branch();
    let pull = github
        .pull_of_commit(&step.runner.sha, branch)
        .map_err(unknown)?;
    let Some(pull) = pull else { return Ok(None) };
    let found = kept(&github, inputs, environment, pull.number).map_err(unknown)?;
    let Some((kept, record)) = found else {
        return Ok(None);
    };
    let distrusted = |why: String| {
        let message = format!("the plan in {} authorises nothing: {why}", kept.url);
        Refused {
            kept: Kept::Record(Record::void()),
            ..refused(
                &message,
                "plan the pull request anew before it is merged; here, dispatch `apply`, which the policy alone judges unless `reviewed-plan` is `required`",
            )
        }
    };
    let record = record.map_err(|why| distrusted(why.to_string()))?;
    if record.head != pull.head_sha {
        return Err(distrusted(stale(&record, &pull)));
    }
    if record.branch != branch {
        let why =
            format!("it was planned for another branch than `{branch}`, which has its own policy");
        return Err(distrusted(why));
    }
    let commits = (record.head.as_str(), record.base.as_str(), branch);
    let binding = binding(step, inputs, environment, pull.number, commits);
    let key = key(inputs);
    record
        .trust(&binding, key.as_ref())
        .map_err(|why| distrusted(why.to_string()))?;
    // The seal of a key says it better than GitHub could.
    if key.is_none() {
        let editor = github.strange_editor(pull.number, &kept).map_err(unknown)?;
        if let Some(editor) = editor {
            return Err(distrusted(format!("{editor} has edited the comment")));
        }
    }
    step.log.say(&format!(
        "The plan is held against the one in {} ({}).",
        kept.url, task.because
    ));
    Ok(Some(Review {
        binding,
        key,
        record: Some(record),
        room: 0,
    }))
}

/// A record as a comment has it.
type Found = Result<Record, Distrust>;

/// What our comments keep of the plan: the environment's own, or the one of all environments. That which the workflow writes
/// now comes first, for the other one may be left over from before.
fn kept(
    github: &GitHub<'_>,
    inputs: &Inputs,
    environment: &str,
    pull: u64,
) -> Result<Option<(Comment, Found)>, GitHubError> {
    let describers = inputs.describers.as_str();
    let own = || -> Result<Option<(Comment, Found)>, GitHubError> {
        let mut comment = github.kept_comment(pull, &marker(describers, environment))?;
        if comment.is_none() {
            // That of a plan which could not learn the environment's name, and may have taken its place.
            comment = github.kept_comment(pull, &marker(describers, ""))?;
        }
        Ok(comment.and_then(|comment| {
            let found = Record::find(&comment.body)?;
            Some((comment, found))
        }))
    };
    let shared = || -> Result<Option<(Comment, Found)>, GitHubError> {
        let comment = github.kept_comment(pull, &all_marker(describers))?;
        Ok(comment.and_then(|comment| {
            let found = Shared::find(&comment.body).record(&plain(environment))?;
            Some((comment, found))
        }))
    };
    if inputs.comment == CommentInput::Part {
        return match shared()? {
            None => own(),
            found => Ok(found),
        };
    }
    match own()? {
        None => shared(),
        found => Ok(found),
    }
}

fn key(inputs: &Inputs) -> Option<Key> {
    inputs.plan_key.as_deref().map(Key::new)
}

fn stale(record: &Record, pull: &Pull) -> String {
    let short = |sha: &str| sha.get(..7).unwrap_or(sha).to_owned();
    format!(
        "it is of commit {}, and {} was merged",
        short(&record.head),
        short(&pull.head_sha)
    )
}

fn refused(message: &str, help: &str) -> Refused {
    Refused {
        failure: Failure {
            reason: Reason::PlanNotReviewed,
            message: format!("{message}; nothing was touched"),
            help: help.to_owned(),
        },
        kept: Kept::Nothing,
    }
}
