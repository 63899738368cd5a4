//! A report in which every word is a comment that somebody hostile has written.

use super::hostile::{frame, report};
use super::{COMMENT, inspect, render};
use crate::fuzz::fuzz;

#[test]
fn nothing_that_others_write_panics_hangs_or_is_live_in_a_comment() {
    fuzz("comments", 60, |input| {
        let text = String::from_utf8_lossy(input);
        let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        let notice = words.last().cloned().unwrap_or_default();
        let report = report(&words);
        let markdown = render(&report, &frame(&notice), COMMENT);
        assert!(markdown.chars().count() <= COMMENT);
        inspect(&markdown);
    });
}
