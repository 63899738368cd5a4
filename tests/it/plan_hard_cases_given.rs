//! What plans that somebody else has made could hide: each is written by hand, and as small as it can be.

use crate::harness::{Project, errors, finding, planned};
use serde_json::{Value, json};

/// A plan in the making. Without a word to the contrary everything stands and stays as it is.
#[derive(Default)]
struct Plan {
    changes: Vec<Value>,
    /// Data sources that were read before the apply.
    read: Vec<Value>,
}

impl Plan {
    fn change(mut self, address: &str, change: &Value) -> Self {
        let parts: Vec<&str> = address.split('.').collect();
        let (mode, kind, name) = match parts.as_slice() {
            ["data", kind, name] => ("data", *kind, *name),
            [kind, name] => ("managed", *kind, *name),
            _ => panic!("{address}"),
        };
        self.changes.push(json!({ "address": address, "mode": mode, "type": kind, "name": name, "change": change }));
        self
    }

    fn stands(self, address: &str, values: &Value) -> Self {
        self.change(
            address,
            &json!({ "actions": ["no-op"], "before": values, "after": values, "after_unknown": {} }),
        )
    }

    fn deletes(self, address: &str, values: &Value) -> Self {
        self.change(
            address,
            &json!({ "actions": ["delete"], "before": values, "after": null, "after_unknown": {} }),
        )
    }

    fn creates(self, address: &str, values: &Value) -> Self {
        self.change(
            address,
            &json!({ "actions": ["create"], "before": null, "after": values, "after_unknown": {} }),
        )
    }

    fn reads(mut self, kind: &str, name: &str, values: &Value) -> Self {
        self.read.push(json!({ "address": format!("data.{kind}.{name}"), "mode": "data", "type": kind, "name": name, "values": values }));
        self
    }

    /// A machine with an interface of its own name in the subnet `a`; without an address where only the apply knows it.
    fn machine(self, name: &str, address: Option<&str>) -> Self {
        let configuration =
            json!({ "name": "i", "subnet_id": subnet_id(), "private_ip_address": address });
        self.stands(
            &format!("azurerm_network_interface.{name}"),
            &json!({ "id": id("networkInterfaces", name), "name": name, "resource_group_name": "rg", "private_ip_address": address, "ip_configuration": [configuration] }),
        )
        .stands(
            &format!("azurerm_linux_virtual_machine.{name}"),
            &json!({ "id": id("virtualMachines", name), "name": name, "resource_group_name": "rg", "network_interface_ids": [id("networkInterfaces", name)] }),
        )
    }

    /// A group of this name with these rules and a final denial.
    fn group(self, name: &str, rules: &[Value]) -> Self {
        self.stands(
            &format!("azurerm_network_security_group.{name}"),
            &group(name, rules),
        )
    }

    /// The group of a name on the interface of that name.
    fn tied(self, name: &str) -> Self {
        self.stands(
            &format!("azurerm_network_interface_security_group_association.{name}"),
            &tie(name),
        )
    }

    fn subnet(self, range: &str) -> Self {
        self.stands("azurerm_subnet.a", &subnet(range))
    }

    /// What the program says of it beside the describers of the project.
    fn judged(&self, project: &Project) -> Value {
        let plan = json!({
            "format_version": "1.2", "resource_changes": self.changes,
            "prior_state": { "values": { "root_module": { "resources": self.read } } },
        });
        said(project, &plan)
    }
}

/// What the program says of a plan, which it has to read and to judge.
fn said(project: &Project, plan: &Value) -> Value {
    project.write("plan.json", plan.to_string());
    let run = project.run(&["plan", "--from", "plan.json", "--format", "json"]);
    assert!(matches!(run.code, 0 | 3), "{}{}", run.stdout, run.stderr);
    serde_json::from_str(&run.stdout).expect("JSON")
}

fn id(kind: &str, name: &str) -> String {
    let provider = if kind.starts_with("virtualMachine") {
        "Compute"
    } else {
        "Network"
    };
    format!("/subscriptions/s/resourceGroups/rg/providers/Microsoft.{provider}/{kind}/{name}")
}

fn subnet_id() -> String {
    format!("{}/subnets/a", id("virtualNetworks", "net"))
}

fn subnet(range: &str) -> Value {
    json!({ "id": subnet_id(), "name": "a", "resource_group_name": "rg", "virtual_network_name": "net", "address_prefixes": [range] })
}

fn group(name: &str, rules: &[Value]) -> Value {
    let mut rules = rules.to_vec();
    rules.push(json!({ "name": "deny", "priority": 4096, "direction": "Inbound", "access": "Deny", "protocol": "*", "source_port_range": "*",
        "destination_port_range": "*", "source_address_prefix": "*", "destination_address_prefix": "*" }));
    json!({ "id": id("networkSecurityGroups", name), "name": name, "resource_group_name": "rg", "security_rule": rules })
}

fn tie(name: &str) -> Value {
    json!({ "network_interface_id": id("networkInterfaces", name), "network_security_group_id": id("networkSecurityGroups", name) })
}

fn rule(priority: u16, port: &str, from: &str) -> Value {
    json!({ "name": format!("r{priority}"), "priority": priority, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "source_port_range": "*",
        "destination_port_range": port, "source_address_prefix": from, "destination_address_prefix": "*" })
}

/// Messages of the findings with this code.
fn messages(answer: &Value, code: &str) -> Vec<String> {
    let findings = answer["findings"].as_array().expect("findings");
    let of_code = findings.iter().filter(|finding| finding["code"] == code);
    of_code
        .map(|finding| finding["message"].as_str().expect("a message").to_owned())
        .collect()
}

#[test]
fn what_the_backend_reaches_of_the_database_must_be_declared_too() {
    let rules = [
        rule(100, "3306", "10.10.0.4"),
        rule(110, "33060", "10.10.0.4"),
    ];
    let plan = Plan::default()
        .machine("database", Some("10.10.0.5"))
        .group("database", &rules)
        .tied("database");
    let answer = plan.judged(&Project::lostops());
    assert_eq!(
        messages(&answer, "LO201"),
        ["`database` leaves open tcp 33060 from backend"]
    );
    assert_eq!(errors(&answer), ["LO201"]);
}

#[test]
fn of_several_machines_under_one_name_each_is_the_database() {
    let open = [rule(100, "3306", "*")];
    let mut plan = Plan::default();
    for (name, rules) in [("first", &open[..]), ("second", &[])] {
        plan = plan.machine(name, None).group(name, rules).tied(name);
    }
    for change in &mut plan.changes {
        if change["type"] == "azurerm_linux_virtual_machine" {
            change["change"]["before"]["name"] = json!("database");
            change["change"]["after"]["name"] = json!("database");
        }
    }
    let answer = plan.judged(&Project::lostops());
    let found = finding(&answer, "LO204");
    assert_eq!(
        found["evidence"],
        "azurerm_network_security_group.first rule r100"
    );
    let servers = answer["servers"].as_array().expect("servers");
    let addresses: Vec<_> = servers
        .iter()
        .filter(|server| server["name"] == "database")
        .map(|server| &server["address"])
        .collect();
    assert_eq!(
        addresses,
        [
            "azurerm_linux_virtual_machine.first",
            "azurerm_linux_virtual_machine.second"
        ]
    );
}

/// The backend and the database in one subnet that may reach the database's port.
fn neighbours(range: &str) -> Plan {
    Plan::default()
        .machine("backend", Some("10.10.0.4"))
        .machine("database", Some("10.10.0.5"))
        .group("database", &[rule(100, "3306", range)])
        .tied("database")
}

#[test]
fn a_subnet_is_the_backend_only_where_nobody_else_lives_in_it() {
    let of_two = neighbours("10.10.0.4/31").subnet("10.10.0.4/31");
    assert_eq!(
        messages(&of_two.judged(&Project::lostops()), "LO204"),
        [""; 0]
    );

    let described = neighbours("10.10.0.4/30").subnet("10.10.0.4/30");
    assert_eq!(
        messages(&described.judged(&Project::lostops()), "LO204"),
        ["`database` leaves the database's port tcp 3306 from database or 10.10.0.6/31"],
        "the plan does not hold the monitoring server"
    );
    let without_address = of_two.machine("stranger", None);
    assert_eq!(
        messages(&without_address.judged(&Project::lostops()), "LO204").len(),
        1
    );
}

#[test]
fn nobody_says_who_else_lives_in_a_subnet_that_is_only_read() {
    let plan = neighbours("10.10.0.4/31").reads("azurerm_subnet", "a", &subnet("10.10.0.4/31"));
    assert_eq!(
        messages(&plan.judged(&Project::lostops()), "LO204").len(),
        1
    );
}

/// A public machine at 10.10.0.9 that nobody describes.
fn public(sku: &str) -> Plan {
    let address = json!({ "id": id("publicIPAddresses", "web"), "name": "web", "resource_group_name": "rg", "sku": sku, "ip_address": "20.1.2.3" });
    let mut plan = Plan::default().machine("web", Some("10.10.0.9"));
    for change in &mut plan.changes {
        for when in ["before", "after"] {
            if let Some(configuration) = change["change"][when].pointer_mut("/ip_configuration/0") {
                configuration["public_ip_address_id"] = address["id"].clone();
            }
        }
    }
    plan.stands("azurerm_public_ip.web", &address)
}

const WEB: &str = "azurerm_linux_virtual_machine.web";

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

fn balancer() -> String {
    id("loadBalancers", "lb")
}

fn balanced(plan: Plan) -> Plan {
    let pool = format!("{}/backendAddressPools/pool", balancer());
    let front = json!([{ "name": "f", "public_ip_address_id": id("publicIPAddresses", "front") }]);
    plan.stands("azurerm_lb.lb", &json!({ "id": balancer(), "name": "lb", "resource_group_name": "rg", "sku": "Standard", "frontend_ip_configuration": front }))
        .stands("azurerm_lb_backend_address_pool.pool", &json!({ "id": pool, "name": "pool", "loadbalancer_id": balancer() }))
}

#[test]
fn a_nat_rule_on_a_pool_leads_to_every_machine_in_it() {
    let pool = format!("{}/backendAddressPools/pool", balancer());
    let translation = json!({ "id": format!("{}/inboundNatRules/ssh", balancer()), "name": "ssh", "loadbalancer_id": balancer(), "protocol": "Tcp",
        "frontend_port_start": 50000, "frontend_port_end": 50009, "backend_port": 22, "backend_address_pool_id": pool });
    let plan = balanced(Plan::default().machine("web", Some("10.10.0.9")))
        .group("web", &[rule(100, "22", "*"), rule(110, "80", "*")])
        .tied("web")
        .stands("azurerm_lb_nat_rule.ssh", &translation)
        .stands(
            "azurerm_network_interface_backend_address_pool_association.web",
            &json!({ "network_interface_id": id("networkInterfaces", "web"), "backend_address_pool_id": pool }),
        );
    let said = planned(&plan.judged(&Project::empty()), WEB);
    assert_eq!(said, ["22/tcp from internet,vnet", "80/tcp from vnet"]);
}

#[test]
fn a_scale_set_is_reached_through_the_nat_pools_that_it_names() {
    let pool = format!("{}/inboundNatPools/ssh", balancer());
    let interface = json!({ "network_security_group_id": id("networkSecurityGroups", "set"),
        "ip_configuration": [{ "subnet_id": subnet_id(), "load_balancer_inbound_nat_rules_ids": [pool] }] });
    let plan = balanced(Plan::default())
        .group("set", &[rule(100, "22", "*"), rule(110, "80", "*")])
        .stands("azurerm_lb_nat_pool.ssh", &json!({ "id": pool, "name": "ssh", "loadbalancer_id": balancer(), "protocol": "Tcp",
            "frontend_port_start": 50000, "frontend_port_end": 50009, "backend_port": 22 }))
        .stands("azurerm_linux_virtual_machine_scale_set.set", &json!({ "name": "set", "resource_group_name": "rg", "network_interface": [interface] }));
    let said = planned(
        &plan.judged(&Project::empty()),
        "azurerm_linux_virtual_machine_scale_set.set",
    );
    assert_eq!(said, ["22/tcp from internet,vnet", "80/tcp from vnet"]);
}

#[test]
fn a_scale_set_whose_pools_nobody_can_tell_may_be_reached_through_any() {
    let interface = json!({ "network_security_group_id": id("networkSecurityGroups", "set"), "ip_configuration": [{ "subnet_id": subnet_id() }] });
    let unknown =
        json!([{ "ip_configuration": [{ "load_balancer_backend_address_pool_ids": true }] }]);
    let values =
        json!({ "name": "set", "resource_group_name": "rg", "network_interface": [interface] });
    let change = json!({ "actions": ["update"], "before": values, "after": values, "after_unknown": { "network_interface": unknown } });
    let answer = Plan::default()
        .group("set", &[rule(100, "22", "*")])
        .change("azurerm_linux_virtual_machine_scale_set.set", &change)
        .judged(&Project::empty());
    let said = messages(&answer, "LO202").concat();
    assert!(
        said.contains("cannot be shown to keep closed tcp 22 from internet"),
        "{said}"
    );
}

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
