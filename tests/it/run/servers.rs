//! An operation on chosen servers.

use super::Job;
use crate::fake_github::Fault;
use crate::fake_github::route::{CREATE_BRANCH, OPEN_PULL};
use crate::harness::Project;
use crate::image::event::MAIN;

#[test]
fn only_the_servers_that_were_named_are_changed() {
    let mut job = Job::new();
    let ended = job
        .set("INPUT_OPERATION", "apply")
        .set("INPUT_SERVERS", "backend")
        .ends("workflow_dispatch", 0);
    assert_eq!(ended.output("servers"), "[\"backend\"]");
    job.set("INPUT_SERVERS", "");
    let ended = job
        .set("INPUT_OPERATION", "plan")
        .ends("workflow_dispatch", 0);
    assert_eq!(
        ended.output("servers"),
        "[\"database\",\"monitoring\"]",
        "{}",
        ended.log
    );
}

#[test]
fn a_violation_of_another_server_stands_in_the_way_too() {
    let mut job = Job::new();
    job.opens_a_port();
    let ended = job
        .set("INPUT_OPERATION", "apply")
        .set("INPUT_SERVERS", "backend")
        .ends("workflow_dispatch", 3);
    assert!(ended.log.contains("nothing was applied"), "{}", ended.log);
}

#[test]
fn a_name_that_no_describer_has_is_answered_with_those_there_are() {
    let mut job = Job::new();
    let ended = job
        .set("INPUT_OPERATION", "plan")
        .set("INPUT_SERVERS", "backend,datbase")
        .ends("workflow_dispatch", 1);
    assert_eq!(ended.output("failure-reason"), "unknown-server");
    assert!(
        ended.log.contains("`datbase`") && ended.log.contains("`database`"),
        "{}",
        ended.log
    );
}

#[test]
fn an_operation_that_there_is_not_is_answered_with_those_there_are() {
    let ended = Job::new()
        .set("INPUT_OPERATION", "teleport")
        .ends("workflow_dispatch", 1);
    assert_eq!(ended.output("failure-reason"), "unknown-operation");
    assert!(
        ended.log.contains("`teleport`") && ended.log.contains("`drift`"),
        "{}",
        ended.log
    );
}

#[test]
fn a_server_is_stopped_by_hand_and_the_summary_says_what_keeps_it_so() {
    let mut job = Job::managed();
    job.ends("push.direct", 0);
    let ended = job
        .set("INPUT_OPERATION", "stop")
        .set("INPUT_SERVERS", "web")
        .ends("workflow_dispatch", 0);
    for words in [
        "Stopped `web` in `staging`",
        "To keep it so",
        "+state: stopped",
    ] {
        assert!(
            ended.summary.contains(words),
            "{words} in {}",
            ended.summary
        );
    }
    assert_eq!(ended.output("servers"), "[\"web\"]");
    // Without its name typed once more, and without a grant, nothing is destroyed.
    job.set("INPUT_OPERATION", "destroy");
    let ended = job.ends("workflow_dispatch", 1);
    assert_eq!(ended.output("failure-reason"), "refused");
    assert!(ended.log.contains("confirm: web"), "{}", ended.log);
    let ended = job.set("INPUT_CONFIRM", "web").ends("workflow_dispatch", 3);
    assert_eq!(ended.output("failure-reason"), "policy-violation");
}

#[test]
fn what_keeps_an_operation_is_proposed_as_a_pull_request_where_that_is_wanted() {
    let mut job = Job::managed();
    job.ends("push.direct", 0);
    let folder = job.project.path("describers");
    job.github.commit(MAIN, &folder, "describers");
    let ended = job
        .set("INPUT_OPERATION", "stop")
        .set("INPUT_SERVERS", "web")
        .set("INPUT_COMMIT", "true")
        .ends("workflow_dispatch", 0);
    let url = ended.output("pull-request-url");
    assert!(url.contains("/pull/"), "{url}: {}", ended.log);
    let state = job.github.state();
    let branch = "lostops/stop-4711-2".to_owned();
    let file = &state.files[&(branch, "describers/web.yaml".to_owned())];
    let text = String::from_utf8_lossy(file).into_owned();
    assert!(text.contains("state: stopped"), "{text}");
    let opened = state.requests.iter().find(|one| one.route == OPEN_PULL);
    let opened = &opened.expect("a request").body;
    assert_eq!(opened["base"], "main");
    assert_eq!(opened["title"], "Keep the stop of web");
    drop(state);
    // What the describers say already needs no change.
    let ended = job
        .set("INPUT_OPERATION", "start")
        .ends("workflow_dispatch", 0);
    assert_eq!(ended.output("pull-request-url"), "");
}

#[test]
fn a_token_that_may_not_propose_is_a_warning_and_the_operation_is_done() {
    let mut job = Job::managed();
    job.ends("push.direct", 0);
    let folder = job.project.path("describers");
    job.github.commit(MAIN, &folder, "describers");
    job.github.fault(Fault::status(
        CREATE_BRANCH,
        403,
        "Resource not accessible by integration",
    ));
    let ended = job
        .set("INPUT_OPERATION", "stop")
        .set("INPUT_SERVERS", "web")
        .set("INPUT_COMMIT", "true")
        .ends("workflow_dispatch", 0);
    assert_eq!(ended.output("pull-request-url"), "");
    assert!(ended.log.contains("contents: write"), "{}", ended.log);
}

#[test]
fn the_command_line_takes_them_as_well() {
    let project = Project::lostops();
    let plan = project.json(0, &["plan", "--cloud", "simulated", "--servers", "backend"]);
    let servers = plan["servers"].as_array().expect("servers");
    assert_eq!(servers.len(), 1);
    assert_eq!(servers[0]["name"], "backend");
}

#[test]
fn a_runner_applies_nothing_to_azure_with_a_state_that_ends_with_the_job() {
    let mut job = Job::new();
    for name in ["ARM_SUBSCRIPTION_ID", "ARM_TENANT_ID", "ARM_CLIENT_ID"] {
        job.set(name, "11111111-1111-4111-8111-111111111111");
    }
    let ended = job.set("INPUT_CLOUD", "azure").ends("push.direct", 1);
    assert_eq!(ended.output("failure-reason"), "state-not-kept");
    assert!(ended.log.contains("storage_account"), "{}", ended.log);
}
