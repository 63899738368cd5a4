//! `lostops plan --from`: plans that somebody else has made.

use crate::harness::{EMPTY, Project, finding, finish};
use std::io::Write as _;
use std::process::Stdio;

#[test]
fn a_plan_without_machines_is_clean() {
    let project = Project::empty();
    project.write("plan.json", EMPTY);
    let answer = project.json(0, &["plan", "--from", "plan.json"]);
    assert_eq!(answer["result"], "clean");
}

#[test]
fn a_plan_is_read_from_standard_input() {
    let project = Project::empty();
    let mut child = project
        .command(&["plan", "--from", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    child
        .stdin
        .take()
        .expect("stdin")
        .write_all(EMPTY.as_bytes())
        .expect("written");
    assert!(child.wait().expect("ends").success());
}

#[test]
fn what_is_no_plan_or_no_whole_plan_fails_with_the_reason() {
    let project = Project::empty();
    for (name, text, reason, word) in [
        ("empty", String::new(), "plan-unreadable", "empty"),
        (
            "text",
            "Plan: 1 to add".to_owned(),
            "plan-unreadable",
            "JSON",
        ),
        (
            "errored",
            EMPTY.replace("\"errored\":false", "\"errored\":true"),
            "plan-failed",
            "failed",
        ),
        (
            "incomplete",
            EMPTY.replace("\"complete\":true", "\"complete\":false"),
            "plan-incomplete",
            "incomplete",
        ),
        (
            "future",
            EMPTY.replace("\"1.2\"", "\"2.0\""),
            "plan-unreadable",
            "2.0",
        ),
        ("cut", EMPTY[..60].to_owned(), "plan-unreadable", "cut off"),
    ] {
        project.write("plan.json", &text);
        let answer = project.json(1, &["plan", "--from", "plan.json"]);
        assert_eq!(answer["failure"]["reason"], reason, "{name}: {answer:#}");
        assert!(
            answer["failure"]["message"]
                .as_str()
                .is_some_and(|message| message.contains(word)),
            "{name}: {answer:#}"
        );
    }
}

#[test]
fn a_plan_file_that_is_not_there_is_named() {
    let run = finish(&mut Project::empty().command(&["plan", "--from", "nowhere.json"]));
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("nowhere.json"), "{}", run.stdout);
}

/// One machine behind one group that lets the internet reach port 22.
const OPEN: &str = r#"{"format_version":"1.2","resource_changes":[
  {"address":"azurerm_public_ip.a","mode":"managed","type":"azurerm_public_ip","name":"a","change":{"actions":["create"],"before":null,"after":{"name":"a","resource_group_name":"rg","sku":"Standard"},"after_unknown":{"id":true}}},
  {"address":"azurerm_network_interface.a","mode":"managed","type":"azurerm_network_interface","name":"a","change":{"actions":["create"],"before":null,"after":{"name":"a","resource_group_name":"rg","ip_configuration":[{"name":"p","private_ip_address":"10.0.0.4"}]},"after_unknown":{"id":true,"ip_configuration":[{"public_ip_address_id":true,"subnet_id":true}]}}},
  {"address":"azurerm_network_security_group.a","mode":"managed","type":"azurerm_network_security_group","name":"a","change":{"actions":["create"],"before":null,"after":{"name":"a","resource_group_name":"rg","security_rule":[{"name":"ssh","priority":100,"direction":"Inbound","access":"Allow","protocol":"Tcp","source_port_range":"*","destination_port_range":"22","source_address_prefix":"0.0.0.0/0","destination_address_prefix":"*"}]},"after_unknown":{"id":true}}},
  {"address":"azurerm_network_interface_security_group_association.a","mode":"managed","type":"azurerm_network_interface_security_group_association","name":"a","change":{"actions":["create"],"before":null,"after":{},"after_unknown":{"id":true,"network_interface_id":true,"network_security_group_id":true}}},
  {"address":"azurerm_linux_virtual_machine.a","mode":"managed","type":"azurerm_linux_virtual_machine","name":"a","change":{"actions":["create"],"before":null,"after":{"name":"a","resource_group_name":"rg","size":"Standard_B1s"},"after_unknown":{"id":true,"network_interface_ids":true}}}],
  "configuration":{"root_module":{"resources":[
  {"address":"azurerm_network_interface.a","mode":"managed","type":"azurerm_network_interface","name":"a","expressions":{"ip_configuration":[{"public_ip_address_id":{"references":["azurerm_public_ip.a.id","azurerm_public_ip.a"]}}]}},
  {"address":"azurerm_network_interface_security_group_association.a","mode":"managed","type":"azurerm_network_interface_security_group_association","name":"a","expressions":{"network_interface_id":{"references":["azurerm_network_interface.a.id","azurerm_network_interface.a"]},"network_security_group_id":{"references":["azurerm_network_security_group.a.id","azurerm_network_security_group.a"]}}},
  {"address":"azurerm_linux_virtual_machine.a","mode":"managed","type":"azurerm_linux_virtual_machine","name":"a","expressions":{"network_interface_ids":{"references":["azurerm_network_interface.a.id","azurerm_network_interface.a"]}}}]}}}"#;

#[test]
fn a_plan_is_the_same_plan_in_every_dress() {
    let project = Project::empty();
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain(OPEN.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let minified = OPEN.replace('\n', "");
    let wrapped = format!("[command]/usr/bin/terraform-bin show -json tfplan\n{minified}\n");
    for (dress, bytes) in [
        ("pretty", OPEN.as_bytes().to_vec()),
        ("minified", minified.clone().into_bytes()),
        ("UTF-16", utf16),
        (
            "with a byte order mark",
            format!("\u{feff}{OPEN}").into_bytes(),
        ),
        ("with the wrapper's line", wrapped.into_bytes()),
        (
            "format 0.1",
            OPEN.replace("\"1.2\"", "\"0.1\"").into_bytes(),
        ),
    ] {
        project.write("plan.json", bytes);
        let answer = project.json(3, &["plan", "--from", "plan.json"]);
        let planned = crate::harness::planned(&answer, "azurerm_linux_virtual_machine.a");
        assert!(
            planned.contains(&"22/tcp from internet".to_owned()),
            "{dress}: {planned:?}"
        );
        assert!(
            planned.contains(&"0-65535/tcp from vnet".to_owned()),
            "{dress}: rule 65000 counts: {planned:?}"
        );
        assert!(
            !answer.to_string().contains("cannot-prove"),
            "{dress}: every reference can be followed: {answer:#}"
        );
        assert_eq!(
            crate::harness::errors(&answer),
            ["LO201", "LO301"],
            "{dress}"
        );
    }
}

/// A resource that the plan makes.
fn made(kind: &str, after: &str) -> String {
    format!(
        r#"{{"address":"{kind}.b","mode":"managed","type":"{kind}","name":"b","change":{{"actions":["create"],"before":null,"after":{after},"after_unknown":{{}}}}}}"#
    )
}

#[test]
fn what_no_plan_of_ours_would_hold_has_its_code() {
    let with = |more: &str| {
        let begin = "\"resource_changes\":[";
        OPEN.replacen(begin, &format!("{begin}{more},"), 1)
    };
    let api = r#"{"type":"Microsoft.Compute/virtualMachines@2024-07-01"}"#;
    let public = r#"{"public_network_access_enabled":true}"#;
    let (rules, twice) = (
        "\"security_rule\":[",
        r#"{"name":"web","priority":100,"direction":"Inbound","access":"Allow","protocol":"Tcp","source_port_range":"*","destination_port_range":"80","source_address_prefix":"*","destination_address_prefix":"*"},"#,
    );
    let size = r#"["create"],"before":null,"after":{"name":"a","resource_group_name":"rg","size":"Standard_B1s"},"after_unknown":{"#;
    let unknown = r#"["update"],"before":{"name":"a","resource_group_name":"rg","size":"Standard_B1s"},"after":{"name":"a","resource_group_name":"rg"},"after_unknown":{"size":true,"#;
    for (plan, code, words) in [
        (
            OPEN.replace(rules, &format!("{rules}{twice}")),
            "LO205",
            "priority 100",
        ),
        (
            with(&made("azapi_resource", api)),
            "LO207",
            "through the Azure API",
        ),
        (
            with(&made("azurerm_mysql_flexible_server", public)),
            "LO208",
            "reachable from public networks",
        ),
        (OPEN.replace(size, unknown), "LO308", "resize"),
        // No Terraform of today does that.
        (
            OPEN.replace(size, &size.replace("create", "rebuild")),
            "LO308",
            "rebuild",
        ),
    ] {
        let project = Project::empty();
        project.write("plan.json", plan);
        let answer = project.json(3, &["plan", "--from", "plan.json"]);
        let found = finding(&answer, code)["message"].to_string();
        assert!(found.contains(words), "{code}: {found}");
    }
}

#[test]
fn a_described_machine_is_judged_by_its_describer() {
    let project = Project::with(&crate::harness::root().join("examples/managed"));
    let plan = OPEN.replace(
        "\"name\":\"a\",\"resource_group_name\":\"rg\",\"size\"",
        "\"name\":\"web\",\"resource_group_name\":\"rg\",\"size\"",
    );
    project.write("plan.json", plan);
    let answer = project.json(3, &["plan", "--from", "plan.json"]);
    let server = crate::harness::server(&answer, "web");
    assert_eq!(server["address"], "azurerm_linux_virtual_machine.a");
    let found = finding(&answer, "LO201");
    assert_eq!(found["server"], "web");
    assert_eq!(
        found["message"],
        "`web` leaves open tcp 0-21, 23-79, 81-442 and 444-65535 from vnet"
    );
    assert_eq!(
        found["evidence"],
        "azurerm_network_security_group.a default rule AllowVnetInBound"
    );
    assert!(
        answer
            .to_string()
            .contains("azurerm_network_security_group.a rule ssh"),
        "{answer:#}"
    );
}

#[test]
fn what_is_only_taken_over_moved_or_forgotten_is_a_change_and_has_its_word() {
    let of = |change: &str| {
        let begin = "\"resource_changes\":[";
        let group = r#""address":"azurerm_resource_group.a","mode":"managed","type":"azurerm_resource_group","name":"a""#;
        EMPTY.replace(begin, &format!("{begin}{{{group},{change}}}"))
    };
    let here = r#"{"name":"a","location":"westeurope"}"#;
    let stays = format!(r#""actions":["no-op"],"before":{here},"after":{here}"#);
    for (change, total, words) in [
        (
            format!(r#""change":{{{stays},"importing":{{"id":"x"}}}}"#),
            "import",
            "1 to import",
        ),
        (
            format!(r#""previous_address":"azurerm_resource_group.b","change":{{{stays}}}"#),
            "move",
            "1 to move",
        ),
        (
            format!(r#""change":{{"actions":["forget"],"before":{here},"after":null}}"#),
            "forget",
            "1 to forget",
        ),
    ] {
        let project = Project::empty();
        project.write("plan.json", of(&change));
        let answer = project.json(0, &["plan", "--from", "plan.json"]);
        assert_eq!(answer["totals"][total], 1, "{answer:#}");
        let shown = project.run(&["plan", "--from", "plan.json", "--format", "markdown"]);
        let first = shown.stdout.lines().next().unwrap_or_default();
        assert!(first.contains(words), "{total}: {first}");
    }
}
