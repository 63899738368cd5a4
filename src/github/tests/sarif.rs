//! Findings for code scanning.

use super::client;
use crate::github::error::Cause;
use crate::github::fake_github::{FakeGitHub, Fault, route};
use serde_json::json;

const SHA: &str = "1111111111111111111111111111111111111111";

#[test]
fn a_file_arrives_whole() {
    let fake = FakeGitHub::start();
    let file = json!({ "version": "2.1.0", "runs": [{ "results": ["x".repeat(100_000)] }] });
    let text = file.to_string();
    let id = client(&fake).upload_sarif(SHA, "refs/pull/7/merge", text.as_bytes());
    assert!(!id.unwrap().is_empty());
    let [sarif] = &fake.sarifs()[..] else {
        panic!("one file")
    };
    assert_eq!(sarif.commit_sha, SHA);
    assert_eq!(sarif.git_ref, "refs/pull/7/merge");
    assert_eq!(sarif.document, file);
}

#[test]
fn an_upload_is_tried_again_when_code_scanning_is_not_there() {
    let fake = FakeGitHub::start();
    fake.fault(Fault::status(route::UPLOAD_SARIF, 503, "Unavailable").times(2));
    let text = json!({ "version": "2.1.0" }).to_string();
    client(&fake)
        .upload_sarif(SHA, "refs/heads/main", text.as_bytes())
        .unwrap();
    assert_eq!(fake.sarifs().len(), 1);
}

#[test]
fn a_missing_permission_and_code_scanning_turned_off_have_different_next_steps() {
    let fake = FakeGitHub::start();
    for (said, step) in [
        (
            "Resource not accessible by integration",
            "permissions:\n  security-events: write",
        ),
        (
            "Advanced Security must be enabled for this repository to use code scanning.",
            "settings",
        ),
        (
            "Code Security must be enabled for this repository to use code scanning.",
            "settings",
        ),
    ] {
        fake.fault(Fault::status(route::UPLOAD_SARIF, 403, said));
        let error = client(&fake)
            .upload_sarif(SHA, "refs/heads/main", b"{}")
            .unwrap_err();
        assert_eq!(error.cause(), Cause::Forbidden);
        assert!(error.help().contains(step), "{}", error.help());
    }
}

#[test]
fn a_file_that_github_would_not_take_is_not_sent() {
    let fake = FakeGitHub::start();
    // Noise does not compress.
    let mut seed = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        seed.to_be_bytes()[0]
    })
    .take(11 << 20)
    .collect();
    let error = client(&fake)
        .upload_sarif(SHA, "refs/heads/main", &noise)
        .unwrap_err();
    assert_eq!(error.cause(), Cause::TooLong);
    assert!(fake.requests().is_empty());
}
