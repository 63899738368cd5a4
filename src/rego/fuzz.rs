//! Rules that a stranger has written.

use super::{File, apart, nesting, rules, within};
use crate::fuzz::{fuzz, kept};
use std::time::Duration;

const INPUT: &str = r#"{"environment": "production", "servers": [{"name": "web", "size": "x", "ports": [{"port": 22}]}]}"#;
const SHORT: Duration = Duration::from_millis(300);

fn file(text: &[u8]) -> File {
    File {
        path: "policy/own.rego".to_owned(),
        text: String::from_utf8_lossy(text).into_owned(),
    }
}

#[test]
fn no_rule_panics_or_hangs() {
    fuzz("rego", 100, |input| {
        let files = vec![file(input)];
        let length = files[0].text.len();
        let read = nesting::check(&files).and_then(|()| {
            apart(SHORT, move || {
                let rules = rules::rules(&files)?;
                within(SHORT / 3, &files, &rules, INPUT)
            })
        });
        if let Err(trouble) = read {
            let at = trouble.at.map_or(0, |(_, at)| at);
            assert!(at <= length, "{trouble:?}");
            assert_ne!(trouble.message, "the engine has failed");
        }
    });
}

#[test]
fn brackets_that_the_engine_would_read_for_ever_are_refused_at_once() {
    let trouble = rules(&[file(&kept("rego", "nested.rego"))]).unwrap_err();
    let (_, at) = trouble.at.expect("a place");
    assert_eq!(trouble.message, "its brackets nest deeper than 12 levels");
    let text = kept("rego", "nested.rego");
    assert_eq!(&text[at..at + 3], b"[[[");
}

#[test]
fn what_looks_at_no_clock_is_left_behind() {
    let slow = || {
        std::thread::sleep(Duration::from_mins(1));
        Ok(())
    };
    let trouble = apart(Duration::ZERO, slow).unwrap_err();
    assert!(trouble.message.contains("time limit"), "{trouble:?}");
}
