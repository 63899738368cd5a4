//! The comment and the job summary as people read them: six situations, kept beside this file as they are printed.
//!
//! `UPDATE_COMMENTS=1 cargo test --test it comment` writes them anew; `scripts/picture` shows one as GitHub would.

use crate::configure::{CONFIGURE, Servers};
use crate::harness::{Project, Run, SECRETS, finish, root};
use crate::image::event::Event;
use std::fs;

/// Lines of Terraform's plan that are kept: enough to see how it is written.
const PLAN_LINES: usize = 14;

fn markdown(project: &Project, operation: &str) -> Run {
    let mut command = project.command(&[operation, "--cloud", "simulated", "--format", "markdown"]);
    command.envs(SECRETS);
    finish(&mut command)
}

/// The job summary of the same, by way of the action.
fn summary(project: &Project, operation: &str) -> String {
    let event = Event::new("push.direct");
    let file = |name: &str| project.path(name).to_string_lossy().into_owned();
    project.write("event.json", event.payload.to_string());
    let mut command = project.command(&["run"]);
    command.envs(SECRETS);
    command
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_REPOSITORY", "octo-org/servers")
        .env("GITHUB_RUN_ID", "4711")
        .env("GITHUB_EVENT_PATH", file("event.json"))
        .env("GITHUB_STEP_SUMMARY", file("summary"))
        // The cloud is that of the commands before.
        .env("RUNNER_TEMP", file(""))
        .env("INPUT_CLOUD", "simulated")
        .env("INPUT_OPERATION", operation)
        .env("INPUT_COMMENT", "never")
        .env("INPUT_REVIEWED-PLAN", "off")
        .envs(event.variables());
    finish(&mut command);
    fs::read_to_string(project.path("summary")).expect("the summary")
}

fn staging() -> Project {
    Project::with(&root().join("examples/managed"))
}

/// Holds a comment to the file of this name, or writes the file.
fn is_as_kept(name: &str, comment: &str) {
    let file = root().join("tests/it/comment").join(format!("{name}.md"));
    let comment = filtered(comment);
    if std::env::var_os("UPDATE_COMMENTS").is_some() {
        fs::write(file, comment).expect("the kept comment");
        return;
    }
    let kept = fs::read_to_string(&file).expect("the kept comment");
    assert_eq!(
        comment, kept,
        "{name}: look at it, and if it is right: UPDATE_COMMENTS=1 cargo test --test it comment"
    );
}

/// What differs from one day, version and size to the next is left out.
fn filtered(comment: &str) -> String {
    let mut kept = String::new();
    let mut plan = None;
    for line in comment.lines() {
        if let Some(lines) = &mut plan {
            if line == "```" {
                plan = None;
            } else {
                *lines += 1;
                if *lines == PLAN_LINES {
                    kept.push_str("  # (the rest of the plan)\n");
                }
                if *lines >= PLAN_LINES {
                    continue;
                }
            }
        } else if line == "```diff" {
            plan = Some(0);
        }
        let line = match line {
            last if last.starts_with("<sub>") => versions(last),
            cut if cut.starts_with("✂️ *") => digits(cut),
            year if year.contains("this ends in ") => digits(year),
            other => other.to_owned(),
        };
        kept.push_str(&line);
        kept.push('\n');
    }
    kept
}

/// `lostops 1.2.3` as `lostops N`, and how long it took without its length: a busy machine takes minutes.
fn versions(line: &str) -> String {
    let line = digits(line).replace("N.N.N", "N");
    let parts = line.split(" · ").map(|part| match part {
        "N s" | "N min N s" => "N.N s",
        other => other,
    });
    parts.collect::<Vec<_>>().join(" · ")
}

fn digits(line: &str) -> String {
    let mut without = String::new();
    for c in line.chars() {
        match c {
            '0'..='9' if without.ends_with('N') => {}
            '0'..='9' => without.push('N'),
            c => without.push(c),
        }
    }
    without
}

#[test]
fn a_first_plan_says_what_will_be_made() {
    let project = staging();
    let run = markdown(&project, "plan");
    assert_eq!(run.code, 0, "{}", run.stderr);
    is_as_kept("first", &run.stdout);
    is_as_kept("first.summary", &summary(&project, "plan"));
}

#[test]
fn nothing_to_change_is_one_quiet_line() {
    let project = staging();
    project.apply(0);
    let run = markdown(&project, "plan");
    assert_eq!(run.code, 0, "{}", run.stderr);
    is_as_kept("nothing", &run.stdout);
    is_as_kept("nothing.summary", &summary(&project, "plan"));
}

#[test]
fn a_violation_stands_before_everything_else() {
    let project = Project::lostops();
    project.apply(0);
    project.edit(
        "describers/database.yaml",
        "ports:\n",
        "ports:\n  - { port: 8080, from: internet, for: debug }\n",
    );
    let run = markdown(&project, "plan");
    assert_eq!(run.code, 3, "{}", run.stderr);
    is_as_kept("violation", &run.stdout);
    is_as_kept("violation.summary", &summary(&project, "plan"));
}

#[test]
fn what_is_granted_and_destroys_is_marked() {
    let project = staging();
    project.apply(0);
    project
        .edit("describers/web.yaml", "Standard_B2s", "Standard_B4ms")
        .edit("describers/web.yaml", "ubuntu-24_04-lts", "ubuntu-26_04-lts")
        .edit(
            "describers/policy.yaml",
            "grants: []",
            "grants:\n  - { server: web, operation: resize, to: Standard_B4ms, reason: \"load test\", until: 2099-05-31 }\n  \
             - { server: web, operation: reimage, reason: \"the new LTS\", until: 2099-05-31 }",
        );
    let run = markdown(&project, "plan");
    assert_eq!(run.code, 0, "{}", run.stderr);
    is_as_kept("replace", &run.stdout);
    is_as_kept("replace.summary", &summary(&project, "plan"));
}

#[test]
fn a_partial_apply_says_what_is_done_what_failed_and_what_was_not_begun() {
    let out_of_quota = || {
        let project = staging();
        project.plan(0);
        let machine = ["--type", "azurerm_linux_virtual_machine", "--times", "50"];
        project.portal(&[&["fault", "quota"][..], &machine].concat());
        project
    };
    let run = markdown(&out_of_quota(), "apply");
    assert_eq!(run.code, 1, "{}", run.stderr);
    is_as_kept("partial", &run.stdout);
    is_as_kept("partial.summary", &summary(&out_of_quota(), "apply"));
}

/// What Ansible tells of three servers: the tasks of two roles, the second of which fails on the last where it is to.
fn told(check: bool, fails: bool) -> Vec<String> {
    let servers = ["backend", "database", "monitoring"];
    let mut events =
        vec![r#"{"ev":"play","hosts":["backend","database","monitoring"],"tasks":3}"#.to_owned()];
    let tasks = [
        ("base", "Install the packages of all roles", 27),
        ("firewall", "Put the firewall in force", 2),
    ];
    for (id, (role, name, line)) in tasks.into_iter().enumerate() {
        events.push(format!(
            r#"{{"ev":"task","id":"{id}","name":"{name}","role":"{role}","path":"/tmp/x/ansible/roles/{role}/tasks/main.yml:{line}"}}"#
        ));
        for server in servers {
            events.push(format!(
                r#"{{"ev":"begin","host":"{server}","task":"{id}"}}"#
            ));
            events.push(match (role, server) {
                ("firewall", "monitoring") if fails => format!(
                    r#"{{"ev":"failed","host":"{server}","task":"{id}","secs":0.2,"res":{{"msg":"the command that puts it in force failed","rc":1,"stderr":"/etc/nftables.d/lostops.nft:7:3-9: Error: syntax error, unexpected string"}},"ignored":false}}"#
                ),
                ("firewall", "database") => format!(
                    r#"{{"ev":"ok","host":"{server}","task":"{id}","secs":0.8,"changed":true,"res":{{"diff":{{"before":"table inet lostops {{\n  tcp dport 22 accept\n}}\n","after":"table inet lostops {{\n  tcp dport 22 accept\n  tcp dport 3306 accept\n}}\n","before_header":"/etc/nftables.d/lostops.nft","after_header":"/etc/nftables.d/lostops.nft"}}}}}}"#
                ),
                ("base", "database") => format!(
                    r#"{{"ev":"ok","host":"{server}","task":"{id}","secs":9.1,"changed":true,"res":{{"apt":[{{"names":["nftables"],"lines":["The following additional packages will be installed:","  libnftables1","The following NEW packages will be installed:","  libnftables1 nftables","Inst nftables (1.0.9-1build1 Ubuntu:24.04/noble [amd64])","Inst libnftables1 (1.0.9-1build1 Ubuntu:24.04/noble [amd64])"]}}]}}}}"#
                ),
                _ => format!(
                    r#"{{"ev":"ok","host":"{server}","task":"{id}","secs":0.8,"changed":{},"res":{{}}}}"#,
                    !check && server != "backend"
                ),
            });
        }
    }
    let failures = u8::from(fails);
    events.push(format!(
        r#"{{"ev":"stats","hosts":{{"backend":{{"ok":2}},"database":{{"ok":2,"changed":1}},"monitoring":{{"ok":1,"failures":{failures}}}}}}}"#
    ));
    events
}

fn configured(arguments: &[&str], fails: bool, code: i32) -> String {
    let servers = Servers::new();
    let events = told(arguments.contains(&"--check"), fails);
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    servers.plays(&events, if fails { "exit 2" } else { "exit 0" });
    let mut command =
        servers.command(&[&CONFIGURE[..], &["--format", "markdown"], arguments].concat());
    command.envs(SECRETS);
    let run = finish(&mut command);
    assert_eq!(run.code, code, "{}\n{}", run.stdout, run.stderr);
    run.stdout
}

#[test]
fn what_ansible_would_change_is_shown_as_a_difference() {
    is_as_kept("preview", &configured(&["--check"], false, 0));
}

#[test]
fn a_server_that_could_not_be_initialised_is_named_with_its_task() {
    is_as_kept("unconfigured", &configured(&[], true, 1));
}

#[test]
fn a_long_plan_is_cut_where_a_line_ends_and_says_how_much_is_missing() {
    let project = staging();
    let web = fs::read_to_string(project.path("describers/web.yaml")).expect("the describer");
    for number in 10..40 {
        let other = web
            .replace("server: web", &format!("server: web-{number}"))
            .replace("10.20.0.4", &format!("10.20.0.{number}"));
        project.write(&format!("describers/web-{number}.yaml"), other);
    }
    let run = markdown(&project, "plan");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let comment = &run.stdout;
    let size = comment.chars().count();
    assert!((59_000..=60_000).contains(&size), "{size} characters");
    let number = |before: &str| -> usize {
        let at = comment.find(before).expect(before) + before.len();
        let digits: String = comment[at..]
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        digits.parse().expect("a number")
    };
    let (_, plan) = comment.split_once("```diff\n").expect("the plan");
    let (shown, _) = plan.split_once("\n```\n").expect("a fence that is closed");
    assert_eq!(
        shown.split('\n').count() + number("✂️ *"),
        number("Terraform's plan, "),
        "what is shown and what is left out make the whole"
    );
    is_as_kept("long", comment);
    let whole = summary(&project, "plan");
    assert!(!whole.contains('✂'), "the summary has room for all of it");
    let lines = number("Terraform's plan, ");
    assert!(
        whole.contains(&format!("Terraform's plan, {lines} lines")),
        "{whole}"
    );
}
