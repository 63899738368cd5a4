//! What came of it, told to everybody: the log, the pull request, the summary, annotations, outputs, code scanning.

use super::{Step, files};
use crate::exit::Exit;
use crate::finding::Severity;
use crate::github::decision::Task;
use crate::github::inputs::Inputs;
use crate::github::outputs::{Outputs, append};
use crate::process;
use crate::reason::Reason;
use crate::report::{self, Counts, Outcome, Report};
use crate::terraform::workspace::FOLDER;
use camino::{Utf8Path, Utf8PathBuf};

/// Nothing here changes how the run ends: what cannot be told becomes a warning.
pub(super) fn publish(
    step: &Step<'_>,
    _inputs: &Inputs,
    _task: &Task,
    report: &Report,
    _written: Option<String>,
) -> Exit {
    show(step, report);
    let mut outputs = outputs(report);
    let folder = Utf8Path::new(FOLDER).join(report.environment.as_deref().unwrap_or("all"));
    let mut keep = |name: &'static str, file: &str, render: Render| {
        if let Some(path) = kept(step, &folder.join(file), report, render) {
            outputs.set(name, path.into_string());
        }
    };
    keep("report", "report.json", report::json::render);
    if process::cancelled() {
        // Seconds are left: what other steps and people branch on comes first.
        write(step, &outputs);
        summarise(step, report);
        return crate::pipeline::exit(report);
    }
    summarise(step, report);
    write(step, &outputs);
    crate::pipeline::exit(report)
}

/// An event on which nothing is done.
pub(super) fn skipped(step: &Step<'_>) -> Exit {
    let mut outputs = Outputs::default();
    outputs.set("result", "skipped");
    write(step, &outputs);
    Exit::Clean
}

/// An event that is refused, or inputs that cannot be read.
pub(super) fn refused(step: &Step<'_>, report: &Report) -> Exit {
    show(step, report);
    summarise(step, report);
    write(step, &outputs(report));
    crate::pipeline::exit(report)
}

type Render = fn(&Report, &mut dyn std::io::Write) -> std::io::Result<()>;

fn kept(step: &Step<'_>, path: &Utf8Path, report: &Report, render: Render) -> Option<Utf8PathBuf> {
    let mut text = Vec::new();
    let written = render(report, &mut text)
        .map_err(anyhow::Error::from)
        .and_then(|()| {
            let text = step.redactor.text(&String::from_utf8_lossy(&text));
            files::write(&step.context.folder, path, text.as_bytes())
        });
    match written {
        Ok(()) => Some(path.to_owned()),
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

fn summarise(step: &Step<'_>, report: &Report) {
    let Some(path) = &step.runner.summary else {
        return;
    };
    let mut text = Vec::new();
    let written = report::markdown::render(report, &mut text).and_then(|()| {
        let text = step.redactor.text(&String::from_utf8_lossy(&text));
        append(path, text.as_bytes())
    });
    if let Err(error) = written {
        warn(step, &format!("could not write the job summary: {error}"));
    }
}

fn write(step: &Step<'_>, outputs: &Outputs) {
    let Some(path) = &step.runner.output else {
        return;
    };
    if let Err(error) = outputs.write(path) {
        warn(step, &format!("{error:#}"));
    }
}

fn warn(step: &Step<'_>, message: &str) {
    step.log
        .command("warning", &[("title", "lostops".to_owned())], message);
}

/// Every output but the paths and the comment's address.
fn outputs(report: &Report) -> Outputs {
    let mut outputs = Outputs::default();
    outputs.set("result", report.outcome().word());
    outputs.set("failure-reason", reason(report).map_or("", Reason::word));
    let counts = report.counts.unwrap_or_default();
    outputs.set("changes", (counts != Counts::default()).to_string());
    outputs.set("to-add", counts.add.to_string());
    outputs.set("to-change", counts.change.to_string());
    outputs.set("to-destroy", counts.destroy.to_string());
    outputs.set("violations", report.count(Severity::Error).to_string());
    let servers: Vec<&str> = report.changed().collect();
    outputs.set("servers", serde_json::json!(servers).to_string());
    outputs
}

/// Mistakes in describers are one thing, what a policy forbids another.
fn reason(report: &Report) -> Option<Reason> {
    match report.outcome() {
        Outcome::Clean => None,
        Outcome::Failed => report.failure.as_ref().map(|failure| failure.reason),
        Outcome::Violations => {
            let errors = report
                .findings
                .iter()
                .filter(|finding| finding.severity == Severity::Error);
            let written = errors
                .clone()
                .any(|finding| finding.meta.code.starts_with("LO1"));
            Some(if written {
                Reason::InvalidDescriber
            } else {
                Reason::PolicyViolation
            })
        }
    }
}
