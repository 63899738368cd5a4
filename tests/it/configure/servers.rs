//! Servers before Ansible: which of them are reached, and by which key they are known.

use super::{CONFIGURE, HOST_KEY, Servers, end, well};
use crate::harness::finish;
use serde_json::Value;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

const OTHER_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMItGdQWvp9Xc5IAfIOllLz9NraqUeZjGJEv7c2K1Wmx";
const CHANGED: &str = "@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n@@@\nHost key verification failed.\n";

fn failed(command: &mut Command) -> Value {
    let run = finish(command);
    assert_eq!(run.code, 1, "{}\n{}", run.stdout, run.stderr);
    serde_json::from_str(&run.stdout).expect("the answer is JSON")
}

fn initialised() -> Servers {
    let servers = Servers::new();
    let events = well(&["backend", "database", "monitoring"], true);
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    servers.plays(&events, "exit 0");
    servers.configure(0, &[]);
    servers.remember();
    servers
}

#[test]
fn a_key_is_accepted_once_and_told_with_the_line_that_pins_it() {
    let servers = Servers::new();
    let events = well(&["backend"], true);
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    servers.plays(&events, "exit 0");
    let first = servers.configure(0, &["--servers", "backend"]);
    let line = format!("`host_keys: [\"{HOST_KEY}\"]`");
    assert!(
        first["notes"][0].as_str().unwrap().contains(&line),
        "{first:#}"
    );
    servers.remember();
    let second = servers.configure(0, &["--servers", "backend"]);
    assert_eq!(second["notes"].as_array().unwrap().len(), 0, "{second:#}");
}

#[test]
fn another_key_on_the_same_machine_stops_that_server_alone() {
    let servers = initialised();
    servers
        .write("host-key", OTHER_KEY)
        .write("trouble-10.10.0.5", CHANGED);
    // It does show a key; only ssh refuses it.
    servers.script("ssh-keyscan", "echo \"x $(cat \"$HOME/host-key\")\"");
    let answer = servers.configure(1, &[]);
    assert_eq!(answer["failure"]["reason"], "host-key-changed");
    let why = end(&answer, "database")["why"].as_str().unwrap().to_owned();
    assert_eq!(why.matches("SHA256:").count(), 2, "{why}");
    assert_eq!(end(&answer, "backend")["end"], "unchanged");
}

#[test]
fn another_key_on_another_machine_is_what_is_to_be_expected() {
    let servers = initialised();
    let outputs = servers
        .read("outputs.json")
        .replace("m-database", "m-another");
    servers
        .write("outputs.json", &outputs)
        .write("host-key", OTHER_KEY);
    let events = well(&["database"], true);
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    servers.plays(&events, "exit 0");
    let answer = servers.configure(0, &[]);
    assert_eq!(end(&answer, "database")["why"], "the machine is new");
    assert!(
        answer["notes"][0]
            .as_str()
            .unwrap()
            .contains("another than before"),
        "{answer:#}"
    );
}

#[test]
fn a_pinned_key_is_the_only_one() {
    let servers = Servers::new();
    servers.project.edit(
        "describers/database.yaml",
        "host_keys: []",
        &format!("host_keys: [\"{HOST_KEY}\"]"),
    );
    servers
        .write("host-key", OTHER_KEY)
        .write("trouble-10.10.0.5", CHANGED);
    servers.script("ssh-keyscan", "echo \"x $(cat \"$HOME/host-key\")\"");
    let answer = servers.configure(1, &["--servers", "database"]);
    assert_eq!(answer["failure"]["reason"], "host-key-changed");
    let help = answer["failure"]["help"].as_str().unwrap();
    assert!(help.contains(OTHER_KEY), "{help}");
}

#[test]
fn a_server_that_does_not_answer_is_named_with_the_reason_and_the_others_go_on() {
    let servers = initialised();
    servers.write(
        "trouble-10.10.0.5",
        "ssh: connect to host 10.10.0.5 port 22: Connection timed out\r\n",
    );
    let answer = servers.configure(1, &[]);
    assert_eq!(answer["failure"]["reason"], "server-unreachable");
    assert_eq!(end(&answer, "database")["end"], "unreachable");
    assert!(
        end(&answer, "database")["why"]
            .as_str()
            .unwrap()
            .contains("times out")
    );
    assert_eq!(end(&answer, "monitoring")["end"], "unchanged");
}

#[test]
fn a_server_that_lets_us_in_and_says_no_more_is_not_waited_for() {
    let servers = Servers::new();
    servers.script("ssh", "case \"$*\" in *'-O '*) ;; *) sleep 6000 ;; esac");
    let answer = servers.configure(1, &["--servers", "database"]);
    assert_eq!(answer["failure"]["reason"], "server-unreachable");
    assert_eq!(end(&answer, "database")["end"], "unreachable");
}

#[test]
fn a_stopped_server_is_skipped_by_name() {
    let servers = Servers::new();
    servers.project.edit(
        "describers/database.yaml",
        "state: running",
        "state: stopped",
    );
    let events = well(&["backend", "monitoring"], true);
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    servers.plays(&events, "exit 0");
    let answer = servers.configure(0, &[]);
    assert_eq!(end(&answer, "database")["end"], "skipped");
    let inventory: Value = serde_json::from_str(&servers.read("inventory.json")).expect("JSON");
    let hosts = inventory["all"]["hosts"].as_object().expect("hosts");
    assert_eq!(hosts.keys().collect::<Vec<_>>(), ["backend", "monitoring"]);
}

#[test]
fn where_no_server_is_left_it_is_an_error() {
    let servers = initialised();
    servers.project.edit(
        "describers/database.yaml",
        "state: running",
        "state: stopped",
    );
    let answer = servers.configure(1, &["--servers", "database"]);
    assert_eq!(answer["failure"]["reason"], "no-hosts");
    assert!(
        answer["failure"]["message"]
            .as_str()
            .is_some_and(|message| message.ends_with("are stopped")),
        "{answer:#}"
    );
}

#[test]
fn a_violation_keeps_every_server_untouched() {
    let servers = Servers::new();
    servers.project.edit(
        "describers/database.yaml",
        "3306, from: backend",
        "3306, from: internet",
    );
    let answer = servers.configure(3, &[]);
    assert_eq!(answer["result"], "violations");
    assert_eq!(servers.read("ssh.log"), "");
}

#[test]
fn a_secret_that_is_not_set_keeps_every_server_untouched() {
    let servers = Servers::new();
    let mut command = servers.command(&[&CONFIGURE[..], &["--format", "json"]].concat());
    let answer = failed(command.env_remove("LARAVEL_APP_KEY"));
    assert_eq!(answer["failure"]["reason"], "secret-missing");
    let message = answer["failure"]["message"].to_string();
    assert!(
        message.contains("`backend` needs `LARAVEL_APP_KEY`"),
        "{message}"
    );
    assert_eq!(servers.read("ansible.log"), "");
}

#[test]
fn a_secret_that_cannot_be_what_it_stands_for_keeps_every_server_untouched() {
    let servers = Servers::new();
    for wrong in [
        "hunter-two-two",
        "discord.example/hunter-two-two",
        "ftp://hunter-two-two/",
    ] {
        let mut command = servers.command(&[&CONFIGURE[..], &["--format", "json"]].concat());
        let answer = failed(command.env("DISCORD_WEBHOOK", wrong));
        assert_eq!(answer["failure"]["reason"], "secret-unusable", "{wrong}");
        let message = answer["failure"]["message"].to_string();
        assert!(
            message.contains("`DISCORD_WEBHOOK`") && message.contains("`monitoring`"),
            "{message}"
        );
        assert!(!answer.to_string().contains("hunter"), "{answer:#}");
        assert_eq!(servers.read("ansible.log"), "");
    }
}

#[test]
fn where_there_is_neither_ansible_nor_a_python_for_it_it_is_said_what_to_install() {
    let servers = Servers::new();
    std::fs::remove_file(servers.project.path("bin/ansible-playbook")).expect("Ansible");
    // What the scripts and lostops itself start, and nothing else.
    let path = std::env::var("PATH").expect("PATH");
    for name in ["cat", "ssh-keygen"] {
        let mut folders = path.split(':').map(|folder| Path::new(folder).join(name));
        let program = folders
            .find(|program| program.is_file())
            .expect("a program");
        symlink(program, servers.project.path("bin").join(name)).expect("a link");
    }
    let mut command = servers.command(&[&CONFIGURE[..], &["--format", "json"]].concat());
    let answer = failed(command.env("PATH", servers.project.path("bin")));
    assert_eq!(answer["failure"]["reason"], "ansible-missing");
    let help = answer["failure"]["help"].to_string();
    assert!(help.contains("install Python 3.11"), "{help}");
}

#[test]
fn an_ansible_that_cannot_begin_takes_nothing_away_from_what_is_known() {
    let servers = initialised();
    // What the play would be written into.
    let content = ".lostops/production/azure/ansible";
    std::fs::remove_dir_all(servers.project.path(content)).expect("the content");
    servers.write(content, "in the way");
    servers.write("held-10.10.0.5", "");
    servers.write("trouble-10.10.0.6", "Permission denied (publickey).");
    let answer = servers.configure(1, &[]);
    assert_eq!(end(&answer, "backend")["end"], "unchanged", "{answer:#}");
    assert_eq!(
        end(&answer, "database")["why"],
        "Ansible did not begin",
        "{answer:#}"
    );
    assert_eq!(end(&answer, "monitoring")["end"], "unreachable");
    assert!(
        answer["failure"]["message"]
            .as_str()
            .is_some_and(|message| message.contains("production/azure/ansible")),
        "{answer:#}"
    );
}

#[test]
fn no_connection_is_made_or_ended_with_what_a_user_has_set_for_himself() {
    let servers = Servers::new();
    // A connection stays, as OpenSSH keeps it.
    let keeps = r#"for word in "$@"; do case "$word" in ControlPath=*) touch "${word#ControlPath=}" ;; esac; done"#;
    servers.script("ssh", &format!("{keeps}\n{}", super::SSH));
    servers.run(&CONFIGURE);
    let log = servers.read("ssh.log");
    assert!(log.contains(" -O exit "), "{log}");
    for line in log.lines() {
        assert!(line.starts_with("-F none "), "{line}");
    }
}
