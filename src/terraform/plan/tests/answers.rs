//! What else a plan is asked: totals, things nobody can see through, databases, checks, large plans.

use super::*;

#[path = "../../../../benches/support/plan.rs"]
mod generator;

#[test]
fn a_large_plan_is_understood_like_a_small_one() {
    let mut bytes = Vec::new();
    generator::write(600, &mut bytes).unwrap();
    let plan = read_bytes(&bytes, Options::default()).unwrap();
    assert_eq!(plan.totals.add, 600 * 3 + 2 * 60 + 1);
    assert_eq!(plan.machines.len(), 600);
    for machine in &plan.machines {
        assert_eq!(machine.groups.len(), 1, "{}", machine.address);
        assert!(
            machine.unproven.is_empty() && !machine.open.is_empty(),
            "{}",
            machine.address
        );
    }
    assert!(
        plan.groups
            .iter()
            .all(|group| group.attached_to.len() == 10)
    );
}

#[test]
fn what_goes_past_every_check_is_opaque() {
    let template =
        r#"{ "resources": [{ "type": "Microsoft.Network/networkSecurityGroups/securityRules" }] }"#;
    let plan = Doc::default()
        .create(
            "azapi_update_resource.a",
            json!({ "type": "Microsoft.Network/networkSecurityGroups@2024-01-01" }),
        )
        .create(
            "azapi_resource.b",
            json!({ "type": "Microsoft.Compute/virtualMachines@2024-07-01" }),
        )
        .create(
            "azurerm_resource_group_template_deployment.c",
            json!({ "template_content": template }),
        )
        .create(
            "azurerm_resource_group_template_deployment.d",
            json!({ "template_content": "{}" }),
        )
        .create(
            "azapi_resource.e",
            json!({ "type": "Microsoft.Storage/storageAccounts@2024-01-01" }),
        )
        .read();
    let words: Vec<&str> = plan.opaque.iter().map(|one| one.words.as_str()).collect();
    assert_eq!(
        words,
        [
            "it changes virtual machines through the Azure API",
            "it changes network security groups through the Azure API",
            "it deploys network security groups past Terraform",
        ]
    );
}

#[test]
fn managed_databases_tell_who_they_let_in() {
    let plan = Doc::default()
        .create(
            "azurerm_mysql_flexible_server.db",
            json!({ "public_network_access_enabled": true }),
        )
        .create(
            "azurerm_mysql_flexible_server_firewall_rule.azure",
            json!({ "start_ip_address": "0.0.0.0", "end_ip_address": "0.0.0.0" }),
        )
        .read();
    assert_eq!(
        plan.database_services[0].words,
        ["it is reachable from public networks"]
    );
    assert_eq!(
        plan.database_services[1].words,
        ["it lets in every machine of every tenant in Azure"]
    );
}

#[test]
fn checks_are_handed_on() {
    let plan = Doc::default()
        .root("checks", json!([{ "address": { "to_display": "check.power" }, "status": "fail",
            "instances": [{ "address": { "to_display": "check.power" }, "status": "fail", "problems": [{ "message": "web is deallocated" }] }] }]))
        .read();
    assert_eq!(
        (
            plan.checks[0].status.as_str(),
            plan.checks[0].messages.as_slice()
        ),
        ("fail", &["web is deallocated".to_owned()][..])
    );
}

#[test]
fn every_change_has_a_word() {
    let plan = Doc::default()
        .create("azurerm_subnet.a", json!({}))
        .delete("azurerm_subnet.b", json!({}))
        .update(
            "azurerm_subnet.c",
            json!({ "name": "x" }),
            json!({ "name": "y" }),
        )
        .stands("azurerm_subnet.d", json!({}))
        .read();
    let words: Vec<&str> = plan
        .resources
        .iter()
        .map(|one| one.words.as_str())
        .collect();
    assert_eq!(words, ["create", "destroy", "update"]);
    assert_eq!(plan.resources[2].attributes, ["name"]);
}

#[test]
fn odd_values_never_end_the_program() {
    for odd in [
        json!(null),
        json!(1),
        json!("x"),
        json!([]),
        json!([1, null]),
        json!({ "a": [] }),
        json!(true),
    ] {
        for kind in [
            "azurerm_linux_virtual_machine",
            "azurerm_network_security_group",
            "azurerm_network_interface",
            "azurerm_lb",
            "azurerm_subnet",
        ] {
            let after = json!({ "security_rule": odd, "ip_configuration": odd, "network_interface_ids": odd, "subnet": odd, "size": odd, "frontend_ip_configuration": odd, "address_prefixes": odd });
            let doc = Doc::default()
                .create_unknown(&format!("{kind}.a"), after, odd.clone())
                .refers(&format!("{kind}.a"), &json!({ "subnet_id": odd }));
            let _ = doc.try_read();
        }
        for member in [
            "resource_changes",
            "configuration",
            "variables",
            "prior_state",
            "checks",
            "resource_drift",
            "action_invocations",
        ] {
            let _ = Doc::default().root(member, odd.clone()).try_read();
        }
    }
}
