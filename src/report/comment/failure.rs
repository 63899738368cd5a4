//! Why it could not be done, and how far it came.

use super::fit::Section;
use super::safe::{code, fence, lines, text};
use crate::fleet::words::count;
use crate::report::{Report, StepEnd};

/// More changes of one kind are folded.
const SHOWN: usize = 6;
/// A message longer than this is set as it was written.
const LINE: usize = 280;
/// As many characters of code stand side by side in a comment.
const WIDTH: usize = 100;

/// What Terraform or lostops said, and what to do.
pub(super) fn message(report: &Report) -> Vec<Section<'_>> {
    let Some(failure) = &report.failure else {
        return Vec::new();
    };
    let mut sections = Vec::new();
    let said: Vec<String> = lines(failure.message.trim()).collect();
    let short = said.len() == 1 && said[0].chars().count() < LINE;
    if short && !said[0].is_empty() {
        sections.push(Section::whole(format!("{}\n\n", text(&said[0])), "message"));
    } else if !short {
        let said: Vec<String> = said.iter().flat_map(|line| wrapped(line)).collect();
        let fence = fence(said.iter().map(String::as_str));
        sections.push(Section {
            open: format!("{fence}text\n"),
            total: said.len(),
            items: Box::new(said.into_iter().map(|line| line + "\n")),
            close: format!("{fence}\n\n").into(),
            noun: "line of the message",
        });
    }
    if !failure.help.is_empty() {
        sections.push(Section::whole(next(&failure.help), "hint"));
    }
    sections
}

/// A sentence; lines below it are those of a workflow, to be copied.
fn next(help: &str) -> String {
    let Some((sentence, workflow)) = help.split_once('\n') else {
        return format!("**Next:** {}\n\n", text(help));
    };
    let workflow: Vec<String> = lines(workflow).collect();
    let fence = fence(workflow.iter().map(String::as_str));
    format!(
        "**Next:** {}\n\n{fence}yaml\n{}\n{fence}\n\n",
        text(sentence),
        workflow.join("\n")
    )
}

/// A line broken at its spaces: nobody scrolls to the end of an error.
fn wrapped(line: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut width = 0;
    for word in line.split_inclusive(' ') {
        let length = word.chars().count();
        if width > 0 && width + length > WIDTH {
            lines.push("  ".to_owned());
            width = 2;
        }
        width += length;
        if let Some(last) = lines.last_mut() {
            last.push_str(word);
        }
    }
    lines
}

/// Of an apply that did not end: what failed, what is done, what was not begun.
pub(super) fn steps(report: &Report) -> Vec<Section<'_>> {
    if report.failure.is_none() {
        return Vec::new();
    }
    let groups = [
        (StepEnd::Failed, "❌", "Failed", "failed change"),
        (StepEnd::Done, "✅", "Done", "change that is done"),
        (
            StepEnd::NotStarted,
            "⏸️",
            "Not started",
            "change that was not started",
        ),
    ];
    groups
        .into_iter()
        .filter_map(|(end, mark, title, noun)| {
            let steps: Vec<&str> = report
                .steps
                .iter()
                .filter(|step| step.end == end)
                .map(|step| step.address.as_str())
                .collect();
            if steps.is_empty() {
                return None;
            }
            let folded = steps.len() > SHOWN;
            let (open, close) = if folded {
                (
                    format!(
                        "<details><summary>{mark} {title}: {}</summary>\n\n",
                        count(steps.len(), "change")
                    ),
                    "\n</details>\n\n",
                )
            } else {
                (format!("{mark} **{title}**\n\n"), "\n")
            };
            let item = |address: &str| format!("- {}\n", code(address));
            Some(Section::of(noun, open, steps, item, close))
        })
        .collect()
}
