//! The lock is the lease of a blob: held, waited for, left behind by a run that was killed, and broken by its id.

use super::{BLOB, Team, answer};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Begins an apply, and kills all of it while Terraform creates the first thing.
fn killed(team: &Team) {
    team.project
        .run(&["simulator", "--file", "cloud.json", "latency", "2000"]);
    let mut command = team.command(&["apply", "--only", "terraform"]);
    let mut child = command
        .process_group(0)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("lostops starts");
    let until = Instant::now() + Duration::from_mins(2);
    while operation(team) != "OperationTypeApply" {
        assert!(Instant::now() < until, "the state was not locked");
        std::thread::sleep(Duration::from_millis(20));
    }
    // As a machine that goes away: lostops first, so that it can do nothing about it.
    let all = std::iter::once(child.id()).chain(children(child.id()));
    for pid in all.collect::<Vec<_>>() {
        let _ = Command::new("kill")
            .args(["-KILL", &pid.to_string()])
            .status();
    }
    child.wait().expect("it ended");
    team.project
        .run(&["simulator", "--file", "cloud.json", "latency", "0"]);
}

/// Children and theirs.
fn children(of: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{of}/task"))
        .into_iter()
        .flatten();
    let mut found = Vec::new();
    for task in tasks.flatten() {
        let text = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        for pid in text.split_whitespace().filter_map(|pid| pid.parse().ok()) {
            found.push(pid);
            found.extend(children(pid));
        }
    }
    found
}

/// What the state is locked for, as the backend writes it down in the blob's metadata; empty while it is not.
fn operation(team: &Team) -> String {
    let mut state = team.azure.state();
    let metadata = state.blobs.blob(BLOB).map(|blob| blob.metadata.clone());
    let note = metadata
        .unwrap_or_default()
        .remove("x-ms-meta-terraformlockid");
    let note = STANDARD
        .decode(note.unwrap_or_default())
        .unwrap_or_default();
    let note: Value = serde_json::from_slice(&note).unwrap_or_default();
    note["Operation"].as_str().unwrap_or_default().to_owned()
}

fn lease(team: &Team) -> Option<String> {
    team.azure.state().blobs.blob(BLOB)?.lease.clone()
}

fn message(answer: &Value) -> &str {
    answer["failure"]["message"].as_str().unwrap_or_default()
}

#[test]
fn a_killed_run_leaves_its_lock_which_is_shown_and_broken_by_its_exact_id() {
    let team = Team::new();
    killed(&team);
    let id = lease(&team).expect("the lease of the run that was killed");

    let refused = team.apply(1);
    assert_eq!(refused["failure"]["reason"], "state-locked", "{refused:#}");
    assert!(message(&refused).contains(&id), "{refused:#}");
    assert!(message(&refused).contains("for apply"), "{refused:#}");
    // What changes nothing needs no lock.
    assert_eq!(team.json(0, &["plan"])["result"], "clean");

    let shown = team.json(1, &["unlock"]);
    assert!(message(&shown).contains(" since "), "{shown:#}");
    assert!(message(&shown).contains(&format!("lock {id}")), "{shown:#}");
    let help = shown["failure"]["help"].as_str().expect("help");
    assert!(help.contains(&format!("lostops unlock {id}")), "{help}");
    let wrong = team.json(1, &["unlock", "0a1b2c3d-0000-4000-8000-000000000000"]);
    assert_eq!(wrong["failure"]["reason"], "state-locked", "{wrong:#}");
    assert_eq!(lease(&team).as_deref(), Some(&*id), "nothing was broken");

    let dispatched = |lock: &str| {
        let inputs = [("INPUT_OPERATION", "unlock"), ("INPUT_LOCK-ID", lock)];
        team.step("workflow_dispatch", &inputs)
    };
    let (code, said) = dispatched("");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains(&format!("lock-id: {id}")), "{said}");
    assert_eq!(lease(&team).as_deref(), Some(&*id), "nothing was broken");
    let (code, said) = dispatched(&id);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("The state of `staging` is free"), "{said}");
    assert_eq!(lease(&team), None);
    let again = team.json(0, &["unlock", &id]);
    assert!(
        again["notes"].to_string().contains("not locked"),
        "{again:#}"
    );
    assert_eq!(team.apply(0)["applied"], true);
}

#[test]
fn an_apply_waits_for_the_lock_as_long_as_it_may() {
    let team = Team::new();
    killed(&team);
    let id = lease(&team).expect("a lease");
    let mut command = team.command(&[
        "apply",
        "--only",
        "terraform",
        "--lock-timeout",
        "5m",
        "--format",
        "json",
    ]);
    let waiting = std::thread::spawn(move || answer(0, &mut command));
    let until = Instant::now() + Duration::from_mins(2);
    // The backend looks whether the lease has ended, again and again.
    let looks = || {
        let state = team.azure.state();
        let last = state.requests.iter().rev();
        last.take_while(|one| one.starts_with("HEAD ")).count()
    };
    while looks() < 3 {
        assert!(Instant::now() < until, "the lock was not waited for");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(!waiting.is_finished());
    team.beside().json(0, &["unlock", &id]);
    assert_eq!(waiting.join().expect("an answer")["applied"], true);
}
