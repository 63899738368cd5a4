//! The comment: whether there is to be one, and what it says and keeps.

use super::Step;
use super::conversation::Conversation;
use super::publish::{environment, untold};
use crate::github::api::GitHub;
use crate::github::decision::Task;
use crate::github::error::GitHubError;
use crate::github::inputs::{CommentInput, Inputs};
use crate::report::comment::{self as markdown, Frame};
use crate::report::{Counts, Kept, Outcome, Report};

/// Writes our comment, and gives its address.
pub(super) fn comment(
    step: &Step<'_>,
    inputs: &Inputs,
    task: &Task,
    report: &Report,
    frame: &Frame<'_>,
    github: &Result<GitHub<'_>, GitHubError>,
) -> Option<String> {
    let create = creates(inputs, report)?;
    if report.kept == Kept::AsItIs {
        return None;
    }
    let conversation = Conversation::new(step, inputs, task, environment(report))?;
    let record = report.kept.record();
    let room = markdown::COMMENT.saturating_sub(record.map_or(0, str::len));
    let body = step.redactor.text(&markdown::render(report, frame, room));
    let body = with_record(record, body);
    let short = step.redactor.text(&markdown::compact(report, frame));
    let short = with_record(record, short);
    let written = match github {
        Ok(github) => conversation.say(github, &body, &short, create),
        Err(error) => return untold(step, error),
    };
    match written {
        Ok(written) => written.map(|written| written.url),
        Err(error) => untold(step, &error),
    }
}

/// Whether a pull request without a comment gets one; `None`: one that is there is left alone, too.
pub(super) fn creates(inputs: &Inputs, report: &Report) -> Option<bool> {
    match inputs.comment {
        CommentInput::Never | CommentInput::Part => None,
        CommentInput::Always => Some(true),
        CommentInput::Changes => Some(
            report.outcome() != Outcome::Clean
                || report
                    .counts
                    .is_some_and(|counts| counts != Counts::default())
                || report
                    .configured
                    .as_ref()
                    .is_some_and(|configured| !configured.is_quiet()),
        ),
        CommentInput::Failure => Some(report.outcome() != Outcome::Clean),
    }
}

/// What nobody sees stands before everything that is shown.
pub(super) fn with_record(record: Option<&str>, body: String) -> String {
    match record {
        Some(record) => format!("{record}\n{body}"),
        None => body,
    }
}
