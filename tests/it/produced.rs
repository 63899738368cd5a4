//! What the program answered: codes of findings and failure reasons, each with the tests that made it say so.
//!
//! `scripts/test-produced` reads `target/produced` after all tests. Only answers count: a report, never a list of codes.

use crate::harness::{Project, finish, root};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::process::Command;
use std::sync::Mutex;

/// What this process has noted: a test may hear the same word a hundred times.
static NOTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// What a command has printed: a report as JSON or SARIF, or one for a person.
pub(crate) fn printed(command: &Command, text: &str) {
    let is_lostops = command
        .get_program()
        .as_encoded_bytes()
        .ends_with(b"lostops");
    if !is_lostops {
        return;
    }
    match serde_json::from_str(text) {
        Ok(answer) => report(&answer),
        Err(_) => text.lines().filter_map(drawn).for_each(finding),
    }
}

/// A report as JSON or SARIF.
pub(crate) fn report(answer: &Value) {
    let results = answer.pointer("/runs/0/results").unwrap_or(&Value::Null);
    let found = [(&answer["findings"], "code"), (results, "ruleId")];
    for (list, key) in found {
        let codes = list.as_array().into_iter().flatten();
        codes.filter_map(|one| one[key].as_str()).for_each(finding);
    }
    reason(answer["failure"]["reason"].as_str().unwrap_or_default());
}

/// The output `failure-reason`, which is empty where all went well.
pub(crate) fn reason(word: &str) {
    if !word.is_empty() {
        note("reasons", word);
    }
}

fn finding(code: &str) {
    note("findings", code);
}

/// `LO203` of `error[LO203]: …`.
fn drawn(line: &str) -> Option<&str> {
    let rest = ["error[", "warning[", "note["]
        .iter()
        .find_map(|level| line.strip_prefix(level))?;
    let (code, _) = rest.split_once("]: ")?;
    code.starts_with("LO").then_some(code)
}

/// A line of the word's file, which processes and threads may write at once.
fn note(kind: &str, word: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a thread of some test");
    let mut noted = NOTED.lock().expect("no test ends in here");
    if !noted.insert(format!("{kind}/{word} {test}")) {
        return;
    }
    let folder = root().join("target/produced").join(kind);
    fs::create_dir_all(&folder).expect("the folder");
    let file = fs::File::options()
        .create(true)
        .append(true)
        .open(folder.join(word));
    let line = format!("{test}\n");
    file.and_then(|mut file| file.write_all(line.as_bytes()))
        .expect("the note");
}

#[test]
fn a_finding_that_is_drawn_counts_and_one_that_is_spoken_of_does_not() {
    assert_eq!(drawn("error[LO203]: `web` opens tcp 8080"), Some("LO203"));
    assert_eq!(
        drawn("warning[LO312]: unused  policy.yaml:3:1"),
        Some("LO312")
    );
    for line in [
        "LO203 port-not-permitted",
        "LO203  port-not-permitted  a describer opens a port",
        "  = help: a waiver of `error[LO203]: x`",
        "error[E0382]: borrow of moved value",
    ] {
        assert_eq!(drawn(line), None, "{line}");
    }
}

/// What `scripts/test-produced` says of these notes, and whether it is content.
fn judged(notes: &Project) -> (bool, String) {
    let mut command = Command::new(root().join("scripts/test-produced"));
    let run = finish(command.arg(notes.path("")));
    (run.code == 0, run.stdout + &run.stderr)
}

#[test]
fn what_no_test_has_produced_is_named_and_only_what_takes_a_host_is_skipped() {
    let notes = Project::empty();
    let note = |word: &str, test: &str| {
        let kind = if word.starts_with("LO") {
            "findings"
        } else {
            "reasons"
        };
        notes.write(&format!("{kind}/{word}"), format!("{test}\n"));
    };
    let (_, nothing) = judged(&notes);
    let words = nothing
        .lines()
        .filter_map(|line| line.split_once("no test has produced "));
    for (_, word) in words {
        note(word.split(' ').next().unwrap_or_default(), "check::x");
    }
    for word in ["LO512", "LO514", "LO515"] {
        note(word, "hosts::x");
    }
    let (is_well, said) = judged(&notes);
    assert!(is_well, "{said}");

    for word in ["LO203", "LO512"] {
        fs::remove_file(notes.path("findings").join(word)).expect("the note");
    }
    let (is_well, said) = judged(&notes);
    assert!(
        !is_well && said.contains("LO203 port-not-permitted") && said.contains("LO512 http"),
        "{said}"
    );
    // No engine: one of the two takes a host.
    notes.write("skipped/hosts", "No Docker engine");
    let (is_well, said) = judged(&notes);
    assert!(
        !is_well && said.contains("skipped: LO512, for no host has booted: No Docker engine"),
        "{said}"
    );
    assert!(said.contains("no test has produced LO203"), "{said}");
    note("LO203", "image::x");
    let (is_well, said) = judged(&notes);
    assert!(
        !is_well && said.contains("LO203 is produced by image::x alone"),
        "{said}"
    );
    note("LO203", "check::x");
    assert!(judged(&notes).0);
    note("LO512", "check::x");
    let (is_well, said) = judged(&notes);
    assert!(
        !is_well && said.contains("check::x produces it without one"),
        "{said}"
    );
}
