//! The answer as Markdown: the comment on a pull request, and with more room the summary of a job.
//!
//! The first line answers; then comes what is wrong, what is lost, what changes, and last what only some will read.

mod became;
mod configured;
mod diff;
mod failure;
mod findings;
mod fit;
mod headline;
mod measured;
pub(crate) mod merged;
mod patch;
mod picture;
pub(in crate::report) mod place;
pub(in crate::report) mod safe;
mod servers;
#[cfg(test)]
mod tests;

use super::region::Regions;
use super::timeline::spent;
use super::{Counts, Outcome, Report};
use crate::ansible::outcome::Configured;
pub(crate) use fit::Limit;
use fit::{Section, fit};
pub(in crate::report) use headline::headline;
use safe::{code, text, url};
pub(super) use servers::is_lost;
use std::fmt::Write as _;
use std::io;
use std::time::Duration;

/// The most characters of a comment: GitHub refuses 65,536, and who posts it puts a marker before it.
pub(crate) const COMMENT: usize = 60_000;

/// What stands around the answer: where it was found, and what else is to be said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Frame<'a> {
    /// `https://HOST/OWNER/REPO/blob/SHA`: what links to lines begin with; without it there are no links.
    pub(crate) blob: Option<String>,
    /// The commit, in full.
    pub(crate) commit: Option<String>,
    pub(crate) commit_url: Option<String>,
    pub(crate) run_url: Option<String>,
    /// Which attempt of the run; the first is not said.
    pub(crate) attempt: Option<u32>,
    /// Of lostops.
    pub(crate) version: &'a str,
    pub(crate) duration: Option<Duration>,
    /// What was skipped and why: sentences.
    pub(crate) notices: Vec<String>,
}

/// The comment without its marker, of at most `budget` characters.
pub(crate) fn render(report: &Report, frame: &Frame<'_>, budget: usize) -> String {
    written(report, frame, Limit::Characters(budget), false)
}

/// As `--format markdown` prints it: what a comment would show, without links.
pub(crate) fn print(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let frame = Frame {
        version: env!("CARGO_PKG_VERSION"),
        ..Frame::default()
    };
    out.write_all(render(report, &frame, COMMENT).as_bytes())
}

/// `whole`: every server with all its ports, for the summary.
pub(super) fn written(report: &Report, frame: &Frame<'_>, limit: Limit, whole: bool) -> String {
    let regions = Regions::new(&report.sources);
    let head = format!("### {}\n\n", headline(report));
    let foot = footer(report, frame);
    let sections = sections(report, &regions, frame, whole);
    fit(&head, sections, &foot, frame, limit)
        .or_else(|| fit(&compact(report, frame), Vec::new(), "", frame, limit))
        .or_else(|| fit(&head, Vec::new(), "", frame, limit))
        .unwrap_or_default()
}

fn sections<'a>(
    report: &'a Report,
    regions: &'a Regions<'a>,
    frame: &'a Frame<'_>,
    whole: bool,
) -> Vec<Section<'a>> {
    let mut sections: Vec<Section<'a>> = Vec::new();
    let notices = frame.notices.iter();
    sections
        .extend(notices.map(|words| Section::whole(format!("> {}\n\n", text(words)), "notice")));
    sections.extend(failure::message(report));
    sections.extend(findings::violations(report, regions, frame));
    sections.extend(failure::steps(report));
    sections.extend(became::section(report));
    sections.extend(measured::sections(report, whole));
    sections.extend(configured::sections(report, whole));
    // Nothing to do is one quiet line.
    let initialised = report.configured.as_ref();
    let quiet = report.outcome() == Outcome::Clean
        && report.counts == Some(Counts::default())
        && initialised.is_none_or(Configured::is_quiet);
    if !quiet || whole {
        sections.extend(servers::losses(report));
        sections.extend(servers::table(report, whole));
        sections.extend(picture::section(report));
    }
    sections.extend(findings::warnings(report, regions, frame));
    sections.extend(findings::notes(report));
    sections.extend(patch::section(report));
    if !quiet {
        sections.extend(diff::section(report));
    }
    if whole {
        sections.extend(servers::exposures(report));
    }
    sections
}

/// First line and link: what is left when GitHub refuses more.
pub(crate) fn compact(report: &Report, frame: &Frame<'_>) -> String {
    let mut short = format!("### {}\n\n", headline(report));
    if let Some(counts) = report.counts {
        let _ = write!(short, "Terraform: {counts}. ");
    }
    if let Some(run) = &frame.run_url {
        let _ = write!(short, "[The run]({}) has the whole report.", url(run));
    }
    short.trim_end().to_owned() + "\n"
}

/// What the comment says while a long run goes on.
pub(crate) fn running(operation: &str, frame: &Frame<'_>) -> String {
    let doing = match operation {
        "plan" => "Planning",
        "apply" => "Applying",
        "check" => "Checking",
        "drift" => "Looking for drift",
        "configure" => "Initialising",
        "verify" => "Measuring",
        "start" => "Starting",
        "stop" => "Stopping",
        "restart" => "Restarting",
        "resize" => "Resizing",
        "destroy" => "Destroying",
        _ => "Working",
    };
    let run = frame.run_url.as_deref().map_or_else(
        || "the run".to_owned(),
        |run| format!("[the run]({})", url(run)),
    );
    format!(
        "### ⏳ {doing} …\n\nThis comment will hold the answer; until then, see {run}.\n\n{}",
        ends(frame, &[])
    )
}

fn footer(report: &Report, frame: &Frame<'_>) -> String {
    let mut last: Vec<String> = Vec::new();
    if let Some(version) = &report.terraform {
        last.push(format!("{} {}", report.made_by(), text(version)));
    }
    let ansible = report.configured.as_ref().map(|done| &done.version);
    if let Some(version) = ansible.filter(|version| !version.is_empty()) {
        last.push(format!("Ansible {}", text(version)));
    }
    if report.cloud == "simulated" {
        last.push("simulated Azure".to_owned());
    }
    ends(frame, &last)
}

/// Commit, run, time and versions in one small line.
fn ends(frame: &Frame<'_>, last: &[String]) -> String {
    let mut parts: Vec<String> = Vec::new();
    if let Some(commit) = &frame.commit {
        let short = code(&commit.chars().take(7).collect::<String>());
        parts.push(match &frame.commit_url {
            Some(address) => format!("[{short}]({})", url(address)),
            None => short,
        });
    }
    if let Some(run) = &frame.run_url {
        let attempt = frame.attempt.filter(|attempt| *attempt > 1);
        let attempt = attempt.map(|attempt| format!(", attempt {attempt}"));
        parts.push(format!(
            "[run]({}){}",
            url(run),
            attempt.unwrap_or_default()
        ));
    }
    parts.extend(frame.duration.map(spent));
    parts.push(format!("lostops {}", text(frame.version)));
    parts.extend(last.iter().cloned());
    format!("<sub>{}</sub>\n", parts.join(" · "))
}
