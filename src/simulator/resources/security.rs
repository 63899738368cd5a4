//! Network security groups, and what their rules must be.

use super::thing::Thing;
use super::{fill, set};
use crate::simulator::arm::Kind;
use crate::simulator::cloud::{Attributes, Cloud, objects, text};
use crate::simulator::failure::Failure;
use ipnet::IpNet;
use serde_json::{Value as Json, json};
use std::net::IpAddr;

pub(super) struct SecurityGroup;

impl Thing for SecurityGroup {
    const KIND: Kind = Kind::NetworkSecurityGroup;
    const TYPE: &'static str = "azurerm_network_security_group";

    fn settle(
        &self,
        _cloud: &Cloud,
        _id: &str,
        attributes: &mut Attributes,
        prior: Option<&Attributes>,
    ) -> Result<(), Failure> {
        let held = prior.and_then(|prior| prior.get("security_rule").cloned());
        fill(
            attributes,
            "security_rule",
            held.unwrap_or_else(|| json!([])),
        );
        check_rules(attributes)
    }

    fn merge(&self, existing: &Attributes, before: &Attributes, next: &mut Attributes) {
        // Rules that were made beside the group since it was read stay, unless the group's own change.
        let is_unchanged = before.get("security_rule") == next.get("security_rule");
        if let (true, Some(held)) = (is_unchanged, existing.get("security_rule")) {
            set(next, "security_rule", held.clone());
        }
    }

    fn release(&self, cloud: &mut Cloud, id: &str) -> Result<(), Failure> {
        let user = cloud.all().find(|resource| {
            resource
                .text("network_security_group_id")
                .eq_ignore_ascii_case(id)
        });
        match user {
            None => Ok(()),
            Some(user) => Err(Failure::bad_request(
                "InUseNetworkSecurityGroupCannotBeDeleted",
                format!(
                    "Network security group {id} cannot be deleted because it is in use by {}.",
                    user.id
                ),
            )),
        }
    }
}

/// No two rules of one direction have the same priority, and ranges are ranges.
pub(in crate::simulator) fn check_rules(group: &Attributes) -> Result<(), Failure> {
    let mut seen: Vec<(&str, i64, &str)> = Vec::new();
    for rule in objects(group, "security_rule") {
        let (name, direction) = (text(rule, "name"), text(rule, "direction"));
        let priority = rule
            .get("priority")
            .and_then(Json::as_i64)
            .unwrap_or_default();
        if let Some((.., other)) = seen
            .iter()
            .find(|(way, rank, _)| *way == direction && *rank == priority)
        {
            let message = format!(
                "Security rule {name} conflicts with rule {other}. Rules cannot have the same Priority and Direction."
            );
            return Err(Failure::bad_request("SecurityRuleConflict", message));
        }
        for end in ["source", "destination"] {
            let ranges = values(rule, &format!("{end}_port_range"));
            if let Some(range) = ranges.iter().find(|range| !is_port_range(range)) {
                let message = format!(
                    "Security rule has invalid Port range. Value provided: {range}. Value should be an integer OR \
                     integer range with '-' delimiter. Valid range 0-65535."
                );
                return Err(Failure::bad_request(
                    "SecurityRuleInvalidPortRange",
                    message,
                ));
            }
            let prefixes = values(rule, &format!("{end}_address_prefix"));
            if let Some(prefix) = prefixes.iter().find(|prefix| !is_prefix(prefix)) {
                let message = format!(
                    "Security rule {name} has invalid Address prefix. Value provided: {prefix}."
                );
                return Err(Failure::bad_request(
                    "SecurityRuleInvalidAddressPrefix",
                    message,
                ));
            }
        }
        seen.push((direction, priority, name));
    }
    Ok(())
}

/// What stands in an argument and in its plural.
fn values<'a>(rule: &'a Attributes, one: &str) -> Vec<&'a str> {
    let many = format!("{one}{}", if one.ends_with('x') { "es" } else { "s" });
    let one = Some(text(rule, one)).filter(|value| !value.is_empty());
    let many = rule
        .get(&many)
        .and_then(Json::as_array)
        .into_iter()
        .flatten();
    one.into_iter()
        .chain(many.filter_map(Json::as_str))
        .collect()
}

fn is_port_range(text: &str) -> bool {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    text == "*"
        || matches!((low.parse::<u16>(), high.parse::<u16>()), (Ok(low), Ok(high)) if low <= high)
}

/// A block, an address, or the name of a service tag.
fn is_prefix(text: &str) -> bool {
    let is_tag = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter));
    text == "*" || is_tag || text.parse::<IpNet>().is_ok() || text.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(rules: &[Json]) -> Attributes {
        let group = json!({"security_rule": rules});
        group.as_object().cloned().unwrap()
    }

    fn rule(name: &str, priority: u16, port: &str, from: &str) -> Json {
        json!({
            "name": name, "priority": priority, "direction": "Inbound",
            "destination_port_range": port, "source_address_prefixes": [from],
        })
    }

    #[test]
    fn two_rules_of_one_direction_never_share_a_priority() {
        let mut other = rule("b", 100, "80", "*");
        let clash = group(&[rule("a", 100, "22", "*"), other.clone()]);
        assert!(
            check_rules(&clash)
                .unwrap_err()
                .to_string()
                .contains("SecurityRuleConflict")
        );
        other["direction"] = "Outbound".into();
        check_rules(&group(&[rule("a", 100, "22", "*"), other])).unwrap();
    }

    #[test]
    fn ports_and_sources_must_be_such() {
        for (port, from) in [
            ("22", "10.0.0.0/8"),
            ("8000-8010", "Internet"),
            ("*", "AzureCloud.WestEurope"),
            ("0", "::1"),
        ] {
            check_rules(&group(&[rule("a", 100, port, from)])).unwrap();
        }
        for (port, from) in [
            ("http", "*"),
            ("70000", "*"),
            ("20-10", "*"),
            ("22", "10.0.0.0/33"),
            ("22", "1.2.3"),
            ("22", "a b"),
        ] {
            check_rules(&group(&[rule("a", 100, port, from)])).unwrap_err();
        }
    }
}
