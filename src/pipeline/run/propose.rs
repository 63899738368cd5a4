//! An operation that the next push would undo: the change of the describers that keeps it, as a pull request.

use super::Step;
use super::publish::untold;
use crate::fleet::words::and_list;
use crate::github::api::GitHub;
use crate::github::decision::Task;
use crate::github::error::GitHubError;
use crate::github::inputs::Inputs;
use crate::github::proposal::Proposal;
use crate::report::Report;

/// Opens it where that is wanted and there is something to keep; its address.
pub(super) fn propose(
    step: &Step<'_>,
    inputs: &Inputs,
    task: &Task,
    report: &Report,
    github: &Result<GitHub<'_>, GitHubError>,
) -> Option<String> {
    if !inputs.commit || report.edited.is_empty() {
        return None;
    }
    let github = match github {
        Ok(github) => github,
        Err(error) => return untold(step, error),
    };
    let word = task.operation.word();
    let servers: Vec<String> = task
        .servers
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    let title = format!("Keep the {word} of {}", task.servers.join(", "));
    let body = format!(
        "{} was done by [a dispatch]({}): `{word}`. Without this change the next push would undo it.\n",
        and_list(&servers),
        step.runner.run_url().unwrap_or_default(),
    );
    // Each run has its own: a branch of the same name would be somebody's.
    let branch = format!(
        "lostops/{word}-{}-{}",
        step.runner.run_id, step.runner.attempt
    );
    let proposed = github.propose(&Proposal {
        branch: &branch,
        base: step.runner.branch(),
        commit: &step.runner.sha,
        title: &title,
        body: &body,
        files: &report.edited,
    });
    match proposed {
        Ok(url) => {
            step.log
                .say(&format!("The change that keeps it is proposed: {url}"));
            Some(url)
        }
        Err(error) => untold(step, &error),
    }
}
