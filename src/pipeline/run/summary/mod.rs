//! What the jobs of several environments have said, as one answer: one comment, one summary, one end.

mod parts;
mod records;

use super::comment::{creates, with_record};
use super::conversation::{Conversation, LAST_WORDS};
use super::publish::{frame, untold, warn, write};
use super::{Step, answer};
use crate::exit::Exit;
use crate::github::decision::Task;
use crate::github::error::GitHubError;
use crate::github::inputs::Inputs;
use crate::github::outputs::append;
use crate::process;
use crate::report::comment::{COMMENT, Frame, merged as markdown};
use crate::report::merged::Merged;
use crate::report::paint::inert;

/// Tells everybody, and ends as the worst of them did.
pub(super) fn summary(step: &Step<'_>, inputs: &Inputs, task: &Task) -> Exit {
    for notice in &task.notices {
        step.log
            .command("notice", &[("title", "lostops".to_owned())], notice);
    }
    let merged = parts::merged(step, inputs, task);
    let whole = merged.whole();
    show(step, &merged);
    let mut outputs = answer::outputs(&whole);
    for name in ["report", "sarif", "issue-url"] {
        outputs.set(name, "");
    }
    let mut frame = frame(step, task, true);
    frame.duration = None;
    if process::cancelled() {
        // Seconds are left: what other steps branch on comes before what may take long.
        write(step, &outputs);
        summarise(step, &merged, &frame);
        comment(step, inputs, task, &merged, &mut frame);
        return crate::pipeline::exit(&whole);
    }
    if let Some(url) = comment(step, inputs, task, &merged, &mut frame) {
        outputs.set("comment-url", url);
    }
    summarise(step, &merged, &frame);
    write(step, &outputs);
    crate::pipeline::exit(&whole)
}

/// A line for each, in the words of the comment.
fn show(step: &Step<'_>, merged: &Merged) {
    for row in &merged.rows {
        let (mark, words) = row.words();
        step.log
            .say(&format!("{mark} {}: {words}", inert(&row.environment)));
    }
    if let Some(failure) = &merged.failure {
        let message = format!("{}\n{}", failure.message, failure.help);
        step.log
            .command("error", &[("title", "lostops".to_owned())], message.trim());
    }
}

/// Writes the comment, and gives its address. What cannot be kept of a plan is said in the frame.
fn comment(
    step: &Step<'_>,
    inputs: &Inputs,
    task: &Task,
    merged: &Merged,
    frame: &mut Frame<'_>,
) -> Option<String> {
    let create = creates(inputs, &merged.whole())?;
    let conversation = Conversation::of_all(step, inputs, task)?;
    let mut written = || -> Result<Option<String>, GitHubError> {
        let github = conversation.github(|wait| step.log.say(wait))?;
        let hurry = github.hurry();
        process::when_cancelled(move || hurry.within(LAST_WORDS));
        let Some(pull) = conversation.pull(&github)? else {
            return Ok(None);
        };
        let kept = records::kept(&github, pull, inputs, task, merged)?;
        frame.notices.extend(kept.notices);
        let records = kept.records.text();
        let record = Some(records.trim_end()).filter(|records| !records.is_empty());
        let room = COMMENT.saturating_sub(records.len());
        let body = step.redactor.text(&markdown::render(merged, frame, room));
        let short = step.redactor.text(&markdown::compact(merged, frame));
        let (body, short) = (with_record(record, body), with_record(record, short));
        let written = conversation.say_on(&github, pull, &body, &short, create)?;
        Ok(written.map(|written| written.url))
    };
    match written() {
        Ok(url) => url,
        Err(error) => untold(step, &error),
    }
}

fn summarise(step: &Step<'_>, merged: &Merged, frame: &Frame<'_>) {
    let Some(path) = &step.runner.summary else {
        return;
    };
    let text = step.redactor.text(&markdown::summary(merged, frame));
    if let Err(error) = append(path, text.as_bytes()) {
        warn(step, &format!("could not write the job summary: {error}"));
    }
}
