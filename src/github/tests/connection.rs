//! The way to GitHub: Enterprise Servers, proxies, authorities, and addresses that lead nowhere.

use super::{MARKER, access, body};
use crate::github::access::Access;
use crate::github::api::GitHub;
use crate::github::error::{Cause, GitHubError};
use crate::github::fake_github::{FakeGitHub, FakeProxy, Fault, JOB, TOKEN, route};
use camino::Utf8PathBuf;
use std::time::Duration;

/// Through every address there is: an old comment makes the client ask GraphQL too.
fn edit(fake: &FakeGitHub, access: &Access) -> Result<(), GitHubError> {
    fake.open_pull(7);
    let old = fake.comment_as(JOB, 7, &body("old"));
    let github = GitHub::new(access, |_| {})?;
    let written = github.upsert_comment(7, MARKER, &body("plan"), true)?;
    assert_eq!(written.unwrap().id, old);
    assert_eq!(fake.asked(route::GRAPHQL), 1);
    Ok(())
}

fn file(text: &str) -> (tempfile::TempDir, Utf8PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = Utf8PathBuf::from_path_buf(folder.path().join("ca.pem")).unwrap();
    fs_err::write(&path, text).unwrap();
    (folder, path)
}

#[test]
fn an_enterprise_server_has_a_path_of_its_own_for_each() {
    for slash in ["", "/"] {
        let fake = FakeGitHub::builder().enterprise().start();
        let mut access = access(&fake);
        access.api_url.push_str(slash);
        access.graphql_url.push_str(slash);
        assert!(access.api_url.contains("/api/v3"));
        assert!(access.graphql_url.contains("/api/graphql"));
        edit(&fake, &access).unwrap();
    }
}

#[test]
fn a_private_authority_is_trusted_when_it_is_given() {
    let fake = FakeGitHub::builder().encrypted().start();
    let (_folder, path) = file(fake.ca_pem());
    let mut access = access(&fake);
    access.ca_bundle = Some(path);
    edit(&fake, &access).unwrap();
}

#[test]
fn an_authority_that_nobody_gave_is_refused_with_a_next_step() {
    let fake = FakeGitHub::builder().encrypted().start();
    let other = FakeGitHub::builder().encrypted().start();
    let (_folder, path) = file(other.ca_pem());
    let mut access = access(&fake);
    access.ca_bundle = Some(path);
    let github = GitHub::new(&access, |wait| panic!("it gets no better: {wait}")).unwrap();
    let error = github
        .upsert_comment(7, MARKER, &body("plan"), true)
        .unwrap_err();
    assert_eq!(error.cause(), Cause::Unreachable);
    assert!(
        error.to_string().contains("invalid peer certificate"),
        "{error}"
    );
    assert!(error.help().contains("ca-bundle"));
    assert!(
        fake.requests().is_empty(),
        "nothing was asked, least of all with the token"
    );
}

#[test]
fn a_bundle_that_holds_no_certificate_is_refused() {
    let fake = FakeGitHub::start();
    let mut access = access(&fake);
    for text in [
        "",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        let (_folder, path) = file(text);
        access.ca_bundle = Some(path);
        let error = GitHub::new(&access, |_| {}).unwrap_err();
        assert_eq!(error.cause(), Cause::Setup);
        assert!(error.to_string().contains("ca.pem"), "{error}");
    }
    access.ca_bundle = Some("not-there.pem".into());
    let error = GitHub::new(&access, |_| {}).unwrap_err();
    assert!(error.to_string().contains("not-there.pem"), "{error}");
}

#[test]
fn what_is_encrypted_goes_through_the_proxy_in_a_tunnel() {
    let fake = FakeGitHub::builder().encrypted().start();
    let (_folder, path) = file(fake.ca_pem());
    let proxy = FakeProxy::start();
    let mut access = access(&fake);
    access.ca_bundle = Some(path);
    access.proxies.https = format!("http://user:hunter2@{}", proxy.address());
    edit(&fake, &access).unwrap();
    let seen = proxy.seen();
    assert!(
        seen[0].starts_with(&format!("CONNECT {} ", fake.address())),
        "{seen:?}"
    );
    let login = "proxy-authorization: basic dxnlcjpodw50zxiy";
    assert!(seen[0].to_ascii_lowercase().contains(login), "{seen:?}");
    assert!(!seen.concat().contains(TOKEN));
}

#[test]
fn what_is_not_encrypted_is_forwarded_by_the_proxy() {
    let fake = FakeGitHub::start();
    let proxy = FakeProxy::start();
    let mut access = access(&fake);
    access.proxies.http = proxy.url();
    edit(&fake, &access).unwrap();
    let seen = proxy.seen();
    assert!(
        seen[0].starts_with(&format!("GET {}/repos/", fake.server_url())),
        "{seen:?}"
    );
}

#[test]
fn a_host_that_needs_no_proxy_is_asked_straight() {
    let fake = FakeGitHub::start();
    let proxy = FakeProxy::start();
    let mut access = access(&fake);
    access.proxies.http = proxy.url();
    access.proxies.no = "example.com, 127.0.0.0/8".to_owned();
    edit(&fake, &access).unwrap();
    assert!(proxy.seen().is_empty());
}

#[test]
fn a_proxy_that_lostops_cannot_speak_to_is_named_without_its_password() {
    let fake = FakeGitHub::start();
    for proxy in [
        "socks5://user:hunter2@proxy:1080",
        "https://user:hunter2@proxy",
    ] {
        let mut access = access(&fake);
        access.proxies.https = proxy.to_owned();
        let error = GitHub::new(&access, |_| {}).unwrap_err();
        assert_eq!(error.cause(), Cause::Setup);
        assert!(error.to_string().contains("HTTPS_PROXY"), "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn a_proxy_that_wants_a_password_is_asked_once() {
    let proxy = FakeProxy::refusing("407 Proxy Authentication Required");
    let fake = FakeGitHub::builder().encrypted().start();
    let (_folder, path) = file(fake.ca_pem());
    let mut access = access(&fake);
    access.ca_bundle = Some(path);
    access.proxies.https = proxy.url();
    let github = GitHub::new(&access, |wait| panic!("it gets no better: {wait}")).unwrap();
    let error = github
        .upsert_comment(7, MARKER, &body("plan"), true)
        .unwrap_err();
    assert_eq!(error.cause(), Cause::Unreachable);
    assert!(
        error.to_string().contains("proxy authorization required"),
        "{error}"
    );
}

#[test]
fn a_host_that_does_not_answer_is_tried_again_and_named() {
    let fake = FakeGitHub::start();
    let mut access = access(&fake);
    // Bound and not listening: nobody else gets the port meanwhile.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    access.api_url = format!("http://{}", socket.local_addr().unwrap());
    let waits = std::cell::Cell::new(0);
    let github = GitHub::new(&access, |_| waits.set(waits.get() + 1)).unwrap();
    let error = github
        .upsert_comment(7, MARKER, &body("plan"), true)
        .unwrap_err();
    assert_eq!(error.cause(), Cause::Unreachable);
    assert!(error.to_string().contains("refused"), "{error}");
    assert_eq!(waits.get(), 4);
}

#[test]
fn a_redirect_takes_the_token_nowhere() {
    let fake = FakeGitHub::start();
    let elsewhere = FakeGitHub::start();
    fake.open_pull(7);
    fake.fault(
        Fault::status(route::LIST_COMMENTS, 307, "Moved")
            .header("location", &format!("{}/x", elsewhere.api_url())),
    );
    let github = GitHub::new(&access(&fake), |_| {}).unwrap();
    github
        .upsert_comment(7, MARKER, &body("plan"), true)
        .unwrap_err();
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn what_no_request_can_carry_is_refused_before_the_first_one() {
    let fake = FakeGitHub::start();
    let changes: [fn(&mut Access); 6] = [
        |access| access.token.clear(),
        |access| access.token = "two\nlines".to_owned(),
        |access| access.repository = "fleet".to_owned(),
        |access| access.repository = "octo/../user".to_owned(),
        |access| access.api_url = "api.github.com".to_owned(),
        |access| access.graphql_url.clear(),
    ];
    for change in changes {
        let mut access = access(&fake);
        change(&mut access);
        let error = GitHub::new(&access, |_| {}).unwrap_err();
        assert_eq!(error.cause(), Cause::Setup);
        assert!(!error.help().is_empty());
    }
}

#[test]
fn a_wait_longer_than_any_clock_counts_is_not_waited_for() {
    let fake = FakeGitHub::start();
    fake.open_pull(7);
    fake.fault(Fault::status(route::LIST_COMMENTS, 502, "Bad Gateway"));
    let limit = Fault::status(route::LIST_COMMENTS, 429, "Too Many Requests");
    fake.fault(limit.header("retry-after", &u64::MAX.to_string()));
    let mut access = access(&fake);
    // What was waited before comes on top.
    access.patience.step = Duration::from_secs(1);
    let github = GitHub::new(&access, |_| {}).unwrap();
    let error = github.upsert_comment(7, MARKER, &body("plan"), true);
    assert_eq!(error.unwrap_err().cause(), Cause::Limited);
}
