//! Lines and columns of spans, for the formats that ask for many of them.

use crate::source::{FileId, SourceMap, Span};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Where a span begins and ends; all count from 1, columns in UTF-16 units, the end behind the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) end_line: usize,
    pub(crate) end_column: usize,
}

/// The lines of the files that were asked for, each found once.
#[derive(Debug)]
pub(crate) struct Regions<'a> {
    sources: &'a SourceMap,
    starts: RefCell<BTreeMap<FileId, Rc<[usize]>>>,
}

impl<'a> Regions<'a> {
    pub(crate) fn new(sources: &'a SourceMap) -> Self {
        Self {
            sources,
            starts: RefCell::default(),
        }
    }

    /// The file's path with neither `./` before it nor `//` in it.
    pub(crate) fn file(&self, span: Span) -> &'a str {
        let path = self.sources.path(span.file).as_str();
        path.trim_start_matches("./")
    }

    pub(crate) fn region(&self, span: Span) -> Region {
        let text = self.sources.file(span.file).text.as_str();
        let starts = self.starts(span.file, text);
        let place = |at: u32| {
            let at = text.floor_char_boundary((at as usize).min(text.len()));
            let line = starts.partition_point(|start| *start <= at);
            let before = &text[starts[line - 1]..at];
            (line, before.encode_utf16().count() + 1)
        };
        let (line, column) = place(span.start);
        let (end_line, end_column) = place(span.end.max(span.start));
        Region {
            line,
            column,
            end_line,
            end_column,
        }
    }

    /// The text of the line on which a span begins.
    pub(crate) fn line(&self, span: Span) -> &'a str {
        let text = self.sources.file(span.file).text.as_str();
        let starts = self.starts(span.file, text);
        let line = self.region(span).line;
        let end = starts.get(line).copied().unwrap_or(text.len());
        text[starts[line - 1]..end].trim()
    }

    fn starts(&self, file: FileId, text: &str) -> Rc<[usize]> {
        let mut known = self.starts.borrow_mut();
        let starts = known.entry(file).or_insert_with(|| {
            let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0)
                .chain(ends.map(|(at, _)| at + 1))
                .collect()
        });
        Rc::clone(starts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_as_editors_do_and_the_end_stands_behind() {
        let mut sources = SourceMap::default();
        let file = sources.add("./a.yaml", "a: 1\n😀né: 22\n");
        let regions = Regions::new(&sources);
        let text = &sources.file(file).text;
        let (start, end) = (text.find("22").unwrap(), text.rfind('\n').unwrap());
        let span = file.span(start, end);
        let region = regions.region(span);
        assert_eq!((region.line, region.column), (2, 7));
        assert_eq!((region.end_line, region.end_column), (2, 9));
        assert_eq!(
            (regions.file(span), regions.line(span)),
            ("a.yaml", "😀né: 22")
        );
    }
}
