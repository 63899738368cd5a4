//! What is handed to the job that merges several answers, in the frozen JSON.

use crate::report::{Kept, Report};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PartV1 {
    pub(super) environment: String,
    pub(super) describers: String,
    pub(super) commit: String,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) job: u64,
    pub(super) notices: Vec<String>,
    pub(super) words: Vec<String>,
    /// As a comment says them: power commands apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) counts: Option<CountsV1>,
    /// `nothing`, `record`, `as-it-is`.
    pub(super) kept: String,
    /// The line of the comment, hidden from people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) reviewed: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CountsV1 {
    pub(super) add: usize,
    pub(super) change: usize,
    pub(super) destroy: usize,
    pub(super) import: usize,
    pub(super) forget: usize,
    #[serde(rename = "move")]
    pub(super) moved: usize,
    pub(super) power: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

pub(super) fn part(report: &Report) -> Option<PartV1> {
    let part = report.part.as_ref()?;
    Some(PartV1 {
        environment: part.environment.clone(),
        describers: part.describers.clone(),
        commit: part.commit.clone(),
        job: part.job,
        notices: part.notices.clone(),
        words: part.words.clone(),
        counts: report.counts.map(|counts| CountsV1 {
            add: counts.add,
            change: counts.change,
            destroy: counts.destroy,
            import: counts.import,
            forget: counts.forget,
            moved: counts.moved,
            power: counts.power.sent(),
        }),
        kept: match report.kept {
            Kept::Nothing => "nothing",
            Kept::Record(_) => "record",
            Kept::AsItIs => "as-it-is",
        }
        .to_owned(),
        reviewed: report.kept.record().unwrap_or_default().to_owned(),
    })
}
