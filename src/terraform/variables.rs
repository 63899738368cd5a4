//! A fleet as the variables of the Terraform module.

use crate::fleet::Fleet;
use crate::fleet::server::{From, Port, PowerState, Server};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Priorities that rules may have; the final denial has the one after.
const FIRST: u16 = 100;
const LAST: u16 = 4095;

/// The most that Azure takes as the name of a rule; it compares names without case.
const LONGEST: usize = 80;

/// The module's own last rule, whose name no other may have.
const LAST_RULE: &str = "deny-everything-else";

/// `terraform.tfvars.json`. No secret is in it: Terraform never sees one. `restarted` are names of servers that are to restart.
pub(crate) fn variables(fleet: &Fleet, subscription_id: &str, restarted: &[&str]) -> Value {
    let environment = &fleet.environment;
    let network = &environment.network;
    let present = fleet
        .servers
        .iter()
        .filter(|server| server.state.value != PowerState::Absent);
    json!({
        "subscription_id": subscription_id,
        "environment": environment.name.value,
        "location": environment.location.value,
        "resource_group": {
            "name": environment.resource_group.value,
            "ownership": environment.resource_group_ownership.word(),
        },
        "network": {
            "name": network.name.value,
            "ownership": network.ownership.word(),
            "address_space": network.address_space.value.to_string(),
            "subnet_name": network.subnet_name.value,
            "subnet_prefix": network.subnet.value.to_string(),
        },
        "servers": present.map(|server| {
            let restarts = restarted.contains(&server.name());
            (server.name().to_owned(), self::server(server, restarts))
        }).collect::<Map<_, _>>(),
    })
}

fn server(server: &Server, restarts: bool) -> Value {
    let machine = &server.machine;
    let image = &machine.image.value;
    let data_disks: Map<String, Value> = machine
        .data_disks
        .iter()
        .map(|disk| {
            (
                disk.name.value.clone(),
                json!({ "size_gb": disk.size_gb.value, "lun": disk.lun, "managed_disk": disk.managed_disk }),
            )
        })
        .collect();
    json!({
        "role": server.role.value.word(),
        "ownership": machine.ownership.value.word(),
        "import": machine.import,
        "power": if restarts { "restarted" } else { server.state.value.word() },
        "size": machine.size.value,
        "image": { "publisher": image.publisher, "offer": image.offer, "sku": image.sku, "version": image.version },
        "private_ip": machine.private_ip.value.to_string(),
        "public_ip": machine.public_ip,
        "disk_gb": machine.disk_gb.value,
        "admin_user": machine.admin_user,
        "ssh_keys": machine.ssh_keys,
        "network_interface": machine.network_interface,
        "public_ip_name": machine.public_ip_name,
        "security_group": machine.security_group,
        "data_disks": data_disks,
        "rules": rules(server),
    })
}

/// One rule per entry of `ports:` and address family, which Azure does not mix in one rule.
fn rules(server: &Server) -> Vec<Value> {
    let mut names = BTreeSet::from([LAST_RULE.to_owned()]);
    let mut priorities = BTreeMap::new();
    let mut rules = Vec::new();
    for port in &server.ports {
        for (family, from) in prefixes(port) {
            let name = unused(&mut names, &name(port), family);
            let priority = free(&priorities, port);
            priorities.insert(priority, name.clone());
            rules.push(json!({
                "name": name,
                "priority": priority,
                "protocol": match port.protocol {
                    crate::fleet::port::Protocol::Tcp => "Tcp",
                    crate::fleet::port::Protocol::Udp => "Udp",
                },
                "ports": port.ports.value.words(),
                "from": from,
            }));
        }
    }
    rules
}

/// The source prefixes of a port by family: `""` for anyone and IPv4, `"-v6"` for IPv6.
fn prefixes(port: &Port) -> Vec<(&'static str, Vec<String>)> {
    if port.from.value == From::Internet {
        return vec![("", vec!["*".to_owned()])];
    }
    let (v6, v4): (Vec<_>, Vec<_>) = port
        .sources
        .addresses
        .cidrs()
        .into_iter()
        .partition(|net| net.addr().is_ipv6());
    let words = |nets: Vec<ipnet::IpNet>| nets.iter().map(ToString::to_string).collect::<Vec<_>>();
    [("", words(v4)), ("-v6", words(v6))]
        .into_iter()
        .filter(|(_, nets)| !nets.is_empty())
        .collect()
}

/// What the port is for, or else what it is; as Azure takes it: letters, digits, `-` and `_`, with a letter or digit first.
fn name(port: &Port) -> String {
    let said = port.purpose.clone().unwrap_or_else(|| {
        format!(
            "{}-{}",
            port.protocol.word(),
            port.ports.value.words().join("-")
        )
    });
    let clean: String = said
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '_' {
                c
            } else {
                '-'
            }
        })
        .collect();
    let name = clean.trim_start_matches(['-', '_']).trim_end_matches('-');
    if name.is_empty() { "rule" } else { name }.to_owned()
}

/// The name with its family, and with a number where it is taken: whatever its case, and cut to what Azure takes.
fn unused(taken: &mut BTreeSet<String>, name: &str, family: &str) -> String {
    let numbers =
        std::iter::once(String::new()).chain((2..).map(|number: u32| format!("-{number}")));
    let mut candidates = numbers.map(|number| {
        let end = format!("{family}{number}");
        let room = name.len().min(LONGEST.saturating_sub(end.len()));
        format!("{}{end}", name[..room].trim_end_matches('-'))
    });
    let is_free = |candidate: &String| !taken.contains(&candidate.to_ascii_lowercase());
    let name = candidates.find(is_free).unwrap_or_default();
    taken.insert(name.to_ascii_lowercase());
    name
}

/// A priority that follows from the port, so that one more port in a describer moves no other rule.
fn free(taken: &BTreeMap<u16, String>, port: &Port) -> u16 {
    let room = LAST - FIRST + 1;
    let first = port.ports.value.ranges().next().map_or(0, |(low, _)| low);
    (0..room)
        .map(|step| FIRST + (first % room + step) % room)
        .find(|priority| !taken.contains_key(priority))
        .unwrap_or(LAST)
}

/// A `check` block for each server, with literal names: read at every plan, even beside pending changes.
pub(crate) fn checks(fleet: &Fleet) -> Value {
    let group = &fleet.environment.resource_group.value;
    let mut checks = Map::new();
    for server in &fleet.servers {
        let wanted = match server.state.value {
            PowerState::Running => "running",
            PowerState::Stopped => "deallocated",
            PowerState::Absent => continue,
        };
        let name = super::power::check_name(server.name());
        let found = format!("data.azurerm_virtual_machine.{name}.power_state");
        let block = json!({
            "data": { "azurerm_virtual_machine": {
                name.as_str(): { "name": server.name(), "resource_group_name": group }
            } },
            "assert": [{
                "condition": format!("${{{found} == \"{wanted}\"}}"),
                "error_message": format!("{} is ${{{found}}} and should be {wanted}", server.name()),
            }],
        });
        checks.insert(name, block);
    }
    if checks.is_empty() {
        json!({})
    } else {
        json!({ "check": checks })
    }
}
