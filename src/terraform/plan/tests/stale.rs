//! Rules that are resources, the stale copy of them in their group, and what nobody manages.

use super::*;
use crate::terraform::plan::ProblemKind;

const RULE: &str = "azurerm_network_security_rule.ssh";

fn existing(rules: &[Value]) -> Value {
    let mut group = group(rules);
    group["id"] = json!("/g");
    group
}

fn web(ports: &str) -> Value {
    standalone("ssh", 100, &json!({ "destination_port_range": ports }))
}

#[test]
fn rules_of_their_own_count_in_their_group() {
    let after = json!({ "name": "g", "resource_group_name": "rg" });
    let plan = Doc::default()
        .create_unknown(GROUP, after, json!({ "id": true, "security_rule": true }))
        .create(RULE, web("22"))
        .read();
    assert_eq!(open(&plan, GROUP), ["tcp 22 internet", VNET]);
    assert_eq!(unproven(&plan, GROUP), Vec::<String>::new());
}

#[test]
fn a_group_is_found_by_reference_while_its_name_is_unknown() {
    let plan = Doc::default()
        .create_unknown(
            GROUP,
            json!({}),
            json!({ "id": true, "name": true, "security_rule": true }),
        )
        .create_unknown(
            RULE,
            rule("ssh", 100, &json!({})),
            json!({ "id": true, "network_security_group_name": true }),
        )
        .refers(
            RULE,
            &json!({ "network_security_group_name": [format!("{GROUP}.name"), GROUP] }),
        )
        .read();
    assert_eq!(open(&plan, GROUP)[0], "tcp 22 internet");
}

#[test]
fn the_copy_of_an_updated_rule_is_stale() {
    let copy = existing(&[rule("ssh", 100, &json!({}))]);
    let plan = Doc::default()
        .stands(GROUP, copy)
        .update(RULE, web("22"), web("443"))
        .read();
    assert_eq!(open(&plan, GROUP), ["tcp 443 internet", VNET]);
    assert_eq!(
        say(&plan.groups[0].open_before, &plan.groups[0].network),
        ["tcp 22 internet", VNET]
    );
}

#[test]
fn the_copy_of_a_deleted_rule_is_stale() {
    let copy = existing(&[rule("SSH", 100, &json!({}))]);
    let plan = Doc::default()
        .stands(GROUP, copy)
        .delete(RULE, web("22"))
        .read();
    assert_eq!(open(&plan, GROUP), [VNET]);
}

#[test]
fn a_rule_of_the_portal_is_open_and_is_drift() {
    let before = existing(&[rule("ssh", 100, &json!({}))]);
    let portal = rule("portal", 200, &json!({ "destination_port_range": "8080" }));
    let after = existing(&[rule("ssh", 100, &json!({})), portal]);
    let drift = Doc::default().update(GROUP, before, after.clone());
    let plan = Doc::default()
        .stands(GROUP, after)
        .stands(RULE, web("22"))
        .root("resource_drift", drift.json()["resource_changes"].clone())
        .read();
    assert_eq!(
        open(&plan, GROUP),
        ["tcp 22 internet", "tcp 8080 internet", VNET]
    );
    assert_eq!(
        plan.drift[0].words,
        ["rule `portal` was added outside Terraform: allows inbound ports 8080"]
    );
}

#[test]
fn a_forgotten_rule_stays_in_force() {
    let plan = Doc::default()
        .stands(GROUP, existing(&[rule("ssh", 100, &json!({}))]))
        .change(
            RULE,
            json!({ "actions": ["forget"], "before": web("22"), "after": null }),
        )
        .read();
    assert_eq!(open(&plan, GROUP)[0], "tcp 22 internet");
    assert_eq!(plan.problems[0].kind, ProblemKind::Unmanaged);
    assert_eq!(plan.totals.forget, 1);
}

#[test]
fn what_stands_already_is_reported_too() {
    let plan = Doc::default()
        .stands(GROUP, existing(&[rule("ssh", 100, &json!({}))]))
        .read();
    assert_eq!(open(&plan, GROUP)[0], "tcp 22 internet");
    assert!(plan.resources.is_empty());
}

#[test]
fn inline_rules_that_move_into_the_group_are_not_taken_for_a_copy() {
    let plan = Doc::default()
        .update(
            GROUP,
            existing(&[]),
            existing(&[rule("ssh", 100, &json!({}))]),
        )
        .delete(RULE, web("22"))
        .read();
    assert_eq!(open(&plan, GROUP)[0], "tcp 22 internet");
}

#[test]
fn a_list_that_changes_but_is_not_known_proves_nothing() {
    let before = existing(&[]);
    let mut after = before.clone();
    after["security_rule"] = Value::Null;
    let plan = Doc::default()
        .change(GROUP, json!({ "actions": ["update"], "before": before, "after": after, "after_unknown": { "security_rule": true } }))
        .read();
    assert_eq!(open(&plan, GROUP), Vec::<String>::new());
    assert_eq!(unproven(&plan, GROUP), ["tcp+udp 0-65535 internet"]);
}

#[test]
fn a_rule_for_a_group_outside_the_plan_is_not_lost() {
    let plan = Doc::default().create(RULE, web("22")).read();
    assert_eq!(open(&plan, "rg/g"), ["tcp 22 internet", VNET]);
    assert!(plan.groups[0].maybe_attached_elsewhere);
    let mut unknown = web("22");
    unknown["network_security_group_name"] = Value::Null;
    let marks = json!({ "id": true, "network_security_group_name": true });
    let plan = Doc::default().create_unknown(RULE, unknown, marks).read();
    assert_eq!(
        open(&plan, &format!("the group of {RULE}"))[0],
        "tcp 22 internet"
    );
}
