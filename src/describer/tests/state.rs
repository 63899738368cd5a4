//! A state's backend in a file of its own: what it may hold, and each thing that it may not.

use super::{Copy, TODAY, line, only};
use crate::describer::{Instead, load};
use crate::fleet::environment::{BackendKind, StateBackend};
use serde_json::json;
use std::os::unix::fs::symlink;

/// The Lostops infrastructure with its state where a file says.
fn named(path: &str) -> Copy {
    let copy = Copy::new();
    let text = fs_err::read_to_string(copy.path.join("environment.yaml")).unwrap();
    let mut lines: Vec<&str> = text.lines().filter(|line| !is_state(line)).collect();
    let state = format!("state: {{ backend: {{ file: {path} }} }}");
    lines.push(&state);
    copy.write("environment.yaml", lines.join("\n") + "\n");
    copy
}

fn is_state(line: &str) -> bool {
    line.starts_with("state:")
}

fn found(json: &str) -> Vec<String> {
    let copy = named("state.json");
    copy.write("state.json", json);
    copy.findings()
}

/// One finding, of this code, at this text of the file.
fn one(json: &str, begin: &str) -> String {
    let findings = found(json);
    assert_eq!(findings.len(), 1, "{json}: {findings:?}");
    assert!(findings[0].starts_with(begin), "{json}: {findings:?}");
    findings[0].clone()
}

#[test]
fn a_backend_in_a_file_is_the_environments() {
    let copy = named("state.json");
    copy.write(
        "state.json",
        r#"{ "s3": { "bucket": "b", "key": "k", "encrypt": true, "max_retries": 3, "kms_key_id": "alias/a" } }"#,
    );
    assert_eq!(copy.findings(), [""; 0]);
    let loaded = copy.load();
    let StateBackend::File { kind, settings } =
        &only(&loaded).fleet.as_ref().unwrap().environment.state
    else {
        panic!("not a file");
    };
    assert_eq!(*kind, BackendKind::S3);
    assert_eq!(
        json!(settings),
        json!({ "bucket": "b", "key": "k", "encrypt": true, "max_retries": 3, "kms_key_id": "alias/a" })
    );
    for kind in ["consul", "cos", "gcs", "http", "kubernetes", "oss", "pg"] {
        let findings = found(&format!("{{ \"{kind}\": {{}} }}"));
        assert_eq!(findings, [""; 0], "{kind}");
    }
    let google =
        r#"{"gcs":{"bucket":"b","kms_encryption_key":"projects/p/keyRings/r/cryptoKeys/k"}}"#;
    assert_eq!(found(google), [""; 0]);
}

#[test]
fn what_stands_in_the_place_of_the_file_is_read() {
    let copy = named("below/state.json");
    let path = copy.path.join("below/state.json");
    let instead = Instead::from([(path, br#"{"gcs":{"bucket":"b"}}"#.to_vec())]);
    let loaded = load(&copy.path, &instead, &|_| true, TODAY).unwrap();
    assert!(only(&loaded).fleet.is_some());
}

#[test]
fn a_file_that_cannot_be_read_is_found_where_it_is_named() {
    let missing = named("state.json").findings();
    assert_eq!(missing.len(), 1, "{missing:?}");
    assert!(
        missing[0].starts_with("LO112 error environment.yaml [state.json] "),
        "{missing:?}"
    );

    let outside = tempfile::tempdir().unwrap();
    fs_err::write(outside.path().join("state.json"), "{}").unwrap();
    let link = named("state.json");
    symlink(
        outside.path().join("state.json"),
        link.path.join("state.json"),
    )
    .unwrap();
    let link = link.findings();
    assert!(
        link[0].starts_with("LO101 error environment.yaml [state.json] "),
        "{link:?}"
    );

    let large = one(
        &" ".repeat(1 << 21),
        "LO101 error environment.yaml [state.json] ",
    );
    assert!(large.contains("larger than 1 MiB"), "{large}");

    for path in [
        "../state.json",
        "/etc/state.json",
        "a/../b.json",
        "state.yaml",
        ".a.json",
    ] {
        let findings = named(path).findings();
        assert!(
            findings.len() == 1 && findings[0].starts_with("LO104 error environment.yaml "),
            "{path}: {findings:?}"
        );
    }
}

#[test]
fn what_is_no_backend_is_found_at_its_place() {
    for (json, begin) in [
        ("{ \"s3\": { \"a\": }", "LO102 error state.json "),
        ("s3: { bucket: b }", "LO102 error state.json "),
        ("[]", "LO104 error state.json "),
        ("{}", "LO104 error state.json "),
        (r#"{"s3":{},"gcs":{}}"#, "LO104 error state.json [\"gcs\"] "),
        (r#"{"s3":3}"#, "LO104 error state.json [3] "),
        (r#"{"local":{}}"#, "LO104 error state.json [\"local\"] "),
        (r#"{"azurerm":{}}"#, "LO104 error state.json [\"azurerm\"] "),
        (r#"{"remote":{}}"#, "LO104 error state.json [\"remote\"] "),
        (r#"{"inmem":{}}"#, "LO104 error state.json [\"inmem\"] "),
        (
            r#"{"s3":{"bucket":"a","bucket":"b"}}"#,
            "LO105 error state.json ",
        ),
        (
            r#"{"s3":{"bucket":null}}"#,
            "LO104 error state.json [null] ",
        ),
        (
            r#"{"s3":{"assume_role":{"role_arn":"a"}}}"#,
            "LO104 error state.json ",
        ),
        (
            r#"{"kubernetes":{"config_path":"kube"}}"#,
            "LO104 error state.json [\"config_path\"] ",
        ),
        (
            r#"{"http":{"address":"${file(\"/etc/passwd\")}"}}"#,
            "LO104 error state.json ",
        ),
        (
            r#"{"http":{"password":"secret:NAME"}}"#,
            "LO104 error state.json ",
        ),
    ] {
        one(json, begin);
    }
}

#[test]
fn a_secret_in_clear_is_found_and_never_shown() {
    for (kind, key) in [
        ("s3", "access_key"),
        ("s3", "secret_key"),
        ("s3", "token"),
        ("http", "password"),
        ("consul", "access_token"),
        ("consul", "http_auth"),
        ("gcs", "credentials"),
        ("gcs", "encryption_key"),
        ("gcs", "access_token"),
        ("cos", "security_token"),
        ("oss", "secret_key"),
        ("kubernetes", "client_key"),
    ] {
        one(
            &format!("{{\"{kind}\":{{\"{key}\":\"swordfish\"}}}}"),
            "LO110 error state.json [***",
        );
    }
    for text in [
        "postgres://me:swordfish@db/state",
        "host=db password=swordfish",
    ] {
        let shown = one(
            &format!("{{\"pg\":{{\"conn_str\":\"{text}\"}}}}"),
            "LO110 error state.json [***",
        );
        assert!(!shown.contains("swordfish"), "{shown}");
    }
    assert_eq!(
        found(r#"{"pg":{"conn_str":"postgres://db/state"}}"#),
        [""; 0]
    );
}

#[test]
fn a_key_of_a_blob_is_no_template() {
    let copy = named("state.json");
    let wrong =
        "{ azurerm: { storage_account: account, container: tfstate, key: \"${file('a')}\" } }";
    copy.change("environment.yaml", "{ file: state.json }", wrong);
    let loaded = copy.load();
    let findings = &only(&loaded).findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(line(&loaded, &findings[0]).starts_with("LO104 error environment.yaml [\"${file"));
}
