//! GitHub on a bad day: every answer that is not a success, and none at all.

use super::{MARKER, access, body, client};
use crate::github::api::GitHub;
use crate::github::error::Cause;
use crate::github::fake_github::{FakeGitHub, Fault, JOB, TOKEN, route};
use std::cell::RefCell;
use std::time::Duration;

fn with_pull() -> FakeGitHub {
    let fake = FakeGitHub::start();
    fake.open_pull(7);
    fake
}

fn upsert(fake: &FakeGitHub) -> Result<bool, crate::github::error::GitHubError> {
    let written = client(fake).upsert_comment(7, MARKER, &body("plan"), true)?;
    Ok(written.unwrap().created)
}

#[test]
fn a_comment_whose_answer_was_lost_is_not_written_twice() {
    for lost in [Fault::cut_after, Fault::cut_within] {
        let fake = with_pull();
        fake.fault(lost(route::CREATE_COMMENT));
        assert!(upsert(&fake).unwrap(), "it was this run that wrote it");
        assert_eq!(fake.comments(7).len(), 1);
        assert_eq!(fake.asked(route::CREATE_COMMENT), 1);
    }
}

#[test]
fn a_comment_whose_answer_cannot_be_read_is_found_again() {
    let fake = with_pull();
    fake.fault(Fault::garble(route::CREATE_COMMENT));
    assert!(upsert(&fake).unwrap());
    assert_eq!(fake.comments(7).len(), 1);
}

#[test]
fn a_comment_that_was_not_written_is_written_after_looking() {
    let fake = with_pull();
    fake.fault(Fault::cut_before(route::CREATE_COMMENT));
    fake.fault(Fault::raw(
        route::CREATE_COMMENT,
        502,
        "<html>Bad gateway</html>",
    ));
    fake.fault(Fault::status(route::CREATE_COMMENT, 409, "Conflict"));
    assert!(upsert(&fake).unwrap());
    assert_eq!(fake.comments(7).len(), 1);
    let routes: Vec<String> = fake
        .requests()
        .into_iter()
        .map(|request| request.route)
        .collect();
    let round = [route::LIST_COMMENTS, route::CREATE_COMMENT];
    assert_eq!(routes, [round, round, round, round].concat());
}

#[test]
fn a_server_that_never_writes_is_given_up() {
    let fake = with_pull();
    fake.fault(Fault::status(route::CREATE_COMMENT, 500, "Server Error").times(99));
    let error = upsert(&fake).unwrap_err();
    assert_eq!(error.cause(), Cause::Failing);
    assert_eq!(fake.asked(route::CREATE_COMMENT), 5);
    assert!(fake.comments(7).is_empty());
}

#[test]
fn reading_and_editing_are_tried_again_after_failures_that_pass() {
    type Bad = fn(&str) -> Fault;
    let failures: [Bad; 6] = [
        |route| Fault::status(route, 500, "Server Error"),
        |route| Fault::raw(route, 503, "").header("retry-after", "0"),
        |route| Fault::status(route, 409, "Conflict"),
        Fault::cut_before,
        Fault::cut_after,
        Fault::cut_within,
    ];
    for failure in failures {
        let fake = with_pull();
        fake.comment_as(JOB, 7, &body("old"));
        for route in [route::LIST_COMMENTS, route::EDIT_COMMENT, route::GRAPHQL] {
            fake.fault(failure(route));
        }
        assert!(!upsert(&fake).unwrap());
        assert_eq!(fake.comments(7).len(), 1);
        assert_eq!(fake.comments(7)[0].body, body("plan"));
        assert_eq!(fake.asked(route::LIST_COMMENTS), 2);
    }
}

#[test]
fn what_will_not_change_is_asked_once() {
    for (status, cause) in [
        (301, Cause::Refused),
        (401, Cause::Unauthenticated),
        (403, Cause::Forbidden),
        (404, Cause::Missing),
        (410, Cause::Missing),
        (422, Cause::Refused),
    ] {
        let fake = with_pull();
        fake.fault(Fault::status(route::LIST_COMMENTS, status, "No").times(9));
        let error = upsert(&fake).unwrap_err();
        assert_eq!(error.cause(), cause);
        assert_eq!(fake.asked(route::LIST_COMMENTS), 1, "{status}");
        assert!(!error.help().is_empty());
    }
}

#[test]
fn a_token_that_is_not_valid_is_told_and_never_shown() {
    let fake = FakeGitHub::builder().token("ghs_another").start();
    fake.open_pull(7);
    let error = upsert(&fake).unwrap_err();
    assert_eq!(error.cause(), Cause::Unauthenticated);
    assert!(
        error
            .to_string()
            .ends_with("GitHub answered 401: Bad credentials"),
        "{error}"
    );
    assert!(error.help().contains("github-token"));
    for text in [error.to_string(), error.help(), format!("{error:?}")] {
        assert!(!text.contains(TOKEN), "{text}");
    }
}

#[test]
fn a_token_that_only_reads_is_answered_with_the_permission_to_add() {
    let fake = FakeGitHub::builder().read_only().start();
    fake.open_pull(7);
    let error = upsert(&fake).unwrap_err();
    assert_eq!(error.cause(), Cause::Forbidden);
    assert!(
        error
            .help()
            .ends_with("permissions:\n  pull-requests: write"),
        "{}",
        error.help()
    );
    assert_eq!(fake.asked(route::CREATE_COMMENT), 1);
}

#[test]
fn a_limit_is_waited_for_also_where_a_comment_is_created_and_the_wait_is_said() {
    for limit in [
        Fault::status(route::CREATE_COMMENT, 429, "Too Many Requests").header("retry-after", "0"),
        Fault::status(route::CREATE_COMMENT, 403, "Slow down").header("retry-after", "0"),
        Fault::status(
            route::CREATE_COMMENT,
            403,
            "You have exceeded a secondary rate limit",
        ),
        Fault::status(route::CREATE_COMMENT, 403, "API rate limit exceeded")
            .header("x-ratelimit-remaining", "0")
            .header("x-ratelimit-reset", "1"),
    ] {
        let fake = with_pull();
        fake.fault(limit);
        let said = RefCell::new(Vec::new());
        let hear = |text: &str| said.borrow_mut().push(text.to_owned());
        let github = GitHub::new(&access(&fake), hear).unwrap();
        let written = github.upsert_comment(7, MARKER, &body("plan"), true);
        assert!(written.unwrap().unwrap().created);
        drop(github);
        let said = said.into_inner();
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains("asking again in"), "{said:?}");
        assert_eq!(fake.comments(7).len(), 1);
        assert_eq!(
            fake.asked(route::LIST_COMMENTS),
            1,
            "nothing was done, so nothing to look for"
        );
    }
}

#[test]
fn nobody_waits_an_hour_for_a_limit() {
    let fake = with_pull();
    fake.fault(
        Fault::status(route::LIST_COMMENTS, 429, "Too Many Requests").header("retry-after", "3600"),
    );
    let error = upsert(&fake).unwrap_err();
    assert_eq!(error.cause(), Cause::Limited);
    assert!(error.help().contains("3600 s"), "{}", error.help());
}

#[test]
fn all_waits_of_a_run_count_together() {
    let fake = with_pull();
    let mut access = access(&fake);
    access.patience.step = Duration::from_millis(3);
    access.patience.total = Duration::from_millis(5);
    let github = GitHub::new(&access, |_| {}).unwrap();
    for (round, cause) in [("first", None), ("second", Some(Cause::Failing))] {
        fake.fault(Fault::status(route::LIST_COMMENTS, 500, "Server Error"));
        let written = github.upsert_comment(7, MARKER, &body(round), true);
        assert_eq!(written.err().map(|error| error.cause()), cause);
    }
}

#[test]
fn a_run_that_ends_does_not_wait_for_an_answer() {
    let fake = with_pull();
    fake.fault(Fault::hang(route::LIST_COMMENTS));
    let github = client(&fake);
    // From another thread and in the middle of it, as a signal comes.
    let hurry = github.hurry();
    let error = std::thread::scope(|scope| {
        scope.spawn(|| {
            while fake.requests().is_empty() {
                std::thread::yield_now();
            }
            hurry.within(Duration::ZERO);
        });
        github.upsert_comment(7, MARKER, &body("plan"), true)
    });
    assert_eq!(error.unwrap_err().cause(), Cause::OutOfTime);
}

#[test]
fn a_run_that_ends_does_not_wait_between_two_tries() {
    let fake = with_pull();
    fake.fault(
        Fault::status(route::LIST_COMMENTS, 429, "Too Many Requests").header("retry-after", "3600"),
    );
    let mut access = access(&fake);
    access.patience.total = Duration::from_hours(2);
    let (waiting, waits) = std::sync::mpsc::channel();
    let github = GitHub::new(&access, move |_| waiting.send(()).unwrap()).unwrap();
    let hurry = github.hurry();
    let error = std::thread::scope(|scope| {
        scope.spawn(move || {
            waits.recv().unwrap();
            hurry.within(Duration::ZERO);
        });
        github.upsert_comment(7, MARKER, &body("plan"), true)
    });
    assert_eq!(error.unwrap_err().cause(), Cause::Limited);
}

#[test]
fn a_run_that_ends_does_not_begin_a_wait_that_is_too_long_for_it() {
    let fake = with_pull();
    fake.fault(
        Fault::status(route::LIST_COMMENTS, 429, "Too Many Requests").header("retry-after", "9"),
    );
    let github = GitHub::new(&access(&fake), |wait| panic!("{wait}")).unwrap();
    github.hurry().within(Duration::from_secs(8));
    let error = github
        .upsert_comment(7, MARKER, &body("plan"), true)
        .unwrap_err();
    assert_eq!(error.cause(), Cause::Limited);
}

#[test]
fn an_answer_that_never_comes_is_a_lost_one() {
    let fake = with_pull();
    fake.fault(Fault::hang(route::LIST_COMMENTS).times(9));
    let mut access = access(&fake);
    access.patience.answer = Duration::from_millis(20);
    let github = GitHub::new(&access, |_| {}).unwrap();
    let error = github
        .upsert_comment(7, MARKER, &body("plan"), true)
        .unwrap_err();
    assert_eq!(error.cause(), Cause::Lost, "{error}");
}

#[test]
fn an_answer_that_is_not_githubs_is_said_in_one_line() {
    let fake = with_pull();
    fake.fault(Fault::raw(
        route::LIST_COMMENTS,
        200,
        "<html>\nplease log in\n</html>",
    ));
    let error = upsert(&fake).unwrap_err();
    assert_eq!(error.cause(), Cause::Unreadable);
    fake.fault(Fault::raw(
        route::LIST_COMMENTS,
        407,
        "<html>\n::error::log in\n</html>",
    ));
    let error = upsert(&fake).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("407: <html> ::error::log in </html>"),
        "{error}"
    );
}
