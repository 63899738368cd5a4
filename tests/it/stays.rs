//! What a machine that stays may not lose, what it may, and how a server is let go of.

use crate::harness::{Project, changes, errors, finding, root};
use serde_json::Value;
use std::fs;

/// The staging environment, whose one server Terraform has made.
fn managed() -> Project {
    let project = Project::with(&root().join("examples/managed"));
    project.apply(0);
    project
}

/// Everything that Terraform would add, change and destroy.
fn totals(answer: &Value) -> [u64; 3] {
    ["add", "change", "destroy"].map(|word| answer["totals"][word].as_u64().unwrap())
}

/// What the cloud holds of this kind and name.
fn there(project: &Project, kind: &str, name: &str) -> Option<Value> {
    let cloud: Value = serde_json::from_str(&project.portal(&["show"]).stdout).unwrap();
    let all = cloud["resources"].as_object().unwrap().values();
    let mut found =
        all.filter(|thing| thing["kind"] == kind && thing["attributes"]["name"] == name);
    found.next().map(|thing| thing["attributes"].clone())
}

fn disks(project: &Project, from: &str, to: &str) {
    let list = |disks: &str| format!("data_disks: [{disks}]");
    project.edit("describers/web.yaml", &list(from), &list(to));
}

#[test]
fn the_interface_of_a_machine_that_stays_is_not_replaced() {
    let project = managed();
    project.edit(
        "describers/web.yaml",
        "public_ip: true",
        "public_ip: true\n  network_interface: web-card",
    );
    let answer = project.plan(3);
    assert_eq!(errors(&answer), ["LO313"]);
    let found = finding(&answer, "LO313");
    assert_eq!(found["server"], "web");
    assert_eq!(found["place"]["file"], "describers/web.yaml");
    assert_eq!(
        found["message"],
        "`web` would have its network interface replaced because name changed, which fails: Azure deletes none that is in use"
    );
    assert_eq!(project.apply(3)["applied"], false);
    let card = there(&project, "network_interface", "web-nic").unwrap();
    assert!(card["network_security_group_id"].is_string(), "{card:#}");
}

#[test]
fn a_public_address_may_change_and_go_and_its_loss_is_told() {
    let project = managed();
    let name = "public_ip: true\n  public_ip_name: web-front";
    for (from, to, words) in [
        (
            "public_ip: true",
            name,
            "would get another public address: 203.0.113.",
        ),
        (
            name,
            "public_ip: false",
            "would lose its public address: 203.0.113.",
        ),
    ] {
        project.edit("describers/web.yaml", from, to);
        let planned = project.plan(0);
        let found = finding(&planned, "LO315");
        assert_eq!(
            (&found["severity"], &found["server"]),
            (&"warning".into(), &"web".into())
        );
        let message = found["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
        project.apply(0);
        assert_eq!(totals(&project.plan(0)), [0, 0, 0]);
    }
    assert!(there(&project, "public_ip", "web-ip").is_none());
    assert!(there(&project, "public_ip", "web-front").is_none());
}

#[test]
fn another_region_is_refused_before_anything_is_destroyed_for_it() {
    let project = managed();
    project.edit("describers/policy.yaml", "disk: deny", "disk: allow");
    project.edit("describers/environment.yaml", "westeurope", "northeurope");
    assert_eq!(errors(&project.plan(3)), ["LO316"]);
}

#[test]
fn a_data_disk_keeps_its_place_whatever_comes_before_it() {
    let project = managed();
    let (first, logs) = (
        "{ name: uploads, size_gb: 32 }",
        "{ name: logs, size_gb: 8 }",
    );
    let before = format!("{logs}, {first}");
    disks(&project, first, &before);
    assert_eq!(errors(&project.plan(3)), ["LO305", "LO314"]);
    project.edit("describers/policy.yaml", "disk: deny", "disk: allow");
    let answer = project.plan(3);
    assert_eq!(errors(&answer), ["LO314"]);
    let found = finding(&answer, "LO314");
    assert_eq!(found["server"], "web");
    assert!(
        found["help"].as_str().unwrap().contains("`lun: N`"),
        "{found:#}"
    );
    // With its place said it stays where it is.
    let said = format!("{logs}, {{ name: uploads, size_gb: 32, lun: 0 }}");
    disks(&project, &before, &said);
    project.apply(0);
    let machine = there(&project, "virtual_machine", "web").unwrap();
    let places: Vec<(u64, &str)> = machine["data_disks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|disk| {
            let id = disk["managed_disk_id"].as_str().unwrap();
            (
                disk["lun"].as_u64().unwrap(),
                id.rsplit('/').next().unwrap(),
            )
        })
        .collect();
    assert_eq!(places, [(0, "web-uploads"), (1, "web-logs")]);
    // One that goes must not move the one behind it.
    disks(&project, &said, logs);
    assert_eq!(errors(&project.plan(3)), ["LO314"]);
    disks(&project, logs, "{ name: logs, size_gb: 8, lun: 1 }");
    project.apply(0);
    assert_eq!(totals(&project.plan(0)), [0, 0, 0]);
}

#[test]
fn a_grant_names_the_one_image_that_a_server_may_be_made_from() {
    let project = managed();
    project.edit("describers/policy.yaml", "grants: []", "grants:\n  - { server: web, operation: reimage, to: Canonical:ubuntu-26_04-lts:server:latest, reason: \"end of life\", until: 2099-01-31 }");
    let image = |from: &str, to: &str| project.edit("describers/web.yaml", from, to);
    image("ubuntu-24_04-lts:server", "ubuntu-26_04-lts:minimal");
    let answer = project.plan(3);
    assert_eq!(errors(&answer), ["LO303"]);
    let help = finding(&answer, "LO303")["help"].as_str().unwrap();
    assert!(
        help.contains("to: Canonical:ubuntu-26_04-lts:minimal:latest"),
        "{help}"
    );
    image("ubuntu-26_04-lts:minimal", "ubuntu-26_04-lts:server");
    assert_eq!(changes(&project.plan(0), "web")[0], "replace");
    project.apply(0);
    assert_eq!(totals(&project.plan(0)), [0, 0, 0]);
}

#[test]
fn rules_have_names_that_azure_takes_whatever_their_ports_are_for() {
    let project = Project::with(&root().join("examples/managed"));
    project.edit("describers/policy.yaml", "      - { port: 443, from: internet, must: tls }", "      - { port: 443, from: internet, must: tls }\n      - { port: 9000-9999, from: internet }");
    let many: Vec<String> = (0..30).map(|step| (9100 + 2 * step).to_string()).collect();
    let ports = format!(
        "ports:\n  - {{ port: 9001, from: internet, for: deny-everything-else }}\n  - {{ port: 9002, from: internet, for: metrics }}\n  - {{ port: 9003, from: internet, for: Metrics }}\n  - {{ port: [{}], from: internet }}\n",
        many.join(", ")
    );
    project.edit("describers/web.yaml", "ports:\n", &ports);
    project.apply(0);
    let group = there(&project, "network_security_group", "web-nsg").unwrap();
    let rules = group["security_rule"].as_array().unwrap();
    let names: Vec<&str> = rules
        .iter()
        .map(|rule| rule["name"].as_str().unwrap())
        .collect();
    for name in [
        "deny-everything-else",
        "deny-everything-else-2",
        "metrics",
        "Metrics-2",
    ] {
        assert!(names.contains(&name), "no {name} in {names:?}");
    }
    let mut lower: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    lower.sort();
    lower.dedup();
    assert_eq!(lower.len(), rules.len());
    let is_end = |name: &str| name.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    for name in names {
        assert!(name.len() <= 80 && is_end(name), "{name}");
    }
    assert_eq!(totals(&project.plan(0)), [0, 0, 0]);
}

#[test]
fn an_adopted_server_is_let_go_of_with_its_group_in_place() {
    let project = Project::bare();
    project.apply(0);
    let forget = |code, name: &str| project.json(code, &["forget", name, "--cloud", "simulated"]);
    let words = |answer: &Value| answer["failure"]["message"].as_str().unwrap().to_owned();
    assert!(words(&forget(1, "database")).contains("is described"));

    fs::remove_file(project.path("describers/database.yaml")).unwrap();
    let answer = project.plan(3);
    assert_eq!(errors(&answer), ["LO213"]);
    let found = finding(&answer, "LO213");
    assert_eq!(
        found["message"],
        "the security group is taken from database-nic, which stays without one"
    );
    let help = found["help"].as_str().unwrap();
    assert!(help.contains("`lostops forget database`"), "{help}");
    assert_eq!(project.apply(3)["applied"], false);

    let done = forget(0, "database");
    assert_eq!(done["notes"].as_array().unwrap().len(), 3, "{done:#}");
    assert_eq!(totals(&project.plan(0)), [0, 0, 0]);
    let card = there(&project, "network_interface", "database-nic").unwrap();
    let group = card["network_security_group_id"].as_str().unwrap();
    assert!(group.ends_with("/database-nsg"), "{group}");
    assert!(words(&forget(1, "database")).contains("holds nothing"));
}

#[test]
fn a_managed_server_is_not_let_go_of() {
    let project = managed();
    let web = fs::read_to_string(project.path("describers/web.yaml")).unwrap();
    let other = web
        .replace("server: web", "server: other")
        .replace("10.20.0.4", "10.20.0.5");
    fs::remove_file(project.path("describers/web.yaml")).unwrap();
    project.write("describers/other.yaml", other);
    let refused = project.json(1, &["forget", "web", "--cloud", "simulated"]);
    assert_eq!(refused["failure"]["reason"], "refused");
    let message = refused["failure"]["message"].as_str().unwrap();
    assert!(message.contains("is managed"), "{message}");
    fs::remove_file(project.path("describers/other.yaml")).unwrap();
    project.write("describers/web.yaml", web);
    assert_eq!(totals(&project.plan(0)), [0, 0, 0]);
}
