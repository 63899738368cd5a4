//! Tests of the account: lines as the plug-in writes them.

use crate::ansible::event::parse;
use crate::ansible::outcome::End;
use crate::ansible::tally::*;

const PLAY: &str = r#"{"ev":"play","id":"p","name":"Initialise","hosts":["a","b"],"tasks":3}
{"ev":"task","id":"1","name":"Install","action":"apt","path":"/tmp/x/ansible/roles/base/tasks/main.yml:3","role":"base"}
{"ev":"begin","host":"a","task":"1"}
{"ev":"begin","host":"b","task":"1"}
{"ev":"ok","host":"a","task":"1","changed":true,"secs":2.0,"res":{"diff":{"before":"","after":"x\n"}}}
"#;

fn tally(lines: &str) -> (Tally, Vec<Line>) {
    let mut tally = Tally::default();
    let said = [PLAY, lines].concat();
    let said = said
        .lines()
        .filter_map(parse)
        .filter_map(|event| tally.note(event))
        .collect();
    (tally, said)
}

#[test]
fn a_server_is_told_by_role_and_its_account_decides() {
    let (mut tally, said) = tally(
        r#"{"ev":"failed","host":"b","task":"1","res":{"msg":"no"},"secs":1,"ignored":false}
{"ev":"stats","hosts":{"a":{"ok":1,"changed":1},"b":{"failures":1}}}"#,
    );
    assert_eq!(
        (said[0].done, said[0].of, said[0].at.title().as_str()),
        (1, 3, "base : Install")
    );
    let a = tally.server("a", "never initialised", true);
    assert_eq!(
        (a.end, a.roles[0].name.as_str(), a.roles[0].changed),
        (End::Changed, "base", 1)
    );
    assert_eq!(a.changes[0].diff, ["+x"]);
    let b = tally.server("b", "", true);
    assert_eq!((b.end, b.failures[0].message.as_str()), (End::Failed, "no"));
    assert_eq!(
        b.failures[0].at.place,
        "ansible/roles/base/tasks/main.yml:3"
    );
}

#[test]
fn a_run_that_was_killed_leaves_what_had_begun_unknown() {
    let (mut tally, _) = tally("");
    assert_eq!(tally.server("a", "", false).end, End::Unknown);
    let b = tally.server("b", "", false);
    assert_eq!(b.end, End::Unknown);
    assert_eq!(b.failures[0].at.task, "Install");
}

#[test]
fn a_server_that_nobody_spoke_of_is_unknown() {
    let (mut tally, _) = tally(r#"{"ev":"stats","hosts":{"a":{"ok":1}}}"#);
    assert_eq!(tally.server("c", "", true).end, End::Unknown);
}

#[test]
fn a_failure_that_was_rescued_is_no_failure() {
    let (mut tally, _) = tally(
        r#"{"ev":"failed","host":"b","task":"1","res":{"msg":"no"},"secs":1,"ignored":false}
{"ev":"stats","hosts":{"b":{"ok":2,"rescued":1}}}"#,
    );
    let b = tally.server("b", "", true);
    assert_eq!(
        (b.end, b.failures.len(), b.roles[0].end),
        (End::Ok, 0, End::Ok)
    );
}

#[test]
fn rounds_of_a_loop_say_more_than_their_loop() {
    let (mut tally, said) = tally(
        r#"{"ev":"item_failed","host":"b","task":"1","res":{"item":"nginx","msg":"no package"}}
{"ev":"failed","host":"b","task":"1","res":{"msg":"One or more items failed"},"ignored":false}"#,
    );
    assert_eq!(said[1].message, "nginx: no package");
    assert_eq!(
        tally.server("b", "", true).failures[0].message,
        "nginx: no package"
    );
}

#[test]
fn a_hidden_task_shows_no_diff_and_no_words() {
    let (_, said) = tally(
        r#"{"ev":"task","id":"2","name":"Write","path":"x:1","no_log":true}
{"ev":"begin","host":"a","task":"2"}
{"ev":"item_failed","host":"a","task":"2","res":{"msg":"secret"}}
{"ev":"failed","host":"a","task":"2","res":{"censored":true,"diff":{"before":"","after":"secret"}},"ignored":false}"#,
    );
    let line = &said[1];
    assert_eq!(line.message, "its words are hidden: the task has `no_log`");
    assert!(line.diff.is_empty());
}

#[test]
fn more_tasks_than_were_known_do_not_make_it_late() {
    let (_, said) = tally(
        &r#"{"ev":"ok","host":"a","task":"1","res":{}}
"#
        .repeat(5),
    );
    assert_eq!((said[5].done, said[5].of), (6, 6));
}

#[test]
fn more_tasks_than_can_be_counted_are_very_many() {
    let told = crate::fuzz::kept("ansible", "tasks.jsonl");
    let ended = r#"{"ev":"ok","host":"web","task":"1","res":{}}"#;
    let (_, said) = tally(&format!("{}{ended}", String::from_utf8_lossy(&told)));
    assert_eq!(said[1].of, usize::MAX);
}

#[test]
fn packages_stand_with_their_task_and_no_more_than_anybody_reads() {
    let lines: Vec<String> = (0..1500)
        .map(|n| format!("Inst lib{n} (1.{n} x)"))
        .collect();
    let line = serde_json::json!({
        "ev": "ok", "host": "b", "task": "1", "changed": true, "res": { "apt": [{ "lines": lines, "names": ["x"] }] },
    });
    let (mut tally, _) = tally(&line.to_string());
    let b = tally.server("b", "", true);
    assert_eq!((b.packages.len(), b.packages_cut), (1000, true));
    assert_eq!(
        b.packages[0].at.place,
        "ansible/roles/base/tasks/main.yml:3"
    );
}

#[test]
fn a_hidden_task_tells_nothing_of_packages() {
    let (mut tally, _) = tally(
        r#"{"ev":"task","id":"2","name":"Install","path":"x:1","no_log":true}
{"ev":"ok","host":"b","task":"2","changed":true,"res":{"apt":[{"lines":["Inst secret (1)"]}]}}"#,
    );
    assert_eq!(tally.server("b", "", true).packages, []);
}
