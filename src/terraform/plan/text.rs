//! Bytes of a plan as UTF-8, whatever wrote them.
//!
//! PowerShell's `>` writes UTF-16 with a byte order mark; some editors drop or add the mark.

use std::io::{self, Read};

/// Reads UTF-8 with or without a mark, and UTF-16 of either order.
pub(super) struct Text<R> {
    input: R,
    encoding: Encoding,
    /// Decoded or not yet decoded bytes, by encoding; `ready..` of them are still to be handed out.
    pending: Vec<u8>,
    ready: usize,
    /// Of UTF-16: an odd byte, and the first half of a pair.
    odd: Option<u8>,
    high: Option<u16>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16 { little: bool },
}

const CHUNK: usize = 1 << 16;

impl<R: Read> Text<R> {
    pub(super) fn new(mut input: R) -> io::Result<Self> {
        let mut start = [0; 4];
        let mut length = 0;
        while length < start.len() {
            match input.read(&mut start[length..])? {
                0 => break,
                count => length += count,
            }
        }
        let (encoding, mark) = match start[..length] {
            [0xEF, 0xBB, 0xBF, ..] => (Encoding::Utf8, 3),
            [0xFF, 0xFE, ..] => (Encoding::Utf16 { little: true }, 2),
            [0xFE, 0xFF, ..] => (Encoding::Utf16 { little: false }, 2),
            [first, 0, ..] if first != 0 => (Encoding::Utf16 { little: true }, 0),
            [0, second, ..] if second != 0 => (Encoding::Utf16 { little: false }, 0),
            _ => (Encoding::Utf8, 0),
        };
        let mut text = Self {
            input,
            encoding,
            pending: Vec::new(),
            ready: 0,
            odd: None,
            high: None,
        };
        match encoding {
            Encoding::Utf8 => text.pending.extend(&start[mark..length]),
            Encoding::Utf16 { little } => text.decode(&start[mark..length], little),
        }
        Ok(text)
    }

    /// Appends these bytes as UTF-8; a lone half of a pair becomes U+FFFD.
    fn decode(&mut self, bytes: &[u8], little: bool) {
        let mut units = Vec::with_capacity(bytes.len() / 2 + 1);
        units.extend(self.high.take());
        for &byte in bytes {
            match self.odd.take() {
                None => self.odd = Some(byte),
                Some(first) if little => units.push(u16::from_le_bytes([first, byte])),
                Some(first) => units.push(u16::from_be_bytes([first, byte])),
            }
        }
        if let Some(last) = units.pop_if(|unit| (0xD800..0xDC00).contains(unit)) {
            self.high = Some(last);
        }
        let mut buffer = [0; 4];
        for unit in char::decode_utf16(units) {
            let character = unit.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.pending
                .extend(character.encode_utf8(&mut buffer).as_bytes());
        }
    }
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.ready == self.pending.len() {
            match self.encoding {
                Encoding::Utf8 => return self.input.read(into),
                Encoding::Utf16 { little } => {
                    self.pending.clear();
                    self.ready = 0;
                    let mut chunk = vec![0; CHUNK];
                    let count = self.input.read(&mut chunk)?;
                    if count == 0 {
                        return Ok(0);
                    }
                    self.decode(&chunk[..count], little);
                }
            }
        }
        let count = into.len().min(self.pending.len() - self.ready);
        into[..count].copy_from_slice(&self.pending[self.ready..self.ready + count]);
        self.ready += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> String {
        let mut text = String::new();
        Text::new(bytes).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn every_encoding_reads_the_same() {
        let plan = "{\"a\":\"é😀\"}\n";
        let little: Vec<u8> = plan.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = plan.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(read(plan.as_bytes()), plan);
        assert_eq!(read(&[b"\xEF\xBB\xBF", plan.as_bytes()].concat()), plan);
        assert_eq!(read(&[b"\xFF\xFE", &little[..]].concat()), plan);
        assert_eq!(read(&[b"\xFE\xFF", &big[..]].concat()), plan);
        assert_eq!(read(&little), plan);
        assert_eq!(read(&big), plan);
    }

    #[test]
    fn a_few_bytes_are_no_trouble() {
        assert_eq!(read(b""), "");
        assert_eq!(read(b"{"), "{");
    }
}
