//! The parts of what a server has said: each stands between two lines that nobody on the server could have guessed.

use std::collections::BTreeMap;

/// Answers by the name of the question.
#[derive(Debug, Default)]
pub(super) struct Answers<'a> {
    parts: BTreeMap<&'a str, Answer<'a>>,
    last: Option<&'a str>,
    complete: bool,
}

#[derive(Debug)]
struct Answer<'a> {
    text: &'a str,
    /// How the command ended; 127 where there is none such, 124 where it took too long.
    code: i32,
}

impl<'a> Answers<'a> {
    pub(super) fn of(said: &'a str, word: &str) -> Self {
        let mut answers = Self::default();
        let begin = format!("\n{word} begin ");
        let end = format!("\n{word} end ");
        let mut rest = said;
        while let Some((_, after)) = rest.split_once(&begin) {
            let Some((name, after)) = after.split_once('\n') else {
                break;
            };
            let Some((text, after)) = split_at_end(after, &end) else {
                break;
            };
            let (code, after) = after.split_once('\n').unwrap_or((after, ""));
            let code = code.trim().parse().unwrap_or(-1);
            answers.parts.insert(name, Answer { text, code });
            answers.last = Some(name);
            rest = after;
        }
        answers.complete = rest.contains(&format!("{word} done"));
        answers
    }

    pub(super) fn are_complete(&self) -> bool {
        self.complete
    }

    /// The last question that was answered.
    pub(super) fn last(&self) -> Option<&'a str> {
        self.last
    }

    /// What was said, when the command did what it should.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        let answer = self.parts.get(name)?;
        (answer.code == 0).then_some(answer.text)
    }

    /// The login is root, and may know everything.
    pub(super) fn are_of_root(&self) -> bool {
        self.get("user").map(str::trim) == Some("0")
    }

    /// How the command ended where it was to say something and did not: `fails (exit code 1)`. `usual` is what it ends with where
    /// there is nothing to say. What is root's to know counts as told by the gap of a login that is not root.
    pub(super) fn failed(&self, name: &str, usual: &[i32]) -> Option<String> {
        let code = self.code(name)?;
        let failed = code != 0 && !usual.contains(&code) && self.are_of_root();
        failed.then(|| match code {
            124 => "does not end".to_owned(),
            127 => "is missing".to_owned(),
            code => format!("fails (exit code {code})"),
        })
    }

    /// How the command ended.
    pub(super) fn code(&self, name: &str) -> Option<i32> {
        self.parts.get(name).map(|answer| answer.code)
    }
}

/// An answer that is empty has nothing before the line that ends it, which begins with a line's end.
fn split_at_end<'a>(text: &'a str, end: &str) -> Option<(&'a str, &'a str)> {
    match text.strip_prefix(&end[1..]) {
        Some(rest) => Some(("", rest)),
        None => text.split_once(end),
    }
}
