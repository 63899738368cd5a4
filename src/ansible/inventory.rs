//! What Ansible is told of the servers: one entry each, as a file or as an inventory script prints it.

use crate::fleet::Fleet;
use crate::fleet::server::{From, Port, Server};
use crate::services;
use crate::services::supply::Supply;
use crate::ssh::target::Target;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Where Ubuntu's images have it, so that Ansible need not look.
const PYTHON: &str = "/usr/bin/python3";

/// One server of the inventory.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) variables: Map<String, Value>,
}

impl Entry {
    /// Names of the secrets that stand in its variables.
    pub(crate) fn secrets(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        self.variables
            .values()
            .for_each(|value| named(value, &mut names));
        names
    }
}

fn named(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            names.extend(text.strip_prefix("secret:").map(str::to_owned));
        }
        Value::Array(items) => items.iter().for_each(|item| named(item, names)),
        Value::Object(entries) => entries.values().for_each(|entry| named(entry, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What is said of a server: how it is reached, and what its describer wants.
pub(crate) fn entry(
    fleet: &Fleet,
    server: &Server,
    target: &Target,
    public_ip: Option<&str>,
    supply: &Supply,
) -> Entry {
    let machine = &server.machine;
    let disks = machine.data_disks.iter();
    let packages = server.packages.iter().map(|package| &package.value);
    let variables = json!({
        "ansible_host": target.address.to_string(),
        "ansible_port": target.port,
        "ansible_user": target.user,
        "ansible_python_interpreter": PYTHON,
        "lostops_environment": fleet.environment.name.value,
        "lostops_server": server.name(),
        "lostops_role": target.role,
        "lostops_private_ip": machine.private_ip.value.to_string(),
        "lostops_public_ip": public_ip.unwrap_or_default(),
        "lostops_network": fleet.environment.network.address_space.value.to_string(),
        "lostops_admin": { "user": machine.admin_user, "ssh_keys": machine.ssh_keys },
        "lostops_ports": server.ports.iter().map(port).collect::<Vec<_>>(),
        "lostops_data_disks": disks
            .map(|disk| json!({ "name": disk.name.value, "lun": disk.lun, "size_gb": disk.size_gb.value }))
            .collect::<Vec<_>>(),
        "lostops_packages": packages.collect::<Vec<_>>(),
    });
    let Value::Object(mut variables) = variables else {
        unreachable!("it is written as an object");
    };
    variables.extend(services::variables(fleet, server, supply));
    variables.values_mut().for_each(plain);
    Entry {
        name: target.name.clone(),
        role: target.role.clone(),
        variables,
    }
}

/// `{ protocol: tcp, ports: ["3306"], from: ["10.10.0.4/32"], for: mysql }`
fn port(port: &Port) -> Value {
    let from: Vec<String> = if port.from.value == From::Internet {
        vec!["0.0.0.0/0".to_owned()]
    } else {
        let blocks = port.sources.addresses.cidrs();
        blocks.iter().map(ToString::to_string).collect()
    };
    json!({
        "protocol": port.protocol.word(),
        "ports": port.ports.value.words(),
        "from": from,
        "for": port.purpose.as_deref().unwrap_or_default(),
    })
}

/// Describers are data: what looks like a template in them is marked as none, so that Ansible does not run it.
fn plain(value: &mut Value) {
    match value {
        Value::String(text) if ["{{", "{%", "{#"].iter().any(|mark| text.contains(mark)) => {
            *value = json!({ "__ansible_unsafe": text.as_str() });
        }
        Value::Array(items) => items.iter_mut().for_each(plain),
        Value::Object(entries) => entries.values_mut().for_each(plain),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A file for `ansible -i`: JSON, which the plug-in for YAML reads.
pub(crate) fn file(entries: &[Entry]) -> Value {
    let groups: Map<String, Value> = groups(entries)
        .into_iter()
        .map(|(group, names)| {
            let hosts: Map<String, Value> = names
                .into_iter()
                .map(|name| (name.to_owned(), json!({})))
                .collect();
            (group, json!({ "hosts": hosts }))
        })
        .collect();
    let hosts: Map<String, Value> = entries
        .iter()
        .map(|entry| (entry.name.clone(), Value::Object(entry.variables.clone())))
        .collect();
    json!({ "all": { "hosts": hosts, "children": groups } })
}

/// What an inventory script prints for `--list`.
pub(crate) fn list(entries: &[Entry]) -> Value {
    let variables: Map<String, Value> = entries
        .iter()
        .map(|entry| (entry.name.clone(), Value::Object(entry.variables.clone())))
        .collect();
    let groups = groups(entries);
    let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    let children: Vec<&String> = groups.keys().collect();
    let mut list = json!({
        "_meta": { "hostvars": variables },
        "all": { "hosts": names, "children": children },
    });
    for (group, names) in groups {
        list[group] = json!({ "hosts": names });
    }
    list
}

/// What one prints for `--host NAME`; nothing for a name that it does not know.
pub(crate) fn host(entries: &[Entry], name: &str) -> Value {
    let entry = entries.iter().find(|entry| entry.name == name);
    entry.map_or_else(|| json!({}), |entry| Value::Object(entry.variables.clone()))
}

fn groups(entries: &[Entry]) -> BTreeMap<String, Vec<&str>> {
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for entry in entries {
        let group = groups.entry(format!("role_{}", entry.role)).or_default();
        group.push(&entry.name);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_describer_is_a_template() {
        let mut value = json!({ "A": ["{{ lookup('pipe', 'id') }}", "plain"], "B": 3 });
        plain(&mut value);
        assert_eq!(
            value,
            json!({ "A": [{ "__ansible_unsafe": "{{ lookup('pipe', 'id') }}" }, "plain"], "B": 3 })
        );
    }

    #[test]
    fn a_host_that_is_not_known_has_no_variables() {
        assert_eq!(host(&[], "nobody"), json!({}));
    }
}
