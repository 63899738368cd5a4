//! What a workflow that is not right yet is told: the step, the input or the lines that it lacks.

use super::Job;
use crate::fake_github::FakeGitHub;
use crate::harness::{Project, root};

#[test]
fn a_forgotten_checkout_is_named() {
    let mut job = Job::new();
    // A runner's temporary folder is not in the workspace.
    job.project = Project::empty();
    let temporary = Project::empty();
    let folder = temporary.path("").to_string_lossy().into_owned();
    job.set("RUNNER_TEMP", &folder);
    for name in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_EVENT_PATH"] {
        let file = temporary.path(name).to_string_lossy().into_owned();
        job.set(name, &file);
    }
    let event = crate::image::event::Event::new("pull_request.opened");
    temporary.write("GITHUB_EVENT_PATH", event.payload.to_string());
    let mut command = job.command("pull_request.opened");
    std::fs::remove_dir_all(job.project.path("temp")).expect("the folder");
    let run = crate::harness::finish(&mut command);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stdout
            .contains("`uses: actions/checkout` must come before"),
        "{run:?}"
    );
    let outputs = std::fs::read_to_string(temporary.path("GITHUB_OUTPUT")).expect("outputs");
    assert!(outputs.contains("\nno-describers\n"), "{outputs}");
}

#[test]
fn a_folder_that_is_not_there_is_named_with_its_input() {
    let ended = Job::new()
        .set("INPUT_DESCRIBERS", "servers")
        .ends("pull_request.opened", 1);
    assert_eq!(ended.output("failure-reason"), "no-describers");
    assert!(
        ended.log.contains("`servers`") && ended.log.contains("`describers: FOLDER`"),
        "{}",
        ended.log
    );
}

#[test]
fn several_environments_are_answered_with_the_matrix_to_copy() {
    let mut job = Job::with(&root().join("describers"), FakeGitHub::builder());
    job.project = Project::two_environments();
    std::fs::create_dir_all(job.project.path("temp")).expect("the folder");
    let ended = job.ends("pull_request.opened", 1);
    assert_eq!(ended.output("failure-reason"), "environment-not-chosen");
    let lines = "```yaml\nstrategy:\n  matrix:\n    environment: [\"production\",\"staging\"]\n";
    assert!(ended.summary.contains(lines), "{}", ended.summary);
    assert!(job.comment().contains(lines), "{}", job.comment());
    job.set("INPUT_ENVIRONMENT", "stagin");
    let ended = job.ends("pull_request.opened", 1);
    assert_eq!(ended.output("failure-reason"), "unknown-environment");
    let names = "choose production or staging";
    assert!(ended.log.contains(names), "{}", ended.log);
}

#[test]
fn what_azure_lacks_is_answered_with_lines_to_copy() {
    let mut job = Job::new();
    let ended = job
        .set("INPUT_CLOUD", "azure")
        .ends("pull_request.opened", 1);
    assert_eq!(ended.output("failure-reason"), "auth-failed");
    for words in [
        "`cloud: simulated`",
        "```yaml\nenv:\n  ARM_SUBSCRIPTION_ID: ${{ vars.ARM_SUBSCRIPTION_ID }}\n",
        "permissions:\n  contents: read\n  id-token: write\n```",
    ] {
        assert!(
            ended.summary.contains(words),
            "{words} is not in {}",
            ended.summary
        );
    }
}

#[test]
fn a_job_that_plans_is_not_told_to_hold_the_secrets_of_the_servers() {
    let ended = Job::new().ends("pull_request.opened", 0);
    assert!(!ended.log.contains("LO111"), "{}", ended.log);
}
