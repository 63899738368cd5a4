//! Files as they were read, and places in them.
//!
//! Everything keeps byte ranges; lines and columns exist only when a place is shown to a person.

use camino::{Utf8Path, Utf8PathBuf};

/// Which file of a [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FileId(u32);

/// A range of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Span {
    pub(crate) file: FileId,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

impl<T> Located<T> {
    pub(crate) fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// One file: its path as a person would type it, and its text.
#[derive(Debug)]
pub(crate) struct SourceFile {
    pub(crate) path: Utf8PathBuf,
    pub(crate) text: String,
}

/// A place as a person reads it; line and column count from 1, the column in characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) file: Utf8PathBuf,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Every file that was read in this run.
#[derive(Debug, Default)]
pub(crate) struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    pub(crate) fn add(&mut self, path: impl Into<Utf8PathBuf>, text: impl Into<String>) -> FileId {
        let id = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        self.files.push(SourceFile {
            path: path.into(),
            text: text.into(),
        });
        FileId(id)
    }

    pub(crate) fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// Every file, in the order in which they were read.
    pub(crate) fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        (0..).map(FileId).zip(&self.files)
    }

    pub(crate) fn path(&self, id: FileId) -> &Utf8Path {
        &self.file(id).path
    }

    /// Where a span starts, for a person.
    pub(crate) fn place(&self, span: Span) -> Place {
        let file = self.file(span.file);
        let mut start = (span.start as usize).min(file.text.len());
        while !file.text.is_char_boundary(start) {
            start -= 1;
        }
        let before = &file.text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Place {
            file: file.path.clone(),
            line: memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl FileId {
    /// The span of the whole file's first byte, for what concerns a file as such.
    pub(crate) fn start(self) -> Span {
        Span {
            file: self,
            start: 0,
            end: 0,
        }
    }

    /// A span in this file; offsets past 4 GiB cannot occur, files are refused at 1 MiB.
    pub(crate) fn span(self, start: usize, end: usize) -> Span {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span {
            file: self,
            start: clamp(start),
            end: clamp(end.max(start)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let mut sources = SourceMap::default();
        let file = sources.add("a.yaml", "né: 1\nœuf: 2\n");
        let place = sources.place(file.span(12, 13));
        assert_eq!((place.line, place.column), (2, 5));
    }
}
