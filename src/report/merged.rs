//! The answers of several environments as one: which there are, how each ended, and what all of them are together.

use super::{Counts, Failure, Outcome, Part, Report, StepEnd};
use crate::finding::{Finding, Severity};
use crate::fleet::words::count;
use crate::reason::Reason;

/// What came of one environment.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) environment: String,
    /// `None`: its job left nothing that could be read.
    pub(crate) report: Option<Report>,
    /// The page of its job.
    pub(crate) job: Option<String>,
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Merged {
    /// The worst first.
    pub(crate) rows: Vec<Row>,
    /// Why it cannot be whole.
    pub(crate) failure: Option<Failure>,
}

/// How an environment ended, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    Missing,
    Failed,
    Violations,
    Lost,
    Changed,
    Quiet,
}

impl Row {
    pub(super) fn end(&self) -> End {
        let Some(report) = &self.report else {
            return End::Missing;
        };
        match report.outcome() {
            Outcome::Failed => End::Failed,
            Outcome::Violations => End::Violations,
            Outcome::Clean if report.servers.iter().any(super::comment::is_lost) => End::Lost,
            Outcome::Clean if self.counts() != Counts::default() => End::Changed,
            Outcome::Clean => End::Quiet,
        }
    }

    pub(super) fn counts(&self) -> Counts {
        let report = self.report.as_ref();
        report.and_then(|report| report.counts).unwrap_or_default()
    }

    pub(super) fn part(&self) -> Option<&Part> {
        self.report.as_ref().and_then(|report| report.part.as_ref())
    }

    pub(super) fn count(&self, severity: Severity) -> usize {
        let report = self.report.as_ref();
        report.map_or(0, |report| report.count(severity))
    }

    /// A mark and a few words, all of them ours: `❌`, `2 violations`.
    pub(crate) fn words(&self) -> (&'static str, String) {
        let Some(report) = &self.report else {
            return ("❓", "no report".to_owned());
        };
        let applied = report.applied;
        let (mark, words) = match self.end() {
            End::Missing | End::Failed => return failed(report),
            End::Violations => {
                let violations = count(report.count(Severity::Error), "violation");
                let mark = if applied { "⚠️" } else { "❌" };
                let applied = if applied { "applied; " } else { "" };
                (mark, format!("{applied}{violations}"))
            }
            End::Lost if !applied => ("⚠️", "destroys or replaces".to_owned()),
            End::Lost | End::Changed if applied => ("✅", "applied".to_owned()),
            End::Lost | End::Changed => ("✅", "in order".to_owned()),
            End::Quiet if report.counts.is_none() => ("✅", "in order".to_owned()),
            End::Quiet => ("✅", "nothing to change".to_owned()),
        };
        (mark, words)
    }
}

fn failed(report: &Report) -> (&'static str, String) {
    let reason = report
        .failure
        .as_ref()
        .map_or(Reason::Failed, |failure| failure.reason);
    let done = report.steps.iter().filter(|step| step.end == StepEnd::Done);
    let done = done.count();
    if done > 0 {
        let all = count(report.steps.len(), "change");
        return ("⚠️", format!("partly applied: {done} of {all}"));
    }
    let mark = match reason {
        Reason::PlanNotReviewed | Reason::PlanChanged | Reason::Refused => "⛔",
        Reason::Drift | Reason::Cancelled => "⚠️",
        _ if report.applied => "⚠️",
        _ => "❌",
    };
    let applied = if report.applied { "applied; " } else { "" };
    (mark, format!("{applied}{}", reason.word()))
}

impl Merged {
    /// In order. Whoever reads only the beginning has read what matters most.
    pub(crate) fn new(mut rows: Vec<Row>, failure: Option<Failure>) -> Self {
        rows.sort_by_cached_key(|row| (row.end(), row.environment.clone()));
        Self { rows, failure }
    }

    pub(super) fn counts(&self) -> Counts {
        let mut all = Counts::default();
        for row in &self.rows {
            let counts = row.counts();
            for (sum, more) in [
                (&mut all.add, counts.add),
                (&mut all.change, counts.change),
                (&mut all.destroy, counts.destroy),
                (&mut all.import, counts.import),
                (&mut all.forget, counts.forget),
                (&mut all.moved, counts.moved),
                (&mut all.power.change, counts.power.sent()),
            ] {
                *sum = sum.saturating_add(more);
            }
        }
        all
    }

    /// What was done: the same for all of them.
    pub(super) fn command(&self) -> &'static str {
        let mut reports = self.rows.iter().filter_map(|row| row.report.as_ref());
        reports.next().map_or("summary", |report| report.command)
    }

    pub(super) fn reports(&self) -> impl Iterator<Item = (&Row, &Report)> {
        self.rows
            .iter()
            .filter_map(|row| Some((row, row.report.as_ref()?)))
    }

    /// One report of all, for exit code and outputs: it ends as the worst of them.
    pub(crate) fn whole(&self) -> Report {
        let mut whole = Report::new("summary");
        whole.failure = self.failure.clone().or_else(|| {
            self.reports().find_map(|(row, report)| {
                let failure = report.failure.clone()?;
                Some(Failure {
                    message: format!("`{}`: {}", row.environment, failure.message),
                    ..failure
                })
            })
        });
        for (_, report) in self.reports() {
            let findings = report.findings.iter().cloned();
            // What they point into stays behind.
            whole.findings.extend(findings.map(|found| Finding {
                span: None,
                related: Vec::new(),
                ..found
            }));
            whole.servers.extend(report.servers.iter().cloned());
        }
        let planned = self.reports().any(|(_, report)| report.counts.is_some());
        whole.counts = planned.then(|| self.counts());
        whole
    }
}
