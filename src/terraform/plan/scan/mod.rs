//! A reader of JSON that builds nothing: it skips values, or hands out their bytes.
//!
//! The buffer grows to the largest value that is handed out whole, never to the size of the input.

mod pass;

use super::error::PlanError;
use camino::Utf8PathBuf;
use std::io::Read;

/// Nothing of a real plan that is handed out whole is anywhere near this.
const LARGEST: usize = 256 << 20;
const CHUNK: usize = 1 << 18;
/// Deeper than any plan; keeps a hostile one from exhausting the stack.
const DEEPEST: usize = 512;

pub(super) struct Scanner<R> {
    input: R,
    path: Utf8PathBuf,
    buffer: Vec<u8>,
    /// How much of the buffer holds input.
    end: usize,
    at: usize,
    /// The first byte of a value that must stay in the buffer.
    keep: Option<usize>,
    dropped: usize,
    ended: bool,
    depth: usize,
}

type Result<T> = std::result::Result<T, PlanError>;

impl<R: Read> Scanner<R> {
    /// `path` is only for messages.
    pub(super) fn new(input: R, path: Utf8PathBuf) -> Self {
        Self {
            input,
            path,
            buffer: Vec::new(),
            end: 0,
            at: 0,
            keep: None,
            dropped: 0,
            ended: false,
            depth: 0,
        }
    }

    /// Gets more bytes after those in the buffer; `false` at the end of the input.
    fn fill(&mut self) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let start = self.keep.unwrap_or(self.at).min(self.at);
        if start > 0 {
            self.buffer.copy_within(start..self.end, 0);
            self.end -= start;
            self.at -= start;
            self.dropped += start;
            self.keep = self.keep.map(|_| 0);
        }
        let held = self.end;
        if held > LARGEST {
            return Err(PlanError::TooBig {
                what: format!("the one that begins at byte {}", self.dropped),
                limit_mib: LARGEST >> 20,
            });
        }
        let room = held + CHUNK.max(held / 2);
        if self.buffer.len() < room {
            self.buffer.resize(room, 0);
        }
        let count = loop {
            match self.input.read(&mut self.buffer[held..]) {
                Ok(count) => break count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(source) => {
                    return Err(PlanError::Read {
                        path: self.path.clone(),
                        source,
                    });
                }
            }
        };
        self.end += count;
        self.ended = count == 0;
        Ok(count > 0)
    }

    fn damaged(&self, what: &str) -> PlanError {
        PlanError::Damaged(format!("{what} at byte {}", self.dropped + self.at))
    }

    fn cut_off(&self) -> PlanError {
        PlanError::Damaged(format!(
            "it ends after {} bytes, in the middle",
            self.dropped + self.end
        ))
    }

    /// The input that is held and not read yet.
    fn rest(&self) -> &[u8] {
        &self.buffer[self.at..self.end]
    }

    /// The next byte that is not white space, which stays unread.
    pub(super) fn peek(&mut self) -> Result<Option<u8>> {
        loop {
            while let Some(&byte) = self.rest().first() {
                if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                    return Ok(Some(byte));
                }
                self.at += 1;
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    fn expect(&mut self) -> Result<u8> {
        self.peek()?.ok_or_else(|| self.cut_off())
    }

    /// Goes to the first line that begins an object: wrappers print lines of their own before it.
    /// `Err` holds the first line when there is none.
    pub(super) fn find_object(&mut self) -> Result<std::result::Result<(), String>> {
        let mut first = None;
        loop {
            match self.peek()? {
                None => return Ok(Err(first.unwrap_or_default())),
                Some(b'{') => return Ok(Ok(())),
                Some(_) => {}
            }
            let line = loop {
                match memchr::memchr(b'\n', self.rest()) {
                    Some(length) => break length,
                    None if self.rest().len() < CHUNK && self.fill()? => {}
                    None => break self.rest().len(),
                }
            };
            let text = &self.rest()[..line];
            if let Some(start) = memchr::memmem::find(text, b"{\"format_version\"") {
                self.at += start;
                return Ok(Ok(()));
            }
            first.get_or_insert_with(|| String::from_utf8_lossy(text).trim().to_owned());
            self.at += line;
        }
    }

    /// Calls `each` for every member with its name; `each` must take the value.
    /// Anything but an object is skipped.
    pub(super) fn object(
        &mut self,
        mut each: impl FnMut(&mut Self, &str) -> Result<()>,
    ) -> Result<()> {
        if self.expect()? != b'{' {
            return self.skip();
        }
        self.enter()?;
        if self.expect()? == b'}' {
            self.at += 1;
            return self.leave();
        }
        loop {
            if self.expect()? != b'"' {
                return Err(self.damaged("there is no name of a member"));
            }
            let Ok(name) = serde_json::from_slice::<String>(self.slice()?) else {
                return Err(self.damaged("the name of a member is unreadable"));
            };
            if self.expect()? != b':' {
                return Err(self.damaged("there is no colon"));
            }
            self.at += 1;
            self.expect()?;
            each(self, &name)?;
            match self.expect()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return self.leave();
                }
                _ => return Err(self.damaged("there is no comma")),
            }
        }
    }

    /// Calls `each` for every element; `each` must take it. Anything but a list is skipped.
    pub(super) fn list(&mut self, mut each: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        if self.expect()? != b'[' {
            return self.skip();
        }
        self.enter()?;
        if self.expect()? == b']' {
            self.at += 1;
            return self.leave();
        }
        loop {
            self.expect()?;
            each(self)?;
            match self.expect()? {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    return self.leave();
                }
                _ => return Err(self.damaged("there is no comma")),
            }
        }
    }

    fn enter(&mut self) -> Result<()> {
        self.at += 1;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.damaged("values are nested too deeply"));
        }
        Ok(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "it ends what returns a result")]
    fn leave(&mut self) -> Result<()> {
        self.depth -= 1;
        Ok(())
    }

    /// The bytes of the next value.
    pub(super) fn slice(&mut self) -> Result<&[u8]> {
        self.expect()?;
        self.keep = Some(self.at);
        let passed = self.pass();
        let start = self.keep.take().unwrap_or(self.at);
        passed?;
        Ok(&self.buffer[start..self.at])
    }

    /// Leaves the next value out.
    pub(super) fn skip(&mut self) -> Result<()> {
        self.expect()?;
        self.pass()
    }
}
