//! Values of the wrong kind, unknown keys and names that are given twice are found where they stand.

use super::meanings::one;
use super::{Copy, line};

#[test]
fn a_misspelt_key_suggests_the_near_one() {
    let copy = Copy::new();
    copy.change(
        "database.yaml",
        "private_ip: 10.10.0.5",
        "privat_ip: 10.10.0.5",
    );
    let loaded = copy.load();
    let unknown = super::only(&loaded)
        .findings
        .iter()
        .find(|finding| finding.meta.code == "LO103")
        .unwrap();
    assert_eq!(
        line(&loaded, unknown),
        "LO103 error database.yaml [privat_ip] unknown key `privat_ip` in `vm`"
    );
    assert_eq!(unknown.label, "did you mean `private_ip`?");
    assert_eq!(unknown.server.as_deref(), Some("database"));
    assert!(
        copy.findings().contains(
            &"LO104 error database.yaml [vm] missing key `private_ip` in `vm`".to_owned()
        )
    );
}

#[test]
fn an_image_of_the_node_exporter_is_refused_with_what_it_is_instead() {
    let copy = Copy::new();
    copy.change(
        "database.yaml",
        "node_exporter: {}",
        "node_exporter: { image: \"prom/node-exporter:v1.9.1\" }",
    );
    let loaded = copy.load();
    let [finding] = super::only(&loaded).findings.as_slice() else {
        panic!("one finding: {:?}", copy.findings());
    };
    assert_eq!(
        line(&loaded, finding),
        "LO103 error database.yaml [image] unknown key `image` in `node_exporter`"
    );
    assert_eq!(
        finding.label,
        "it runs on the machine itself, not in a container"
    );
    assert_eq!(
        finding.help,
        "write `node_exporter: {}`: the server gets Ubuntu's package of it"
    );
}

#[test]
fn values_of_the_wrong_kind_are_found() {
    for (file, old, new, expected) in [
        (
            "database.yaml",
            "size: Standard_B2ms",
            "size: large",
            "LO104 error database.yaml [large] `size` takes an Azure size such as `Standard_B2ms`, not `large`",
        ),
        (
            "database.yaml",
            "disk: { size_gb: 64 }",
            "disk: { size_gb: big }",
            "LO104 error database.yaml [big] `size_gb` takes a whole number from 1 to 32767, not `big`",
        ),
        (
            "database.yaml",
            "public_ip: true",
            "public_ip: yes",
            "LO104 error database.yaml [yes] `public_ip` takes `true` or `false`, not `yes`",
        ),
        (
            "database.yaml",
            "state: running",
            "state: on",
            "LO104 error database.yaml [on] `state` takes `running`, `stopped` or `absent`, not `on`",
        ),
        (
            "database.yaml",
            "server: database",
            "server: -database",
            "LO104 error database.yaml [-database] `server` takes a name of lower-case letters, digits and `-`, at most 63, that starts with a letter, not `-database`",
        ),
        (
            "database.yaml",
            ":ubuntu-24_04-lts:server:latest",
            ":ubuntu",
            "LO104 error database.yaml [Canonical:ubuntu] `image` takes an image of four parts, `publisher:offer:sku:version`, not `Canonical:ubuntu`",
        ),
        (
            "environment.yaml",
            "email: operations@lostops.example",
            "email: operations",
            "LO104 error environment.yaml [operations] `email` takes an e-mail address, not `operations`",
        ),
    ] {
        one(file, old, new, &[expected]);
    }
}

#[test]
fn exceptions_end_on_a_date_and_have_a_reason() {
    one(
        "policy.yaml",
        "grants: []",
        "grants:\n  - { server: backend, operation: resize, reason: \" \", until: soon }",
        &[
            "LO104 error policy.yaml [\" \"] `reason` takes a text that is not blank, not ` `",
            "LO104 error policy.yaml [soon] `until` takes a date such as `2026-12-31`, not `soon`",
        ],
    );
    one(
        "policy.yaml",
        "grants: []",
        "grants:\n  - { server: backend, operation: resize, reason: x, until: 2206-12-31 }",
        &["LO104 warning policy.yaml [2206-12-31] this ends in 180 years"],
    );
}

#[test]
fn a_name_is_given_once() {
    let copy = Copy::new();
    copy.change("monitoring.yaml", "server: monitoring", "server: backend");
    let findings = copy.findings();
    assert!(
        findings.contains(
            &"LO105 error monitoring.yaml [backend] the name `backend` is given twice".to_owned()
        ),
        "{findings:?}"
    );
    assert!(
        findings.contains(
            &"LO105 warning monitoring.yaml [backend] the file of `backend` is named `monitoring`"
                .to_owned()
        ),
        "{findings:?}"
    );
    let loaded = copy.load();
    let twice = super::only(&loaded)
        .findings
        .iter()
        .find(|finding| finding.message.contains("twice"))
        .unwrap();
    let first = loaded.sources.place(twice.related[0].span);
    assert_eq!(
        (first.file.file_name(), first.line),
        (Some("backend.yaml"), 4)
    );
    one(
        "database.yaml",
        "state: running",
        "state: running\nrole: database",
        &["LO105 error database.yaml [role] the key `role` stands twice"],
    );
    one(
        "environment.yaml",
        "operators: [203",
        "internet: [203",
        &[
            "LO105 error environment.yaml [internet] the group `internet` is there already",
            "LO107 error backend.yaml [operators] unknown source `operators`",
            "LO107 error database.yaml [operators] unknown source `operators`",
            "LO107 error monitoring.yaml [operators] unknown source `operators`",
            "LO107 error policy.yaml [operators] unknown source `operators`",
            "LO107 error policy.yaml [operators] unknown source `operators`",
            "LO107 error policy.yaml [operators] unknown source `operators`",
        ],
    );
}

#[test]
fn every_mistake_of_every_file_is_found_in_one_run() {
    let copy = Copy::new();
    copy.change("backend.yaml", "size: Standard_B2ms", "sice: Standard_B2ms");
    copy.change(
        "backend.yaml",
        "private_ip: 10.10.0.4",
        "private_ip: 10.10.0.300",
    );
    copy.change("backend.yaml", "for: https }", "fro: x }");
    copy.change("database.yaml", "port: 3306", "port: 3306-22");
    copy.change("database.yaml", "image: mysql:8.4.9", "image: [mysql]");
    copy.change("environment.yaml", "203.0.113.0/24", "203.0.113.0/99");
    copy.change(
        "policy.yaml",
        "nature: { create: deny",
        "nature: { create: perhaps",
    );
    assert_eq!(
        copy.findings(),
        [
            "LO103 error backend.yaml [sice] unknown key `sice` in `vm`",
            "LO103 error backend.yaml [fro] unknown key `fro` in `ports`",
            "LO104 error backend.yaml [vm] missing key `size` in `vm`",
            "LO104 error backend.yaml [10.10.0.300] `private_ip` takes an IP address such as `10.10.0.5`, not `10.10.0.300`",
            "LO104 error database.yaml [image] `image` takes a container image such as `mysql:8.0`, not a list",
            "LO104 error policy.yaml [perhaps] `create` takes `allow` or `deny`, not `perhaps`",
            "LO109 error database.yaml [3306-22] the range `3306-22` is upside down",
            "LO109 error environment.yaml [203.0.113.0/99] `203.0.113.0/99` is not a CIDR block",
        ]
    );
}

#[test]
fn a_place_is_a_line_and_a_column() {
    let copy = Copy::new();
    copy.write("database.yaml", "server: database\nrole: dätabase # é\n");
    let loaded = copy.load();
    let finding = super::only(&loaded)
        .findings
        .iter()
        .find(|finding| finding.meta.code == "LO107")
        .unwrap();
    let place = loaded.sources.place(finding.span.unwrap());
    assert_eq!(
        (place.file.file_name(), place.line, place.column),
        (Some("database.yaml"), 2, 7)
    );
}
