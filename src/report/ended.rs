//! How an apply ended, for a person at a terminal: how far it came, and what became of servers that were there before.

use super::paint::{Paint, inert};
use super::{Report, StepEnd};
use crate::fleet::words::count;
use std::io;

/// How far an apply came before it stopped.
pub(super) fn steps(report: &Report, paint: Paint, out: &mut dyn io::Write) -> io::Result<()> {
    if report.steps.is_empty() {
        return Ok(());
    }
    let done = report
        .steps
        .iter()
        .filter(|step| step.end == StepEnd::Done)
        .count();
    writeln!(
        out,
        "{} of {} were done before it stopped",
        done,
        count(report.steps.len(), "change")
    )?;
    for end in [StepEnd::Failed, StepEnd::Done, StepEnd::NotStarted] {
        for step in report.steps.iter().filter(|step| step.end == end) {
            let word = match end {
                StepEnd::Done => paint.green(end.word()),
                StepEnd::Failed => paint.red(end.word()),
                StepEnd::NotStarted => paint.dim(end.word()),
            };
            writeln!(out, "  {word}  {}", inert(&step.address))?;
        }
    }
    writeln!(out)
}

/// What became of servers that were there before.
pub(super) fn became(report: &Report, paint: Paint, out: &mut dyn io::Write) -> io::Result<()> {
    let width = report.became.iter().map(|one| one.server.chars().count());
    let width = width.max().unwrap_or(0);
    for one in &report.became {
        let name = format!("{:width$}", inert(&one.server));
        writeln!(
            out,
            "{}  {}",
            paint.bold(&name),
            inert(&one.words.join("; "))
        )?;
    }
    if report.became.is_empty() {
        return Ok(());
    }
    writeln!(out)
}
