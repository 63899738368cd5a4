//! Servers that describers adopt are in a new cloud before the first plan, as their owner would have made them.

use crate::harness::Project;
use serde_json::Value as Json;

/// What the cloud holds after `lostops plan`.
fn cloud(project: &Project) -> Json {
    serde_json::from_str(&project.portal(&["show"]).stdout).unwrap()
}

fn of<'a>(cloud: &'a Json, kind: &str) -> Vec<&'a Json> {
    let all = cloud["resources"].as_object().unwrap().values();
    all.filter(|resource| resource["kind"] == kind).collect()
}

fn named<'a>(cloud: &'a Json, kind: &str, name: &str) -> &'a Json {
    let found = of(cloud, kind)
        .into_iter()
        .find(|resource| resource["attributes"]["name"] == name);
    &found.unwrap_or_else(|| panic!("no {kind} {name}"))["attributes"]
}

#[test]
fn an_adopted_server_is_made_once_with_its_network_disks_and_group() {
    let project = Project::lostops();
    project.plan(0);
    let first = cloud(&project);
    assert_eq!(of(&first, "virtual_machine").len(), 3);
    let machine = named(&first, "virtual_machine", "database");
    assert_eq!(machine["power_state"], "running");
    assert_eq!(machine["size"], "Standard_B2ms");
    assert!(
        machine["data_disks"][0]["managed_disk_id"]
            .as_str()
            .unwrap()
            .ends_with("/disks/database-mysql")
    );
    let interface = named(&first, "network_interface", "database-nic");
    assert_eq!(interface["private_ip_address"], "10.10.0.5");
    let group = interface["network_security_group_id"].as_str().unwrap();
    assert!(
        group.ends_with("/Microsoft.Network/networkSecurityGroups/database-nsg"),
        "{group}"
    );
    let rule = &named(&first, "network_security_group", "database-nsg")["security_rule"][0];
    assert_eq!(
        (&rule["name"], &rule["priority"]),
        (&"default-allow-ssh".into(), &1000.into())
    );

    project.plan(0);
    assert_eq!(cloud(&project), first, "nothing is made twice");
}

#[test]
fn an_adopted_server_that_was_deleted_by_hand_stays_deleted() {
    let project = Project::lostops();
    project.plan(0);
    project.portal(&["delete", "monitoring"]);
    project.run(&["plan", "--cloud", "simulated"]);
    let left = cloud(&project);
    assert_eq!(of(&left, "virtual_machine").len(), 2);
    assert_eq!(
        of(&left, "network_interface").len(),
        3,
        "its interface stays"
    );
}
