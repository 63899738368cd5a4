//! What is planned, type by type and attribute by attribute.

use super::*;
use crate::simulator::Provider;
use crate::simulator::schema::Facts;
use serde_json::{Value as Json, json};

fn azurerm() -> Facts {
    Facts::load(Provider::Azurerm).unwrap()
}

fn value(block: &Block, json: &Json) -> Value {
    block.conform(Value::from_json(json, &block.object()))
}

/// The state after it was made: what is not known yet is empty.
fn made(block: &Block, config: &Value) -> Value {
    let planned = plan(block, &Value::Null, config).planned;
    value(block, &planned.to_json())
}

fn interface() -> Json {
    json!({
        "name": "n", "resource_group_name": "g", "location": "West Europe",
        "ip_configuration": [{"name": "i", "subnet_id": "/S/A", "private_ip_address_allocation": "Dynamic"}],
    })
}

#[test]
fn a_new_resource_has_defaults_and_unknowns_and_a_normal_location() {
    let facts = azurerm();
    let block = &facts.resources["azurerm_network_interface"];
    let planned = plan(block, &Value::Null, &value(block, &interface())).planned;
    assert_eq!(planned.field("location").as_str(), Some("westeurope"));
    assert_eq!(*planned.field("ip_forwarding_enabled"), Value::Bool(false));
    assert_eq!(*planned.field("mac_address"), Value::Unknown);
    assert!(planned.field("dns_servers").is_null());
    let part = &planned.field("ip_configuration").items()[0];
    assert_eq!(*part.field("private_ip_address"), Value::Unknown);
    assert_eq!(
        part.field("private_ip_address_version").as_str(),
        Some("IPv4")
    );
}

#[test]
fn what_means_the_same_is_no_change() {
    let facts = azurerm();
    let block = &facts.resources["azurerm_network_interface"];
    let state = made(block, &value(block, &interface()));
    let mut other = interface();
    other["location"] = "WEST EUROPE".into();
    other["ip_configuration"][0]["subnet_id"] = "/s/a".into();
    other["tags"] = json!({});
    let plan = plan(block, &state, &value(block, &other));
    assert_eq!((plan.planned, plan.replace), (state, Vec::new()));
}

#[test]
fn the_order_in_a_set_and_the_comment_of_a_key_mean_nothing() {
    let facts = azurerm();
    let block = &facts.resources["azurerm_linux_virtual_machine"];
    let keys = |keys: &[&str]| {
        let keys: Vec<Json> = keys
            .iter()
            .map(|key| json!({"username": "u", "public_key": key}))
            .collect();
        value(block, &json!({"name": "v", "admin_ssh_key": keys}))
    };
    let state = made(block, &keys(&["ssh-ed25519 A one", "ssh-ed25519 B two"]));
    assert!(
        plan(
            block,
            &state,
            &keys(&["ssh-ed25519 B other\n", "ssh-ed25519 A one"])
        )
        .replace
        .is_empty()
    );
    let replace = plan(block, &state, &keys(&["ssh-ed25519 A one"])).replace;
    assert_eq!(replace, [Path::default().attribute("admin_ssh_key")]);
}

#[test]
fn every_attribute_that_forces_a_new_resource_does_so() {
    for (type_name, block) in azurerm().resources {
        for (name, attribute) in block
            .attributes
            .iter()
            .filter(|(_, attribute)| attribute.force_new)
        {
            let (one, other) = match attribute.ty() {
                Type::String => (json!("one"), json!("other")),
                Type::Bool => (json!(true), json!(false)),
                Type::Number => (json!(1), json!(2)),
                Type::Map(_) => (json!({"a": "one"}), json!({"a": "other"})),
                _ => (json!(["one"]), json!(["other"])),
            };
            let config = |json: Json| value(&block, &json!({ name: json }));
            let state = made(&block, &config(one.clone()));
            assert!(
                plan(&block, &state, &config(one)).replace.is_empty(),
                "{type_name}.{name}"
            );
            let replace = plan(&block, &state, &config(other)).replace;
            assert_eq!(
                replace,
                [Path::default().attribute(name)],
                "{type_name}.{name}"
            );
        }
    }
}

#[test]
fn what_is_computed_and_not_written_stays_as_it_is() {
    let facts = azurerm();
    let block = &facts.resources["azurerm_network_security_group"];
    let rule = json!([{"name": "portal", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "*"}]);
    let base = json!({"name": "g", "location": "westeurope"});
    let mut held = base.clone();
    held["security_rule"] = rule;
    let state = made(block, &value(block, &held));
    assert_eq!(
        plan(block, &state, &value(block, &base)).planned,
        state,
        "rules that nobody wrote are kept"
    );
    let mut none = base;
    none["security_rule"] = json!([]);
    let planned = plan(block, &state, &value(block, &none)).planned;
    assert!(
        planned.field("security_rule").items().is_empty(),
        "an empty list removes them"
    );
}

#[test]
fn an_action_answers_anew_when_it_is_sent_again() {
    let facts = Facts::load(Provider::Azapi).unwrap();
    let block = &facts.resources["azapi_resource_action"];
    let action = |body: &str| {
        value(
            block,
            &json!({"type": "t", "resource_id": "r", "action": "start", "body": {"a": body}}),
        )
    };
    let state = made(block, &action("one"));
    assert_eq!(plan(block, &state, &action("one")).planned, state);
    let plan = plan(block, &state, &action("two"));
    assert_eq!(*plan.planned.field("output"), Value::Unknown);
    assert!(plan.replace.is_empty());
}

#[test]
fn another_version_of_azures_interface_is_no_new_resource() {
    let facts = Facts::load(Provider::Azapi).unwrap();
    let block = &facts.resources["azapi_resource_action"];
    let action = |ty: &str| {
        value(
            block,
            &json!({"type": ty, "resource_id": "r", "action": "start"}),
        )
    };
    let state = made(
        block,
        &action("Microsoft.Compute/virtualMachines@2024-07-01"),
    );
    assert!(
        plan(
            block,
            &state,
            &action("Microsoft.Compute/virtualMachines@2025-04-01")
        )
        .replace
        .is_empty()
    );
    let replace = plan(block, &state, &action("Microsoft.Compute/disks@2024-07-01")).replace;
    assert_eq!(replace, [Path::default().attribute("type")]);
}
