//! SARIF 2.1.0, which code scanning reads.

mod model;
mod results;
mod rules;

use super::Report;
use super::region::Regions;
use crate::finding::Finding;
use model::{Automation, Driver, Invocation, Log, Notification, Run, Text, Tool};
use std::io;

/// GitHub shows this many results of a run.
const MOST: usize = 5_000;

/// Writes the findings and a final newline.
pub(crate) fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut found: Vec<&Finding> = report.findings.iter().collect();
    found.sort_by_key(|finding| finding.severity);
    let left_out = found.len().saturating_sub(MOST);
    found.truncate(MOST);
    let regions = Regions::new(&report.sources);
    let rules = rules::rules(&found);
    let results = results::results(report, &found, &rules, &regions);
    let said = |text: String| Notification {
        level: "warning",
        message: Text { text },
    };
    let mut notifications = Vec::new();
    if left_out > 0 {
        notifications.push(said(format!(
            "{left_out} findings are left out: the {MOST} worst are here"
        )));
    }
    if let Some(failure) = &report.failure {
        notifications.push(said(format!(
            "{}: {}",
            failure.reason.word(),
            failure.message
        )));
    }
    let environment = report.environment.as_deref().unwrap_or("all");
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "lostops",
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: env!("CARGO_PKG_REPOSITORY"),
                    rules,
                },
            },
            automation_details: Automation {
                // The part before the last slash is the category by which GitHub tells analyses apart.
                id: format!("lostops/{environment}/"),
            },
            column_kind: "utf16CodeUnits",
            invocations: [Invocation {
                execution_successful: report.failure.is_none(),
                tool_execution_notifications: notifications,
            }],
            results,
        }],
    };
    let mut out = io::BufWriter::with_capacity(1 << 18, out);
    serde_json::to_writer_pretty(&mut out, &log)?;
    io::Write::write_all(&mut out, b"\n")?;
    io::Write::flush(&mut out)
}

#[cfg(test)]
mod tests;
