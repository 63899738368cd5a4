//! One issue of drift, whatever is lost on the way; and files of a commit.

use super::client;
use crate::github::error::Cause;
use crate::github::fake_github::{FakeGitHub, Fault, JOB, route};

const MARKER: &str = "<!-- lostops {\"v\":1,\"drift\":true} -->";

#[test]
fn an_issue_whose_answer_was_lost_is_not_opened_twice() {
    let fake = FakeGitHub::start();
    fake.fault(Fault::cut_after(route::OPEN_ISSUE));
    let body = format!("{MARKER}\nwords");
    let opened = client(&fake).open_issue(MARKER, "drift", &body).unwrap();
    assert_eq!(fake.issues().len(), 1);
    assert_eq!(fake.issues()[0].number, opened.number);
}

#[test]
fn it_is_found_among_pull_requests_and_others_that_begin_alike() {
    let fake = FakeGitHub::start();
    fake.open_pull(7);
    {
        let mut state = fake.state();
        state.issue("mallory", "a trap", MARKER);
        state.issue(JOB, "another", "words");
    }
    let github = client(&fake);
    assert_eq!(github.rolling_issue(MARKER).unwrap(), None);
    let ours = github.open_issue(MARKER, "drift", MARKER).unwrap();
    assert_eq!(github.rolling_issue(MARKER).unwrap(), Some(ours.clone()));
    let closed = github
        .edit_issue(ours.number, "drift", MARKER, false)
        .unwrap();
    assert!(!closed.is_open);
    assert_eq!(github.rolling_issue(MARKER).unwrap(), Some(closed));
}

#[test]
fn a_repository_without_issues_says_so() {
    let fake = FakeGitHub::start();
    let gone = "Issues has been disabled in this repository.";
    fake.fault(Fault::status(route::OPEN_ISSUE, 410, gone).times(9));
    let error = client(&fake)
        .open_issue(MARKER, "drift", MARKER)
        .unwrap_err();
    assert_eq!(error.cause(), Cause::Missing);
    assert!(error.to_string().contains("disabled"), "{error}");
}

#[test]
fn the_files_of_a_commit_are_read_folder_by_folder() {
    let fake = FakeGitHub::start();
    {
        let mut state = fake.state();
        for (path, text) in [
            ("describers/a.yaml", &b"a: 1\n"[..]),
            ("describers/compose/two words.yaml", &[0, 255, 10]),
            ("other/b.yaml", b"b"),
        ] {
            let key = ("abc".to_owned(), path.to_owned());
            state.files.insert(key, text.to_vec());
        }
    }
    let github = client(&fake);
    let files = github
        .files("describers", "abc", &|_| true)
        .unwrap()
        .expect("a folder");
    let found: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_slice()))
        .collect();
    assert_eq!(
        found,
        [
            ("a.yaml", &b"a: 1\n"[..]),
            ("compose/two words.yaml", &[0, 255, 10])
        ]
    );
    assert_eq!(github.files("nowhere", "abc", &|_| true).unwrap(), None);
}
