//! What came of it, told to everybody: the log, the pull request, the summary, annotations, outputs, code scanning.

use super::comment::{comment, with_record};
use super::conversation::{Conversation, client};
use super::issue::{Scope, roll};
use super::perform::only;
use super::propose::propose;
use super::watch::{LONG, Watch};
use super::{Step, answer, files};
use crate::exit::Exit;
use crate::github::api::GitHub;
use crate::github::decision::Task;
use crate::github::error::GitHubError;
use crate::github::inputs::{CommentInput, Inputs};
use crate::github::operation::Operation;
use crate::github::outputs::{Outputs, append};
use crate::process;
use crate::report::comment::{self as markdown, Frame};
use crate::report::{self, Kept, Report};
use crate::terraform::workspace::FOLDER;
use camino::{Utf8Path, Utf8PathBuf};

/// Begins to wait beside the operation.
pub(super) fn watch(
    step: &Step<'_>,
    inputs: &Inputs,
    task: &Task,
    environment: &str,
    kept: &Kept,
) -> Watch {
    let wanted = !matches!(inputs.comment, CommentInput::Never | CommentInput::Part)
        && *kept != Kept::AsItIs;
    let conversation = wanted
        .then(|| Conversation::new(step, inputs, task, environment))
        .flatten();
    let body = markdown::running(task.operation.word(), &frame(step, task, false));
    let body = with_record(kept.record(), body);
    Watch::begin(
        conversation,
        LONG,
        body,
        inputs.comment == CommentInput::Always,
    )
}

/// Tells everybody. Nothing here changes how the run ends: what cannot be told becomes a warning.
pub(super) fn publish(step: &Step<'_>, inputs: &Inputs, task: &Task, report: &Report) -> Exit {
    for notice in &task.notices {
        step.log
            .command("notice", &[("title", "lostops".to_owned())], notice);
    }
    show(step, report);
    let mut outputs = answer::outputs(report);
    let folder = Utf8Path::new(FOLDER).join(report.environment.as_deref().unwrap_or("all"));
    let mut keep = |name: &'static str, file: &str, render: Render| {
        let (path, text) = kept(step, &folder.join(file), report, render)?;
        outputs.set(name, path.into_string());
        Some(text)
    };
    keep("report", "report.json", report::json::render);
    let sarif = keep("sarif", "lostops.sarif", report::sarif::render);
    let errored = report.errored.clone();
    outputs.set("errored-state", errored.unwrap_or_default());
    let frame = frame(step, task, true);
    annotate(step, report);
    // One for all that is said, for the time it may wait is shared.
    let github = client(step, inputs);
    if process::cancelled() {
        // Seconds are left: what other steps branch on comes before what may take long.
        write(step, &outputs);
        summarise(step, report, &frame);
        comment(step, inputs, task, report, &frame, &github);
        return crate::pipeline::exit(report);
    }
    if let Some(url) = comment(step, inputs, task, report, &frame, &github) {
        outputs.set("comment-url", url);
    }
    if let Some(sarif) = sarif.filter(|_| inputs.sarif && task.trusted) {
        upload(step, task, &sarif, &github);
    }
    let proposed = propose(step, inputs, task, report, &github);
    outputs.set("pull-request-url", proposed.unwrap_or_default());
    let issue = issue(step, inputs, task, report, &frame, &github);
    outputs.set("issue-url", issue.unwrap_or_default());
    summarise(step, report, &frame);
    write(step, &outputs);
    crate::pipeline::exit(report)
}

/// Opens, brings up to date or closes the issue that tells of drift, and gives its address while it is open.
fn issue(
    step: &Step<'_>,
    inputs: &Inputs,
    task: &Task,
    report: &Report,
    frame: &Frame<'_>,
    github: &Result<GitHub<'_>, GitHubError>,
) -> Option<String> {
    let environment = environment(report);
    let wanted = task.operation == Operation::Drift && task.trusted;
    if !wanted || inputs.comment == CommentInput::Never || environment.is_empty() {
        return None;
    }
    let github = match github {
        Ok(github) => github,
        Err(error) => return untold(step, error),
    };
    let body = step
        .redactor
        .text(&markdown::render(report, frame, markdown::COMMENT));
    let scope = Scope::new(report, only(inputs), &task.servers);
    let describers = inputs.describers.as_str();
    match roll(github, report, &scope, describers, environment, &body) {
        Ok((url, words)) => {
            if let Some(words) = words {
                step.log.say(&words);
            }
            url
        }
        Err(error) => untold(step, &error),
    }
}

/// An event on which nothing is done.
pub(super) fn skipped(step: &Step<'_>) -> Exit {
    let mut outputs = Outputs::default();
    outputs.set("result", "skipped");
    outputs.set("failure-reason", "");
    write(step, &outputs);
    Exit::Clean
}

/// An event that is refused, or inputs that cannot be read.
pub(super) fn refused(step: &Step<'_>, report: &Report) -> Exit {
    show(step, report);
    annotate(step, report);
    let frame = Frame {
        version: env!("CARGO_PKG_VERSION"),
        run_url: step.runner.run_url(),
        ..Frame::default()
    };
    summarise(step, report, &frame);
    write(step, &answer::outputs(report));
    crate::pipeline::exit(report)
}

/// The environment's own name; empty where its file could not be read, and a folder's name stands in for it.
pub(super) fn environment(report: &Report) -> &str {
    let name = report.environment.as_deref();
    name.filter(|_| report.understood).unwrap_or_default()
}

pub(super) fn frame(step: &Step<'_>, task: &Task, ended: bool) -> Frame<'static> {
    let runner = step.runner;
    Frame {
        blob: runner.blob_url(&task.commit),
        commit: Some(task.commit.clone()).filter(|commit| !commit.is_empty()),
        commit_url: runner.commit_url(&task.commit),
        run_url: runner.run_url(),
        attempt: Some(runner.attempt),
        version: env!("CARGO_PKG_VERSION"),
        duration: ended.then(|| step.begun.elapsed()),
        notices: task.notices.clone(),
    }
}

fn upload(
    step: &Step<'_>,
    task: &Task,
    sarif: &[u8],
    github: &Result<GitHub<'_>, GitHubError>,
) -> Option<()> {
    let github = match github {
        Ok(github) => github,
        Err(error) => return untold(step, error),
    };
    // Code scanning knows what was checked out, which for a pull request is its merge.
    match github.upload_sarif(&step.runner.sha, &step.runner.git_ref, sarif) {
        Ok(id) => {
            step.log.say(&format!(
                "Code scanning reads the findings of {} as {id}.",
                task.because
            ));
            Some(())
        }
        Err(error) => untold(step, &error),
    }
}

/// GitHub would not hear it: that is worth a warning, and no more.
pub(super) fn untold<T>(step: &Step<'_>, error: &GitHubError) -> Option<T> {
    warn(step, &format!("{error}\n{}", error.help()));
    None
}

type Render = fn(&Report, &mut dyn std::io::Write) -> std::io::Result<()>;

fn kept(
    step: &Step<'_>,
    path: &Utf8Path,
    report: &Report,
    render: Render,
) -> Option<(Utf8PathBuf, Vec<u8>)> {
    let mut text = Vec::new();
    let written = render(report, &mut text)
        .map_err(anyhow::Error::from)
        .and_then(|()| {
            text = step
                .redactor
                .document(&String::from_utf8_lossy(&text))
                .into_bytes();
            files::write(&step.context.folder, path, &text)
        });
    match written {
        Ok(()) => Some((path.to_owned(), text)),
        Err(error) => {
            warn(step, &format!("{error:#}"));
            None
        }
    }
}

/// The report as a person at a terminal sees it.
fn show(step: &Step<'_>, report: &Report) {
    let mut text = Vec::new();
    if let Err(error) = report::human::render(report, step.colours, &mut text) {
        warn(step, &format!("could not show the report: {error}"));
    }
    step.log.own(&String::from_utf8_lossy(&text));
}

fn annotate(step: &Step<'_>, report: &Report) {
    for annotation in report::annotations::annotations(report) {
        step.log
            .own_command(&report::annotations::command(&annotation));
    }
}

fn summarise(step: &Step<'_>, report: &Report, frame: &Frame<'_>) {
    let Some(path) = &step.runner.summary else {
        return;
    };
    let text = step.redactor.text(&report::summary::render(report, frame));
    if let Err(error) = append(path, text.as_bytes()) {
        warn(step, &format!("could not write the job summary: {error}"));
    }
}

pub(super) fn write(step: &Step<'_>, outputs: &Outputs) {
    let Some(path) = &step.runner.output else {
        return;
    };
    if let Err(error) = outputs.write(path) {
        warn(step, &format!("{error:#}"));
    }
}

pub(super) fn warn(step: &Step<'_>, message: &str) {
    step.log
        .command("warning", &[("title", "lostops".to_owned())], message);
}
