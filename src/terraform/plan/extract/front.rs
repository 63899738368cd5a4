//! Facts of what stands in front of machines: load balancers and the NAT of firewalls.

use super::Values;
use crate::fleet::port::{PortSet, Protocol};
use crate::terraform::plan::fact::{Balancer, BalancerRule, Fact, Links, Path, Pool, Translation};
use crate::terraform::plan::json::Json;
use crate::terraform::plan::rule::parse_ports;

pub(super) fn fact(kind: &str, values: Values<'_, '_>) -> Option<Fact> {
    Some(match kind {
        "azurerm_lb" => Fact::Balancer(balancer(values)),
        "azurerm_lb_backend_address_pool" => Fact::Pool(Pool {
            named: values.named(),
            balancer: values.own_link("loadbalancer_id"),
        }),
        "azurerm_lb_rule" => Fact::BalancerRule(rule(values, false)),
        "azurerm_lb_nat_rule" | "azurerm_lb_nat_pool" => Fact::BalancerRule(rule(values, true)),
        "azurerm_lb_backend_address_pool_address" => Fact::PoolAddress {
            pool: values.own_link("backend_address_pool_id"),
            address: values.address("ip_address"),
        },
        "azurerm_firewall_nat_rule_collection" => {
            let blocks = values.blocks("rule");
            Fact::Translation(blocks.map(translation).collect())
        }
        "azurerm_firewall_policy_rule_collection_group" => Fact::Translation(
            values
                .blocks("nat_rule_collection")
                .flat_map(|collection| collection.blocks("rule"))
                .map(translation)
                .collect(),
        ),
        _ => return None,
    })
}

/// Public when a front end has a public address, and not known when that is not.
fn balancer(values: Values<'_, '_>) -> Balancer {
    let mut public = Some(false);
    for front in values.blocks("frontend_ip_configuration") {
        let has = |key: &str| !front.values.get(key).is_absent();
        if has("public_ip_address_id") || has("public_ip_prefix_id") {
            public = Some(true);
        } else if public == Some(false)
            && !has("subnet_id")
            && (front.is_unknown("public_ip_address_id") || front.unknown.is_true())
        {
            public = None;
        }
    }
    Balancer {
        named: values.named(),
        basic: values
            .text("sku")
            .map(|sku| sku.eq_ignore_ascii_case("basic")),
        public,
    }
}

fn rule(values: Values<'_, '_>, translates: bool) -> BalancerRule {
    let protocol = values.text("protocol").unwrap_or_default();
    let port = values.values.get("backend_port").word();
    // A port of 0 is a rule for all ports.
    let ports = port
        .and_then(|port| parse_ports(&port))
        .filter(|ports| !ports.contains(0))
        .unwrap_or_else(PortSet::all);
    let mut pools = values.links(
        "backend_address_pool_ids",
        Path::of("backend_address_pool_ids"),
    );
    let older = "backend_address_pool_id";
    pools.ids.extend(values.text(older));
    if values.is_unknown(older) {
        pools.unknown = Some(Path::of(older));
    }
    if pools == Links::default() && !translates {
        pools.unknown = Some(Path::of("backend_address_pool_ids"));
    }
    BalancerRule {
        named: values.named(),
        balancer: values.own_link("loadbalancer_id"),
        protocol: if protocol.eq_ignore_ascii_case("tcp") {
            Some(Protocol::Tcp)
        } else if protocol.eq_ignore_ascii_case("udp") {
            Some(Protocol::Udp)
        } else {
            None
        },
        ports,
        translates,
        pools,
    }
}

fn translation(rule: Values<'_, '_>) -> Translation {
    let port = rule
        .values
        .get("translated_port")
        .word()
        .and_then(|port| parse_ports(&port));
    let known = !rule.unknown.mark("translated_port").is_marked()
        && !matches!(rule.values.get("translated_port"), Json::Null);
    Translation {
        address: rule.address("translated_address"),
        ports: port.filter(|_| known).unwrap_or_else(PortSet::all),
    }
}
