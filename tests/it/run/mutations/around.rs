//! What is there, who plans, and what is kept: otherwise at the push than at the review.

use super::Verdict::{Changed, NotReviewed, Remainder};
use super::{Case, Job};
use std::fs;
use std::path::Path;
use std::process::Command;

pub(super) const CASES: &[Case] = &[
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
