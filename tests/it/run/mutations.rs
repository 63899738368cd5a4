//! Ways in which a plan may differ between its review and the push, each with the verdict it must get: real Terraform plans
//! both times. The table takes a minute: `make review-test`.

use super::Job;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What must come of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// It is the plan that was reviewed.
    Equal,
    /// It is a part of it.
    Remainder,
    /// It is more, or otherwise: these words say what.
    Changed(&'static str),
    /// There is nothing to hold it against that could be trusted.
    NotReviewed(&'static str),
}
use Verdict::{Changed, Equal, NotReviewed, Remainder};

type Case = (&'static str, fn(&mut Job), Verdict);

const BACKEND: &str = "describers/backend.yaml";
const DATABASE: &str = "describers/database.yaml";
const ENVIRONMENT: &str = "describers/environment.yaml";
const POLICY: &str = "describers/policy.yaml";

/// What is written.
const WRITTEN: &[Case] = &[
    ("nothing", |_| (), Equal),
    (
        "another runner, on which nothing was kept",
        |job| fs::remove_dir_all(job.project.path("temp/.lostops")).expect("a folder"),
        Equal,
    ),
    (
        "a comment",
        |job| edit(job, DATABASE, "ports:\n", "ports: # checked\n"),
        Equal,
    ),
    (
        "the order of ports",
        |job| {
            edit(
                job,
                BACKEND,
                "  - { port: 80,   from: internet,   for: http }",
                "",
            );
            edit(
                job,
                BACKEND,
                "ports:\n",
                "ports:\n  - { port: 80, from: internet, for: http }\n",
            );
        },
        Equal,
    ),
    (
        "the name of a file",
        |job| {
            let path = |name: &str| job.project.path(name);
            fs::rename(path(DATABASE), path("describers/mysql.yaml")).expect("a file");
        },
        Equal,
    ),
    (
        "a group, written as its addresses",
        |job| {
            edit(
                job,
                BACKEND,
                "port: 22,   from: operators",
                "port: 22,   from: 203.0.113.0/24",
            );
        },
        Equal,
    ),
    (
        "a policy that permits more, and nothing that uses it",
        |job| edit(job, POLICY, "9100, 9104], from", "9100, 9104, 9200], from"),
        Equal,
    ),
    (
        "one port more",
        |job| {
            edit(job, POLICY, "9100, 9104], from", "9100, 9104, 9200], from");
            edit(
                job,
                DATABASE,
                "ports:\n",
                "ports:\n  - { port: 9200, from: monitoring, for: more }\n",
            );
        },
        Changed("database: opens 9200/tcp from monitoring"),
    ),
    (
        "one port less",
        |job| {
            edit(
                job,
                DATABASE,
                "  - { port: 9104, from: monitoring, for: mysqld-exporter }\n",
                "",
            );
        },
        Changed("this[\"database\"] would be changed otherwise"),
    ),
    (
        "a port for fewer",
        |job| {
            edit(
                job,
                DATABASE,
                "port: 22,   from: operators",
                "port: 22,   from: 203.0.113.7/32",
            );
        },
        Changed("database: opens 22/tcp from 203.0.113.7"),
    ),
    (
        "a group of other addresses",
        |job| edit(job, ENVIRONMENT, "[203.0.113.0/24]", "[198.51.100.0/24]"),
        Changed("backend"),
    ),
    (
        "what a port is for",
        |job| edit(job, DATABASE, "for: mysqld-exporter", "for: metrics"),
        Changed("this[\"database\"] would be changed otherwise"),
    ),
    (
        "a server that is to be stopped",
        |job| edit(job, BACKEND, "state: running", "state: stopped"),
        Changed("backend: stop"),
    ),
    (
        "a secret of another name",
        |job| {
            edit(
                job,
                DATABASE,
                "secret:MYSQL_EXPORTER_PASSWORD",
                "secret:ANOTHER_PASSWORD",
            );
        },
        Changed("Ansible on database would be changed otherwise"),
    ),
    (
        "a setting of the application",
        |job| edit(job, BACKEND, "APP_DEBUG: false", "APP_DEBUG: true"),
        Changed("Ansible on backend would be changed otherwise"),
    ),
    (
        "another image of the application",
        |job| edit(job, BACKEND, "lostops/app:1.0", "lostops/app:1.1"),
        Changed("Ansible on backend would be changed otherwise"),
    ),
    (
        "one service less",
        |job| edit(job, BACKEND, "  cadvisor: {}\n", ""),
        Changed("Ansible on backend would be changed otherwise"),
    ),
    (
        "one package more",
        |job| {
            edit(job, BACKEND, "packages: []", "packages: [tcpdump]");
            let text = read(job, POLICY);
            job.project.write(
                POLICY,
                text.replacen(
                    "packages: { allow: [] }",
                    "packages: { allow: [tcpdump] }",
                    1,
                ),
            );
        },
        Changed("Ansible on backend would be changed otherwise"),
    ),
];

/// What is there, who plans, and what is kept.
const AROUND: &[Case] = &[
    (
        "a port that somebody opened",
        |job| {
            job.portal(
                "production",
                &["open", "database", "3306", "--from", "internet"],
            );
        },
        Changed("3306/tcp from internet"),
    ),
    (
        "a machine that somebody stopped",
        |job| job.portal("production", &["deallocate", "backend"]),
        Changed("backend: start"),
    ),
    (
        "all of it is done already",
        |job| applied(job, 0),
        Remainder,
    ),
    (
        "some of it is done already",
        |job| {
            let fault = [
                "fault",
                "quota",
                "--type",
                "azurerm_network_security_group",
                "--times",
                "1",
            ];
            job.portal("production", &fault);
            applied(job, 1);
        },
        Remainder,
    ),
    (
        "another Terraform",
        |job| {
            let before =
                "if [ \"$1\" = version ]; then echo '{\"terraform_version\":\"1.99.0\"}'; exit; fi";
            let path = job.terraform(before);
            job.set("PATH", &path);
        },
        Changed("Terraform 1.99.0 plans now"),
    ),
    (
        "another program of the same version",
        |job| {
            let path = job.terraform("");
            let bin = job.project.path("bin");
            fs::rename(bin.join("terraform"), bin.join("tofu")).expect("a program");
            job.set("PATH", &path).set("INPUT_TERRAFORM", "tofu");
        },
        Changed("OpenTofu 1"),
    ),
    (
        "another provider",
        |job| {
            // After everything that Terraform itself does with it.
            let before = "if [ \"$1 $2\" = 'show -no-color' ]; then PATH=${PATH#*:} terraform \"$@\" || exit; \
                sed -i 's/^  version *= \".*\"/  version = \"9.9.9\"/' .terraform.lock.hcl; exit; fi";
            let path = job.terraform(before);
            job.set("PATH", &path);
        },
        Changed("hashicorp/azurerm 9.9.9"),
    ),
    (
        "another key",
        |job| {
            job.set("INPUT_PLAN-KEY", "another key, as long as the first");
        },
        NotReviewed("not as it was written"),
    ),
    (
        "no key",
        |job| {
            job.set("INPUT_PLAN-KEY", "");
        },
        NotReviewed("none is given here"),
    ),
    (
        "one more commit",
        |job| {
            let mut state = job.github.state();
            state.pulls.get_mut(&7).expect("it").head_sha = "5".repeat(40);
        },
        NotReviewed("5555555 was merged"),
    ),
    (
        "the record of another pull request",
        |job| {
            let mut state = job.github.state();
            let comment = state.comments.values().next().expect("one").clone();
            let pull = state.pulls.remove(&7).expect("it");
            state.comments.clear();
            state
                .pulls
                .insert(8, crate::fake_github::Pull { number: 8, ..pull });
            state.comment(8, crate::fake_github::JOB, &comment.body);
        },
        NotReviewed("belongs to another pull request"),
    ),
    (
        "a record that was cut",
        |job| {
            for comment in job.github.state().comments.values_mut() {
                comment.body = comment.body.replacen("reviewed ", "reviewed x", 1);
            }
        },
        NotReviewed("cannot be read"),
    ),
    (
        "no record",
        |job| job.github.state().comments.clear(),
        NotReviewed("no plan was reviewed"),
    ),
];

const KEY: &str = "a plan key that is long enough";

#[test]
#[ignore = "takes a minute: make review-test"]
fn each_way_in_which_what_is_written_may_differ_gets_its_verdict() {
    judged(WRITTEN);
}

#[test]
#[ignore = "takes a minute: make review-test"]
fn each_way_in_which_anything_else_may_differ_gets_its_verdict() {
    judged(AROUND);
}

/// One pull request is planned; each case begins where that has ended. Every wrong verdict is told, not the first alone.
fn judged(cases: &[Case]) {
    let mut wrong = Vec::new();
    for (what, change, expected) in cases {
        let mut job = Job::new();
        job.set("INPUT_PLAN-KEY", KEY)
            .set("INPUT_REVIEWED-PLAN", "required");
        job.ends("pull_request.opened", 0);
        job.merged();
        change(&mut job);
        let ended = job.run("push.squash-merge");
        let says = |words: &str| ended.log.contains(words);
        let reason = ended.output("failure-reason");
        let right = match expected {
            Equal => ended.code == 0 && says("the plan is the one that was reviewed"),
            Remainder => ended.code == 0 && says("what is left of the one that was reviewed"),
            Changed(words) => reason == "plan-changed" && says(words),
            NotReviewed(words) => reason == "plan-not-reviewed" && says(words),
        };
        if !right {
            wrong.push(format!(
                "{what}: {expected:?}, and it ended with {reason:?}\n{}",
                ended.log
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn read(job: &Job, name: &str) -> String {
    fs::read_to_string(job.project.path(name)).expect("the file")
}

fn edit(job: &Job, name: &str, from: &str, to: &str) {
    job.project.edit(name, from, to);
}

/// Somebody applies what was reviewed by hand, in the very cloud.
fn applied(job: &Job, code: i32) {
    let place = job.project.path("temp");
    let mut command = Command::new(env!("CARGO_BIN_EXE_lostops"));
    let describers = job.project.path("describers");
    command
        .args([
            "apply",
            "--cloud",
            "simulated",
            "--only",
            "terraform",
            "--describers",
        ])
        .arg(&describers)
        .env("DOCKER_HOST", "unix:///nowhere")
        .current_dir(Path::new(&place));
    let run = crate::harness::finish(&mut command);
    assert_eq!(run.code, code, "{}\n{}", run.stdout, run.stderr);
}
