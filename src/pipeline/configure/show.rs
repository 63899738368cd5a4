//! Tells of each task as it ends: a line, and below it folded what it changed.

use crate::ansible::event::TaskEnd;
use crate::ansible::tally::Line;
use crate::report::progress::Progress;

/// What Ansible adds before every role that says what it takes: worth a line only where it fails.
const CHECKED: &str = "Validating arguments against arg spec";

/// What was skipped has no line: the report names the roles.
///
/// `database  12/31  firewall : load the table ... changed (0.8 s)`
pub(super) fn tell(progress: &mut Progress, width: usize, line: &Line, check: bool) {
    let checked = line.end == TaskEnd::Ok && line.at.task.starts_with(CHECKED);
    if checked || line.end == TaskEnd::Skipped {
        return;
    }
    let word = match line.end {
        TaskEnd::Ok => "ok",
        TaskEnd::Changed if check => "would change",
        TaskEnd::Changed => "changed",
        TaskEnd::Skipped => "skipped",
        TaskEnd::Failed => "FAILED",
        TaskEnd::Ignored => "failed, ignored",
        TaskEnd::Unreachable => "UNREACHABLE",
    };
    let host = format!("{:width$}", line.host);
    let count = format!("{}/{}", line.done, line.of);
    let title = line.at.title();
    let seconds = line.seconds;
    progress.line(&format!(
        "{host}  {count:>7}  {title} ... {word} ({seconds:.1} s)"
    ));
    if matches!(line.end, TaskEnd::Failed | TaskEnd::Unreachable) {
        for said in line.message.lines() {
            progress.line(&format!("{:width$}           {said}", ""));
        }
        if !line.at.place.is_empty() {
            progress.line(&format!("{:width$}           at {}", "", line.at.place));
        }
    }
    if !line.diff.is_empty() {
        let title = format!("{}  {title}: the difference", line.host);
        progress.folded(&title, &line.diff, check);
    }
}
