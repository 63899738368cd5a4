//! What goes past every check, and what takes very many ways.

use super::*;

#[test]
fn a_deployment_through_the_azure_api_goes_past_every_check() {
    let group = json!({ "type": "Microsoft.Network/networkSecurityGroups", "name": "g" });
    let with = |kind: &str, template: &Value| json!({ "type": format!("Microsoft.Resources/{kind}"), "body": { "properties": { "mode": "Incremental", "template": template } } });
    let storage = json!({ "resources": [{ "type": "Microsoft.Storage/storageAccounts" }] });
    for (values, words) in [
        (
            with("deployments@2024-03-01", &json!({ "resources": [group] })),
            "it deploys network security groups past Terraform",
        ),
        (
            with(
                "deploymentStacks@2024-03-01",
                &json!({ "resources": [group] }),
            ),
            "it deploys network security groups past Terraform",
        ),
        (
            with("deployments@2024-03-01", &Value::Null),
            "it deploys what its template says past Terraform",
        ),
        (
            with("deploymentScripts@2023-08-01", &Value::Null),
            "it deploys what its template says past Terraform",
        ),
    ] {
        let answer = Plan::default()
            .creates("azapi_resource.d", &values)
            .judged(&Project::empty());
        let found = finding(&answer, "LO207")["message"].to_string();
        assert!(found.contains(words), "{values}: {found}");
    }
    let harmless = Plan::default().creates(
        "azapi_resource.d",
        &with("deployments@2024-03-01", &storage),
    );
    let answer = harmless
        .creates(
            "azapi_resource.e",
            &with("deployments@2024-03-01", &Value::Null),
        )
        .judged(&Project::empty());
    assert_eq!(
        messages(&answer, "LO207").len(),
        1,
        "what is known and speaks of no machine or group is none of ours"
    );
}

/// Modules in modules, each called with an object of what two of its caller's members are.
fn nested(deep: usize) -> Value {
    let from = |member: &str| format!("var.x.{member}");
    let references = json!({ "references": [from("a"), "var.x", from("b")] });
    let group = json!({ "references": ["var.x.a", "var.x.b"] });
    let association = json!({ "address": "azurerm_network_interface_security_group_association.t", "mode": "managed",
        "type": "azurerm_network_interface_security_group_association", "name": "t",
        "expressions": { "network_interface_id": group, "network_security_group_id": group } });
    let mut module = json!({ "resources": [association] });
    for _ in 0..deep {
        module = json!({ "module_calls": { "m": { "expressions": { "x": references }, "module": module } } });
    }
    json!({ "root_module": module })
}

#[test]
fn values_that_come_by_very_many_ways_are_followed_to_an_end() {
    let deep = 30;
    let module = vec!["module.m"; deep].join(".");
    let tie = json!({ "actions": ["create"], "before": null, "after": {}, "after_unknown": { "network_interface_id": true, "network_security_group_id": true } });
    let association = json!({ "address": format!("{module}.azurerm_network_interface_security_group_association.t"), "module_address": module, "mode": "managed",
        "type": "azurerm_network_interface_security_group_association", "name": "t", "change": tie });
    let plan = Plan {
        changes: vec![association],
        ..Plan::default()
    }
    .machine("web", Some("10.10.0.9"));
    let keyed = nested(deep)
        .to_string()
        .replace("var.x.a", "var.x[\\\"a\\\"]")
        .replace("var.x.b", "var.x[\\\"b\\\"]");
    for configuration in [nested(deep), serde_json::from_str(&keyed).expect("JSON")] {
        let plan = json!({ "format_version": "1.2", "resource_changes": plan.changes, "configuration": configuration });
        let answer = said(&Project::empty(), &plan);
        assert_eq!(answer["servers"].as_array().map(Vec::len), Some(1));
    }
}
