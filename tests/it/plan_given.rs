//! `lostops plan --from`: plans that somebody else has made.

use crate::harness::{Project, finish};
use std::io::Write as _;
use std::process::Stdio;

const EMPTY: &str = r#"{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{}},"resource_changes":[],"configuration":{"root_module":{}},"complete":true,"errored":false}"#;

#[test]
fn a_plan_without_machines_is_clean() {
    let project = Project::empty();
    project.write("plan.json", EMPTY);
    let answer = project.json(0, &["plan", "--from", "plan.json"]);
    assert_eq!(answer["result"], "clean");
}

#[test]
fn a_plan_is_read_from_standard_input() {
    let project = Project::empty();
    let mut child = project
        .command(&["plan", "--from", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    child
        .stdin
        .take()
        .expect("stdin")
        .write_all(EMPTY.as_bytes())
        .expect("written");
    assert!(child.wait().expect("ends").success());
}

#[test]
fn what_is_no_plan_or_no_whole_plan_fails_with_the_reason() {
    let project = Project::empty();
    for (name, text, reason, word) in [
        ("empty", String::new(), "plan-unreadable", "empty"),
        (
            "text",
            "Plan: 1 to add".to_owned(),
            "plan-unreadable",
            "JSON",
        ),
        (
            "errored",
            EMPTY.replace("\"errored\":false", "\"errored\":true"),
            "plan-failed",
            "failed",
        ),
        (
            "incomplete",
            EMPTY.replace("\"complete\":true", "\"complete\":false"),
            "plan-incomplete",
            "incomplete",
        ),
        (
            "future",
            EMPTY.replace("\"1.2\"", "\"2.0\""),
            "plan-unreadable",
            "2.0",
        ),
        ("cut", EMPTY[..60].to_owned(), "plan-unreadable", "cut off"),
    ] {
        project.write("plan.json", &text);
        let answer = project.json(1, &["plan", "--from", "plan.json"]);
        assert_eq!(answer["failure"]["reason"], reason, "{name}: {answer:#}");
        assert!(
            answer["failure"]["message"]
                .as_str()
                .is_some_and(|message| message.contains(word)),
            "{name}: {answer:#}"
        );
    }
}

#[test]
fn a_plan_file_that_is_not_there_is_named() {
    let run = finish(&mut Project::empty().command(&["plan", "--from", "nowhere.json"]));
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("nowhere.json"), "{}", run.stdout);
}
