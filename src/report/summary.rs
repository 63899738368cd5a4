//! The summary of a job: the whole answer, every server and every port.

use super::Report;
use super::comment::{Frame, Limit, written};

/// GitHub drops a summary of more than 1 MiB altogether.
const MOST: usize = 900 * 1024;

/// Markdown of at most 900 KiB, in the words of the comment.
pub(crate) fn render(report: &Report, frame: &Frame<'_>) -> String {
    written(report, frame, Limit::Bytes(MOST), true)
}
