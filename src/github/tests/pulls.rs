//! The pull request of a commit.

use super::client;
use crate::github::error::Cause;
use crate::github::fake_github::{FakeGitHub, Fault, Pull, route};

const SHA: &str = "1111111111111111111111111111111111111111";
const OTHER: &str = "2222222222222222222222222222222222222222";
const NOON: &str = "2026-03-01T12:00:00Z";
const LATER: &str = "2026-03-02T12:00:00Z";

fn with(pulls: impl IntoIterator<Item = Pull>) -> FakeGitHub {
    let fake = FakeGitHub::start();
    for pull in pulls {
        fake.state().pulls.insert(pull.number, pull);
    }
    fake
}

fn found(fake: &FakeGitHub) -> Option<u64> {
    let pull = client(fake).pull_of_commit(SHA, "main").unwrap();
    pull.map(|pull| pull.number)
}

#[test]
fn a_merge_and_a_squash_are_found_by_their_commit() {
    let mut stale = Pull::open(4);
    stale.commits.push(SHA.to_owned());
    let fake = with([stale, Pull::open(7).merged("main", SHA, NOON)]);
    let pull = client(&fake).pull_of_commit(SHA, "main").unwrap().unwrap();
    assert_eq!(pull.number, 7);
    assert_eq!(pull.head_sha, format!("{:040x}", 7));
    assert_eq!(pull.merge_commit_sha.as_deref(), Some(SHA));
    assert!(pull.url.ends_with("/pull/7"));
}

#[test]
fn the_earlier_commits_of_a_rebase_belong_to_it() {
    let mut rebased = Pull::open(7).merged("main", OTHER, NOON);
    rebased.commits.push(SHA.to_owned());
    assert_eq!(found(&with([rebased])), Some(7));
}

#[test]
fn the_one_whose_merge_it_is_comes_before_a_later_one_that_holds_it() {
    let mut later = Pull::open(9).merged("main", OTHER, LATER);
    later.commits.push(SHA.to_owned());
    let fake = with([Pull::open(7).merged("main", SHA, NOON), later]);
    assert_eq!(found(&fake), Some(7));
}

#[test]
fn a_direct_push_has_none() {
    let mut open = Pull::open(7);
    open.commits.push(SHA.to_owned());
    let elsewhere = Pull::open(8).merged("release", SHA, NOON);
    assert_eq!(found(&with([])), None);
    assert_eq!(found(&with([open, elsewhere])), None);
}

#[test]
fn all_pages_are_read() {
    let mut pulls: Vec<Pull> = (100..230).map(Pull::open).collect();
    for pull in &mut pulls {
        pull.commits.push(SHA.to_owned());
    }
    pulls.push(Pull::open(900).merged("main", SHA, NOON));
    let fake = with(pulls);
    assert_eq!(found(&fake), Some(900));
    assert_eq!(fake.asked(route::PULLS_OF_COMMIT), 2);
}

#[test]
fn a_text_that_is_no_commit_asks_for_nothing() {
    let fake = with([]);
    for text in ["", "main", "../../user", "1111?x"] {
        assert_eq!(client(&fake).pull_of_commit(text, "main").unwrap(), None);
    }
    assert!(fake.requests().is_empty());
}

#[test]
fn a_missing_permission_is_told_with_the_line_to_add() {
    let fake = with([]);
    let said = "Resource not accessible by integration";
    fake.fault(Fault::status(route::PULLS_OF_COMMIT, 403, said));
    let error = client(&fake).pull_of_commit(SHA, "main").unwrap_err();
    assert_eq!(error.cause(), Cause::Forbidden);
    assert!(
        error.help().ends_with("pull-requests: read"),
        "{}",
        error.help()
    );
}
