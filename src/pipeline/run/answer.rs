//! The outputs: what came of it in words that a workflow can branch on.

use crate::finding::Severity;
use crate::github::outputs::Outputs;
use crate::reason::Reason;
use crate::report::{Counts, Outcome, Report};

/// Every output but the paths and the comment's address.
pub(super) fn outputs(report: &Report) -> Outputs {
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
            let mut errors = report
                .findings
                .iter()
                .filter(|finding| finding.severity == Severity::Error);
            let mut measured = errors.clone();
            let written = errors.any(|finding| finding.meta.code.starts_with("LO1"));
            Some(if written {
                Reason::InvalidDescriber
            } else if measured.all(|finding| finding.meta.code.starts_with("LO5")) {
                Reason::NotAsWritten
            } else {
                Reason::PolicyViolation
            })
        }
    }
}
