//! Changes of an input: of bytes, of lines, of words, and of the tree that a JSON text is.

use super::json;
use super::words::{NUMBERS, WORDS};

/// One change. The numbers say where and how; whatever they are, it is a change.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    pub(super) way: Way,
    pub(super) at: [u32; 4],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    // Of bytes.
    Truncate,
    Cut,
    Flip,
    Insert,
    Repeat,
    Splice,
    Borrow,
    // Of lines.
    DoubleLine,
    DropLine,
    SwapLines,
    ManyLines,
    Indent,
    // Of words.
    Word,
    Number,
    LongWord,
    Nest,
    Anchor,
    Bomb,
    // Of the whole.
    Encoding,
    // Of JSON.
    Json,
}

/// The ways that make sense for a kind of input.
pub(super) struct Ways;

impl Ways {
    pub(super) fn of(seeds: &[Vec<u8>]) -> Vec<Way> {
        use Way::{
            Anchor, Bomb, Borrow, Cut, DoubleLine, DropLine, Encoding, Flip, Indent, Insert, Json,
            LongWord, ManyLines, Nest, Number, Repeat, Splice, SwapLines, Truncate, Word,
        };
        let bytes = [Truncate, Cut, Flip, Flip, Insert, Repeat, Splice, Borrow];
        if seeds.iter().all(|seed| std::str::from_utf8(seed).is_err()) {
            return bytes.to_vec();
        }
        let mut ways = bytes.to_vec();
        ways.extend([DoubleLine, DropLine, SwapLines, ManyLines, Indent]);
        ways.extend([Word, Word, Word, Number, Number, LongWord, Nest, Encoding]);
        if seeds.iter().any(|seed| json::is(seed)) {
            ways.extend([Json; 12]);
        } else {
            ways.extend([Anchor, Anchor, Bomb]);
        }
        ways
    }
}

/// Nothing that a change makes is larger.
const MOST: usize = 1 << 20;

impl Change {
    pub(super) fn make(&self, input: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let [a, b, c, d] = self.at.map(|number| number as usize);
        let length = input.len();
        let (start, size) = (a % (length + 1), 1 + b % 64);
        let end = (start + size).min(length);
        match self.way {
            Way::Truncate => input.truncate(start),
            Way::Cut => drop(input.drain(start..end)),
            Way::Flip => {
                if let Some(byte) = input.get_mut(start) {
                    *byte = [*byte ^ (1 << (b % 8)), 0, 0xFF, 0x80, b' '][c % 5];
                }
            }
            Way::Insert => put(input, start, &[d.to_le_bytes()[c % 4]]),
            Way::Repeat => {
                let part = input[start..end].to_vec();
                put(input, start, &part.repeat(times(c)));
            }
            Way::Splice => {
                let other = &seeds[b % seeds.len()];
                input.truncate(start);
                input.extend(&other[c % (other.len() + 1)..]);
            }
            Way::Borrow => {
                let other = &seeds[b % seeds.len()];
                let from = c % (other.len() + 1);
                let part = other[from..(from + 1 + d % 200).min(other.len())].to_vec();
                put(input, start, &part);
            }
            Way::Word => {
                let (start, end) = if d % 3 == 0 {
                    (start, start)
                } else {
                    word(input, start)
                };
                replace(input, start..end, WORDS[c % WORDS.len()].as_bytes());
            }
            Way::Number => {
                let (start, end) = number(input, start);
                replace(input, start..end, NUMBERS[c % NUMBERS.len()].as_bytes());
            }
            Way::LongWord => {
                let (start, end) = word(input, start);
                let long = input[start..end].repeat(times(c));
                replace(input, start..end, &long);
            }
            Way::Nest => {
                let (start, _) = word(input, start);
                let open = ["[", "{\"a\":", "- ", "(", "${A:-", "{a: ", "  - \n"][b % 7];
                put(
                    input,
                    start,
                    open.repeat([1, 40, 600, 20_000][c % 4]).as_bytes(),
                );
            }
            Way::Anchor => {
                let words = [
                    " &a ",
                    " *a",
                    " {<<: *a, x: *a}",
                    " &a [*a, *a]",
                    "\n<<: *a\n",
                ];
                put(input, after(input, start, b": "), words[c % 5].as_bytes());
            }
            Way::Bomb => put(input, 0, bomb(b, c).as_bytes()),
            Way::Encoding => *input = encoded(input, c),
            Way::Json => json::change(input, self.at, seeds),
            _ => lines(self.way, input, [a, b, c]),
        }
        input.truncate(MOST);
    }
}

/// Often a few, sometimes very many.
fn times(number: usize) -> usize {
    [2, 3, 17, 300, 10_000][number % 5]
}

fn put(input: &mut Vec<u8>, at: usize, new: &[u8]) {
    replace(input, at..at, new);
}

fn replace(input: &mut Vec<u8>, place: std::ops::Range<usize>, new: &[u8]) {
    let new = &new[..new.len().min(MOST)];
    input.splice(place, new.iter().copied());
}

/// The word at a place, or the next one.
fn word(input: &[u8], at: usize) -> (usize, usize) {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./".contains(byte);
    around(input, at, is_word)
}

fn number(input: &[u8], at: usize) -> (usize, usize) {
    around(input, at, u8::is_ascii_digit)
}

fn around(input: &[u8], at: usize, is_part: impl Fn(&u8) -> bool) -> (usize, usize) {
    let next = input[at..].iter().position(&is_part);
    let start = next.map_or(input.len(), |skipped| at + skipped);
    let before = input[..start]
        .iter()
        .rev()
        .take_while(|byte| is_part(byte))
        .count();
    let behind = input[start..]
        .iter()
        .take_while(|byte| is_part(byte))
        .count();
    (start - before, start + behind)
}

/// Behind the next of these bytes.
fn after(input: &[u8], at: usize, what: &[u8]) -> usize {
    let found = input[at..]
        .windows(what.len())
        .position(|part| part == what);
    found.map_or(input.len(), |skipped| at + skipped + what.len())
}

fn lines(way: Way, input: &mut Vec<u8>, [a, b, c]: [usize; 3]) {
    let mut lines: Vec<Vec<u8>> = input
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    if lines.is_empty() {
        return;
    }
    let (one, other) = (a % lines.len(), b % lines.len());
    match way {
        Way::DoubleLine => lines.insert(other, lines[one].clone()),
        Way::DropLine => drop(lines.remove(one)),
        Way::SwapLines => lines.swap(one, other),
        Way::ManyLines => {
            let many = lines[one].repeat(times(c));
            lines.insert(one, many);
        }
        _ => lines[one]
            .splice(
                ..0,
                [&b"  "[..], b"\t", b"        ", b"- "][c % 4]
                    .iter()
                    .copied(),
            )
            .for_each(drop),
    }
    *input = lines.concat();
}

/// Aliases that stand for far more than what is written.
fn bomb(wide: usize, deep: usize) -> String {
    let mut text = format!("x0: &x0 {}\n", "y".repeat([1, 5_000, 200_000][wide % 3]));
    for level in 0..=deep % 9 {
        let (one, items) = (
            level + 1,
            format!("*x{level}, ").repeat([3, 9, 2_000][deep % 3]),
        );
        let value = match wide % 2 {
            0 => format!("[{items}]"),
            _ => format!("{{ <<: [{items}], k{one}: *x{level} }}"),
        };
        text.extend([
            "x",
            &one.to_string(),
            ": &x",
            &one.to_string(),
            " ",
            &value,
            "\n",
        ]);
    }
    text
}

fn encoded(input: &[u8], how: usize) -> Vec<u8> {
    let text = String::from_utf8_lossy(input);
    match how % 5 {
        0 => [b"\xEF\xBB\xBF", input].concat(),
        1 => text.replace('\n', "\r\n").into_bytes(),
        2 => text.replace('\n', "\r").into_bytes(),
        3 => [0xFF, 0xFE]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect(),
        // A letter that only some of its bytes are left of.
        _ => [input, b"\xF0\x9F"].concat(),
    }
}
