//! Outputs, summary, annotations and SARIF.

use super::Job;
use crate::harness::root;
use std::collections::BTreeSet;

#[test]
fn every_output_of_action_yml_is_set_and_no_other() {
    let ended = Job::managed().ends("pull_request.opened", 0);
    let action = std::fs::read_to_string(root().join("action.yml")).expect("action.yml");
    let outputs = action
        .split("\noutputs:\n")
        .nth(1)
        .and_then(|text| text.split("\nruns:\n").next());
    let described: BTreeSet<String> = outputs
        .expect("outputs")
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   ") && line.ends_with(':'))
        .map(|line| line.trim().trim_end_matches(':').to_owned())
        .collect();
    assert_eq!(
        ended.outputs.keys().cloned().collect::<BTreeSet<_>>(),
        described
    );
    assert_eq!(ended.output("result"), "clean");
    assert_eq!(ended.output("changes"), "true");
    assert_eq!(ended.output("servers"), "[\"web\"]");
    assert_eq!(ended.output("to-destroy"), "0");
    assert!(ended.output("to-add").parse::<usize>().expect("a number") > 5);
    assert_eq!(ended.output("report"), ".lostops/staging/report.json");
}

#[test]
fn the_report_for_later_steps_is_the_documented_json() {
    let job = Job::managed();
    let report = job.ends("pull_request.opened", 0).report(&job);
    assert_eq!(report["version"], 1);
    assert_eq!(report["servers"][0]["name"], "web");
    let text = report.to_string();
    assert!(
        !text.contains("resource_changes") && !text.contains("planned_values"),
        "Terraform's plan is in it"
    );
}

#[test]
fn findings_are_annotated_worst_first_and_at_most_ten_times() {
    let job = Job::new();
    let many = (0..15).fold(String::new(), |text, at| {
        text + &format!("  - {{ port: {}, from: internet, for: x }}\n", 9200 + at)
    });
    job.project.edit(
        "describers/database.yaml",
        "ports:\n",
        &format!("ports:\n{many}"),
    );
    let ended = job.ends("pull_request.opened", 3);
    let annotations: Vec<&str> = ended
        .log
        .lines()
        .filter(|line| line.starts_with("::error ") || line.starts_with("::warning "))
        .collect();
    assert!(annotations.len() <= 10, "{annotations:#?}");
    assert!(
        annotations[0].starts_with("::error file=describers/database.yaml,line="),
        "{annotations:#?}"
    );
    assert!(
        annotations.iter().any(|line| line.contains("more")),
        "{annotations:#?}"
    );
    assert_eq!(ended.output("failure-reason"), "policy-violation");
    assert!(
        ended.summary.contains("9214"),
        "the summary holds all of them"
    );
}

#[test]
fn mistakes_in_describers_are_another_reason_than_what_policy_forbids() {
    let job = Job::new();
    job.project.edit(
        "describers/database.yaml",
        "role: database",
        "role: databse",
    );
    let ended = job.ends("pull_request.opened", 3);
    assert_eq!(ended.output("failure-reason"), "invalid-describer");
}

#[test]
fn findings_reach_code_scanning_when_that_is_wished() {
    let mut job = Job::new();
    job.opens_a_port();
    job.ends("pull_request.opened", 3);
    assert!(job.github.sarifs().is_empty());
    let ended = job
        .set("INPUT_SARIF", "true")
        .ends("pull_request.opened", 3);
    let uploads = job.github.sarifs();
    assert_eq!(uploads.len(), 1);
    assert_eq!(uploads[0].git_ref, "refs/pull/7/merge");
    assert_eq!(uploads[0].document["version"], "2.1.0");
    let file = std::fs::read(job.project.path(ended.output("sarif"))).expect("the file");
    let file: serde_json::Value = serde_json::from_slice(&file).expect("JSON");
    assert_eq!(file, uploads[0].document);
}

#[test]
fn a_schedule_fails_when_what_runs_is_not_what_is_written() {
    let job = Job::managed();
    job.ends("push.direct", 0);
    let ended = job.ends("schedule", 0);
    assert_eq!(
        (ended.output("result"), ended.output("changes")),
        ("clean", "false")
    );
    job.portal("staging", &["open", "web", "5432", "--from", "internet"]);
    let ended = job.ends("schedule", 1);
    assert_eq!(ended.output("failure-reason"), "drift");
    assert!(
        ended.summary.contains("closes 5432/tcp from internet"),
        "{}",
        ended.summary
    );
    job.portal("staging", &["close", "web", "AllowTagCustom5432Inbound"]);
    job.portal("staging", &["stop", "web"]);
    let ended = job.ends("schedule", 1);
    assert_eq!(
        (ended.output("result"), ended.output("failure-reason")),
        ("failed", "drift")
    );
    assert_eq!(ended.output("servers"), "[\"web\"]");
    assert!(ended.summary.contains("`web`"), "{}", ended.summary);
}

#[test]
fn nothing_to_do_is_no_failure() {
    let mut job = Job::new();
    let ended = job
        .set("GITHUB_EVENT_NAME", "push")
        .set("GITHUB_REF", "refs/tags/v1")
        .run("issue_comment.created");
    assert_eq!(
        (ended.code, ended.output("result")),
        (0, "skipped"),
        "{}",
        ended.log
    );
    assert_eq!(
        ended.outputs.get("failure-reason").map(String::as_str),
        Some("")
    );
    let refused = Job::new().ends("issue_comment.created", 1);
    assert_eq!(refused.output("failure-reason"), "refused");
    assert!(
        refused.summary.contains("issue&#95;comment") || refused.summary.contains("issue_comment"),
        "{}",
        refused.summary
    );
}

#[test]
fn whether_something_changes_is_read_from_the_plan_and_not_from_an_exit_code() {
    let mut job = Job::managed();
    // With it Terraform ends with 2 where something changes.
    job.set("TF_CLI_ARGS_plan", "-detailed-exitcode");
    let ended = job.ends("pull_request.opened", 0);
    assert_eq!(
        (ended.output("result"), ended.output("changes")),
        ("clean", "true")
    );
}

#[test]
fn what_grows_is_in_the_report_and_no_output_grows_with_it() {
    let job = Job::new();
    let many = (0..4000).fold(String::new(), |text, at| {
        text + &format!("  - {{ port: {}, from: internet, for: x }}\n", 10_000 + at)
    });
    job.project.edit(
        "describers/database.yaml",
        "ports:\n",
        &format!("ports:\n{many}"),
    );
    let ended = job.ends("pull_request.fork", 3);
    assert_eq!(ended.output("violations"), "4000");
    for (name, value) in &ended.outputs {
        assert!(value.len() < 100, "{name}: {value}");
    }
    let report = std::fs::metadata(job.project.path(ended.output("report"))).expect("the report");
    assert!(report.len() > 1 << 20, "{report:?}");
    // A runner drops a summary that is longer.
    let summary = &ended.summary;
    assert!(
        (800 << 10..1 << 20).contains(&summary.len()),
        "{}",
        summary.len()
    );
    assert!(summary.contains("✂️"), "what is left out is said");
}
