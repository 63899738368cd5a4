//! Values that are well formed and cannot be: addresses, names, ports, contradictions.

use super::Copy;

/// Changes one line of one file, and expects just these findings.
pub(super) fn one(file: &str, old: &str, new: &str, expected: &[&str]) {
    let copy = Copy::new();
    copy.change(file, old, new);
    assert_eq!(copy.findings(), expected, "{old} -> {new}");
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
fn a_server_cannot_have_the_name_of_everyone() {
    let copy = Copy::new();
    copy.change("database.yaml", "server: database", "server: internet");
    let expected = "LO105 error database.yaml [internet] the name `internet` has a meaning already";
    assert!(
        copy.findings().contains(&expected.to_owned()),
        "{:?}",
        copy.findings()
    );
}

#[test]
fn a_user_name_that_azure_refuses_is_found() {
    one(
        "database.yaml",
        "user: lostops",
        "user: admin",
        &["LO104 error database.yaml [admin] Azure refuses the user name `admin`"],
    );
}

#[test]
fn each_data_disk_has_a_place_of_its_own() {
    let disks = |list: &str| {
        let copy = Copy::new();
        copy.change("database.yaml", "[{ name: mysql, size_gb: 32 }]", list);
        copy
    };
    let twice = disks("[{ name: a, size_gb: 1, lun: 3 }, { name: b, size_gb: 1, lun: 3 }]");
    assert_eq!(
        twice.findings(),
        ["LO113 error database.yaml [3] two data disks have the LUN 3"]
    );
    let copy = disks(
        "[{ name: a, size_gb: 1 }, { name: b, size_gb: 1, lun: 0 }, { name: c, size_gb: 1 }, { name: d, size_gb: 1, lun: 63 }]",
    );
    let loaded = copy.load();
    let fleet = super::only(&loaded).fleet.as_ref().unwrap();
    let database = fleet.server("database").unwrap();
    let luns = database.machine.data_disks.iter().map(|disk| disk.lun);
    assert_eq!(luns.collect::<Vec<_>>(), [1, 0, 2, 63]);
    let all: Vec<String> = (0..65)
        .map(|n| format!("{{ name: d{n}, size_gb: 1 }}"))
        .collect();
    assert_eq!(
        disks(&format!("[{}]", all.join(", "))).findings(),
        ["LO113 error database.yaml [d64] a machine has room for 64 data disks at most"]
    );
}
