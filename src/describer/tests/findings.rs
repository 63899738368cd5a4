//! Each kind of mistake is found where it stands, with its code.

use super::{Copy, line};

/// Changes one line of one file, and expects just these findings.
fn one(file: &str, old: &str, new: &str, expected: &[&str]) {
    let copy = Copy::new();
    copy.change(file, old, new);
    assert_eq!(copy.findings(), expected, "{old} -> {new}");
}

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
fn interfaces_belong_to_one_server() {
    one(
        "database.yaml",
        "security_group: database-nsg",
        "security_group: Backend-NSG",
        &[
            "LO105 error database.yaml [database] the security group `Backend-NSG` is that of `backend` already",
        ],
    );
}

#[test]
fn an_address_is_free_and_inside_the_subnet() {
    for (address, expected) in [
        ("10.10.1.5", "10.10.1.5 is outside the subnet"),
        (
            "10.10.0.1",
            "10.10.0.1 is the subnet's gateway, which Azure keeps",
        ),
        (
            "10.10.0.3",
            "10.10.0.3 is one of the two addresses that Azure keeps for its name servers",
        ),
        (
            "10.10.0.255",
            "10.10.0.255 is the subnet's last address, which Azure keeps",
        ),
    ] {
        one(
            "database.yaml",
            "10.10.0.5",
            address,
            &[&format!("LO106 error database.yaml [{address}] {expected}")],
        );
    }
    one(
        "database.yaml",
        "10.10.0.5",
        "10.10.0.4",
        &["LO106 error database.yaml [10.10.0.4] two servers have the address 10.10.0.4"],
    );
    one(
        "environment.yaml",
        "address_space: 10.10.0.0/16",
        "address_space: 10.11.0.0/16",
        &[
            "LO106 error environment.yaml [10.10.0.0/24] the subnet 10.10.0.0/24 is outside the network",
        ],
    );
}

#[test]
fn names_are_those_of_somebody() {
    one(
        "database.yaml",
        "role: database",
        "role: databse",
        &["LO107 error database.yaml [databse] unknown role `databse`"],
    );
    one(
        "database.yaml",
        "from: backend, ",
        "from: bakend, ",
        &["LO107 error database.yaml [bakend] unknown source `bakend`"],
    );
    one(
        "database.yaml",
        "from: backend, ",
        "from: role:bakend, ",
        &["LO107 error database.yaml [role:bakend] unknown role `bakend`"],
    );
    one(
        "policy.yaml",
        "waivers: []",
        "waivers: [{ code: LO203, server: databse, reason: x, until: 2026-12-31 }]",
        &["LO107 error policy.yaml [databse] unknown server `databse`"],
    );
    let copy = Copy::new();
    copy.change("policy.yaml", "  database:\n", "  databse:\n");
    assert_eq!(
        copy.findings(),
        [
            "LO103 error policy.yaml [databse] unknown key `databse` in `roles`",
            "LO107 error database.yaml [database] the policy says nothing of the role `database`",
        ]
    );
}

#[test]
fn a_grant_to_destroy_may_name_a_server_that_is_gone() {
    one(
        "policy.yaml",
        "grants: []",
        "grants: [{ server: old, operation: destroy, reason: x, until: 2026-12-31 }]",
        &[],
    );
}

#[test]
fn a_port_is_opened_once_to_a_source() {
    let ssh = "- { port: 22,   from: operators,  for: ssh }";
    let with = |entry: &str| format!("{ssh}\n  - {entry}");
    one(
        "database.yaml",
        ssh,
        &with("{ port: 22, from: operators }"),
        &["LO108 error database.yaml [22] tcp port 22 is opened twice to `operators`"],
    );
    one(
        "database.yaml",
        ssh,
        &with("{ port: 9000-9200, from: monitoring }"),
        &[
            "LO108 error database.yaml [9100] tcp port 9100 is opened twice to `monitoring`",
            "LO108 error database.yaml [9104] tcp port 9104 is opened twice to `monitoring`",
        ],
    );
    one(
        "database.yaml",
        ssh,
        &with("{ port: [53, 53], from: operators }"),
        &["LO108 error database.yaml [53] port 53 stands twice in one list"],
    );
    one(
        "database.yaml",
        ssh,
        &with("{ port: 22, from: operators, protocol: udp }"),
        &[],
    );
}

#[test]
fn ranges_and_blocks_are_those_that_exist() {
    for (port, expected) in [
        ("3310-3306", "the range `3310-3306` is upside down"),
        ("0", "there is no port 0"),
        ("65536", "there is no port 65536"),
        ("-1", "there is no port -1"),
    ] {
        one(
            "database.yaml",
            "port: 3306",
            &format!("port: {port}"),
            &[&format!("LO109 error database.yaml [{port}] {expected}")],
        );
    }
    one(
        "environment.yaml",
        "203.0.113.0/24",
        "203.0.113.7/24",
        &[
            "LO109 error environment.yaml [203.0.113.7/24] `203.0.113.7/24` has bits set behind its prefix",
        ],
    );
    one(
        "database.yaml",
        "from: backend, ",
        "from: 10.10.0.0/33, ",
        &["LO109 error database.yaml [10.10.0.0/33] `10.10.0.0/33` is not a CIDR block"],
    );
    one(
        "environment.yaml",
        "prefix: 10.10.0.0/24",
        "prefix: 10.10.0.0/30",
        &[
            "LO106 error backend.yaml [10.10.0.4] 10.10.0.4 is outside the subnet",
            "LO106 error database.yaml [10.10.0.5] 10.10.0.5 is outside the subnet",
            "LO106 error monitoring.yaml [10.10.0.6] 10.10.0.6 is outside the subnet",
            "LO109 error environment.yaml [10.10.0.0/30] 10.10.0.0/30 cannot be a subnet: Azure's subnets are from /2 to /29",
        ],
    );
}

#[test]
fn what_contradicts_itself_is_found() {
    one(
        "database.yaml",
        "state: running",
        "state: absent",
        &[
            "LO113 error database.yaml [absent] an adopted server cannot be `absent`: it is not ours to destroy",
        ],
    );
    one(
        "database.yaml",
        "ownership: adopted",
        "ownership: managed",
        &[
            "LO113 error database.yaml [database-nsg] a managed server brings its own security group",
        ],
    );
    one(
        "database.yaml",
        "size_gb: 32 }]",
        "size_gb: 32 }, { name: mysql, size_gb: 8 }]",
        &["LO113 error database.yaml [mysql] two data disks are named `mysql`"],
    );
    one(
        "environment.yaml",
        "name: lostops, ownership: adopted",
        "name: lostops, ownership: managed",
        &[
            "LO113 error backend.yaml [adopted] an adopted server cannot be in a resource group that has yet to be created",
            "LO113 error database.yaml [adopted] an adopted server cannot be in a resource group that has yet to be created",
            "LO113 error environment.yaml [adopted] the network is there already, but its resource group has yet to be created",
            "LO113 error monitoring.yaml [adopted] an adopted server cannot be in a resource group that has yet to be created",
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
    copy.change("database.yaml", "image: mysql:8.0", "image: [mysql]");
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
