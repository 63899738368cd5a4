//! Whose record of a reviewed plan counts: no stranger's, none that was edited, none without the key that is asked for.

use super::Job;
use super::reviewed::nothing_was_made;
use crate::fake_github::{Fault, route};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::{Read as _, Write as _};

const KEY: &str = "a plan key that is long enough";

#[test]
fn a_comment_in_which_somebody_else_has_written_authorises_nothing_and_never_will() {
    let job = Job::managed();
    job.ends("pull_request.opened", 0);
    job.merged();
    for comment in job.github.state().comments.values_mut() {
        comment.body.push_str("\nLooks good to me.");
        comment.editor = Some("mallory".to_owned());
    }
    let ended = job.ends("push.squash-merge", 1);
    assert_eq!(ended.output("failure-reason"), "plan-not-reviewed");
    assert!(
        ended.log.contains("`mallory` has edited the comment"),
        "{}",
        ended.log
    );
    // The comment is ours again, and what it holds is still nobody's plan.
    let ended = job.ends("push.squash-merge", 1);
    assert_eq!(ended.output("failure-reason"), "plan-not-reviewed");
    assert!(ended.log.contains("was not to be trusted"), "{}", ended.log);
    assert!(nothing_was_made(&job));
}

#[test]
fn where_github_does_not_say_who_has_edited_the_comment_it_authorises_nothing() {
    let forbidden = r#"{"data":{"node":null},"errors":[{"type":"FORBIDDEN","message":"Resource not accessible by integration"}]}"#;
    let answers = [
        (Some("IC_0"), None, "Could not resolve to a node"),
        (Some(""), None, "`node_id` is none"),
        (None, Some(forbidden), "not accessible by integration"),
        (None, Some(r#"{"data":{"node":null}}"#), "does not say who"),
        (None, Some(r#"{"data":{"node":{}}}"#), "lastEditedAt"),
    ];
    let job = Job::managed();
    job.ends("pull_request.opened", 0);
    job.merged();
    let node_id = job.github.comments(7)[0].node_id.clone();
    for (node, answer, words) in answers {
        for comment in job.github.state().comments.values_mut() {
            comment.editor = Some("mallory".to_owned());
            node.unwrap_or(&node_id).clone_into(&mut comment.node_id);
        }
        if let Some(answer) = answer {
            // Who we are is said, and then nothing more.
            job.github.fault(Fault::then(route::GRAPHQL, |_| {}));
            job.github.fault(Fault::raw(route::GRAPHQL, 200, answer));
        }
        let before = job.comment();
        let ended = job.ends("push.squash-merge", 1);
        assert_eq!(ended.output("failure-reason"), "plan-not-reviewed");
        assert!(ended.log.contains(words), "{words}: {}", ended.log);
        assert!(nothing_was_made(&job), "{words}");
        // The next run asks again.
        assert_eq!(job.comment(), before, "{words}");
    }
}

#[test]
fn a_record_of_before_the_branch_was_kept_authorises_nothing() {
    let job = Job::managed();
    job.ends("pull_request.opened", 0);
    job.merged();
    for comment in job.github.state().comments.values_mut() {
        comment.body = of_before(&comment.body);
    }
    let ended = job.ends("push.squash-merge", 1);
    assert_eq!(ended.output("failure-reason"), "plan-not-reviewed");
    assert!(ended.log.contains("of an older lostops"), "{}", ended.log);
    assert!(nothing_was_made(&job));
}

/// The comment with its record as the first version had it.
fn of_before(comment: &str) -> String {
    let (before, rest) = comment.split_once("reviewed ").expect("a record");
    let (packed, after) = rest.split_once(' ').expect("its end");
    let packed = STANDARD.decode(packed).expect("Base64");
    let mut json = String::new();
    let mut unpacked = flate2::read::DeflateDecoder::new(&*packed);
    unpacked.read_to_string(&mut json).expect("a record");
    let mut record: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    record["v"] = 1.into();
    record.as_object_mut().expect("an object").remove("branch");
    let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    let text = record.to_string();
    packed.write_all(text.as_bytes()).expect("memory");
    let packed = STANDARD.encode(packed.finish().expect("memory"));
    format!("{before}reviewed {packed} {after}")
}

#[test]
fn a_plan_whose_describers_could_not_be_read_leaves_nothing_that_is_taken_for_none() {
    let job = Job::managed();
    job.ends("pull_request.opened", 0);
    let (aside, folder) = (job.project.path("aside"), job.project.path("describers"));
    std::fs::rename(&folder, &aside).expect("the folder");
    let ended = job.ends("pull_request.opened", 1);
    assert_eq!(ended.output("failure-reason"), "no-describers");
    std::fs::rename(&aside, &folder).expect("the folder");
    job.merged();
    let ended = job.ends("push.squash-merge", 1);
    assert_eq!(ended.output("failure-reason"), "plan-not-reviewed");
    assert!(ended.log.contains("did not end well"), "{}", ended.log);
    assert!(nothing_was_made(&job));
}

#[test]
fn an_edit_of_an_account_that_is_no_more_is_a_strangers() {
    let job = Job::managed();
    job.ends("pull_request.opened", 0);
    job.merged();
    for comment in job.github.state().comments.values_mut() {
        comment.edits += 1;
        comment.editor = None;
    }
    let ended = job.ends("push.squash-merge", 1);
    assert_eq!(ended.output("failure-reason"), "plan-not-reviewed");
    let words = "an account that is no more has edited the comment";
    assert!(ended.log.contains(words), "{}", ended.log);
    assert!(nothing_was_made(&job));
}

#[test]
fn a_record_in_a_strangers_comment_is_nobodys() {
    let mut job = Job::managed();
    job.ends("pull_request.opened", 0);
    job.merged();
    for comment in job.github.state().comments.values_mut() {
        comment.author = Some("mallory".to_owned());
    }
    let ended = job
        .set("INPUT_REVIEWED-PLAN", "required")
        .ends("push.squash-merge", 1);
    assert_eq!(ended.output("failure-reason"), "plan-not-reviewed");
    assert!(
        ended
            .log
            .contains("no plan was reviewed for a push to `main`"),
        "{}",
        ended.log
    );
    // Where none is required the policy alone judges, as of a direct push.
    job.set("INPUT_REVIEWED-PLAN", "when-available")
        .ends("push.squash-merge", 0);
}

#[test]
fn with_a_key_only_what_was_sealed_with_it_is_trusted() {
    let mut job = Job::managed();
    job.set("INPUT_PLAN-KEY", KEY)
        .ends("pull_request.opened", 0);
    job.merged();
    for (key, words) in [
        ("", "sealed with a `plan-key`, and none is given here"),
        ("another key that is long enough", "not as it was written"),
    ] {
        let comments = job.github.state().comments.clone();
        let ended = job.set("INPUT_PLAN-KEY", key).ends("push.squash-merge", 1);
        assert_eq!(ended.output("failure-reason"), "plan-not-reviewed");
        assert!(ended.log.contains(words), "{words}: {}", ended.log);
        job.github.state().comments = comments;
    }
    // Its seal says it better than whoever edited the rest.
    for comment in job.github.state().comments.values_mut() {
        comment.editor = Some("mallory".to_owned());
    }
    let ended = job.set("INPUT_PLAN-KEY", KEY).ends("push.squash-merge", 0);
    assert!(
        ended.log.contains("the plan is the one that was reviewed"),
        "{}",
        ended.log
    );
    assert!(
        !ended.log.contains("that takes a `plan-key`"),
        "{}",
        ended.log
    );
    let shown: Vec<&str> = ended
        .log
        .lines()
        .filter(|line| line.contains(KEY))
        .collect();
    assert!(
        shown.iter().all(|line| line.starts_with("::add-mask::")),
        "{shown:?}"
    );
}

#[test]
fn a_plan_without_the_key_is_none_where_the_key_is_given() {
    let mut job = Job::managed();
    job.ends("pull_request.opened", 0);
    job.merged();
    let ended = job.set("INPUT_PLAN-KEY", KEY).ends("push.squash-merge", 1);
    assert!(
        ended.log.contains("made without the `plan-key`"),
        "{}",
        ended.log
    );
    let ended = job
        .set("INPUT_PLAN-KEY", "short")
        .ends("push.squash-merge", 1);
    assert_eq!(ended.output("failure-reason"), "bad-input");
}

#[test]
fn a_plan_that_did_not_end_well_leaves_nothing_that_an_older_one_could_stand_for() {
    let job = Job::new();
    job.ends("pull_request.opened", 0);
    job.opens_a_port();
    job.ends("pull_request.opened", 3);
    let port = "  - { port: 8080, from: internet, for: debug }\n";
    job.project.edit("describers/database.yaml", port, "");
    job.merged();
    let ended = job.ends("push.squash-merge", 1);
    assert_eq!(ended.output("failure-reason"), "plan-not-reviewed");
    assert!(ended.log.contains("did not end well"), "{}", ended.log);
}

/// Whether the pull request's comment holds the record of a plan that may be applied.
fn is_reviewed(job: &Job) -> bool {
    let comment = job.comment();
    let record = comment.split("<!-- lostops-reviewed ").nth(1);
    record.is_some_and(|record| record.split("-->").next().is_some_and(|it| it.len() > 100))
}

#[test]
fn a_check_or_a_measurement_that_writes_the_same_comment_leaves_the_record_in_it() {
    let mut job = Job::managed();
    job.ends("pull_request.opened", 0);
    assert!(is_reviewed(&job));
    job.set("INPUT_OPERATION", "check")
        .ends("pull_request.opened", 0);
    assert!(is_reviewed(&job), "{}", job.comment());
    job.merged();
    // A job before the one that applies.
    job.set("INPUT_OPERATION", "plan")
        .ends("push.squash-merge", 0);
    job.set("INPUT_OPERATION", "check")
        .ends("push.squash-merge", 0);
    let ended = job
        .set("INPUT_OPERATION", "")
        .set("INPUT_REVIEWED-PLAN", "required")
        .ends("push.squash-merge", 0);
    let words = "the plan is the one that was reviewed in #7";
    assert!(ended.log.contains(words), "{}", ended.log);
}

#[test]
fn a_check_makes_no_record_ours_in_which_somebody_else_has_written() {
    let mut job = Job::managed();
    job.ends("pull_request.opened", 0);
    job.merged();
    for comment in job.github.state().comments.values_mut() {
        comment.editor = Some("mallory".to_owned());
    }
    job.set("INPUT_OPERATION", "check")
        .ends("push.squash-merge", 0);
    let ended = job.set("INPUT_OPERATION", "").ends("push.squash-merge", 1);
    assert_eq!(ended.output("failure-reason"), "plan-not-reviewed");
    assert!(nothing_was_made(&job));
}

#[test]
fn where_the_comment_cannot_be_read_a_check_leaves_it_as_it_is() {
    let mut job = Job::managed();
    job.ends("pull_request.opened", 0);
    let before = job.comment();
    job.github.fault(
        Fault::status(
            route::LIST_COMMENTS,
            403,
            "Resource not accessible by integration",
        )
        .times(1),
    );
    job.set("INPUT_OPERATION", "check")
        .ends("pull_request.opened", 0);
    assert_eq!(job.comment(), before);
}

#[test]
fn a_plan_whose_rehearsal_does_not_end_well_authorises_nothing() {
    let mut job = Job::managed();
    job.set("INPUT_REHEARSE", "true")
        .set("DOCKER_HOST", "unix:///nowhere/docker.sock")
        .ends("pull_request.opened", 1);
    assert!(!is_reviewed(&job), "{}", job.comment());
    job.merged();
    let ended = job.set("INPUT_REHEARSE", "").ends("push.squash-merge", 1);
    assert_eq!(ended.output("failure-reason"), "plan-not-reviewed");
}

#[test]
fn what_only_the_servers_are_told_is_held_against_the_record_too() {
    let mut job = Job::managed();
    job.ends("pull_request.opened", 0);
    job.merged();
    job.set("INPUT_ONLY", "terraform")
        .ends("push.squash-merge", 0);
    job.set("INPUT_ONLY", "").ends("pull_request.opened", 0);
    job.project.edit(
        "describers/environment.yaml",
        "operators: [",
        "operators: [198.51.100.0/24, ",
    );
    let ended = job
        .set("INPUT_ONLY", "ansible")
        .ends("push.squash-merge", 1);
    assert_eq!(ended.output("failure-reason"), "plan-changed");
    assert!(ended.log.contains("Ansible on web"), "{}", ended.log);
}
