//! The job of one environment among several: what it would say in a comment it hands on in its report.

use super::Step;
use crate::ansible::outcome::Configured;
use crate::github::decision::Task;
use crate::github::inputs::{CommentInput, Inputs};
use crate::pipeline::describe;
use crate::report::{Part, Report};
use crate::review::LONGEST;
use crate::verify::outcome::Measured;

/// The most characters of the record of a plan: those of all environments stand in one comment.
pub(super) fn room(step: &Step<'_>, inputs: &Inputs) -> usize {
    if inputs.comment != CommentInput::Part {
        return LONGEST;
    }
    let names = describe::names(step.context, Some(&inputs.describers));
    LONGEST / names.map_or(1, |names| names.len()).max(1)
}

/// Adds to the report what the merged comment needs.
pub(super) fn add(inputs: &Inputs, task: &Task, report: &mut Report) {
    if inputs.comment != CommentInput::Part {
        return;
    }
    let environment = report.environment.clone().or(inputs.environment.clone());
    let configured = report.configured.as_ref().map(Configured::words);
    let measured = report.measured.as_ref().map(Measured::words);
    let words = [("Ansible: ", configured), ("", measured)];
    let words = words.into_iter().filter_map(|(before, words)| {
        let words = words.filter(|words| !words.is_empty())?;
        Some(format!("{before}{words}"))
    });
    report.part = Some(Part {
        environment: environment.unwrap_or_default(),
        describers: inputs.describers.to_string(),
        commit: task.commit.clone(),
        job: inputs.job,
        notices: task.notices.clone(),
        words: words.collect(),
    });
}
