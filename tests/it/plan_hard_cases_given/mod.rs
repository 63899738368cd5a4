//! What plans that somebody else has made could hide: each is written by hand, and as small as it can be.

mod balancers;
mod data;
mod fleet;
mod unseen;

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
