//! What a plan may look like as a file, and what is no plan.

use super::*;
use crate::terraform::plan::PlanError;
use camino::Utf8Path;

fn document() -> String {
    let doc = Doc::default().create(GROUP, group(&[rule("ssh", 100, &json!({}))]));
    serde_json::to_string_pretty(&doc.json()).unwrap()
}

fn reads(bytes: &[u8]) {
    let plan = read_bytes(bytes, Options::default()).unwrap();
    assert_eq!(open(&plan, GROUP)[0], "tcp 22 internet");
}

fn refused(text: &str) -> PlanError {
    read_bytes(text.as_bytes(), Options::default()).unwrap_err()
}

#[test]
fn every_encoding_and_layout_is_read() {
    let text = document();
    let minified = text.parse::<Value>().unwrap().to_string();
    for text in [&text, &minified] {
        reads(text.as_bytes());
        reads(format!("\u{feff}{text}").as_bytes());
        reads(
            format!("[command]/opt/terraform show -json tfplan\n{text}\n\nsome more\n").as_bytes(),
        );
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            let utf16 = |text: &str| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
            reads(&utf16(text));
            reads(&utf16(&format!("\u{feff}{text}")));
        }
    }
}

#[test]
fn a_file_reads_like_its_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    fs_err::write(&path, document()).unwrap();
    let plan =
        crate::terraform::plan::read(Utf8Path::from_path(&path).unwrap(), Options::default())
            .unwrap();
    assert_eq!(plan.groups.len(), 1);
}

#[test]
fn members_may_stand_in_any_order() {
    let Value::Object(members) = document().parse::<Value>().unwrap() else {
        unreachable!()
    };
    let backwards: serde_json::Map<String, Value> = members.into_iter().rev().collect();
    reads(Value::Object(backwards).to_string().as_bytes());
}

#[test]
fn formats_up_to_the_last_of_one_are_read() {
    for version in ["0.1", "0.2", "1.0", "1.2", "1.99"] {
        assert!(
            Doc::default()
                .root("format_version", json!(version))
                .try_read()
                .is_ok()
        );
    }
    let error = Doc::default()
        .root("format_version", json!("2.0"))
        .try_read()
        .unwrap_err();
    assert!(matches!(error, PlanError::UnsupportedFormat(version) if version == "2.0"));
}

#[test]
fn a_plan_that_failed_or_is_partial_is_refused_with_the_reason() {
    let error = Doc::default()
        .root("errored", json!(true))
        .try_read()
        .unwrap_err();
    assert!(matches!(error, PlanError::Errored));
    let error = Doc::default()
        .root("complete", json!(false))
        .try_read()
        .unwrap_err();
    assert!(matches!(error, PlanError::Incomplete));
    assert!(
        Doc::default()
            .root("applyable", json!(false))
            .root("complete", json!(true))
            .try_read()
            .is_ok()
    );
}

#[test]
fn a_refresh_only_plan_is_judged_by_what_it_leaves() {
    let text = json!({ "format_version": "1.2", "planned_values": { "root_module": { "child_modules": [{ "address": "module.a", "resources": [
        { "address": "module.a.azurerm_network_security_group.g", "mode": "managed", "type": "azurerm_network_security_group", "name": "g", "values": group(&[rule("ssh", 100, &json!({}))]) },
    ] }] } } });
    let plan = read_bytes(text.to_string().as_bytes(), Options::default()).unwrap();
    assert_eq!(
        open(&plan, "module.a.azurerm_network_security_group.g")[0],
        "tcp 22 internet"
    );
}

#[test]
fn what_is_no_plan_is_named() {
    for (text, words) in [
        ("", "the plan is empty: nothing was written into it"),
        (" \n", "the plan is empty: nothing was written into it"),
        (
            "PK\u{3}\u{4}rest",
            "this is a plan file as `terraform plan -out` writes it, not the JSON of a plan",
        ),
        (
            "No changes.",
            "this is not the JSON of a plan: it begins with `No changes.`",
        ),
        (
            r#"{"@level":"info","@message":"Terraform 1.11.4"}"#,
            "this is the event stream of `terraform plan -json`, not the JSON of a plan",
        ),
        (
            r#"{"version":4,"serial":1,"lineage":"x","resources":[]}"#,
            "this is a state file, not the JSON of a plan",
        ),
        (
            r#"{"format_version":"1.0","values":{"root_module":{}}}"#,
            "this is a state, as `terraform show -json` prints it without a plan file, not the JSON of a plan",
        ),
        (
            r#"{"a":1}"#,
            "this is not the JSON of a plan: it has no `format_version`",
        ),
    ] {
        assert_eq!(refused(text).to_string(), words);
    }
}

#[test]
fn a_plan_cut_off_anywhere_is_refused() {
    let text = document();
    for end in 1..text.len() {
        if text.is_char_boundary(end) {
            refused(&text[..end]);
        }
    }
}

#[test]
fn hostile_nesting_is_refused() {
    let deep = "[".repeat(100_000);
    for member in [
        "resource_changes",
        "configuration",
        "variables",
        "prior_state",
    ] {
        refused(&format!("{{\"format_version\":\"1.2\",\"{member}\":{deep}"));
        let module = "{\"root_module\":".to_owned() + &"{\"child_modules\":[".repeat(50_000);
        refused(&format!(
            "{{\"format_version\":\"1.2\",\"{member}\":{{\"values\":{module}"
        ));
    }
}

#[test]
fn data_sources_are_observed_when_asked_for() {
    let text = json!({ "format_version": "1.2", "resource_changes": [], "prior_state": { "values": { "root_module": { "resources": [
        { "address": "data.azurerm_virtual_machine.web", "mode": "data", "type": "azurerm_virtual_machine", "name": "web", "values": { "name": "web", "power_state": "deallocated" } },
    ] } } } });
    let plan = read_bytes(
        text.to_string().as_bytes(),
        Options {
            observed: true,
            ..Options::default()
        },
    )
    .unwrap();
    assert_eq!(
        plan.observed["data.azurerm_virtual_machine.web"]["name"],
        "web"
    );
    assert_eq!(plan.readings[0].state, "deallocated");
    assert!(plan.machines.is_empty());
}
