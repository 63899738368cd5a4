//! Servers that cannot be reached or do not do what they are told: which, why, and that the others are done.

use super::Hosts;
use super::initialise::of;
use crate::harness::{Project, finish};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

fn message(answer: &Value, server: &str) -> String {
    let one = of(answer, server);
    format!("{} {}", one["why"], one["failures"])
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn each_way_of_not_being_reached_has_its_own_words() {
    let hosts = Hosts::lostops();
    let configure = ["configure", "--timeout", "10s", "--check"];
    // Known from here on.
    hosts.json(0, &["configure", "--timeout", "60s", "--check"]);

    // Nothing listens, nothing comes through, another key.
    hosts.on("backend", "systemctl stop ssh.socket ssh.service");
    hosts.simulator(&["close", "database", "ssh"]);
    hosts.on(
        "monitoring",
        "rm /etc/ssh/ssh_host_*; ssh-keygen -q -A; systemctl stop ssh.service || true",
    );
    let answer = hosts.json(1, &configure);
    for (server, words) in [
        ("backend", "refused"),
        ("database", "times out"),
        ("monitoring", "host key"),
    ] {
        assert_eq!(of(&answer, server)["end"], "unreachable", "{answer:#}");
        assert!(
            message(&answer, server).contains(words),
            "{server}: {answer:#}"
        );
    }

    // A key that nobody knows.
    let other = hosts.project.path("other");
    finish(
        Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(&other),
    );
    hosts.on("backend", "systemctl start ssh.socket");
    let key = other.to_str().expect("a path");
    let answer = hosts.json(
        1,
        &[&configure[..], &["--servers", "backend", "--ssh-key", key]].concat(),
    );
    assert!(
        message(&answer, "backend").contains("does not accept the SSH key"),
        "{answer:#}"
    );

    // One whose disk hangs lets us in and says no more.
    hosts.on(
        "backend",
        "rm -f /etc/lostops/fingerprint; mkdir -p /etc/lostops; mkfifo -m 644 /etc/lostops/fingerprint",
    );
    let answer = hosts.json(1, &[&configure[..], &["--servers", "backend"]].concat());
    assert!(
        message(&answer, "backend").contains("does not answer in time"),
        "{answer:#}"
    );
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn a_task_that_fails_on_one_server_is_named_and_the_next_run_finishes_the_work() {
    let hosts = Hosts::lostops();
    // A full disk, as far as apt can see.
    hosts.on(
        "database",
        "mount -t tmpfs -o size=64k none /var/cache/apt/archives; mkdir /var/cache/apt/archives/partial",
    );
    let failed = hosts.json(1, &["configure"]);
    assert_eq!(failed["failure"]["reason"], "ansible-failed", "{failed:#}");
    assert_eq!(of(&failed, "backend")["end"], "changed", "{failed:#}");
    assert_eq!(of(&failed, "monitoring")["end"], "changed", "{failed:#}");
    let database = of(&failed, "database");
    assert_eq!(database["end"], "failed", "{failed:#}");
    let failure = &database["failures"][0];
    assert_eq!(failure["role"], "base", "{failed:#}");
    assert!(
        failure["place"]
            .as_str()
            .is_some_and(|place| place.contains("roles/base/tasks/main.yml:")),
        "{failed:#}"
    );
    assert!(
        failure["message"]
            .as_str()
            .is_some_and(|message| message.contains("space")),
        "{failed:#}"
    );
    hosts.on("database", "umount /var/cache/apt/archives");
    let mended = hosts.json(0, &["configure"]);
    let ends =
        ["backend", "database", "monitoring"].map(|server| of(&mended, server)["end"].clone());
    assert_eq!(ends, ["unchanged", "changed", "unchanged"], "{mended:#}");

    // The next change fails for one of them: Ansible goes on with the others, and the next run does the rest.
    hosts.project.edit(
        "describers/environment.yaml",
        "203.0.113.0/24",
        "203.0.113.0/25",
    );
    let group = "azurerm_network_security_group";
    hosts.simulator(&[
        "fault",
        "409",
        "--type",
        group,
        "--name",
        "database-nsg",
        "--times",
        "1",
    ]);
    let partial = hosts.json(1, &["apply", "--only", "both"]);
    assert_eq!(partial["failure"]["reason"], "apply-failed", "{partial:#}");
    let told = partial["ansible"]["servers"].as_array().expect("servers");
    let told: Vec<_> = told.iter().map(|server| &server["name"]).collect();
    assert_eq!(told, ["backend", "monitoring"], "{partial:#}");
    let notes = partial["notes"].to_string();
    assert!(
        notes.contains("`backend` and `monitoring` is done: initialised all the same"),
        "{notes}"
    );
    let rest = hosts.json(0, &["apply", "--only", "both"]);
    assert_eq!(of(&rest, "backend")["end"], "unchanged", "{rest:#}");
    assert_eq!(of(&rest, "database")["end"], "changed", "{rest:#}");
}

/// Starts a run and waits until it says these words.
fn started(
    hosts: &Hosts,
    words: &str,
) -> (std::process::Child, BufReader<std::process::ChildStderr>) {
    let mut child = hosts
        .command(&["configure", "--cloud", "simulated", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stderr.take().expect("standard error"));
    let mut line = String::new();
    while !line.contains(words) {
        line.clear();
        assert_ne!(
            lines.read_line(&mut line).expect("a line"),
            0,
            "it ended without {words}"
        );
    }
    (child, lines)
}

fn answer(
    mut child: std::process::Child,
    mut lines: BufReader<std::process::ChildStderr>,
) -> (i32, Value) {
    let mut rest = String::new();
    lines.read_to_string(&mut rest).expect("the rest");
    let mut text = String::new();
    let mut out = child.stdout.take().expect("standard output");
    out.read_to_string(&mut text).expect("the answer");
    let code = child.wait().expect("it ends").code().unwrap_or(-1);
    (
        code,
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}\n{rest}")),
    )
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn a_server_that_vanishes_is_told_and_the_others_finish() {
    let hosts = Hosts::lostops();
    let (child, lines) = started(&hosts, "2/");
    let name = format!("lostops-{}-database", hosts.word());
    super::pause(&name);
    let (code, answer) = answer(child, lines);
    super::docker(&["unpause", &name]);
    assert_eq!(code, 1, "{answer:#}");
    assert_eq!(of(&answer, "database")["end"], "unreachable", "{answer:#}");
    for server in ["backend", "monitoring"] {
        assert_eq!(of(&answer, server)["end"], "changed", "{answer:#}");
    }
    let mended = hosts.json(0, &["configure"]);
    assert_eq!(of(&mended, "database")["end"], "changed", "{mended:#}");
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn a_cancelled_run_says_so_leaves_nothing_running_and_the_next_one_finishes() {
    let hosts = Hosts::of(Project::with(
        &crate::harness::root().join("examples/managed"),
    ));
    hosts.terraform();
    let (child, lines) = started(&hosts, " 2/");
    let pid = child.id().to_string();
    finish(Command::new("kill").args(["-INT", &pid]));
    let (code, answer) = answer(child, lines);
    assert_eq!(code, 1, "{answer:#}");
    assert_eq!(answer["failure"]["reason"], "cancelled", "{answer:#}");
    let folder = hosts.project.path(".").display().to_string();
    let left = finish(Command::new("pgrep").args(["-f", &folder]));
    assert_eq!(left.stdout, "", "no child is left");
    let mended = hosts.json(0, &["configure"]);
    assert_eq!(of(&mended, "web")["end"], "changed", "{mended:#}");
}
