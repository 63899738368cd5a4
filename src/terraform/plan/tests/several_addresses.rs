//! An interface with several addresses is open where any of them is.

use super::attachments::{VM, deny, id, named_group, nic, nic_tie, vm};
use super::*;

const NIC: &str = "azurerm_network_interface.nic";
const NSG: &str = "azurerm_network_security_group.n";

fn subnet_id() -> String {
    format!("{}/subnets/a", id("virtualNetworks", "net"))
}

/// An interface at these addresses; an empty one is not known yet.
fn at(addresses: &[&str]) -> Value {
    let mut nic = nic("nic", addresses[0], None);
    let configuration = |address: &&str| {
        let address = Some(*address).filter(|address| !address.is_empty());
        json!({ "subnet_id": subnet_id(), "private_ip_address": address,
            "public_ip_address_id": id("publicIPAddresses", "pip") })
    };
    nic["ip_configuration"] = addresses.iter().map(configuration).collect();
    nic
}

fn network() -> Doc {
    Doc::default()
        .stands("azurerm_virtual_network.net", json!({ "id": id("virtualNetworks", "net"), "name": "net", "resource_group_name": "rg", "address_space": ["10.0.0.0/16"], "subnet": [] }))
        .stands("azurerm_subnet.a", json!({ "id": subnet_id(), "name": "a", "resource_group_name": "rg", "virtual_network_name": "net", "address_prefixes": ["10.0.0.0/24"] }))
        .stands("azurerm_public_ip.pip", json!({ "id": id("publicIPAddresses", "pip"), "name": "pip", "resource_group_name": "rg", "sku": "Standard", "ip_address": "20.1.2.3" }))
        .stands(VM, vm("vm", &["nic"]))
}

/// A machine at these addresses behind these rules.
fn behind(addresses: &[&str], rules: &[Value]) -> Plan {
    let doc = network()
        .stands(NIC, at(addresses))
        .stands(NSG, named_group("n", rules));
    nic_tie(doc, "n").read()
}

fn ssh(to: &Value) -> Value {
    rule("ssh", 200, &json!({ "destination_address_prefix": to }))
}

fn denied(to: &Value) -> Value {
    let all = json!({ "access": "Deny", "protocol": "*", "destination_port_range": "*", "destination_address_prefix": to });
    rule("denied", 100, &all)
}

#[test]
fn a_deny_of_one_address_leaves_the_other_open() {
    for to in ["10.0.0.4", "10.0.0.5/32", "10.0.0.4/31"] {
        let rules = [denied(&json!(to)), ssh(&json!("*")), deny()];
        let plan = behind(&["10.0.0.4", "10.0.0.5"], &rules);
        let open = if to.ends_with("/31") {
            vec![]
        } else {
            vec!["tcp 22 internet"]
        };
        assert_eq!(open_of(&plan, VM), open, "{to}");
        assert_eq!(unproven_of(&plan, VM), [""; 0], "{to}");
    }
}

#[test]
fn a_deny_of_the_only_address_closes() {
    let rules = [denied(&json!("10.0.0.4")), ssh(&json!("*"))];
    let plan = behind(&["10.0.0.4"], &rules);
    assert_eq!(open_of(&plan, VM), [""; 0]);
    assert_eq!(unproven_of(&plan, VM), [""; 0]);
}

#[test]
fn groups_that_let_in_different_addresses_let_in_nothing_together() {
    let subnet = named_group("s", &[ssh(&json!("10.0.0.5")), deny()]);
    let tie = json!({ "subnet_id": subnet_id(), "network_security_group_id": id("networkSecurityGroups", "s") });
    let doc = network()
        .stands(NIC, at(&["10.0.0.4", "10.0.0.5"]))
        .stands(NSG, named_group("n", &[ssh(&json!("10.0.0.4")), deny()]))
        .stands("azurerm_network_security_group.s", subnet)
        .stands("azurerm_subnet_network_security_group_association.tie", tie);
    let plan = nic_tie(doc, "n").read();
    assert_eq!(open_of(&plan, VM), [""; 0]);
    assert_eq!(unproven_of(&plan, VM), [""; 0]);
}

#[test]
fn an_address_that_is_not_known_yet_is_one_more() {
    let rules = [denied(&json!("10.0.0.4")), ssh(&json!("*")), deny()];
    let plan = behind(&["10.0.0.4", ""], &rules);
    // It may become the one that is denied, as far as the plan tells.
    assert_eq!(open_of(&plan, VM), [""; 0]);
    assert_eq!(unproven_of(&plan, VM), ["tcp 22 internet"]);
    let subnet = [denied(&json!("10.0.0.0/24")), ssh(&json!("*")), deny()];
    let plan = behind(&["10.0.0.4", ""], &subnet);
    assert_eq!(unproven_of(&plan, VM), [""; 0]);
}

#[test]
fn a_reference_to_an_interface_names_one_of_its_addresses() {
    let reference = json!([format!("{NIC}.private_ip_address"), NIC]);
    let blocks = |count: usize| vec![json!({ "subnet_id": subnet_id() }); count];
    for (count, left) in [(1, vec![]), (2, vec![VNET])] {
        let unknown = vec![json!({ "private_ip_address": true }); count];
        let mut denied = denied(&Value::Null);
        denied["network_security_group_name"] = json!("n");
        denied["resource_group_name"] = json!("rg");
        let rule = "azurerm_network_security_rule.denied";
        let doc = network()
            .create_unknown(
                NIC,
                json!({ "id": id("networkInterfaces", "nic"), "ip_configuration": blocks(count) }),
                json!({ "private_ip_address": true, "private_ip_addresses": true, "ip_configuration": unknown }),
            )
            .stands(NSG, named_group("n", &[]))
            .create_unknown(rule, denied, json!({ "id": true, "destination_address_prefix": true }))
            .refers(rule, &json!({ "destination_address_prefix": reference }));
        let plan = nic_tie(doc, "n").read();
        assert_eq!(open_of(&plan, VM), [""; 0], "{count}");
        assert_eq!(unproven_of(&plan, VM), left, "{count}");
    }
}

#[test]
fn an_address_of_ipv6_is_no_member_of_a_group_that_is_denied() {
    let asg = id("applicationSecurityGroups", "web");
    let mut denied = denied(&json!(""));
    denied["destination_application_security_group_ids"] = json!([asg]);
    for (addresses, left) in [
        (&["10.0.0.4", "10.0.0.5"][..], vec![]),
        (&["10.0.0.4", "fd00::4"], vec!["tcp 22 internet"]),
    ] {
        let doc = network()
            .stands(NIC, at(addresses))
            .stands("azurerm_application_security_group.web", json!({ "id": asg, "name": "web", "resource_group_name": "rg" }))
            .stands("azurerm_network_interface_application_security_group_association.web", json!({ "network_interface_id": id("networkInterfaces", "nic"), "application_security_group_id": asg }))
            .stands(NSG, named_group("n", &[denied.clone(), ssh(&json!("*")), deny()]));
        let plan = nic_tie(doc, "n").read();
        assert_eq!(open_of(&plan, VM), [""; 0]);
        assert_eq!(unproven_of(&plan, VM), left);
    }
}
