//! Where something is, as a link to its line.

use super::Frame;
use super::safe::{code, path, url};
use crate::report::region::Regions;
use crate::source::Span;

/// `describers/web.yaml:12`, a link where it is known where the file can be seen.
pub(super) fn link(regions: &Regions<'_>, span: Span, frame: &Frame<'_>) -> String {
    let file = regions.file(span);
    let line = regions.region(span).line;
    let shown = code(&format!("{file}:{line}"));
    match &frame.blob {
        Some(blob) if is_inside(file) => {
            format!("[{shown}]({}/{}#L{line})", url(blob), path(file))
        }
        _ => shown,
    }
}

/// A file of the repository: neither somewhere else on the machine nor above it.
pub(crate) fn is_inside(file: &str) -> bool {
    !file.starts_with('/') && !file.split('/').any(|part| part == "..")
}
