//! Packages that roles install: told in every format, and judged by what the roles own and the policy permits.

use super::{Servers, end};
use crate::harness::{Run, finding};
use serde_json::{Value, json};

/// What apt prints of these packages in a check: the first is asked for, the others it needs.
fn apt(names: &[&str]) -> Value {
    let mut lines = Vec::new();
    if names.len() > 1 {
        lines.push("The following additional packages will be installed:".to_owned());
        lines.push(format!("  {}", names[1..].join(" ")));
    }
    lines.push("The following NEW packages will be installed:".to_owned());
    lines.push(format!("  {}", names.join(" ")));
    lines.push("1 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.".to_owned());
    lines.extend(
        names
            .iter()
            .map(|name| format!("Inst {name} (1.0-2 Ubuntu:24.04/noble [amd64])")),
    );
    json!([{ "lines": lines, "names": [names[0]] }])
}

/// A play of the database in which the role `base` has apt say this, and `docker` runs or is skipped.
fn plays(servers: &Servers, apt: &Value, docker: &str) {
    let changed = json!({ "ev": "ok", "host": "database", "task": "1", "secs": 2, "changed": true, "res": { "apt": apt } });
    let events = [
        json!({ "ev": "play", "hosts": ["database"], "tasks": 3 }),
        json!({ "ev": "task", "id": "1", "role": "base", "name": "Install the packages of all roles",
            "path": "/tmp/x/ansible/roles/base/tasks/main.yml:27" }),
        changed,
        json!({ "ev": "task", "id": "2", "role": "firewall", "name": "Load", "path": "/tmp/x/ansible/roles/firewall/tasks/main.yml:2" }),
        json!({ "ev": "ok", "host": "database", "task": "2", "res": {} }),
        json!({ "ev": "task", "id": "3", "role": "docker", "name": "Run", "path": "/tmp/x/ansible/roles/docker/tasks/main.yml:2" }),
        json!({ "ev": docker, "host": "database", "task": "3", "res": {} }),
        json!({ "ev": "stats", "hosts": { "database": { "ok": 3, "changed": 1 } } }),
    ];
    let events: Vec<String> = events
        .iter()
        .map(|event| event.to_string().replace('\'', "'\\''"))
        .collect();
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    servers.plays(&events, "exit 0");
}

const DATABASE: [&str; 2] = ["--servers", "database"];

fn preview(servers: &Servers, code: i32) -> Value {
    servers.configure(code, &[&DATABASE[..], &["--check"]].concat())
}

fn shown(servers: &Servers, format: &str, more: &[&str]) -> Run {
    let arguments = [
        "configure",
        "--ssh-key",
        "key",
        "--timeout",
        "1s",
        "--format",
        format,
    ];
    servers.run(&[&arguments[..], &DATABASE, more].concat())
}

fn packages(answer: &Value) -> Vec<String> {
    let packages = end(answer, "database")["packages"]
        .as_array()
        .expect("packages");
    let word = |one: &Value, name: &str| one[name].as_str().unwrap_or("-").to_owned();
    packages
        .iter()
        .map(|one| {
            format!(
                "{} {} {}",
                word(one, "how"),
                word(one, "name"),
                word(one, "version")
            )
        })
        .collect()
}

fn codes(answer: &Value) -> Vec<&str> {
    let findings = answer["findings"].as_array().expect("findings");
    let codes = findings
        .iter()
        .filter_map(|finding| finding["code"].as_str());
    codes.filter(|code| code.starts_with("LO4")).collect()
}

#[test]
fn what_a_role_owns_and_what_that_needs_is_told_and_permitted() {
    let servers = Servers::new();
    plays(
        &servers,
        &apt(&["nftables", "libnftables1", "libjansson4"]),
        "skipped",
    );
    let answer = preview(&servers, 0);
    assert_eq!(codes(&answer), Vec::<&str>::new());
    assert_eq!(
        packages(&answer),
        [
            "asked nftables 1.0-2",
            "dependency libjansson4 1.0-2",
            "dependency libnftables1 1.0-2"
        ]
    );
    let first = &end(&answer, "database")["packages"][0];
    assert_eq!(first["place"], "ansible/roles/base/tasks/main.yml:27");
    assert_eq!(first["task"], "Install the packages of all roles");
    let human = shown(&servers, "human", &["--check"]);
    assert!(
        human.stdout.contains("packages: +nftables 1.0-2 and 2 that it needs\n      needed: libjansson4 1.0-2, libnftables1 1.0-2\n"),
        "{}",
        human.stdout
    );
    let markdown = shown(&servers, "markdown", &["--check"]);
    assert!(
        markdown.stdout.contains(
            "<details><summary>Packages that would change on 1 server</summary>\n\n\
             - `database`: `+nftables 1.0-2` and 2 that it needs\n  \
             - needed: `libjansson4 1.0-2`, `libnftables1 1.0-2`\n\n</details>"
        ),
        "{}",
        markdown.stdout
    );
}

#[test]
fn ansible_is_told_to_say_what_its_tasks_ask_for() {
    let servers = Servers::new();
    plays(&servers, &apt(&["nftables"]), "ok");
    preview(&servers, 0);
    // Ansible 2.21 leaves it out unless this is set; older ones do not know it and always say it.
    assert!(
        servers
            .read("environment")
            .contains("ANSIBLE_INJECT_INVOCATION=1\n")
    );
}

#[test]
fn a_package_that_is_no_role_s_own_would_be_added_and_is_an_error() {
    let servers = Servers::new();
    plays(&servers, &apt(&["cowsay"]), "ok");
    let answer = preview(&servers, 3);
    let found = finding(&answer, "LO402");
    assert_eq!(found["severity"], "error");
    assert_eq!(found["server"], "database");
    assert_eq!(
        found["message"],
        "`base : Install the packages of all roles` would add `cowsay` to `database`"
    );
    assert_eq!(
        found["evidence"],
        "ansible/roles/base/tasks/main.yml:27: cowsay 1.0-2"
    );
    assert!(
        found["help"]
            .as_str()
            .is_some_and(|help| help.contains("`packages.allow` of the role `database`"))
    );
}

#[test]
fn after_a_run_it_was_added_and_the_run_ends_as_a_violation() {
    let servers = Servers::new();
    plays(&servers, &apt(&["cowsay"]), "ok");
    let answer = servers.configure(3, &DATABASE);
    assert_eq!(answer["result"], "violations");
    assert_eq!(
        finding(&answer, "LO402")["message"],
        "`base : Install the packages of all roles` added `cowsay` to `database`"
    );
}

#[test]
fn what_the_policy_permits_to_the_role_is_no_finding() {
    let servers = Servers::new();
    // Each role has such a line, and this test is about one server.
    let policy = servers.read("describers/policy.yaml");
    let policy = policy.replace("packages: { allow: [] }", "packages: { allow: [cowsay] }");
    servers.write("describers/policy.yaml", &policy);
    plays(&servers, &apt(&["cowsay", "perl"]), "ok");
    let answer = preview(&servers, 0);
    assert_eq!(codes(&answer), Vec::<&str>::new());
    assert_eq!(packages(&answer).len(), 2);
}

#[test]
fn what_a_role_owns_is_permitted_only_where_that_role_runs() {
    let servers = Servers::new();
    plays(&servers, &apt(&["docker.io", "containerd"]), "ok");
    assert_eq!(codes(&preview(&servers, 0)), Vec::<&str>::new());
    plays(&servers, &apt(&["docker.io", "containerd"]), "skipped");
    assert_eq!(codes(&preview(&servers, 3)), ["LO402"]);
}

#[test]
fn a_package_that_is_removed_is_an_error() {
    let servers = Servers::new();
    let removed = json!([{
        "lines": [
            "The following packages will be REMOVED:",
            "  chrony",
            "The following NEW packages will be installed:",
            "  systemd-timesyncd",
            "0 upgraded, 1 newly installed, 1 to remove and 0 not upgraded.",
            "Remv chrony [4.5-1]",
            "Inst systemd-timesyncd (255.4-1 Ubuntu:24.04/noble [amd64])",
        ],
        "names": ["systemd-timesyncd"],
    }]);
    plays(&servers, &removed, "ok");
    let answer = preview(&servers, 3);
    assert_eq!(codes(&answer), ["LO403"]);
    assert_eq!(
        finding(&answer, "LO403")["evidence"],
        "ansible/roles/base/tasks/main.yml:27: chrony 4.5-1"
    );
    let human = shown(&servers, "human", &["--check"]);
    assert!(
        human
            .stdout
            .contains("packages: -chrony 4.5-1 and +systemd-timesyncd 255.4-1\n"),
        "{}",
        human.stdout
    );
}

#[test]
fn names_of_packages_that_try_to_do_something_do_nothing_in_any_format() {
    let servers = Servers::new();
    let names = [
        "\u{1b}[31mred",
        "<img/src=x>",
        "@octocat",
        "`]`",
        "::error::x",
        "hunter-two-two",
    ];
    // Each asked for, so that each is a finding.
    let rounds = names
        .iter()
        .filter_map(|name| apt(&[*name]).as_array().cloned());
    let rounds: Vec<Value> = rounds.flatten().collect();
    plays(&servers, &json!(rounds), "ok");
    for format in ["human", "json", "markdown", "sarif"] {
        let arguments = [
            "configure",
            "--ssh-key",
            "key",
            "--check",
            "--format",
            format,
        ];
        let mut command = servers.command(&[&arguments[..], &DATABASE].concat());
        let run = crate::harness::finish(command.env("MYSQL_EXPORTER_PASSWORD", "hunter-two-two"));
        assert_eq!(run.code, 3, "{format}: {}\n{}", run.stdout, run.stderr);
        let said = run.stdout;
        assert!(
            !said.contains('\u{1b}') && !said.contains("hunter-two"),
            "{format}: {said}"
        );
        assert!(said.contains("img/src=x"), "{format}: {said}");
        let at_start = said
            .lines()
            .any(|line| line.trim_start().starts_with("::error"));
        assert!(!at_start, "{format}: {said}");
        if format == "markdown" {
            let outside: String = said.split('`').step_by(2).collect();
            assert!(
                !outside.contains("<img") && !outside.contains('@'),
                "{said}"
            );
        } else if format != "human" {
            serde_json::from_str::<Value>(&said).expect("a document");
        }
    }
}

#[test]
fn a_server_with_more_packages_than_are_kept_is_told_short_and_judged_with_care() {
    let servers = Servers::new();
    let names: Vec<String> = (0..2500).map(|number| format!("lib{number}")).collect();
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.insert(0, "nftables");
    plays(&servers, &apt(&names), "ok");
    let answer = preview(&servers, 3);
    assert_eq!(end(&answer, "database")["packages_cut"], true);
    assert_eq!(packages(&answer).len(), 1000);
    assert_eq!(packages(&answer)[0], "asked nftables 1.0-2");
    assert_eq!(codes(&answer), ["LO402"]);
    for format in ["human", "markdown"] {
        let said = shown(&servers, format, &["--check"]).stdout;
        assert!(said.len() < 8000, "{format}: {}", said.len());
        assert!(
            said.contains("999 that it needs and more than are kept"),
            "{format}: {said}"
        );
    }
}
