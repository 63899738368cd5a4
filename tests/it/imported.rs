//! A server that exists becomes managed: it is taken over as it is, and from then on Terraform's to change.

use crate::harness::{Project, changes, errors, finding, root};
use serde_json::{Value, json};
use std::fs;

const GRANT: &str = "grants:\n  - { server: database, operation: resize, to: Standard_B4ms, reason: \"growth\", until: 2099-01-31 }";

/// The repository's own servers, of which the database is to be taken over.
fn taken_over(project: &Project) {
    project.edit(
        "describers/database.yaml",
        "ownership: adopted",
        "ownership: managed\n  import: true",
    );
}

/// Everything of the database in the cloud, by kind and name.
fn owned(project: &Project) -> Vec<(String, Value)> {
    let cloud: Value = serde_json::from_str(&project.portal(&["show"]).stdout).unwrap();
    let all = cloud["resources"].as_object().unwrap().values();
    let name = |thing: &Value| thing["attributes"]["name"].as_str().unwrap().to_owned();
    all.filter(|thing| name(thing).starts_with("database"))
        .map(|thing| {
            (
                format!("{} {}", thing["kind"].as_str().unwrap(), name(thing)),
                thing["attributes"].clone(),
            )
        })
        .collect()
}

fn of<'a>(things: &'a [(String, Value)], name: &str) -> &'a Value {
    let found = things.iter().find(|(named, _)| named == name);
    &found.unwrap_or_else(|| panic!("no {name}")).1
}

/// Everything that Terraform would import, add, change and destroy.
fn totals(answer: &Value) -> [u64; 4] {
    ["import", "add", "change", "destroy"].map(|word| answer["totals"][word].as_u64().unwrap())
}

#[test]
fn a_server_that_was_never_ours_is_taken_over_as_it_is_and_then_managed() {
    let project = Project::bare();
    taken_over(&project);
    let planned = project.plan(0);
    // Machine, interface, address, data disk, its attachment, group, and what binds it.
    assert_eq!(
        planned["totals"]["import"],
        7 + 4,
        "{:#}",
        planned["totals"]
    );
    assert_eq!(planned["totals"]["destroy"], 0);
    assert_eq!(changes(&planned, "database"), ["import"]);
    let before = owned(&project);
    project.apply(0);
    let after = owned(&project);
    let machine = "virtual_machine database";
    for fact in [
        "virtual_machine_id",
        "os_disk",
        "tags",
        "admin_ssh_key",
        "data_disks",
    ] {
        assert_eq!(
            of(&before, machine)[fact],
            of(&after, machine)[fact],
            "{fact}"
        );
    }
    let disk = "managed_disk database-mysql";
    assert_eq!(of(&before, disk)["storage_account_type"], "StandardSSD_LRS");
    assert_eq!(
        of(&before, disk),
        of(&after, disk),
        "the disk is not touched"
    );
    assert_eq!(totals(&project.plan(0)), [0, 0, 0, 0]);

    // From here on it is like any managed server; the line may go.
    project.edit("describers/database.yaml", "\n  import: true", "");
    project.edit(
        "describers/database.yaml",
        "  security_group: database-nsg\n",
        "",
    );
    assert_eq!(totals(&project.plan(0)), [0, 0, 0, 0]);
    project.edit("describers/database.yaml", "Standard_B2ms", "Standard_B4ms");
    assert_eq!(errors(&project.plan(3)), ["LO304"]);
    project.edit("describers/policy.yaml", "grants: []", GRANT);
    assert_eq!(changes(&project.apply(0), "database"), ["resize"]);
    assert_eq!(of(&owned(&project), machine)["size"], "Standard_B4ms");
}

#[test]
fn an_adopted_server_becomes_managed_without_losing_its_guard_for_a_moment() {
    let project = Project::bare();
    project.apply(0);
    taken_over(&project);
    let planned = project.plan(0);
    // Its group is ours since the adoption.
    assert_eq!(totals(&planned), [5, 0, 0, 0], "{planned:#}");
    assert_eq!(changes(&planned, "database"), ["import"]);
    project.apply(0);
    assert_eq!(totals(&project.plan(0)), [0, 0, 0, 0]);
}

#[test]
fn what_azure_calls_otherwise_is_named() {
    let project = Project::bare();
    taken_over(&project);
    project.edit(
        "describers/database.yaml",
        "{ name: mysql, size_gb: 32 }",
        "{ name: mysql, size_gb: 32, managed_disk: database_DataDisk_0 }",
    );
    project.edit(
        "describers/database.yaml",
        "  security_group:",
        "  network_interface: databaseVMNic\n  public_ip_name: databasePublicIP\n  security_group:",
    );
    project.apply(0);
    let names: Vec<String> = owned(&project).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names
            .iter()
            .filter(|name| !name.contains("OsDisk"))
            .collect::<Vec<_>>(),
        [
            "managed_disk database_DataDisk_0",
            "virtual_machine database",
            "network_interface databaseVMNic",
            "network_security_group database-nsg",
            "public_ip databasePublicIP",
        ],
        "nothing is made beside what was there"
    );
    assert_eq!(totals(&project.plan(0)), [0, 0, 0, 0]);
}

#[test]
fn a_group_of_another_name_keeps_it_when_the_word_of_the_import_goes() {
    let project = Project::bare();
    taken_over(&project);
    project.edit(
        "describers/database.yaml",
        "security_group: database-nsg",
        "security_group: databaseNSG",
    );
    project.apply(0);
    project.edit("describers/database.yaml", "\n  import: true", "");
    assert_eq!(totals(&project.plan(0)), [0, 0, 0, 0]);
    let names: Vec<String> = owned(&project).into_iter().map(|(name, _)| name).collect();
    let is_group = |name: &&String| name.starts_with("network_security_group");
    assert_eq!(
        names.iter().filter(is_group).collect::<Vec<_>>(),
        ["network_security_group databaseNSG"]
    );
}

#[test]
fn the_group_of_a_server_that_is_made_may_have_a_name_of_its_own() {
    let project = Project::with(&root().join("examples/managed"));
    project.edit(
        "describers/web.yaml",
        "public_ip: true",
        "public_ip: true\n  security_group: web-guard",
    );
    project.apply(0);
    assert!(project.portal(&["show"]).stdout.contains("/web-guard"));
    assert_eq!(totals(&project.plan(0)), [0, 0, 0, 0]);
}

#[test]
fn what_differs_from_the_describer_is_a_change_like_any_other() {
    let project = Project::bare();
    project.plan(0);
    taken_over(&project);
    project.edit("describers/database.yaml", "Standard_B2ms", "Standard_B4ms");
    let answer = project.plan(3);
    assert!(changes(&answer, "database").contains(&"resize".to_owned()));
    assert_eq!(errors(&answer), ["LO304"]);
    project.edit("describers/database.yaml", "Standard_B4ms", "Standard_B2ms");
    project.edit(
        "describers/database.yaml",
        "24_04-lts:server",
        "22_04-lts:server",
    );
    let answer = project.plan(3);
    assert_eq!(finding(&answer, "LO303")["server"], "database");
    assert_eq!(owned(&project).len(), 6, "nothing was touched");
}

#[test]
fn what_belongs_to_its_owner_is_left_when_somebody_changes_it_and_every_plan_says_so() {
    let project = Project::with(&root().join("examples/managed"));
    project.apply(0);
    let file = project.path(".lostops/staging/simulated/cloud.json");
    let mut cloud: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    for thing in cloud["resources"].as_object_mut().unwrap().values_mut() {
        match thing["kind"].as_str().unwrap() {
            "virtual_machine" => thing["attributes"]["tags"] = json!({ "cost": "42" }),
            "public_ip" => thing["attributes"]["domain_name_label"] = json!("mine"),
            _ => {}
        }
    }
    fs::write(&file, cloud.to_string()).unwrap();
    for _ in 0..2 {
        let planned = project.plan(0);
        assert_eq!(totals(&planned), [0, 0, 0, 0]);
        assert_eq!(
            planned["notes"],
            json!([
                "azurerm_linux_virtual_machine.this[\"web\"]: tags changed outside Terraform",
                "azurerm_public_ip.this[\"web\"]: domain_name_label changed outside Terraform",
            ])
        );
    }
}

#[test]
fn a_server_that_is_not_there_cannot_be_taken_over_and_what_to_do_is_said() {
    let project = Project::bare();
    project.plan(0);
    project.portal(&["delete", "database"]);
    taken_over(&project);
    let refused = project.json(1, &["plan", "--cloud", "simulated"]);
    assert_eq!(refused["failure"]["reason"], "plan-failed");
    let message = refused["failure"]["message"].as_str().unwrap();
    assert!(
        message.contains("Cannot import non-existent remote object"),
        "{message}"
    );
    let help = refused["failure"]["help"].as_str().unwrap();
    assert!(help.contains("`import: true`"), "{help}");
}
