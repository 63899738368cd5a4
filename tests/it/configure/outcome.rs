//! What came of a play: never by the exit code alone.

use super::{CONFIGURE, Servers, end, well};
use crate::harness::{EMPTY, finding, finish};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

const ALL: [&str; 3] = ["backend", "database", "monitoring"];

fn plays_well(servers: &Servers, names: &[&str], changed: bool) {
    let events = well(names, changed);
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    servers.plays(&events, "exit 0");
}

#[test]
fn a_second_run_finds_nothing_changed_and_starts_no_play() {
    let servers = Servers::new();
    plays_well(&servers, &ALL, true);
    let first = servers.configure(0, &[]);
    assert_eq!(end(&first, "backend")["end"], "changed");
    assert_eq!(end(&first, "backend")["why"], "never initialised");
    assert_eq!(end(&first, "backend")["roles"][0]["name"], "firewall");
    servers.remember();
    let plays = servers.read("ansible.log");
    let second = servers.configure(0, &[]);
    assert_eq!(end(&second, "backend")["end"], "unchanged");
    assert_eq!(servers.read("ansible.log"), plays);
}

#[test]
fn only_the_server_whose_describer_has_changed_is_due() {
    let servers = Servers::new();
    plays_well(&servers, &ALL, true);
    servers.configure(0, &[]);
    servers.remember();
    servers.project.edit(
        "describers/database.yaml",
        "    databases:\n",
        "    backup: { keep_days: 7 }\n    databases:\n",
    );
    plays_well(&servers, &["database"], true);
    let answer = servers.configure(0, &[]);
    assert_eq!(end(&answer, "database")["why"], "its describer has changed");
    assert_eq!(end(&answer, "backend")["end"], "unchanged");
    assert!(
        servers.read("ansible.log").contains("--limit database "),
        "{}",
        servers.read("ansible.log")
    );
}

#[test]
fn a_change_that_nothing_called_for_is_a_finding_with_its_line() {
    let servers = Servers::new();
    plays_well(&servers, &ALL, true);
    servers.configure(0, &[]);
    servers.remember();
    let answer = servers.configure(0, &["--all"]);
    let found = finding(&answer, "LO601");
    assert_eq!(found["severity"], "warning");
    assert_eq!(
        found["evidence"],
        "ansible/roles/firewall/tasks/main.yml:12"
    );
}

#[test]
fn one_server_that_fails_is_named_with_its_task_and_the_others_are_done() {
    let servers = Servers::new();
    let mut events = well(&ALL, true);
    events.truncate(events.len() - 3);
    events.extend([
        r#"{"ev":"begin","host":"monitoring","task":"1"}"#.to_owned(),
        r#"{"ev":"failed","host":"monitoring","task":"1","secs":0.2,"res":{"msg":"non-zero return code","rc":1,"stderr":"nft: syntax error"},"ignored":false}"#.to_owned(),
        r#"{"ev":"stats","hosts":{"backend":{"ok":1,"changed":1},"database":{"ok":1,"changed":1},"monitoring":{"failures":1}}}"#.to_owned(),
    ]);
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    servers.plays(&events, "exit 2");
    let answer = servers.configure(1, &[]);
    assert_eq!(answer["failure"]["reason"], "ansible-failed");
    let failure = &end(&answer, "monitoring")["failures"][0];
    assert_eq!(failure["task"], "Load the table");
    assert_eq!(failure["role"], "firewall");
    assert_eq!(failure["place"], "ansible/roles/firewall/tasks/main.yml:12");
    assert!(
        failure["message"]
            .as_str()
            .unwrap()
            .contains("nft: syntax error")
    );
    assert_eq!(end(&answer, "database")["end"], "changed");
}

#[test]
fn a_play_that_did_nothing_is_no_success() {
    let servers = Servers::new();
    // No host matched: Ansible's exit code is 0.
    servers.plays(&[r#"{"ev":"stats","hosts":{}}"#], "exit 0");
    let answer = servers.configure(1, &[]);
    assert_eq!(answer["failure"]["reason"], "ansible-failed");
    assert_eq!(end(&answer, "backend")["end"], "unknown");
}

#[test]
fn an_exit_code_that_the_account_does_not_explain_is_no_success() {
    let servers = Servers::new();
    let events = well(&ALL, false);
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    servers.plays(&events, "echo 'ERROR! something else' >&2; exit 250");
    let answer = servers.configure(1, &[]);
    assert!(
        answer["failure"]["message"]
            .as_str()
            .unwrap()
            .contains("something else"),
        "{answer:#}"
    );
}

#[test]
fn a_run_that_was_killed_leaves_its_servers_unknown() {
    let servers = Servers::new();
    let events = well(&ALL, false);
    let events: Vec<&str> = events[..3].iter().map(String::as_str).collect();
    servers.plays(&events, "kill -9 $$");
    let answer = servers.configure(1, &[]);
    let backend = end(&answer, "backend");
    assert_eq!(
        (&backend["end"], &backend["failures"][0]["task"]),
        (&"unknown".into(), &"Load the table".into())
    );
}

#[test]
fn a_mistake_in_the_play_is_told_with_its_place() {
    let servers = Servers::new();
    servers.plays(
        &[],
        "printf '[ERROR]: no module nosuch.\\nOrigin: /tmp/x/ansible/site.yml:4:6\\n' >&2; exit 4",
    );
    let answer = servers.configure(1, &[]);
    assert_eq!(
        answer["failure"]["message"],
        "ansible/site.yml:4:6: no module nosuch."
    );
}

#[test]
fn a_secret_that_a_describer_names_is_hidden_wherever_ansible_says_it() {
    let servers = Servers::new();
    let events = [
        r#"{"ev":"play","hosts":["backend"],"tasks":1}"#,
        r#"{"ev":"task","id":"1","name":"Log in with hunter-two-two","role":"base","path":"x:1"}"#,
        r#"{"ev":"failed","host":"backend","task":"1","res":{"msg":"hunter-two-two is wrong"},"ignored":false}"#,
        r#"{"ev":"stats","hosts":{"backend":{"failures":1}}}"#,
    ];
    servers.plays(&events, "exit 2");
    // Its name says nothing of a secret.
    servers.project.edit(
        "describers/backend.yaml",
        "secret:LARAVEL_APP_KEY",
        "secret:LARAVEL_APP_THING",
    );
    for format in ["human", "json", "markdown"] {
        let mut command = servers.command(&[
            "configure",
            "--ssh-key",
            "key",
            "--servers",
            "backend",
            "--format",
            format,
        ]);
        let run = finish(command.env("LARAVEL_APP_THING", "hunter-two-two"));
        assert_eq!(run.code, 1);
        assert!(
            !run.stdout.contains("hunter-two") && !run.stderr.contains("hunter-two"),
            "{}\n{}",
            run.stdout,
            run.stderr
        );
        assert!(run.stderr.contains("*** is wrong"), "{}", run.stderr);
    }
}

#[test]
fn each_task_is_told_as_it_ends() {
    let servers = Servers::new();
    plays_well(&servers, &ALL, true);
    let run = servers.run(&["configure", "--ssh-key", "key"]);
    assert!(
        run.stderr
            .contains("database        1/1  firewall : Load the table ... changed (0.8 s)"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_preview_changes_nothing_and_says_what_would_change() {
    let servers = Servers::new();
    plays_well(&servers, &ALL, true);
    let run = servers.run(&[
        "configure",
        "--ssh-key",
        "key",
        "--check",
        "--format",
        "markdown",
    ]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(servers.read("ansible.log").contains("--check"));
    assert!(
        run.stdout
            .starts_with("### ✅ Preview of `production`: 3 would change"),
        "{}",
        run.stdout
    );
}

#[test]
fn an_interrupt_that_ansible_loses_is_repeated() {
    let servers = Servers::new();
    let events = well(&["database"], true);
    let first: Vec<&str> = events[..4].iter().map(String::as_str).collect();
    // Python loses one that comes while it forks.
    let deaf = "trap 'trap \"exit 99\" INT' INT\n\
        turn=0; while [ $turn -lt 200 ]; do sleep 0.1; turn=$((turn+1)); done\n\
        touch \"$HOME/finished\"";
    servers.plays(&first, deaf);
    let mut child = servers
        .command(&["configure", "--ssh-key", "key", "--servers", "database"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stderr.take().expect("standard error")).lines();
    lines
        .find(|line| {
            line.as_ref()
                .is_ok_and(|line| line.contains("Load the table"))
        })
        .expect("a task")
        .expect("a line");
    let pid = child.id().to_string();
    finish(Command::new("kill").args(["-INT", &pid]));
    let rest: Vec<_> = lines.collect();
    let ended = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&ended.stdout);
    assert_eq!(ended.status.code(), Some(1), "{said}\n{rest:?}");
    assert!(said.contains("cancelled"), "{said}");
    assert!(!servers.project.path("finished").exists());
}

#[test]
fn a_server_that_an_apply_does_not_reach_is_all_that_the_next_one_has_to_do() {
    let servers = Servers::new();
    let trouble = "ssh: connect to host 10.10.0.5 port 22: Connection timed out\r\n";
    let applyable = EMPTY.replace("\"complete\"", "\"applyable\":true,\"complete\"");
    servers
        .write("plan.json", &applyable)
        .write("trouble-10.10.0.5", trouble);
    plays_well(&servers, &["backend", "monitoring"], true);
    let apply = |code: i32| -> Value {
        let only = ["apply", "--only", "both", "--format", "json"];
        let run = servers.run(&[&only[..], &CONFIGURE[1..]].concat());
        assert_eq!(run.code, code, "{}\n{}", run.stdout, run.stderr);
        serde_json::from_str(&run.stdout).expect("the answer is JSON")
    };
    let failed = apply(1);
    assert_eq!(failed["failure"]["reason"], "server-unreachable");
    assert_eq!(failed["applied"], true, "{failed:#}");
    assert_eq!(end(&failed, "backend")["end"], "changed");
    let log = servers.read("terraform.log");
    assert!(log.lines().any(|command| command == "apply"), "{log}");

    servers.remember();
    for file in ["trouble-10.10.0.5", "held-10.10.0.5", "terraform.log"] {
        let _ = std::fs::remove_file(servers.project.path(file));
    }
    servers.write("plan.json", EMPTY);
    plays_well(&servers, &["database"], true);
    let rest = apply(0);
    assert_eq!(end(&rest, "database")["end"], "changed", "{rest:#}");
    assert_eq!(end(&rest, "backend")["end"], "unchanged", "{rest:#}");
    let log = servers.read("terraform.log");
    assert!(!log.lines().any(|command| command == "apply"), "{log}");
}
