//! Servers that exist and become managed: what may be said of one, and what it is called in Azure.

use super::meanings::one;
use super::{Copy, only};

const MANAGED: &str = "ownership: managed\n  import: true";

#[test]
fn a_managed_server_may_be_one_that_exists_with_its_group() {
    let copy = Copy::new();
    copy.change("database.yaml", "ownership: adopted", MANAGED);
    let loaded = copy.load();
    let fleet = only(&loaded).fleet.as_ref().unwrap();
    let database = fleet
        .servers
        .iter()
        .find(|server| server.name() == "database")
        .unwrap();
    assert!(database.is_found() && !database.is_adopted());
    assert_eq!(database.machine.network_interface, "database-nic");
    assert_eq!(database.machine.public_ip_name, "database-ip");
    assert_eq!(
        database.machine.data_disks[0].managed_disk,
        "database-mysql"
    );
}

#[test]
fn only_a_managed_server_is_imported() {
    one(
        "database.yaml",
        "ownership: adopted",
        "ownership: adopted\n  import: true",
        &[
            "LO113 error database.yaml [true] an adopted server is not imported: its nature is not ours",
        ],
    );
}

#[test]
fn a_server_that_exists_is_neither_absent_nor_in_a_group_to_be_created() {
    let copy = Copy::new();
    copy.change("database.yaml", "ownership: adopted", MANAGED);
    copy.change("database.yaml", "state: running", "state: absent");
    assert_eq!(
        copy.findings(),
        ["LO113 error database.yaml [absent] a server cannot be imported and `absent`"]
    );
    let copy = Copy::new();
    copy.change("database.yaml", "ownership: adopted", MANAGED);
    copy.change(
        "environment.yaml",
        "name: lostops, ownership: adopted",
        "name: lostops, ownership: managed",
    );
    let expected = "LO113 error database.yaml [true] a server that is imported cannot be in a resource group that has yet to be created";
    assert!(
        copy.findings().contains(&expected.to_owned()),
        "{:?}",
        copy.findings()
    );
}

#[test]
fn disks_and_public_addresses_of_azure_belong_to_one_server() {
    one(
        "database.yaml",
        "public_ip: true",
        "public_ip: true\n  public_ip_name: Backend-ip",
        &[
            "LO105 error database.yaml [database] the public address `Backend-ip` is that of `backend` already",
        ],
    );
    let copy = Copy::new();
    copy.change(
        "database.yaml",
        "size_gb: 32 }]",
        "size_gb: 32, managed_disk: data }]",
    );
    copy.change(
        "monitoring.yaml",
        "size_gb: 64 }]",
        "size_gb: 64, managed_disk: data }]",
    );
    assert_eq!(
        copy.findings(),
        ["LO105 error monitoring.yaml [monitoring] the disk `data` is that of `database` already"]
    );
}
