//! Lines of the plug-in, as Ansible has been seen to fill them.

use crate::ansible::event::*;

fn ended(line: &str) -> Ended {
    match parse(line) {
        Some(Event::Ended(ended)) => ended,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_play_names_its_hosts() {
    assert_eq!(
        parse(
            r#"{"ev":"play","id":"02fc","name":"Initialise","hosts":["backend","database"],"tasks":7}"#
        ),
        Some(Event::Play {
            hosts: vec!["backend".into(), "database".into()],
            tasks: 7
        })
    );
}

#[test]
fn ok_and_changed_are_apart() {
    let ok = r#"{"ev":"ok","host":"a","task":"t","changed":false,"secs":4.011,"res":{"rc":0}}"#;
    assert_eq!((ended(ok).end, ended(ok).seconds), (TaskEnd::Ok, 4.011));
    let changed = r#"{"ev":"ok","host":"a","task":"t","changed":true,"secs":1,"res":{}}"#;
    assert_eq!(ended(changed).end, TaskEnd::Changed);
}

#[test]
fn a_failure_that_is_ignored_is_none() {
    let line = |ignored: bool| {
        format!(
            r#"{{"ev":"failed","host":"a","task":"t","res":{{"msg":"One or more items failed"}},"ignored":{ignored}}}"#
        )
    };
    assert_eq!(ended(&line(true)).end, TaskEnd::Ignored);
    assert_eq!(ended(&line(false)).end, TaskEnd::Failed);
}

#[test]
fn a_command_that_fails_is_told_with_what_it_printed() {
    let line = r#"{"ev":"failed","host":"a","task":"t","res":{"msg":"The command exited with a non-zero return code.","rc":2,"stdout":"","stderr":"nft: syntax error\n","cmd":["nft"],"exception":"(traceback unavailable)"},"ignored":false}"#;
    assert_eq!(
        ended(line).message,
        "The command exited with a non-zero return code.\nexit code 2\nnft: syntax error"
    );
}

#[test]
fn what_no_log_hides_stays_hidden() {
    let line = r#"{"ev":"failed","host":"a","task":"t","res":{"censored":"the output has been hidden","msg":"secret"},"ignored":false}"#;
    assert_eq!(
        ended(line).message,
        "its words are hidden: the task has `no_log`"
    );
}

#[test]
fn an_item_is_named() {
    let line = r#"{"ev":"item_failed","host":"a","task":"t","res":{"item":"b","rc":1,"msg":"no"}}"#;
    assert!(matches!(parse(line), Some(Event::ItemFailed { message, .. }) if message == "b: no"));
}

#[test]
fn an_unreachable_host_is_no_failure() {
    let line = r#"{"ev":"unreachable","host":"m","task":"t","res":{"msg":"Task failed: Data could not be sent to remote host","unreachable":true}}"#;
    let ended = ended(line);
    assert_eq!(ended.end, TaskEnd::Unreachable);
    assert_eq!(ended.message, "Data could not be sent to remote host");
}

#[test]
fn the_account_is_read_whatever_else_is_in_it() {
    let line = r#"{"ev":"stats","hosts":{"a":{"ok":16,"failures":1,"unreachable":0,"changed":4,"skipped":2,"rescued":1,"ignored":5}},"custom":{"_run":{}}}"#;
    let Some(Event::Stats(stats)) = parse(line) else {
        panic!("no stats")
    };
    assert_eq!(
        (stats["a"].ok, stats["a"].failures, stats["a"].rescued),
        (16, 1, 1)
    );
}

#[test]
fn rubbish_is_passed_over() {
    for line in [
        "",
        "{",
        "[]",
        "3",
        r#"{"ev":"later"}"#,
        r#"{"ev":3}"#,
        r#"{"host":[]}"#,
    ] {
        assert_eq!(parse(line), None, "{line}");
    }
    // A module may return anything for anything.
    let odd = r#"{"ev":"failed","host":"a","task":"t","res":{"msg":["a"],"rc":"x","stderr":{"a":1},"diff":7}}"#;
    assert_eq!(ended(odd).end, TaskEnd::Failed);
}
