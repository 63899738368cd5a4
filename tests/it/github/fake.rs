//! The fake is as strict as it says: a test that passes against it has asked GitHub what GitHub documents.

use crate::fake_github::{FakeGitHub, Fault, JOB, Pull, TOKEN, route};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

const COMMENTS: &str = "/repos/octo/fleet/issues/7/comments";
const SHA: &str = "1111111111111111111111111111111111111111";

/// An answer; status 0: the connection ended without one.
struct Answer {
    status: u16,
    head: String,
    body: Value,
}

fn with_pull() -> FakeGitHub {
    let fake = FakeGitHub::start();
    fake.open_pull(7);
    fake
}

fn sound() -> Vec<String> {
    vec![
        format!("authorization: Bearer {TOKEN}"),
        "user-agent: test".to_owned(),
        "accept: application/vnd.github+json".to_owned(),
        "x-github-api-version: 2022-11-28".to_owned(),
        "content-type: application/json".to_owned(),
    ]
}

fn send(fake: &FakeGitHub, request: &str, headers: &[String], body: &str) -> Answer {
    let mut socket = TcpStream::connect(fake.address()).expect("the fake");
    write!(
        socket,
        "{request} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n{}\r\n\r\n{body}",
        fake.address(),
        body.len(),
        headers.join("\r\n"),
    )
    .expect("a request");
    let mut text = String::new();
    let _ = socket.read_to_string(&mut text);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    Answer {
        status: status.unwrap_or(0),
        head: head.to_owned(),
        body: serde_json::from_str(body).unwrap_or_default(),
    }
}

fn ask(fake: &FakeGitHub, request: &str, body: &Value) -> Answer {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    send(fake, request, &sound(), &body)
}

fn get(fake: &FakeGitHub, path: &str) -> Answer {
    ask(fake, &format!("GET {path}"), &Value::Null)
}

#[test]
fn it_keeps_what_it_is_told() {
    let fake = with_pull();
    let made = ask(
        &fake,
        &format!("POST {COMMENTS}"),
        &json!({ "body": "one" }),
    );
    assert_eq!(made.status, 201);
    assert_eq!(made.body["user"]["login"], JOB);
    let one = format!("/repos/octo/fleet/issues/comments/{}", made.body["id"]);
    assert_eq!(
        ask(&fake, &format!("PATCH {one}"), &json!({ "body": "two" })).status,
        200
    );
    assert_eq!(get(&fake, COMMENTS).body[0]["body"], "two");
    assert_eq!(get(&fake, &one).body["body"], "two");
    assert_eq!(
        ask(&fake, &format!("DELETE {one}"), &Value::Null).status,
        204
    );
    assert_eq!(get(&fake, &one).status, 404);
    assert_eq!(get(&fake, COMMENTS).body, json!([]));
}

#[test]
fn a_request_that_github_does_not_document_is_a_violation() {
    let fake = with_pull();
    let long = json!({ "body": "x" });
    for (request, body, said) in [
        ("GET /user", Value::Null, "does not document"),
        (
            "POST /repos/octo/fleet/issues/comments/1",
            long.clone(),
            "does not document",
        ),
        (
            "POST /repos/octo/fleet/issues/7/comments",
            Value::Null,
            "no body",
        ),
        (
            "POST /repos/octo/fleet/issues/7/comments",
            json!({ "text": "x" }),
            "text",
        ),
        (
            "POST /repos/octo/fleet/issues/7/comments",
            json!({ "body": 7 }),
            "not of type",
        ),
        (
            "GET /repos/octo/fleet/issues/seven/comments",
            Value::Null,
            "issue_number",
        ),
        (
            "GET /repos/octo/fleet/issues/7/comments?per_page=101",
            Value::Null,
            "out of range",
        ),
        (
            "GET /repos/octo/fleet/issues/7/comments?page=0",
            Value::Null,
            "out of range",
        ),
        (
            "GET /repos/octo/fleet/issues/7/comments?target=x",
            Value::Null,
            "target",
        ),
        (
            "GET /repos/octo/fleet/issues/7/comments",
            long,
            "none is taken",
        ),
        (
            "POST /repos/octo/fleet/code-scanning/sarifs",
            json!({ "commit_sha": SHA, "ref": "main", "sarif": "" }),
            "refs/",
        ),
    ] {
        let answer = ask(&fake, request, &body);
        assert!(
            matches!(answer.status, 404 | 422),
            "{request}: {}",
            answer.head
        );
        let violations = fake.take_violations().join("\n");
        assert!(violations.contains(said), "{request}: {violations:?}");
    }
    assert!(fake.comments(7).is_empty());
}

#[test]
fn a_header_that_github_wants_is_missed() {
    let fake = with_pull();
    for missing in 0..4 {
        let mut headers = sound();
        headers.remove(missing);
        send(&fake, &format!("GET {COMMENTS}"), &headers, "");
        assert_eq!(
            fake.take_violations().len(),
            1,
            "without {}",
            sound()[missing]
        );
    }
    let mut headers = sound();
    headers.pop();
    send(
        &fake,
        &format!("POST {COMMENTS}"),
        &headers,
        "{\"body\":\"x\"}",
    );
    assert_eq!(fake.take_violations().len(), 1);
    send(&fake, &format!("POST {COMMENTS}"), &sound(), "{");
    assert!(!fake.take_violations().is_empty());
}

#[test]
#[should_panic(expected = "does not document")]
fn a_violation_that_nobody_takes_fails_the_test() {
    get(&with_pull(), "/user");
}

#[test]
fn a_wrong_token_is_401_and_a_reading_one_403() {
    let fake = with_pull();
    let mut headers = sound();
    headers[0] = "authorization: Bearer other".to_owned();
    let answer = send(&fake, &format!("GET {COMMENTS}"), &headers, "");
    assert_eq!(
        (answer.status, &answer.body["message"]),
        (401, &json!("Bad credentials"))
    );

    let fake = FakeGitHub::builder().read_only().start();
    fake.open_pull(7);
    assert_eq!(get(&fake, COMMENTS).status, 200);
    assert_eq!(
        ask(&fake, &format!("POST {COMMENTS}"), &json!({ "body": "x" })).status,
        403
    );
}

#[test]
fn a_comment_of_somebody_else_cannot_be_edited() {
    let fake = with_pull();
    let id = fake.comment_as("octocat", 7, "hands off");
    let path = format!("PATCH /repos/octo/fleet/issues/comments/{id}");
    assert_eq!(ask(&fake, &path, &json!({ "body": "x" })).status, 403);
    assert_eq!(fake.comments(7)[0].body, "hands off");
}

#[test]
fn a_body_may_have_65_536_characters_however_many_bytes() {
    let fake = with_pull();
    let path = format!("POST {COMMENTS}");
    assert_eq!(
        ask(&fake, &path, &json!({ "body": "𝄞".repeat(65_536) })).status,
        201
    );
    let refused = ask(&fake, &path, &json!({ "body": "x".repeat(65_537) }));
    assert_eq!(refused.status, 422);
    assert!(
        refused.body["errors"][0]["message"]
            .to_string()
            .contains("too long")
    );
    assert_eq!(ask(&fake, &path, &json!({ "body": " " })).status, 422);
}

#[test]
fn lists_come_in_pages_that_link_to_each_other_on_its_own_host() {
    let fake = with_pull();
    for number in 0..31 {
        fake.comment_as("octocat", 7, &format!("comment {number}"));
    }
    let first = get(&fake, COMMENTS);
    assert_eq!(first.body.as_array().map(Vec::len), Some(30));
    let next = format!(
        "<{}{COMMENTS}?per_page=30&page=2>; rel=\"next\"",
        fake.api_url()
    );
    assert!(first.head.contains(&next), "{}", first.head);
    let second = get(&fake, &format!("{COMMENTS}?per_page=30&page=2"));
    assert_eq!(second.body[0]["body"], "comment 30");
    assert!(!second.head.contains("\r\nlink:"), "{}", second.head);
}

#[test]
fn a_commit_leads_to_its_pull_requests() {
    let fake = FakeGitHub::start();
    let merged = Pull::open(7).merged("main", SHA, "2026-03-01T12:00:00Z");
    fake.state().pulls.insert(7, merged);
    let answer = get(&fake, &format!("/repos/octo/fleet/commits/{SHA}/pulls"));
    assert_eq!(answer.body[0]["number"], 7);
    assert_eq!(answer.body[0]["merge_commit_sha"], SHA);
    let other = get(
        &fake,
        &format!("/repos/octo/fleet/commits/{}/pulls", SHA.replace('1', "2")),
    );
    assert_eq!(other.body, json!([]));
}

#[test]
fn what_is_not_sarif_is_a_violation() {
    let fake = FakeGitHub::start();
    let body = |sarif: &str| json!({ "commit_sha": SHA, "ref": "refs/heads/main", "sarif": sarif });
    for sarif in ["%", "eyJ2ZXJzaW9uIjoiMi4xLjAifQ=="] {
        let path = "POST /repos/octo/fleet/code-scanning/sarifs";
        assert_eq!(ask(&fake, path, &body(sarif)).status, 400);
    }
    assert!(fake.sarifs().is_empty());
    assert!(!fake.take_violations().is_empty());
}

#[test]
fn an_enterprise_server_answers_under_its_prefix_only() {
    let fake = FakeGitHub::builder()
        .enterprise()
        .login("octo-app[bot]", "octo-app")
        .start();
    fake.open_pull(7);
    assert_eq!(get(&fake, &format!("/api/v3{COMMENTS}")).status, 200);
    let query = json!({ "query": "query { viewer { login } }" });
    let viewer = ask(&fake, "POST /api/graphql", &query);
    assert_eq!(viewer.body["data"]["viewer"]["login"], "octo-app");
    assert!(fake.take_violations().is_empty());
    for request in [format!("GET {COMMENTS}"), "POST /api/v3/graphql".to_owned()] {
        assert_eq!(ask(&fake, &request, &Value::Null).status, 404);
    }
    assert_eq!(fake.take_violations().len(), 2);
}

#[test]
fn each_fault_does_what_it_says_as_often_as_it_says() {
    let post = format!("POST {COMMENTS}");
    let outcome = |fault: Fault| {
        let fake = with_pull();
        fake.fault(fault);
        let first = ask(&fake, &post, &json!({ "body": "x" }));
        let kept = fake.comments(7).len();
        let second = ask(&fake, &post, &json!({ "body": "x" }));
        assert_eq!(second.status, 201, "one fault is one fault");
        (first.status, kept, first.body.is_null())
    };
    let route = route::CREATE_COMMENT;
    assert_eq!(outcome(Fault::status(route, 503, "No")), (503, 0, false));
    assert_eq!(outcome(Fault::raw(route, 502, "<html>")), (502, 0, true));
    assert_eq!(outcome(Fault::cut_before(route)), (0, 0, true));
    assert_eq!(outcome(Fault::cut_after(route)), (0, 1, true));
    assert_eq!(outcome(Fault::cut_within(route)), (201, 1, true));
    assert_eq!(outcome(Fault::garble(route)), (201, 1, true));
    assert_eq!(
        outcome(Fault::delay(route, Duration::from_millis(1))),
        (201, 1, false)
    );
    let emptied = Fault::then(route, |state| state.comments.clear());
    assert_eq!(outcome(emptied), (201, 0, false));

    let fake = with_pull();
    fake.fault(
        Fault::status(route::LIST_COMMENTS, 429, "No")
            .header("retry-after", "0")
            .times(2),
    );
    let statuses: Vec<u16> = (0..3).map(|_| get(&fake, COMMENTS).status).collect();
    assert_eq!(statuses, [429, 429, 200]);
    let logged: Vec<_> = fake
        .requests()
        .into_iter()
        .map(|request| request.status)
        .collect();
    assert_eq!(logged, [Some(429), Some(429), Some(200)]);
}
