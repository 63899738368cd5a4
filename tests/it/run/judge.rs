//! A pull request cannot loosen its judge.

use super::Job;
use crate::fake_github::{Fault, route};
use crate::image::event::MAIN;

const POLICY: &str = "describers/policy.yaml";
const ENVIRONMENT: &str = "describers/environment.yaml";
const DATABASE: &str = "describers/database.yaml";

/// The database may be reached at 9200 by the proposed policy.
fn loosen(job: &Job) {
    job.project
        .edit(POLICY, "9100, 9104], from", "9100, 9104, 9200], from");
}

/// The files of a folder, by their names.
fn files(job: &Job, folder: &str) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(job.project.path(folder)).expect("the folder");
    let files = entries.flatten().filter(|entry| entry.path().is_file());
    let files = files.map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        (name, std::fs::read(entry.path()).expect("the file"))
    });
    files.collect()
}

fn open(job: &Job) {
    let port = "ports:\n  - { port: 9200, from: monitoring, for: more }\n";
    job.project.edit(DATABASE, "ports:\n", port);
}

#[test]
fn a_port_and_the_policy_that_would_permit_it_are_judged_by_the_policy_of_the_base() {
    let job = Job::new();
    loosen(&job);
    open(&job);
    let ended = job.ends("pull_request.opened", 3);
    assert_eq!(ended.output("failure-reason"), "policy-violation");
    let comment = job.comment();
    for words in [
        "LO203",
        "proposes another policy",
        "judged by that of its base, `1f0e2d3`",
        "would permit LO203: `database` opens tcp 9200 from monitoring",
    ] {
        assert!(comment.contains(words), "{words} in {comment}");
    }
    // Of a fork, which is judged without a plan, the same.
    let ended = job.ends("pull_request.fork", 3);
    assert!(
        ended.log.contains("proposes another policy"),
        "{}",
        ended.log
    );
    // Once it is merged it is the policy.
    job.ends("push.direct", 0);
}

#[test]
fn a_policy_that_is_proposed_alone_is_shown_and_judges_nothing_yet() {
    let job = Job::new();
    loosen(&job);
    job.ends("pull_request.opened", 0);
    let comment = job.comment();
    assert!(
        comment.contains("which counts after its merge"),
        "{comment}"
    );
    assert!(!comment.contains("would permit"), "{comment}");

    let job = Job::new();
    job.project.edit(POLICY, "9100, 9104], from", "9100], from");
    job.ends("pull_request.opened", 0);
    let comment = job.comment();
    assert!(comment.contains("would forbid LO203"), "{comment}");
}

#[test]
fn a_policy_that_stays_as_it_is_is_worth_no_word() {
    let job = Job::new();
    job.ends("pull_request.opened", 0);
    assert!(!job.comment().contains("policy"), "{}", job.comment());
}

#[test]
fn the_first_policy_of_an_environment_judges_itself_and_that_is_said() {
    let mut job = Job::new();
    job.has_no_base();
    job.ends("pull_request.opened", 0);
    let comment = job.comment();
    assert!(
        comment.contains("has no policy for production"),
        "{comment}"
    );
}

#[test]
fn an_environment_with_another_name_is_judged_by_the_policy_that_lay_in_its_place() {
    let job = Job::new();
    loosen(&job);
    open(&job);
    job.project.edit(
        "describers/environment.yaml",
        "name: production",
        "name: another",
    );
    let ended = job.ends("pull_request.opened", 3);
    assert_eq!(ended.output("failure-reason"), "policy-violation");
    assert!(job.comment().contains("proposes another policy"));
}

#[test]
fn a_policy_in_a_file_with_the_other_ending_judges_too() {
    let mut job = Job::new();
    let (short, long) = (
        job.project.path("describers/policy.yml"),
        job.project.path(POLICY),
    );
    std::fs::rename(&long, &short).expect("the file");
    job.is_merged();
    std::fs::rename(&short, &long).expect("the file");
    loosen(&job);
    open(&job);
    job.ends("pull_request.opened", 3);
    assert!(job.comment().contains("proposes another policy"));
}

#[test]
fn the_rules_of_the_base_judge_and_not_those_that_are_proposed() {
    const RULES: &str = "describers/policy/own.rego";
    let rule = "package main\n\ndeny contains server.name if {\n  some server in input.servers\n  server.role == \"database\"\n}\n";
    // One that is taken away still judges.
    let mut job = Job::new();
    job.project.write(RULES, rule);
    job.is_merged();
    std::fs::remove_file(job.project.path(RULES)).expect("the file");
    let ended = job.ends("pull_request.opened", 3);
    assert_eq!(ended.output("failure-reason"), "policy-violation");
    let comment = job.comment();
    assert!(
        comment.contains("LO701") && comment.contains("would permit"),
        "{comment}"
    );
    // One that is brought does not yet.
    let job = Job::new();
    job.project.write(RULES, rule);
    job.ends("pull_request.opened", 0);
    assert!(
        job.comment().contains("would forbid LO701"),
        "{}",
        job.comment()
    );
    job.ends("push.direct", 3);
}

#[test]
fn what_the_base_permits_to_a_server_that_is_no_more_permits_nothing() {
    let mut job = Job::new();
    let port = "      - { port: 22, from: operators }\n";
    let more = format!("      - {{ port: 9443, from: office }}\n{port}");
    job.project.edit(POLICY, port, &more);
    job.is_merged();
    job.project.edit(POLICY, &more, port);
    job.ends("pull_request.opened", 0);
    let comment = job.comment();
    assert!(
        comment.contains("LO107") && comment.contains("it permits nothing"),
        "{comment}"
    );
}

/// More may log in: the policy says `operators`, and who they are the environment says.
fn widen(job: &Job) {
    job.project
        .edit(ENVIRONMENT, "operators: [", "operators: [198.51.100.0/24, ");
}

#[test]
fn a_group_that_the_policy_names_is_what_it_is_in_the_base() {
    let job = Job::new();
    widen(&job);
    let ended = job.ends("pull_request.opened", 3);
    assert_eq!(ended.output("failure-reason"), "policy-violation");
    let comment = job.comment();
    for words in [
        "LO203",
        "proposes another meaning of `operators`",
        "judged by that of its base, `1f0e2d3`",
        "would permit LO203: `backend` opens tcp 22 from 198.51.100.0/24",
    ] {
        assert!(comment.contains(words), "{words} in {comment}");
    }
    job.ends("pull_request.fork", 3);
    // Once it is merged it is what the environment says.
    job.ends("push.direct", 0);
}

#[test]
fn a_group_may_grow_by_what_the_policy_of_the_base_permits_already() {
    let mut job = Job::new();
    let text = std::fs::read_to_string(job.project.path(POLICY)).expect("the policy");
    let port = "      - { port: 22, from: operators";
    let more = format!("      - {{ port: 22, from: 198.51.100.0/24 }}\n{port}");
    job.project.write(POLICY, text.replace(port, &more));
    job.is_merged();
    widen(&job);
    job.ends("pull_request.opened", 0);
    let comment = job.comment();
    assert!(
        comment.contains("another meaning of `operators`") && !comment.contains("would permit"),
        "{comment}"
    );
}

#[test]
fn where_the_policy_of_the_base_cannot_be_read_nothing_is_judged() {
    let mut job = Job::new();
    job.github.fault(Fault::status(
        route::CONTENTS,
        403,
        "Resource not accessible by integration",
    ));
    let ended = job.ends("pull_request.opened", 1);
    assert_eq!(ended.output("failure-reason"), "policy-not-known");
    assert!(ended.log.contains("contents: read"), "{}", ended.log);
    // A token that may not read a private repository is told that nothing is there.
    job.has_no_base();
    job.github
        .fault(Fault::status(route::CONTENTS, 404, "Not Found").times(2));
    let ended = job.ends("pull_request.opened", 1);
    assert_eq!(ended.output("failure-reason"), "policy-not-known");
}

#[test]
fn a_folder_that_is_written_otherwise_is_still_the_one_of_the_base() {
    let mut job = Job::new();
    loosen(&job);
    open(&job);
    for folder in ["./describers", "describers/./"] {
        let ended = job
            .set("INPUT_DESCRIBERS", folder)
            .ends("pull_request.opened", 3);
        assert_eq!(ended.output("failure-reason"), "policy-violation");
        assert!(job.comment().contains("proposes another policy"));
    }
    let ended = job
        .set("INPUT_DESCRIBERS", "describers/../describers")
        .ends("pull_request.opened", 1);
    assert_eq!(ended.output("failure-reason"), "bad-input");
    assert!(ended.log.contains("without `..`"), "{}", ended.log);
}

#[test]
fn describers_in_the_repository_itself_are_judged_by_its_base_too() {
    let mut job = Job::new();
    for (name, bytes) in files(&job, "describers") {
        let key = (MAIN.to_owned(), name.clone());
        job.github.state().files.insert(key, bytes.clone());
        job.project.write(&name, bytes);
    }
    std::fs::remove_dir_all(job.project.path("describers")).expect("the folder");
    for (file, from, to) in [
        (
            "policy.yaml",
            "9100, 9104], from",
            "9100, 9104, 9200], from",
        ),
        (
            "database.yaml",
            "ports:\n",
            "ports:\n  - { port: 9200, from: monitoring, for: more }\n",
        ),
    ] {
        job.project.edit(file, from, to);
    }
    let ended = job
        .set("INPUT_DESCRIBERS", ".")
        .ends("pull_request.opened", 3);
    assert_eq!(ended.output("failure-reason"), "policy-violation");
    assert!(job.comment().contains("proposes another policy"));
}

#[test]
fn where_the_runner_has_the_describers_by_another_path_no_policy_is_new() {
    let mut job = Job::new();
    loosen(&job);
    open(&job);
    let (from, to) = (
        job.project.path("describers"),
        job.project.path("checkout/describers"),
    );
    std::fs::create_dir(job.project.path("checkout")).expect("a folder");
    std::fs::rename(from, to).expect("the folder");
    let ended = job
        .set("INPUT_DESCRIBERS", "checkout/describers")
        .ends("pull_request.opened", 1);
    assert_eq!(ended.output("failure-reason"), "policy-not-known");
    assert!(ended.log.contains("without `path:`"), "{}", ended.log);
}

#[test]
fn a_policy_behind_the_end_of_what_github_lists_is_not_absent() {
    let job = Job::new();
    loosen(&job);
    open(&job);
    for number in 0..1000 {
        let key = (MAIN.to_owned(), format!("describers/a{number}.txt"));
        job.github.state().files.insert(key, Vec::new());
    }
    let ended = job.ends("pull_request.opened", 1);
    assert_eq!(ended.output("failure-reason"), "policy-not-known");
    assert!(ended.log.contains("1000 entries at most"), "{}", ended.log);
}
