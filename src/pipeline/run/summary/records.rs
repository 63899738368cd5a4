//! What the comment on all environments keeps of each one's plan, so that its push applies only what was reviewed.

use super::super::conversation::{all_marker, plain};
use crate::github::api::GitHub;
use crate::github::decision::{Audience, Task};
use crate::github::error::GitHubError;
use crate::github::inputs::{Inputs, ReviewedInput};
use crate::report::Kept as Wanted;
use crate::report::merged::{Merged, Row};
use crate::review::{Record, Shared};

/// The records, and what is to be said of them.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) records: Shared,
    pub(super) notices: Vec<String>,
}

/// What becomes of the record of an environment.
#[derive(Debug)]
enum Becomes<'a> {
    Nothing,
    Record(&'a str),
    /// No later run is to take an older one for it.
    Void,
    /// It stays as the comment has it: a later run may need it.
    AsItIs,
}

fn becomes<'a>(row: &'a Row, inputs: &Inputs, task: &Task) -> Becomes<'a> {
    match row.report.as_ref().map(|report| &report.kept) {
        Some(Wanted::Nothing) => Becomes::Nothing,
        Some(Wanted::Record(record)) => Becomes::Record(record),
        None if inputs.reviewed_plan == ReviewedInput::Off => Becomes::Nothing,
        // A plan that was not made, and an apply that did not say how far it came.
        None if matches!(task.audience, Audience::Pull(_)) => Becomes::Void,
        Some(Wanted::AsItIs) | None => Becomes::AsItIs,
    }
}

/// # Errors
/// What the comment has could not be read, and somebody may need it: it is better left alone.
pub(super) fn kept(
    github: &GitHub<'_>,
    pull: u64,
    inputs: &Inputs,
    task: &Task,
    merged: &Merged,
) -> Result<Kept, GitHubError> {
    let rows = || {
        let rows = merged.rows.iter();
        rows.map(|row| (plain(&row.environment), becomes(row, inputs, task)))
    };
    let mut records = Shared::default();
    let mut old = None;
    if rows().any(|(_, becomes)| matches!(becomes, Becomes::AsItIs)) {
        old = before(github, pull, inputs)?;
    }
    for (environment, becomes) in rows() {
        match (becomes, &old) {
            (Becomes::Nothing, _) | (Becomes::AsItIs, None) => {}
            (Becomes::Record(record), _) => records.keep(&environment, record),
            (Becomes::Void, _) => records.keep(&environment, &Record::void()),
            (Becomes::AsItIs, Some(old)) => records.keep_from(old, &environment),
        }
    }
    let lost = records.shorten();
    let lost = merged
        .rows
        .iter()
        .filter(|row| lost.contains(&plain(&row.environment)));
    let notices = lost.map(|row| {
        format!(
            "of the plan of `{}` no record is kept, for there are more than a comment has room for: its push applies nothing (`plan-not-reviewed`); comment on it by itself, or name fewer environments",
            row.environment
        )
    });
    let notices = notices.collect();
    Ok(Kept { records, notices })
}

/// What our comment keeps until now. What somebody else has written there becomes void here, for once it is in a comment that
/// we have edited last nobody could tell it from ours; a key seals each record by itself.
fn before(github: &GitHub<'_>, pull: u64, inputs: &Inputs) -> Result<Option<Shared>, GitHubError> {
    let marker = all_marker(inputs.describers.as_str());
    let Some(comment) = github.kept_comment(pull, &marker)? else {
        return Ok(None);
    };
    let mut records = Shared::find(&comment.body);
    if inputs.plan_key.is_none() && github.strange_editor(pull, &comment)?.is_some() {
        records.void();
    }
    Ok(Some(records))
}
