//! Machines: what is left after every group, attachment and public address in the way.

use super::*;
use crate::terraform::plan::PublicSide;

pub(super) const VM: &str = "azurerm_linux_virtual_machine.vm";
pub(super) const NIC: &str = "azurerm_network_interface.nic";
const ID: &str = "/subscriptions/s/resourceGroups/rg/providers";

pub(super) fn id(kind: &str, name: &str) -> String {
    let provider = if kind == "virtualMachines" || kind == "disks" {
        "Microsoft.Compute"
    } else {
        "Microsoft.Network"
    };
    format!("{ID}/{provider}/{kind}/{name}")
}

fn subnet_id(name: &str) -> String {
    format!("{}/subnets/{name}", id("virtualNetworks", "net"))
}

pub(super) fn vm(name: &str, nics: &[&str]) -> Value {
    let nics: Vec<String> = nics
        .iter()
        .map(|nic| id("networkInterfaces", nic))
        .collect();
    json!({ "id": id("virtualMachines", name), "name": name, "resource_group_name": "rg", "size": "Standard_B1s", "network_interface_ids": nics })
}

/// An interface at 10.0.0.4 in subnet `a`, with a public address or none.
pub(super) fn nic(name: &str, ip: &str, public: Option<&str>) -> Value {
    json!({ "id": id("networkInterfaces", name), "name": name, "resource_group_name": "rg", "private_ip_address": ip,
        "ip_configuration": [{ "subnet_id": subnet_id("a"), "private_ip_address": ip,
            "public_ip_address_id": public.map(|name| id("publicIPAddresses", name)) }] })
}

pub(super) fn named_group(name: &str, rules: &[Value]) -> Value {
    json!({ "id": id("networkSecurityGroups", name), "name": name, "resource_group_name": "rg", "security_rule": rules })
}

fn subnet(name: &str, range: &str) -> Value {
    json!({ "id": subnet_id(name), "name": name, "resource_group_name": "rg", "virtual_network_name": "net", "address_prefixes": [range] })
}

fn network(doc: Doc) -> Doc {
    doc.stands("azurerm_virtual_network.net", json!({ "id": id("virtualNetworks", "net"), "name": "net", "resource_group_name": "rg", "address_space": ["10.0.0.0/16"], "subnet": [] }))
        .stands("azurerm_subnet.a", subnet("a", "10.0.0.0/24"))
}

fn public(doc: Doc, sku: &str) -> Doc {
    doc.stands("azurerm_public_ip.pip", json!({ "id": id("publicIPAddresses", "pip"), "name": "pip", "resource_group_name": "rg", "sku": sku, "ip_address": "20.1.2.3" }))
}

pub(super) fn nic_tie(doc: Doc, group: &str) -> Doc {
    doc.stands("azurerm_network_interface_security_group_association.tie", json!({ "network_interface_id": id("networkInterfaces", "nic"), "network_security_group_id": id("networkSecurityGroups", group) }))
}

fn subnet_tie(doc: Doc, group: &str) -> Doc {
    doc.stands("azurerm_subnet_network_security_group_association.tie", json!({ "subnet_id": subnet_id("a"), "network_security_group_id": id("networkSecurityGroups", group) }))
}

/// A machine with one public interface.
pub(super) fn base(sku: &str) -> Doc {
    public(network(Doc::default()), sku)
        .stands(NIC, nic("nic", "10.0.0.4", Some("pip")))
        .stands(VM, vm("vm", &["nic"]))
}

fn ssh() -> Value {
    rule("ssh", 100, &json!({}))
}

pub(super) fn deny() -> Value {
    rule(
        "deny",
        4096,
        &json!({ "access": "Deny", "protocol": "*", "destination_port_range": "*" }),
    )
}

#[test]
fn without_a_group_a_standard_address_is_closed_and_a_basic_one_open() {
    assert_eq!(open_of(&base("Standard").read(), VM), [VNET]);
    assert_eq!(
        open_of(&base("Basic").read(), VM),
        ["tcp+udp 0-65535 internet"]
    );
}

#[test]
fn both_groups_must_allow() {
    let doc = base("Standard").stands(
        "azurerm_network_security_group.n",
        named_group("n", &[ssh(), deny()]),
    );
    let only = nic_tie(doc, "n");
    assert_eq!(open_of(&only.read(), VM), ["tcp 22 internet"]);
    let closed = only.stands(
        "azurerm_network_security_group.s",
        named_group("s", &[deny()]),
    );
    let closed = subnet_tie(closed, "s");
    assert_eq!(open_of(&closed.read(), VM), Vec::<String>::new());
    let plan = closed.read();
    assert_eq!(
        machine(&plan, VM).groups,
        [
            "azurerm_network_security_group.n",
            "azurerm_network_security_group.s"
        ]
    );
}

#[test]
fn a_group_attached_to_nothing_does_nothing() {
    let plan = base("Standard")
        .stands(
            "azurerm_network_security_group.n",
            named_group("n", &[ssh()]),
        )
        .read();
    assert_eq!(open_of(&plan, VM), [VNET]);
    assert_eq!(
        open(&plan, "azurerm_network_security_group.n")[0],
        "tcp 22 internet"
    );
    assert!(plan.groups[0].attached_to.is_empty());
}

#[test]
fn without_a_public_address_the_internet_does_not_arrive() {
    let doc = network(Doc::default())
        .stands(NIC, nic("nic", "10.0.0.4", None))
        .stands(VM, vm("vm", &["nic"]))
        .stands(
            "azurerm_network_security_group.n",
            named_group("n", &[ssh(), deny()]),
        );
    let plan = nic_tie(doc, "n").read();
    assert_eq!(open_of(&plan, VM), ["tcp 22 vnet"]);
    assert_eq!(machine(&plan, VM).public, PublicSide::None);
    assert_eq!(
        open(&plan, "azurerm_network_security_group.n"),
        ["tcp 22 internet"]
    );
}

#[test]
fn a_destination_elsewhere_does_not_open_this_machine() {
    for (destination, opens) in [
        ("10.0.0.5", false),
        ("10.0.1.0/24", false),
        ("10.0.0.4", true),
        ("10.0.0.0/24", true),
        ("VirtualNetwork", true),
        ("*", true),
    ] {
        let rule = rule(
            "ssh",
            100,
            &json!({ "destination_address_prefix": destination }),
        );
        let doc = base("Standard").stands(
            "azurerm_network_security_group.n",
            named_group("n", &[rule]),
        );
        let plan = nic_tie(doc, "n").read();
        assert_eq!(
            open_of(&plan, VM)[0] == "tcp 22 internet",
            opens,
            "{destination}"
        );
    }
}

#[test]
fn members_of_an_application_security_group_are_machines() {
    let asg = id("applicationSecurityGroups", "web");
    let rule = rule(
        "mysql",
        100,
        &json!({ "destination_port_range": "3306", "source_address_prefix": "", "source_application_security_group_ids": [asg] }),
    );
    let doc = base("Standard")
        .stands("azurerm_application_security_group.web", json!({ "id": asg, "name": "web", "resource_group_name": "rg" }))
        .stands("azurerm_network_interface.web", nic("web", "10.0.0.9", None))
        .stands("azurerm_network_interface_application_security_group_association.web", json!({ "network_interface_id": id("networkInterfaces", "web"), "application_security_group_id": asg }))
        .stands("azurerm_network_security_group.n", named_group("n", &[rule, deny()]));
    let plan = nic_tie(doc, "n").read();
    assert_eq!(open_of(&plan, VM), ["tcp 3306 10.0.0.9/32"]);
    assert_eq!(unproven_of(&plan, VM), Vec::<String>::new());
}

#[test]
fn a_scale_set_names_its_group_itself() {
    let plan = network(Doc::default())
        .stands("azurerm_network_security_group.n", named_group("n", &[ssh(), deny()]))
        .stands("azurerm_linux_virtual_machine_scale_set.web", json!({ "name": "web", "resource_group_name": "rg", "sku": "Standard_B1s", "instances": 2,
            "network_interface": [{ "network_security_group_id": id("networkSecurityGroups", "n"),
                "ip_configuration": [{ "subnet_id": subnet_id("a"), "public_ip_address": [{ "name": "p" }] }] }] }))
        .read();
    assert_eq!(
        open_of(&plan, "azurerm_linux_virtual_machine_scale_set.web"),
        ["tcp 22 internet"]
    );
}

#[test]
fn a_network_may_attach_groups_to_its_own_subnets() {
    let plan = public(Doc::default(), "Standard")
        .stands("azurerm_virtual_network.net", json!({ "id": id("virtualNetworks", "net"), "name": "net", "resource_group_name": "rg", "address_space": ["10.0.0.0/16"],
            "subnet": [{ "id": subnet_id("a"), "name": "a", "address_prefixes": ["10.0.0.0/24"], "security_group": id("networkSecurityGroups", "n") }] }))
        .stands("azurerm_network_security_group.n", named_group("n", &[ssh(), deny()]))
        .stands(NIC, nic("nic", "10.0.0.4", Some("pip")))
        .stands(VM, vm("vm", &["nic"]))
        .read();
    assert_eq!(open_of(&plan, VM), ["tcp 22 internet"]);
    assert_eq!(
        plan.groups[0].attached_to,
        ["azurerm_virtual_network.net subnet a"]
    );
}

#[test]
fn a_load_balancer_opens_only_what_a_group_allows() {
    let lb = id("loadBalancers", "lb");
    let pool = format!("{lb}/backendAddressPools/pool");
    let behind = |rules: &[Value]| {
        let doc = network(Doc::default())
            .stands(NIC, nic("nic", "10.0.0.4", None))
            .stands(VM, vm("vm", &["nic"]))
            .stands("azurerm_lb.lb", json!({ "id": lb, "name": "lb", "resource_group_name": "rg", "sku": "Standard", "frontend_ip_configuration": [{ "public_ip_address_id": id("publicIPAddresses", "front") }] }))
            .stands("azurerm_lb_backend_address_pool.pool", json!({ "id": pool, "name": "pool", "loadbalancer_id": lb }))
            .stands("azurerm_lb_rule.ssh", json!({ "name": "ssh", "loadbalancer_id": lb, "protocol": "Tcp", "frontend_port": 50000, "backend_port": 22, "backend_address_pool_ids": [pool] }))
            .stands("azurerm_network_interface_backend_address_pool_association.in", json!({ "network_interface_id": id("networkInterfaces", "nic"), "backend_address_pool_id": pool }))
            .stands("azurerm_network_security_group.n", named_group("n", rules));
        open_of(&nic_tie(doc, "n").read(), VM)
    };
    assert_eq!(behind(&[deny()]), Vec::<String>::new());
    assert_eq!(behind(&[ssh(), deny()]), ["tcp 22 internet"]);
    let web = rule("web", 100, &json!({ "destination_port_range": "80" }));
    assert_eq!(behind(&[web, deny()]), ["tcp 80 vnet"]);
}
