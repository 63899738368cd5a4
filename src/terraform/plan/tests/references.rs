//! Values that are not known yet: resolved through references, or else not shown safe.

use super::attachments::VM;
use super::*;

const NSG: &str = "azurerm_network_security_group";
const TIE: &str = "azurerm_network_interface_security_group_association";
const NIC: &str = "azurerm_network_interface";

fn references(address: &str, attribute: &str) -> Value {
    json!([format!("{address}.{attribute}"), address])
}

fn fresh_nic(doc: Doc, address: &str) -> Doc {
    doc.create_unknown(
        address,
        json!({ "ip_configuration": [{ "name": "i" }] }),
        json!({ "id": true, "private_ip_address": true,
        "ip_configuration": [{ "private_ip_address": true }] }),
    )
}

fn fresh_vm(doc: Doc, address: &str) -> Doc {
    doc.create_unknown(
        address,
        json!({ "size": "B" }),
        json!({ "id": true, "network_interface_ids": true }),
    )
}

fn database_rule() -> Value {
    let mut rule = rule(
        "mysql",
        100,
        &json!({ "destination_port_range": "3306", "source_address_prefix": null,
        "network_security_group_name": "g", "resource_group_name": "rg" }),
    );
    rule["source_address_prefixes"] = Value::Null;
    rule
}

/// A database whose rule names a source that only the apply knows.
fn database(source: &Value) -> Plan {
    let rule = "azurerm_network_security_rule.mysql";
    let deny = standalone(
        "deny",
        4096,
        &json!({ "access": "Deny", "protocol": "*", "destination_port_range": "*" }),
    );
    let doc = fresh_nic(Doc::default(), "azurerm_network_interface.backend")
        .create_unknown(
            rule,
            database_rule(),
            json!({ "id": true, "source_address_prefix": true }),
        )
        .create("azurerm_network_security_rule.deny", deny)
        .create_unknown(
            GROUP,
            json!({ "name": "g", "resource_group_name": "rg" }),
            json!({ "id": true, "security_rule": true }),
        )
        .refers(rule, &json!({ "source_address_prefix": source }));
    fresh_vm(doc, VM)
        .refers(VM, &json!({ "network_interface_ids": references("azurerm_network_interface.backend", "id") }))
        .read()
}

#[test]
fn an_address_that_is_not_known_is_that_of_a_machine() {
    let plan = database(&references(
        "azurerm_network_interface.backend",
        "private_ip_address",
    ));
    assert_eq!(open(&plan, GROUP), [format!("tcp 3306 {VM}")]);
    assert_eq!(unproven(&plan, GROUP), Vec::<String>::new());
}

#[test]
fn a_local_cannot_be_resolved_and_proves_nothing() {
    let plan = database(&json!(["local.backend_ip"]));
    assert_eq!(open(&plan, GROUP), Vec::<String>::new());
    assert_eq!(unproven(&plan, GROUP), ["tcp 3306 internet"]);
}

#[test]
fn an_unknown_element_of_a_list_is_not_dropped() {
    let over =
        json!({ "source_address_prefix": "", "source_address_prefixes": [null, "10.0.0.4/32"] });
    let deny = rule(
        "deny",
        4096,
        &json!({ "access": "Deny", "protocol": "*", "destination_port_range": "*" }),
    );
    let marks =
        json!({ "id": true, "security_rule": [{ "source_address_prefixes": [true, false] }, {}] });
    let plan = Doc::default()
        .create_unknown(GROUP, group(&[rule("r", 100, &over), deny]), marks)
        .read();
    assert_eq!(open(&plan, GROUP), ["tcp 22 10.0.0.4/32"]);
    assert_eq!(unproven(&plan, GROUP), ["tcp 22 internet"]);
}

#[test]
fn an_unknown_port_may_be_any() {
    let marks = json!({ "id": true, "security_rule": [{ "destination_port_range": true }] });
    let plan = Doc::default()
        .create_unknown(
            GROUP,
            group(&[rule("r", 100, &json!({ "destination_port_range": null }))]),
            marks,
        )
        .read();
    assert_eq!(unproven(&plan, GROUP), ["tcp 0-65535 internet"]);
}

/// Two machines by key, each with its interface, group and association.
fn by_key(nic: &Value, group_reference: &Value) -> Plan {
    let mut doc = Doc::default();
    for (key, port) in [("web.1", "80"), ("a \"b\" [c] é", "5432")] {
        let key = serde_json::to_string(key).unwrap();
        doc = fresh_nic(doc, &format!("{NIC}.this[{key}]"));
        doc = fresh_vm(doc, &format!("azurerm_linux_virtual_machine.this[{key}]"));
        let rules = [rule("r", 100, &json!({ "destination_port_range": port }))];
        doc = doc
            .create(&format!("{NSG}.this[{key}]"), json!({ "security_rule": rules }))
            .create_unknown(&format!("{TIE}.this[{key}]"), json!({}), json!({ "id": true, "network_interface_id": true, "network_security_group_id": true }));
    }
    doc.refers(
        "azurerm_linux_virtual_machine.this",
        &json!({ "network_interface_ids": [format!("{NIC}.this"), "each.key"] }),
    )
    .refers(
        "azurerm_network_interface_security_group_association.this",
        &json!({ "network_interface_id": nic, "network_security_group_id": group_reference }),
    )
    .for_each(&["azurerm_network_interface.this"])
    .read()
}

#[test]
fn keys_choose_instances_whatever_they_hold() {
    let nic = json!([format!("{NIC}.this"), "each.key"]);
    let plan = by_key(&nic, &json!([format!("{NSG}.this"), "each.key"]));
    assert_eq!(
        machine(&plan, r#"azurerm_linux_virtual_machine.this["web.1"]"#).groups,
        [format!(r#"{NSG}.this["web.1"]"#)]
    );
    let odd = r#"azurerm_linux_virtual_machine.this["a \"b\" [c] é"]"#;
    assert_eq!(open_of(&plan, odd), [VNET]);
    assert_eq!(machine(&plan, odd).groups.len(), 1);
}

#[test]
fn each_value_of_a_resource_is_its_instance() {
    let plan = by_key(
        &json!(["each.value.id", "each.value"]),
        &json!([format!("{NSG}.this"), "each.key"]),
    );
    assert_eq!(plan.groups[0].attached_to.len(), 1);
    assert_eq!(
        machine(&plan, r#"azurerm_linux_virtual_machine.this["web.1"]"#).groups,
        [format!(r#"{NSG}.this["web.1"]"#)]
    );
}

#[test]
fn an_association_nobody_can_resolve_proves_nothing() {
    let plan = by_key(
        &json!(["local.nic"]),
        &json!([format!("{NSG}.this"), "each.key"]),
    );
    let machine = machine(&plan, r#"azurerm_linux_virtual_machine.this["web.1"]"#);
    assert!(!machine.unproven.is_empty() || !machine.open.is_empty());
    assert!(
        plan.groups
            .iter()
            .all(|group| group.maybe_attached_elsewhere)
    );
}

/// A network in a module, the machine outside; everything by variables and outputs.
#[test]
fn modules_are_followed_through_variables_and_outputs() {
    let module = r#"module.net["North Europe"]"#;
    let inner = json!({
        "resources": [configured(GROUP, &json!({})), configured(&format!("{TIE}.t"), &json!({ "network_interface_id": ["var.nic"], "network_security_group_id": references(GROUP, "id") })),
            configured("azurerm_subnet.s", &json!({}))],
        "outputs": { "subnet": { "expression": { "references": references("azurerm_subnet.s", "id") } } },
    });
    let root = json!({
        "resources": [
            configured(VM, &json!({ "network_interface_ids": references("azurerm_network_interface.n", "id") })),
            configured("azurerm_network_interface.n", &json!({ "ip_configuration.subnet_id": ["module.net[\"North Europe\"].subnet", "module.net[\"North Europe\"]", "module.net"] })),
        ],
        "module_calls": { "net": { "for_each_expression": { "references": ["var.places"] }, "module": inner,
            "expressions": { "nic": { "references": references("azurerm_network_interface.n", "id") } } } },
    });
    let doc = Doc::default()
        .create_unknown(
            "azurerm_network_interface.n",
            json!({ "ip_configuration": [{ "private_ip_address": "10.0.0.4" }] }),
            json!({ "id": true, "ip_configuration": [{ "subnet_id": true }] }),
        )
        .create(
            &format!("{module}.{GROUP}"),
            group(&[rule("ssh", 100, &json!({}))]),
        )
        .create(
            &format!("{module}.azurerm_subnet.s"),
            json!({ "address_prefixes": ["10.0.0.0/24"] }),
        )
        .create_unknown(
            &format!("{module}.{TIE}.t"),
            json!({}),
            json!({ "id": true, "network_interface_id": true, "network_security_group_id": true }),
        )
        .root("configuration", json!({ "root_module": root }));
    let plan = fresh_vm(doc, VM).read();
    assert_eq!(machine(&plan, VM).groups, [format!("{module}.{GROUP}")]);
    assert_eq!(plan.neighbourhoods[0].machines, [VM]);
    assert_eq!(plan.groups[0].attached_to, ["azurerm_network_interface.n"]);
}

/// Interfaces that choose their subnet by a value that is in the plan's variables.
#[test]
fn each_value_of_a_variable_chooses_by_its_value() {
    let mut doc = Doc::default();
    for (key, range) in [("inner", "10.0.1.0/24"), ("outer", "10.0.2.0/24")] {
        doc = doc.create(
            &format!("azurerm_subnet.this[\"{key}\"]"),
            json!({ "address_prefixes": [range] }),
        );
    }
    let marks = json!({ "id": true, "ip_configuration": [{ "subnet_id": true }] });
    doc = doc
        .create_unknown("azurerm_network_interface.this[\"web\"]", json!({ "ip_configuration": [{ "name": "i" }] }), marks)
        .refers("azurerm_network_interface.this", &json!({ "ip_configuration.subnet_id": ["azurerm_subnet.this", "each.value.subnet", "each.value"] }))
        .for_each(&["var.servers"])
        .root("variables", json!({ "servers": { "value": { "web": { "subnet": "outer" } } } }));
    let plan = fresh_vm(doc, VM)
        .refers(VM, &json!({ "network_interface_ids": references("azurerm_network_interface.this[\"web\"]", "id") }))
        .read();
    let with: Vec<usize> = plan
        .neighbourhoods
        .iter()
        .map(|one| one.machines.len())
        .collect();
    assert_eq!(with, [0, 1]);
}

#[test]
fn an_index_into_fewer_targets_is_not_taken_at_its_word() {
    let mut doc = Doc::default();
    for index in 0..4 {
        doc = fresh_nic(doc, &format!("{NIC}.n[{index}]"));
        doc = doc.create_unknown(
            &format!("{TIE}.t[{index}]"),
            json!({}),
            json!({ "id": true, "network_interface_id": true, "network_security_group_id": true }),
        );
    }
    for index in 0..2 {
        doc = doc.create(
            &format!("{NSG}.g[{index}]"),
            group(&[rule("ssh", 100, &json!({}))]),
        );
    }
    let plan = doc
        .refers(&format!("{TIE}.t"), &json!({ "network_interface_id": [format!("{NIC}.n"), "count.index"], "network_security_group_id": [format!("{NSG}.g"), "count.index"] }))
        .read();
    assert_eq!(plan.groups[0].attached_to.len(), 4);
    assert_eq!(plan.groups[1].attached_to.len(), 4);
}

#[test]
fn rules_that_are_written_but_not_known_may_open_everything() {
    let after = json!({ "name": "g", "resource_group_name": "rg" });
    let fresh = || {
        Doc::default().create_unknown(
            GROUP,
            after.clone(),
            json!({ "id": true, "security_rule": true }),
        )
    };
    assert_eq!(
        unproven(
            &fresh()
                .refers(GROUP, &json!({ "name": ["var.name"] }))
                .read(),
            GROUP
        ),
        Vec::<String>::new()
    );
    let plan = fresh()
        .refers(GROUP, &json!({ "security_rule": ["local.rules"] }))
        .read();
    assert_eq!(open(&plan, GROUP), Vec::<String>::new());
    assert_eq!(unproven(&plan, GROUP), ["tcp+udp 0-65535 internet"]);
}
