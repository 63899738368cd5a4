//! One comment for each environment, whatever others do.

use super::{MARKER, access, body, client};
use crate::github::api::GitHub;
use crate::github::error::Cause;
use crate::github::fake_github::{FakeGitHub, Fault, JOB, route};

fn with_pull() -> FakeGitHub {
    let fake = FakeGitHub::start();
    fake.open_pull(7);
    fake
}

#[test]
fn the_first_run_writes_a_comment_and_the_next_edits_it() {
    let fake = with_pull();
    let first = client(&fake).upsert_comment(7, MARKER, &body("plan"), true);
    let first = first.unwrap().unwrap();
    assert!(first.created);
    assert!(first.url.ends_with(&format!("#issuecomment-{}", first.id)));

    let second = client(&fake).upsert_comment(7, MARKER, &body("applied"), true);
    let second = second.unwrap().unwrap();
    assert!(!second.created);
    assert_eq!(second.id, first.id);
    let comments = fake.comments(7);
    assert_eq!(comments.len(), 1);
    assert_eq!(comments[0].body, body("applied"));
}

#[test]
fn what_is_said_already_is_not_written_again() {
    let fake = with_pull();
    let id = fake.comment_as(JOB, 7, &body("plan").replace('\n', "\r\n"));
    let marker = MARKER.trim_end();
    let written = client(&fake).upsert_comment(7, marker, &body("plan\n"), true);
    assert_eq!(written.unwrap().unwrap().id, id);
    assert_eq!(fake.asked(route::EDIT_COMMENT), 0);
}

#[test]
fn where_no_comment_is_wanted_only_an_old_one_is_brought_up_to_date() {
    let fake = with_pull();
    let github = client(&fake);
    assert_eq!(
        github
            .upsert_comment(7, MARKER, &body("no changes"), false)
            .unwrap(),
        None
    );
    assert!(fake.comments(7).is_empty());

    fake.comment_as(JOB, 7, &body("3 to add"));
    let written = github
        .upsert_comment(7, MARKER, &body("no changes"), false)
        .unwrap();
    assert!(!written.unwrap().created);
    assert_eq!(fake.comments(7)[0].body, body("no changes"));
}

#[test]
fn our_comment_is_found_among_250() {
    let fake = with_pull();
    for number in 0..220 {
        fake.comment_as("octocat", 7, &format!("comment {number}"));
    }
    let ours = fake.comment_as(JOB, 7, &body("plan"));
    for number in 0..30 {
        fake.comment_as("octocat", 7, &format!("late comment {number}"));
    }
    let written = client(&fake).upsert_comment(7, MARKER, &body("new plan"), true);
    assert_eq!(written.unwrap().unwrap().id, ours);
    assert_eq!(fake.asked(route::LIST_COMMENTS), 3);
    assert_eq!(fake.comments(7).len(), 251);
}

#[test]
fn exactly_one_full_page_is_not_the_last_one() {
    let fake = with_pull();
    for number in 0..100 {
        fake.comment_as("octocat", 7, &format!("comment {number}"));
    }
    let ours = fake.comment_as(JOB, 7, &body("plan"));
    let written = client(&fake).upsert_comment(7, MARKER, &body("new plan"), true);
    assert_eq!(written.unwrap().unwrap().id, ours);
}

#[test]
fn a_marker_that_somebody_else_planted_is_passed_over() {
    let fake = with_pull();
    let planted = fake.comment_as("mallory", 7, &body("everything is fine"));
    fake.comment_as("mallory[bot]", 7, &body("everything is fine"));
    fake.comment_as("github-actions", 7, &body("everything is fine"));
    fake.comment_as(JOB, 7, &format!("quoting\n{}", body("plan")));
    let written = client(&fake).upsert_comment(7, MARKER, &body("plan"), true);
    let written = written.unwrap().unwrap();
    assert!(written.created);
    let comments = fake.comments(7);
    assert_eq!(comments.len(), 5);
    let kept = comments
        .iter()
        .find(|comment| comment.id == planted)
        .unwrap();
    assert_eq!(kept.edits, 0);
}

#[test]
fn a_comment_of_an_account_that_is_no_more_is_passed_over() {
    let fake = with_pull();
    let id = fake.comment_as("ghost", 7, &body("plan"));
    fake.state().comments.get_mut(&id).unwrap().author = None;
    let written = client(&fake).upsert_comment(7, MARKER, &body("plan"), true);
    assert!(written.unwrap().unwrap().created);
}

#[test]
fn two_environments_have_a_comment_each() {
    let fake = with_pull();
    let staging = MARKER.replace("production", "staging");
    let github = client(&fake);
    for round in ["first", "second"] {
        for marker in [MARKER, &staging] {
            let body = format!("{marker}{round}");
            github.upsert_comment(7, marker, &body, true).unwrap();
        }
    }
    let bodies: Vec<String> = fake
        .comments(7)
        .into_iter()
        .map(|comment| comment.body)
        .collect();
    assert_eq!(
        bodies,
        [format!("{MARKER}second"), format!("{staging}second")]
    );
}

#[test]
fn of_several_of_ours_the_newest_is_edited() {
    let fake = with_pull();
    let old = fake.comment_as(JOB, 7, &body("old"));
    let new = fake.comment_as(JOB, 7, &body("new"));
    let written = client(&fake).upsert_comment(7, MARKER, &body("plan"), true);
    assert_eq!(written.unwrap().unwrap().id, new);
    let old = fake
        .comments(7)
        .into_iter()
        .find(|comment| comment.id == old);
    assert_eq!(old.unwrap().body, body("old"));
}

#[test]
fn a_comment_deleted_between_reading_and_writing_is_written_anew() {
    let fake = with_pull();
    let id = fake.comment_as(JOB, 7, &body("plan"));
    fake.fault(Fault::then(route::LIST_COMMENTS, move |state| {
        state.comments.remove(&id);
    }));
    let written = client(&fake).upsert_comment(7, MARKER, &body("new plan"), true);
    assert!(written.unwrap().unwrap().created);
    assert_eq!(fake.comments(7).len(), 1);
}

#[test]
fn a_comment_that_is_gone_but_still_listed_is_not_edited_for_ever() {
    for status in [404, 410] {
        let fake = with_pull();
        fake.comment_as(JOB, 7, &body("plan"));
        fake.fault(Fault::status(route::EDIT_COMMENT, status, "Gone"));
        let written = client(&fake).upsert_comment(7, MARKER, &body("new plan"), true);
        assert!(written.unwrap().unwrap().created);
        assert_eq!(fake.asked(route::EDIT_COMMENT), 1);
    }
}

#[test]
fn a_body_that_is_too_long_is_told_from_other_refusals() {
    let fake = with_pull();
    let github = client(&fake);
    let long = body(&"ä".repeat(65_536));
    let error = github.upsert_comment(7, MARKER, &long, true).unwrap_err();
    assert_eq!(error.cause(), Cause::TooLong, "{error}");
    assert!(
        error.to_string().contains("maximum is 65536 characters"),
        "{error}"
    );

    fake.fault(Fault::status(
        route::CREATE_COMMENT,
        422,
        "Validation Failed",
    ));
    let error = github
        .upsert_comment(7, MARKER, &body("x"), true)
        .unwrap_err();
    assert_eq!(error.cause(), Cause::Refused, "{error}");
}

#[test]
fn an_app_that_graphql_shows_without_its_suffix_knows_its_comment() {
    for (rest, graphql) in [("octo-app[bot]", "octo-app"), ("Octocat", "octocat")] {
        let fake = FakeGitHub::builder().login(rest, graphql).start();
        fake.open_pull(7);
        let id = fake.comment_as(rest, 7, &body("plan"));
        let written = client(&fake).upsert_comment(7, MARKER, &body("new plan"), true);
        assert_eq!(written.unwrap().unwrap().id, id);
    }
}

#[test]
fn where_graphql_does_not_answer_we_are_the_job() {
    let fake = with_pull();
    let id = fake.comment_as(JOB, 7, &body("plan"));
    fake.fault(Fault::status(
        route::GRAPHQL,
        403,
        "Resource not accessible by integration",
    ));
    let written = client(&fake).upsert_comment(7, MARKER, &body("new plan"), true);
    assert_eq!(written.unwrap().unwrap().id, id);
}

#[test]
fn where_graphql_is_down_no_second_comment_is_written() {
    let fake = FakeGitHub::builder().login("octocat", "octocat").start();
    fake.open_pull(7);
    fake.comment_as("octocat", 7, &body("plan"));
    fake.fault(Fault::status(route::GRAPHQL, 502, "Bad gateway").times(5));
    let error = client(&fake)
        .upsert_comment(7, MARKER, &body("new plan"), true)
        .unwrap_err();
    assert_eq!(error.cause(), Cause::Failing);
    assert_eq!(fake.comments(7).len(), 1);

    let ours = fake.comment_as(JOB, 7, &body("plan"));
    fake.state().login = JOB.to_owned();
    fake.state().comments.retain(|id, _| *id == ours);
    fake.fault(Fault::status(route::GRAPHQL, 502, "Bad gateway").times(5));
    let written = client(&fake).upsert_comment(7, MARKER, &body("new plan"), true);
    assert_eq!(written.unwrap().unwrap().id, ours);
}

#[test]
fn who_we_are_is_asked_once_and_only_where_a_comment_may_be_ours() {
    let fake = with_pull();
    let github = client(&fake);
    github
        .upsert_comment(7, MARKER, &body("plan"), true)
        .unwrap();
    assert_eq!(fake.asked(route::GRAPHQL), 0);
    for round in ["a", "b"] {
        github
            .upsert_comment(7, MARKER, &body(round), true)
            .unwrap();
    }
    assert_eq!(fake.asked(route::GRAPHQL), 1);
}

#[test]
fn a_pull_request_that_is_not_there_is_an_error_with_a_next_step() {
    let fake = FakeGitHub::start();
    let github = GitHub::new(&access(&fake), |_| {}).unwrap();
    let error = github
        .upsert_comment(9, MARKER, &body("plan"), true)
        .unwrap_err();
    assert_eq!(error.cause(), Cause::Missing);
    assert!(
        error
            .to_string()
            .contains("GET /repos/octo/fleet/issues/9/comments"),
        "{error}"
    );
}
