//! Data sources that say what was there before the apply.

use super::*;

fn attached(mut values: Value) -> Value {
    values["network_security_group_id"] = json!(id("networkSecurityGroups", "web"));
    values
}

/// Closed by what a data source says, and open once the plan has taken the group away.
fn is_taken_away(plan: Plan, kind: &str, association: &Value) {
    let project = Project::empty();
    assert_eq!(planned(&plan.judged(&project), WEB), [""; 0]);
    let taken = plan.deletes(&format!("{kind}.web"), association);
    let said = planned(&taken.judged(&project), WEB);
    assert_eq!(
        said.first().map(String::as_str),
        Some("0-65535/tcp from internet")
    );
}

#[test]
fn what_was_read_of_a_subnet_does_not_hide_that_its_group_is_taken_away() {
    let association = json!({ "subnet_id": subnet_id(), "network_security_group_id": id("networkSecurityGroups", "web") });
    let plan = public("Basic").group("web", &[]).reads(
        "azurerm_subnet",
        "a",
        &attached(subnet("10.10.0.0/24")),
    );
    is_taken_away(
        plan,
        "azurerm_subnet_network_security_group_association",
        &association,
    );
}

#[test]
fn what_was_read_of_an_interface_does_not_hide_that_its_group_is_taken_away() {
    let interface = json!({ "id": id("networkInterfaces", "web"), "name": "web", "resource_group_name": "rg",
        "ip_configuration": [{ "subnet_id": subnet_id(), "public_ip_address_id": id("publicIPAddresses", "web") }] });
    let mut plan = public("Basic").group("web", &[]);
    plan.changes
        .retain(|change| change["type"] != "azurerm_network_interface");
    let plan = plan.reads("azurerm_network_interface", "web", &attached(interface));
    is_taken_away(
        plan,
        "azurerm_network_interface_security_group_association",
        &tie("web"),
    );
}

#[test]
fn a_group_that_is_read_only_in_the_apply_may_hold_any_rule() {
    let after = json!({ "name": "web", "resource_group_name": "rg" });
    let change = json!({ "actions": ["read"], "before": null, "after": after, "after_unknown": { "id": true, "security_rule": true } });
    let answer = public("Standard")
        .change("data.azurerm_network_security_group.web", &change)
        .tied("web")
        .judged(&Project::empty());
    let said = planned(&answer, WEB);
    assert!(
        said.contains(&"0-65535/tcp from internet".to_owned()),
        "{said:?}"
    );
    assert_eq!(errors(&answer), ["LO202"]);
}

#[test]
fn a_group_that_is_managed_and_read_counts_as_it_is_managed() {
    let (before, after) = (group("web", &[]), group("web", &[rule(100, "22", "*")]));
    let change =
        json!({ "actions": ["update"], "before": before, "after": after, "after_unknown": {} });
    let answer = public("Standard")
        .change("azurerm_network_security_group.web", &change)
        .reads("azurerm_network_security_group", "web", &before)
        .tied("web")
        .judged(&Project::empty());
    assert_eq!(planned(&answer, WEB), ["22/tcp from internet"]);
}
