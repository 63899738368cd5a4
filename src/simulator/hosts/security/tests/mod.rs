//! A small cloud with one machine, whose filter is asked for.

mod fuzz;
mod groups;
mod rules;

use super::filter;
use crate::simulator::arm::Kind;
use crate::simulator::cloud::Cloud;
use serde_json::{Map, Value as Json, json};

const NET: &str =
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/net";

/// A machine at 10.10.0.5 with these groups and this SKU of a public address; `None`: without one.
struct Case {
    subnet: Option<Vec<Json>>,
    interface: Option<Vec<Json>>,
    sku: Option<&'static str>,
}

impl Case {
    fn subnet(rules: &[Json]) -> Self {
        Self {
            subnet: Some(rules.to_vec()),
            interface: None,
            sku: None,
        }
    }

    fn unguarded(sku: Option<&'static str>) -> Self {
        Self {
            subnet: None,
            interface: None,
            sku,
        }
    }

    fn cloud(&self) -> Cloud {
        let mut cloud = Cloud::default();
        let mut put = |id: &str, kind, attributes: Json| {
            let attributes: Map<String, Json> = attributes.as_object().cloned().unwrap();
            cloud.put(id, kind, attributes);
        };
        put(
            NET,
            Kind::VirtualNetwork,
            json!({"address_space": ["10.10.0.0/16", "fd00::/48"]}),
        );
        let subnet = format!("{NET}/subnets/a");
        let group =
            |rules: &Option<Vec<Json>>, id: &str| rules.as_ref().map_or("", |_| id).to_owned();
        put(
            &subnet,
            Kind::Subnet,
            json!({
                "address_prefixes": ["10.10.0.0/24"],
                "network_security_group_id": group(&self.subnet, "subnet-nsg"),
            }),
        );
        for (rules, id) in [(&self.subnet, "subnet-nsg"), (&self.interface, "nic-nsg")] {
            if let Some(rules) = rules {
                put(
                    id,
                    Kind::NetworkSecurityGroup,
                    json!({"security_rule": rules}),
                );
            }
        }
        put(
            "/ip",
            Kind::PublicIp,
            json!({"ip_address": "203.0.113.12", "sku": self.sku}),
        );
        put(
            "/nic",
            Kind::NetworkInterface,
            json!({
                "network_security_group_id": group(&self.interface, "nic-nsg"),
                "ip_configuration": [{
                    "private_ip_address": "10.10.0.5",
                    "subnet_id": subnet,
                    "public_ip_address_id": self.sku.map(|_| "/ip"),
                }],
            }),
        );
        put(
            "/vm",
            Kind::VirtualMachine,
            json!({"network_interface_ids": ["/nic"]}),
        );
        cloud
    }

    fn nft(&self) -> String {
        let cloud = self.cloud();
        filter(&cloud, cloud.get("/vm").unwrap()).nft(&["eth0", "eth1"])
    }

    /// The rules of one chain, without what they count.
    fn chain(&self, chain: &str) -> Vec<String> {
        let start = format!("add rule inet azure {chain} ");
        let text = self.nft();
        let rules = text.lines().filter_map(|line| line.strip_prefix(&start));
        rules.map(|rule| rule.replace("counter ", "")).collect()
    }
}

fn rule(name: &str, priority: u16, access: &str) -> Json {
    json!({
        "name": name, "priority": priority, "access": access, "direction": "Inbound", "protocol": "Tcp",
        "source_port_range": "*", "destination_port_range": "22",
        "source_address_prefix": "*", "destination_address_prefix": "*",
    })
}

fn with(changes: &Json) -> Json {
    let mut rule = rule("r", 100, "Allow");
    rule.as_object_mut()
        .unwrap()
        .extend(changes.as_object().cloned().unwrap());
    rule
}

/// What one rule of the subnet's group is, as rules of nftables; the default rules are left out.
fn one(changes: &Json) -> Vec<String> {
    let mut rules = Case::subnet(&[with(changes)]).chain("subnet_0");
    rules.truncate(rules.len() - 3);
    let comment = |rule: String| rule.split(" comment").next().unwrap_or_default().to_owned();
    rules.into_iter().map(comment).collect()
}
