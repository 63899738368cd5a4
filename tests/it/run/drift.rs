//! The issue that tells of drift: one for an environment, opened, edited, closed and opened again, and nobody else's.

use super::Job;
use crate::fake_github::{Fault, JOB, route};

const SCHEDULE: &str = "schedule";

fn applied() -> Job {
    let job = Job::managed();
    job.ends("push.direct", 0);
    job
}

#[test]
fn drift_is_told_of_in_one_issue_that_ends_with_it() {
    let job = applied();
    let clean = job.ends(SCHEDULE, 0);
    assert_eq!(clean.output("issue-url"), "");
    assert_eq!(job.github.issues(), []);

    job.portal("staging", &["stop", "web"]);
    let first = job.ends(SCHEDULE, 1);
    let issues = job.github.issues();
    assert_eq!(issues.len(), 1);
    let issue = &issues[0];
    assert!(issue.open && issue.title.contains("staging"), "{issue:?}");
    assert!(
        issue.body.contains("⚠️ Drift in `staging`"),
        "{}",
        issue.body
    );
    assert!(
        first
            .output("issue-url")
            .ends_with(&format!("/issues/{}", issue.number))
    );

    // The same again: the same issue.
    job.ends(SCHEDULE, 1);
    assert_eq!(job.github.issues().len(), 1);
    assert_eq!(job.github.asked(route::OPEN_ISSUE), 1);

    // It is mended: closed, with what was found last.
    job.portal("staging", &["start", "web"]);
    let mended = job.ends(SCHEDULE, 0);
    assert_eq!(mended.output("issue-url"), "");
    let closed = &job.github.issues()[0];
    assert!(!closed.open && closed.body.contains("✅"), "{closed:?}");
    // And nothing more is said while nothing happens.
    let edits = job.github.asked(route::EDIT_ISSUE);
    job.ends(SCHEDULE, 0);
    assert_eq!(job.github.asked(route::EDIT_ISSUE), edits);

    // Once more: the same one is opened again.
    job.portal("staging", &["stop", "web"]);
    job.ends(SCHEDULE, 1);
    let again = job.github.issues();
    assert_eq!((again.len(), again[0].open), (1, true), "{again:?}");
}

#[test]
fn an_issue_of_somebody_else_s_with_our_first_bytes_is_left_alone() {
    let job = applied();
    job.portal("staging", &["stop", "web"]);
    job.ends(SCHEDULE, 1);
    let ours = job.github.issues().remove(0);
    let planted = {
        let mut state = job.github.state();
        state.issues.clear();
        state.issue("mallory", "a trap", &ours.body)
    };
    job.ends(SCHEDULE, 1);
    let issues = job.github.issues();
    assert_eq!(issues.len(), 2);
    assert_eq!(issues[0], planted);
    assert_eq!(issues[1].author, JOB);
}

#[test]
fn an_issue_that_tells_of_more_than_was_looked_at_stays_open() {
    let job = applied();
    job.portal("staging", &["stop", "web"]);
    job.ends(SCHEDULE, 1);
    // As a run has left it that has measured the servers, too.
    {
        let mut state = job.github.state();
        let issue = state.issues.values_mut().next().expect("an issue");
        issue.body = issue
            .body
            .replace("looked at: plan;", "looked at: plan verify;");
    }
    job.portal("staging", &["start", "web"]);
    let clean = job.ends(SCHEDULE, 0);
    assert!(clean.log.contains("stays open"), "{}", clean.log);
    assert!(job.github.issues()[0].open);
}

#[test]
fn a_token_that_may_not_write_issues_is_told_what_it_lacks_and_changes_nothing() {
    let job = applied();
    job.portal("staging", &["stop", "web"]);
    job.github.fault(
        Fault::status(
            route::OPEN_ISSUE,
            403,
            "Resource not accessible by integration",
        )
        .times(9),
    );
    let ended = job.ends(SCHEDULE, 1);
    assert_eq!(ended.output("failure-reason"), "drift");
    assert!(ended.log.contains("issues: write"), "{}", ended.log);
    assert_eq!(ended.output("issue-url"), "");
}

#[test]
fn whoever_wants_no_comment_gets_no_issue() {
    let mut job = applied();
    job.set("INPUT_COMMENT", "never");
    job.portal("staging", &["stop", "web"]);
    job.ends(SCHEDULE, 1);
    assert_eq!(job.github.issues(), []);
}
