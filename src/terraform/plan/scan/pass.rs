//! Moving past values without looking into them.

use super::{Result, Scanner};
use std::io::Read;

/// What is not passed over as plain: quotes and brackets.
static STRUCTURE: [bool; 256] = {
    let mut table = [false; 256];
    table[b'"' as usize] = true;
    table[b'{' as usize] = true;
    table[b'}' as usize] = true;
    table[b'[' as usize] = true;
    table[b']' as usize] = true;
    table
};

/// The first quote or backslash. Most texts are so short that setting up a vector search costs more.
fn quote_or_escape(text: &[u8]) -> Option<usize> {
    const SHORT: usize = 24;
    let start = &text[..text.len().min(SHORT)];
    let near = start.iter().position(|byte| matches!(byte, b'"' | b'\\'));
    near.or_else(|| Some(start.len() + memchr::memchr2(b'"', b'\\', &text[start.len()..])?))
}

impl<R: Read> Scanner<R> {
    /// Moves past one value that begins here.
    pub(super) fn pass(&mut self) -> Result<()> {
        let mut open = 0usize;
        loop {
            let Some(&byte) = self.rest().first() else {
                if self.fill()? {
                    continue;
                }
                return Err(self.cut_off());
            };
            match byte {
                b'"' => {
                    self.at += 1;
                    self.pass_text()?;
                }
                b'{' | b'[' => {
                    open += 1;
                    self.at += 1;
                    continue;
                }
                b'}' | b']' => {
                    if open == 0 {
                        return Err(self.damaged("a bracket closes what is not open"));
                    }
                    open -= 1;
                    self.at += 1;
                }
                _ if open == 0 => self.pass_word()?,
                _ => {
                    self.pass_plain();
                    continue;
                }
            }
            if open == 0 {
                return Ok(());
            }
        }
    }

    /// Everything up to the next quote or bracket.
    fn pass_plain(&mut self) {
        let rest = self.rest();
        self.at += rest
            .iter()
            .position(|&byte| STRUCTURE[usize::from(byte)])
            .unwrap_or(rest.len());
    }

    /// The rest of a text, its closing quote included.
    fn pass_text(&mut self) -> Result<()> {
        loop {
            match quote_or_escape(self.rest()) {
                Some(length) if self.buffer[self.at + length] == b'"' => {
                    self.at += length + 1;
                    return Ok(());
                }
                Some(length) if self.at + length + 1 < self.end => self.at += length + 2,
                Some(length) => {
                    self.at += length;
                    if !self.fill()? {
                        return Err(self.cut_off());
                    }
                }
                None => {
                    self.at = self.end;
                    if !self.fill()? {
                        return Err(self.cut_off());
                    }
                }
            }
        }
    }

    /// A number, `true`, `false` or `null`.
    fn pass_word(&mut self) -> Result<()> {
        let start = self.dropped + self.at;
        loop {
            while let Some(&byte) = self.rest().first() {
                if !matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.') {
                    return if self.dropped + self.at == start {
                        Err(self.damaged("there is no value"))
                    } else {
                        Ok(())
                    };
                }
                self.at += 1;
            }
            if !self.fill()? {
                return Ok(());
            }
        }
    }
}
