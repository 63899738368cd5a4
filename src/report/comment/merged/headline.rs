//! The first line on several environments, which answers.

use crate::finding::Severity;
use crate::fleet::words::count;
use crate::report::Counts;
use crate::report::comment::headline::title;
use crate::report::comment::servers::is_changed;
use crate::report::merged::{End, Merged};

/// `✅ Plan for 12 servers in 10 environments: 3 to add, 1 to change, 0 to destroy`
pub(super) fn headline(merged: &Merged) -> String {
    let all = count(merged.rows.len(), "environment");
    let ended = |end: End| merged.rows.iter().filter(|row| row.end() == end).count();
    let (missing, failed, violated) = (
        ended(End::Missing),
        ended(End::Failed),
        ended(End::Violations),
    );
    let bad = missing + failed + violated;
    if bad == 0 && merged.failure.is_none() {
        return clean(merged, &all, ended(End::Lost) > 0);
    }
    let mut words = Vec::new();
    if violated > 0 {
        let rows = merged.rows.iter();
        let violations: usize = rows.map(|row| row.count(Severity::Error)).sum();
        words.push(format!("{} in {violated}", count(violations, "violation")));
    }
    if failed > 0 {
        words.push(format!("{failed} failed"));
    }
    if missing > 0 {
        words.push(format!("{missing} without a report"));
    }
    let good = merged.rows.len() - bad;
    let applied = merged.reports().any(|(_, report)| report.applied);
    if good > 0 {
        let how = if applied {
            "applied or in order"
        } else {
            "in order"
        };
        words.push(format!("{good} {how}"));
    }
    if words.is_empty() {
        words.push("nothing to merge".to_owned());
    }
    let mark = if applied { "⚠️" } else { "❌" };
    format!(
        "{mark} {} of {all}: {}",
        title(merged.command()),
        words.join(", ")
    )
}

fn clean(merged: &Merged, all: &str, loses: bool) -> String {
    let sheets = || merged.reports().flat_map(|(_, report)| &report.servers);
    let every = count(sheets().count(), "server");
    let counts = merged.counts();
    if merged.reports().all(|(_, report)| report.counts.is_none()) {
        return match merged.command() {
            "check" => format!("✅ Describers of {every} in {all} are in order"),
            other => format!("✅ {} of {all}: done", title(other)),
        };
    }
    if counts == Counts::default() {
        return format!("✅ Nothing to change in {all}: {every} as described");
    }
    let changed = sheets().filter(|sheet| is_changed(sheet)).count();
    let whom = match changed {
        0 => all.to_owned(),
        some => format!("{} in {all}", count(some, "server")),
    };
    if merged.reports().any(|(_, report)| report.applied) {
        return format!("✅ Applied to {whom}: {}", counts.past());
    }
    let mark = if loses { "⚠️" } else { "✅" };
    format!("{mark} {} for {whom}: {counts}", title(merged.command()))
}
