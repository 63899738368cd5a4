//! Plans made by hand, and what they mean in words.

#![expect(
    clippy::needless_pass_by_value,
    reason = "values are made where they are passed"
)]

mod adopted;
mod answers;
mod attachments;
mod detached;
mod disks;
mod first_match;
mod forms;
mod fuzz;
mod natures;
mod references;
mod rules;
mod several_addresses;
mod source_ports;
mod stale;

use super::address;
use super::{Machine, Options, Plan, PlanError, read_bytes};
use crate::fleet::address::Addresses;
use crate::fleet::exposure::{Proof, lines};
use crate::fleet::reach::Reach;
use crate::fleet::sources::Directory;
use serde_json::{Value, json};

/// A plan in the making.
#[derive(Debug, Default)]
pub(super) struct Doc {
    changes: Vec<Value>,
    configured: Vec<Value>,
    root: serde_json::Map<String, Value>,
}

impl Doc {
    /// One change; `address` may have a key and modules.
    pub(super) fn change(mut self, address: &str, change: Value) -> Self {
        let (module, rest) = address::split_module(address);
        let parts = address::parts(rest.strip_prefix("data.").unwrap_or(rest));
        let mut element = json!({
            "address": address,
            "mode": if rest.starts_with("data.") { "data" } else { "managed" },
            "type": parts[0].name,
            "name": parts[1].name,
            "change": change,
        });
        if !module.is_empty() {
            element["module_address"] = json!(module);
        }
        if let Some(key) = &parts[1].key {
            element["index"] = key
                .parse::<u64>()
                .map_or_else(|_| json!(key), |index| json!(index));
        }
        self.changes.push(element);
        self
    }

    /// Something of the last change beside `change`: `action_reason`, `previous_address`, `deposed`.
    pub(super) fn with(mut self, key: &str, value: Value) -> Self {
        self.changes.last_mut().unwrap()[key] = value;
        self
    }

    pub(super) fn create(self, address: &str, after: Value) -> Self {
        self.create_unknown(address, after, json!({ "id": true }))
    }

    pub(super) fn create_unknown(self, address: &str, after: Value, unknown: Value) -> Self {
        self.change(
            address,
            json!({ "actions": ["create"], "before": null, "after": after, "after_unknown": unknown }),
        )
    }

    pub(super) fn stands(self, address: &str, values: Value) -> Self {
        self.change(
            address,
            json!({ "actions": ["no-op"], "before": values, "after": values, "after_unknown": {} }),
        )
    }

    pub(super) fn update(self, address: &str, before: Value, after: Value) -> Self {
        self.change(
            address,
            json!({ "actions": ["update"], "before": before, "after": after, "after_unknown": {} }),
        )
    }

    pub(super) fn delete(self, address: &str, before: Value) -> Self {
        self.change(
            address,
            json!({ "actions": ["delete"], "before": before, "after": null, "after_unknown": {} }),
        )
    }

    /// References of a resource of the root module: `{ "subnet_id": ["azurerm_subnet.a.id"] }`.
    pub(super) fn refers(mut self, address: &str, references: &Value) -> Self {
        self.configured.push(configured(address, references));
        self
    }

    pub(super) fn for_each(mut self, references: &[&str]) -> Self {
        self.configured.last_mut().unwrap()["for_each_expression"] =
            json!({ "references": references });
        self
    }

    pub(super) fn root(mut self, key: &str, value: Value) -> Self {
        self.root.insert(key.to_owned(), value);
        self
    }

    pub(super) fn json(&self) -> Value {
        let mut root = self.root.clone();
        root.entry("format_version").or_insert_with(|| json!("1.2"));
        root.entry("resource_changes")
            .or_insert_with(|| json!(self.changes));
        root.entry("configuration")
            .or_insert_with(|| json!({ "root_module": { "resources": self.configured } }));
        Value::Object(root)
    }

    pub(super) fn read(&self) -> Plan {
        self.try_read().unwrap()
    }

    pub(super) fn try_read(&self) -> Result<Plan, PlanError> {
        read_bytes(self.json().to_string().as_bytes(), Options::default())
    }
}

/// A resource of a configuration; a reference in a nested block has a path: `ip_configuration.subnet_id`.
pub(super) fn configured(address: &str, references: &Value) -> Value {
    let (kind, name) = address.split_once('.').unwrap();
    let mut expressions = serde_json::Map::new();
    for (path, references) in references.as_object().unwrap() {
        let leaf = json!({ "references": references });
        match path.split_once('.') {
            None => expressions.insert(path.clone(), leaf),
            Some((block, attribute)) => {
                let blocks = expressions.entry(block).or_insert_with(|| json!([{}]));
                blocks[0][attribute] = leaf;
                None
            }
        };
    }
    json!({ "address": address, "mode": "managed", "type": kind, "name": name, "expressions": expressions })
}

/// `tcp 22 internet`, `udp 0-65535 vnet`, one for each line of a report, the internet first; `tcp+udp` where both say the same.
pub(super) fn say(reach: &Reach, network: &Addresses) -> Vec<String> {
    let directory = Directory {
        network: network.clone(),
        ..Directory::default()
    };
    let said: Vec<(String, String)> = lines(reach, &directory, Proof::Open)
        .iter()
        .map(|line| {
            let rest = format!("{} {}", line.ports(), line.from.join(","));
            (line.protocol.word().to_owned(), rest)
        })
        .collect();
    let both = |rest: &String| said.iter().filter(|(_, other)| other == rest).count() == 2;
    let mut words: Vec<String> = Vec::new();
    for (protocol, rest) in &said {
        let word = if both(rest) {
            format!("tcp+udp {rest}")
        } else {
            format!("{protocol} {rest}")
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.sort_by_key(|word| !word.contains("internet"));
    words
}

pub(super) fn open(plan: &Plan, group: &str) -> Vec<String> {
    let group = plan.groups.iter().find(|one| one.address == group).unwrap();
    say(&group.open, &group.network)
}

pub(super) fn unproven(plan: &Plan, group: &str) -> Vec<String> {
    let group = plan.groups.iter().find(|one| one.address == group).unwrap();
    say(&group.unproven, &group.network)
}

pub(super) fn machine<'p>(plan: &'p Plan, address: &str) -> &'p Machine {
    plan.machines
        .iter()
        .find(|one| one.address == address)
        .unwrap()
}

pub(super) fn open_of(plan: &Plan, machine_: &str) -> Vec<String> {
    let machine = machine(plan, machine_);
    say(&machine.open, &machine.network)
}

pub(super) fn unproven_of(plan: &Plan, machine_: &str) -> Vec<String> {
    let machine = machine(plan, machine_);
    say(&machine.unproven, &machine.network)
}

/// The sentences of what happens to a machine.
pub(super) fn changes(plan: &Plan, machine_: &str) -> Vec<String> {
    let machine = machine(plan, machine_);
    machine
        .changes
        .iter()
        .map(super::MachineChange::sentence)
        .collect()
}

/// An inbound rule; `over` replaces what differs from "Allow Tcp 22 from anyone".
pub(super) fn rule(name: &str, priority: u64, over: &Value) -> Value {
    let mut rule = json!({
        "name": name, "priority": priority, "direction": "Inbound", "access": "Allow", "protocol": "Tcp",
        "source_port_range": "*", "source_port_ranges": [],
        "destination_port_range": "22", "destination_port_ranges": [],
        "source_address_prefix": "*", "source_address_prefixes": [],
        "source_application_security_group_ids": [],
        "destination_address_prefix": "*", "destination_address_prefixes": [],
        "destination_application_security_group_ids": [], "description": "",
    });
    for (key, value) in over.as_object().unwrap() {
        rule[key] = value.clone();
    }
    rule
}

/// A rule that is a resource of its own, in group `g` of resource group `rg`.
pub(super) fn standalone(name: &str, priority: u64, over: &Value) -> Value {
    let mut rule = rule(name, priority, over);
    rule["network_security_group_name"] = json!("g");
    rule["resource_group_name"] = json!("rg");
    rule
}

pub(super) fn group(rules: &[Value]) -> Value {
    json!({ "name": "g", "resource_group_name": "rg", "security_rule": rules })
}

pub(super) const GROUP: &str = "azurerm_network_security_group.g";

/// What a group with these inline rules lets in.
pub(super) fn with_rules(rules: &[Value]) -> Vec<String> {
    open(&Doc::default().create(GROUP, group(rules)).read(), GROUP)
}

/// The default rule, which is last of all.
pub(super) const VNET: &str = "tcp+udp 0-65535 vnet";
