//! Secrets, SSH keys and the folder's own shape.

use super::{Copy, own};
use crate::describer::Instead;
use camino::Utf8Path;

fn codes(copy: &Copy) -> Vec<String> {
    copy.findings()
}

#[test]
fn a_secret_in_clear_is_found_and_never_shown() {
    for (file, old, secret) in [
        (
            "database.yaml",
            "password: secret:MYSQL_LARAVEL_PASSWORD",
            "password: swordfish7",
        ),
        (
            "backend.yaml",
            "APP_KEY: secret:LARAVEL_APP_KEY",
            "APP_KEY: base64:swordfish7",
        ),
        (
            "backend.yaml",
            "APP_DEBUG: false",
            "DATABASE_URL: mysql://root:swordfish7@10.10.0.5/lostops",
        ),
        (
            "backend.yaml",
            "APP_DEBUG: false",
            "STRIPE_TOKEN: swordfish7",
        ),
        (
            "backend.yaml",
            "APP_DEBUG: false",
            "SOMETHING: DefaultEndpointsProtocol=https;AccountKey=swordfish7",
        ),
        (
            "environment.yaml",
            "webhook: secret:DISCORD_WEBHOOK",
            "webhook: https://discord.com/api/webhooks/1/swordfish7",
        ),
        (
            "environment.yaml",
            "webhook: secret:DISCORD_WEBHOOK",
            "webhook: 123456",
        ),
    ] {
        let copy = Copy::new();
        copy.change(file, old, secret);
        let loaded = copy.load();
        let environment = super::only(&loaded);
        let found: Vec<&str> = environment
            .findings
            .iter()
            .map(|finding| finding.meta.code)
            .collect();
        assert_eq!(found, ["LO110"], "{secret}");
        let span = environment.findings[0].span.unwrap();
        let text = &loaded.sources.file(span.file).text;
        assert!(
            !text.contains("swordfish7") && !text.contains("123456"),
            "{secret}"
        );
        assert!(
            !format!("{:?}", environment.findings).contains("swordfish7"),
            "{secret}"
        );
        assert!(
            text[span.start as usize..span.end as usize]
                .bytes()
                .all(|byte| byte == b'*'),
            "{secret}"
        );
    }
}

#[test]
fn a_secret_behind_an_alias_or_under_an_unknown_key_is_masked_too() {
    let copy = Copy::new();
    copy.change(
        "database.yaml",
        "packages: []",
        "spare: &p swordfish7\npassword: *p",
    );
    let loaded = copy.load();
    let environment = super::only(&loaded);
    assert!(
        environment
            .findings
            .iter()
            .any(|finding| finding.meta.code == "LO110")
    );
    let file = environment.findings[0].span.unwrap().file;
    assert!(!loaded.sources.file(file).text.contains("swordfish7"));
}

#[test]
fn a_secrets_name_is_that_of_a_variable() {
    for name in ["secret:", "secret:my-password", "secret:1ST"] {
        let copy = Copy::new();
        copy.change(
            "database.yaml",
            "password: secret:MYSQL_LARAVEL_PASSWORD",
            &format!("password: \"{name}\""),
        );
        assert_eq!(
            codes(&copy),
            [format!(
                "LO110 error database.yaml [\"{name}\"] `{name}` names no environment variable"
            )]
        );
    }
}

#[test]
fn a_secret_is_no_variable_of_lostops_the_workflow_or_the_system() {
    for name in ["GITHUB_TOKEN", "LOSTOPS_SSH_KEY", "LD_PRELOAD", "PATH"] {
        let copy = Copy::new();
        copy.change(
            "database.yaml",
            "secret:MYSQL_LARAVEL_PASSWORD",
            &format!("secret:{name}"),
        );
        assert_eq!(
            codes(&copy),
            [format!(
                "LO110 error database.yaml [secret:{name}] `secret:{name}` names a variable that is not for servers"
            )]
        );
    }
    for name in ["DOCKER_REGISTRY_PASSWORD", "HOMEPAGE_TOKEN"] {
        let copy = Copy::new();
        copy.change(
            "database.yaml",
            "secret:MYSQL_LARAVEL_PASSWORD",
            &format!("secret:{name}"),
        );
        assert_eq!(codes(&copy), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn ssh_keys_are_there_whole_and_public() {
    let text = fs_err::read_to_string(own().join("database.yaml")).unwrap();
    let key = text
        .lines()
        .find(|line| line.contains("ssh-ed25519"))
        .unwrap()
        .trim()
        .trim_start_matches("- ");
    for (new, expected) in [
        ("ssh-ed25519 AAAA".to_owned(), "LO114"),
        ("hello".to_owned(), "LO114"),
        ("|\n        -----BEGIN OPENSSH PRIVATE KEY-----\n        abc\n        -----END OPENSSH PRIVATE KEY-----".to_owned(), "LO114"),
    ] {
        let copy = Copy::new();
        copy.change("database.yaml", key, &new);
        let found: Vec<String> = codes(&copy).iter().map(|line| line[..5].to_owned()).collect();
        assert_eq!(found, [expected], "{new}");
    }
    let copy = Copy::new();
    copy.change("database.yaml", &format!("- {key}"), "[]");
    assert_eq!(
        codes(&copy),
        [
            "LO104 error database.yaml [[]] `ssh_keys` takes a list with at least one item, not a list without items"
        ]
    );
}

#[test]
fn a_missing_file_is_named() {
    for (name, expected) in [("environment.yaml", 1), ("policy.yaml", 1)] {
        let copy = Copy::new();
        fs_err::remove_file(copy.path.join(name)).unwrap();
        let found: Vec<String> = codes(&copy);
        assert_eq!(
            found,
            [format!("LO112 error `{}` has no `{name}`", copy.path)],
            "{expected}"
        );
    }
    let copy = Copy::empty();
    assert_eq!(codes(&copy).len(), 3);
    assert!(
        codes(&copy)
            .iter()
            .all(|line| line.starts_with("LO112 error"))
    );
}

#[test]
fn a_folder_that_is_not_there_says_what_to_do() {
    let error = crate::describer::load(
        Utf8Path::new("/nowhere/describers"),
        &Instead::new(),
        &|_| true,
        super::TODAY,
    )
    .unwrap_err();
    assert!(error.to_string().contains("could not find"), "{error}");
    let file = own().join("policy.yaml");
    let error =
        crate::describer::load(&file, &Instead::new(), &|_| true, super::TODAY).unwrap_err();
    assert!(error.to_string().starts_with("could not read"), "{error}");
}
