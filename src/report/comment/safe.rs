//! Words of others, put where they can do nothing.
//!
//! GitHub looks for mentions, references and links after it has read the Markdown, so that escaping does not help: only
//! code is left alone. Whatever is not plainly a word stands in a code span, and whatever has lines in a fence.

use crate::report::paint::is_invisible;

/// More characters of one text are left out.
const LONGEST_TEXT: usize = 1500;
/// More characters of one name are left out.
const LONGEST_NAME: usize = 300;
/// What is no letter and no digit and yet does nothing inside a line.
const PLAIN: &str = "./,;'\"()%+-=?!…–—·→×“”‘’";
/// What belongs to the sentence around a word.
const BEFORE: &[char] = &['(', '"', '\'', '“', '‘'];
const AFTER: &[char] = &['.', ',', ';', ':', ')', '!', '?', '"', '\'', '”', '’', '…'];

/// Words inside a sentence or a table cell: one line. A pair of backticks marks a name, as in our own messages.
pub(super) fn text(words: &str) -> String {
    let clipped = clip(words, LONGEST_TEXT);
    let mut line = Line::default();
    let mut ticks = clipped.split('`').peekable();
    let mut in_code = false;
    while let Some(part) = ticks.next() {
        if in_code && ticks.peek().is_some() {
            line.code(part);
        } else {
            if in_code {
                line.code("`");
            }
            line.words(part);
        }
        in_code = !in_code;
    }
    line.0
}

#[derive(Default)]
struct Line(String);

impl Line {
    fn words(&mut self, part: &str) {
        let mut gap = part.starts_with(char::is_whitespace);
        for word in part.split_whitespace() {
            if gap && !self.0.is_empty() {
                self.0.push(' ');
            }
            gap = true;
            self.word(word);
        }
        if part.ends_with(char::is_whitespace) && !self.0.is_empty() && !self.0.ends_with(' ') {
            self.0.push(' ');
        }
    }

    fn word(&mut self, word: &str) {
        let rest = word.trim_start_matches(BEFORE);
        let core = rest.trim_end_matches(AFTER);
        if core.is_empty() && !self.0.is_empty() && !begins_a_block(word) {
            // Only what belongs to the sentence: the comma behind a name.
            self.0.push_str(word);
        } else if core.is_empty() || !is_plain(core) || (self.0.is_empty() && begins_a_block(word))
        {
            let (before, rest) = word.split_at(word.len() - rest.len());
            if core.is_empty() || begins_a_block(word) {
                self.code(word);
                return;
            }
            let (core, after) = rest.split_at(core.len());
            self.0.push_str(before);
            self.code(core);
            self.0.push_str(after);
        } else {
            self.0.push_str(word);
        }
    }

    /// Two spans that touch would be read as one.
    fn code(&mut self, name: &str) {
        if self.0.ends_with('`') {
            self.0.push(' ');
        }
        self.0.push_str(&code(name));
    }
}

fn is_plain(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let reference = lower
        .match_indices("gh-")
        .any(|(at, _)| lower[at + 3..].starts_with(|c: char| c.is_ascii_digit()));
    let commit = |part: &str| {
        part.len() >= 7
            && part.bytes().all(|byte| byte.is_ascii_hexdigit())
            && part.bytes().any(|byte| byte.is_ascii_digit())
    };
    word.chars()
        .all(|c| (c.is_alphanumeric() && !is_invisible(c)) || PLAIN.contains(c))
        && !lower.contains("www.")
        && !reference
        && !word.split(|c: char| !c.is_ascii_alphanumeric()).any(commit)
}

/// What would be a list, a heading or a line at the start of a line: `-`, `1.`, `===`.
fn begins_a_block(word: &str) -> bool {
    let number = word.trim_end_matches(['.', ')']);
    word.chars().all(|c| "-+=".contains(c))
        || (number.len() < word.len() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A name in a code span: as many backticks as it takes.
pub(super) fn code(name: &str) -> String {
    let clean: String = clip(name, LONGEST_NAME)
        .chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => ' ',
            c if c.is_control() || is_invisible(c) => '\u{fffd}',
            // A table cell ends at a bar even inside code.
            '|' => '¦',
            c => c,
        })
        .collect();
    let ticks = "`".repeat(longest_run(&clean) + 1);
    let blank = clean.trim().is_empty();
    if blank || clean.starts_with(['`', ' ']) || clean.ends_with(['`', ' ']) {
        let shown = if blank { "\u{fffd}" } else { clean.as_str() };
        return format!("{ticks} {shown} {ticks}");
    }
    format!("{ticks}{clean}{ticks}")
}

/// A fence that nothing in the lines can close.
pub(super) fn fence<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    "`".repeat(lines.map(longest_run).max().unwrap_or(0).max(2) + 1)
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}

/// The lines of a text, without what a terminal would obey and without what cannot be seen.
pub(super) fn lines(text: &str) -> impl Iterator<Item = String> {
    text.split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .flat_map(|line| line.split('\r'))
        .map(bare)
}

fn bare(line: &str) -> String {
    let mut clean = String::with_capacity(line.len());
    let mut characters = line.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\u{1b}' => skip_sequence(&mut characters),
            '\t' => clean.push_str("    "),
            c if c.is_control() || is_invisible(c) => clean.push('\u{fffd}'),
            c => clean.push(c),
        }
    }
    clean
}

/// What follows an escape character: colours and cursor movements (`[…m`), titles (`]…BEL`), or one character.
fn skip_sequence(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match characters.next() {
        Some('[') => {
            characters.find(|c| ('@'..='~').contains(c));
        }
        Some(']') => {
            while let Some(c) = characters.next() {
                if c == '\u{7}' || (c == '\u{1b}' && characters.next_if_eq(&'\\').is_some()) {
                    break;
                }
            }
        }
        _ => {}
    }
}

/// What may stand in the address of a link; everything else percent-encoded.
pub(super) fn url(address: &str) -> String {
    percent_encoded(address, b"-._~/:?#&=%+@")
}

/// A path as a part of an address.
pub(crate) fn path(path: &str) -> String {
    percent_encoded(path, b"-._~/")
}

fn percent_encoded(text: &str, kept: &[u8]) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// The beginning of a long text.
pub(super) fn clip(words: &str, most: usize) -> std::borrow::Cow<'_, str> {
    match words.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &words[..end]).into(),
        None => words.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_plain_word_is_code() {
        assert_eq!(
            text("ask @all, see #12 (http://a.b) or www.a.b: a1b2c3d4"),
            "ask `@all`, see `#12` (`http://a.b`) or `www.a.b`: `a1b2c3d4`"
        );
        assert_eq!(text("resize to Standard_B2ms"), "resize to `Standard_B2ms`");
    }

    #[test]
    fn an_ordinary_sentence_stays_as_it_is() {
        let sentence = "opens 80 and 443/tcp from internet, until 2027-05-31 (\"load test\").";
        assert_eq!(text(sentence), sentence);
    }

    #[test]
    fn a_name_with_backticks_stays_inside_its_span() {
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(text("the `web` is `odd"), "the `web` is `` ` ``odd");
    }

    #[test]
    fn spans_that_would_touch_are_kept_apart() {
        assert_eq!(text("`a`@b"), "`a` `@b`");
        assert_eq!(text("narrow `from:`, or ask"), "narrow `from:`, or ask");
    }

    #[test]
    fn nothing_begins_a_list_or_a_heading() {
        for start in ["- a", "1. a", "=== a", "+ a", "12) a", "# a", "> a"] {
            assert!(text(start).starts_with('`'), "{}", text(start));
        }
    }

    #[test]
    fn colours_titles_and_what_is_invisible_leave_a_line() {
        let hostile = "\u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7}a\u{202e}b\rnext";
        assert_eq!(
            lines(hostile).collect::<Vec<_>>(),
            ["red a\u{fffd}b", "next"]
        );
    }
}
