//! What was changed past Terraform: `resource_drift`, in words.

use super::change::Change;
use super::fact::Fact;
use super::model::{Action, Drift};
use super::rule::Rule;
use crate::fleet::words::and_list;
use std::collections::BTreeSet;

/// Every element that says something. `changes` tells which rules are resources of their own.
pub(super) fn drift(drifted: &[Change], changes: &[Change]) -> Vec<Drift> {
    if drifted.is_empty() {
        return Vec::new();
    }
    let facts = changes
        .iter()
        .flat_map(|change| [&change.before, &change.after]);
    let own = facts
        .filter_map(|fact| match fact.as_deref()? {
            Fact::Rule(rule) => Some((lower(rule.group.as_deref()), lower(Some(&rule.rule.name)))),
            _ => None,
        })
        .collect();
    drifted
        .iter()
        .filter_map(|change| words(change, &own))
        .collect()
}

/// Rules that are resources, by the names of the group and of the rule.
type Own = BTreeSet<(String, String)>;

fn lower(name: Option<&str>) -> String {
    name.unwrap_or_default().to_ascii_lowercase()
}

fn words(change: &Change, own: &Own) -> Option<Drift> {
    let mut words = Vec::new();
    let mut told = false;
    if change.has(Action::Delete) {
        words.push("it was deleted outside Terraform".to_owned());
    } else if let (Some(Fact::Group(before)), Some(Fact::Group(after))) =
        (change.before.as_deref(), change.after.as_deref())
    {
        // The group's copy of a rule that is a resource follows that resource.
        let group = lower(after.named.name.as_deref());
        let inline = |rules: &Option<Vec<Rule>>| -> Vec<Rule> {
            let rules = rules.iter().flatten();
            rules
                .filter(|rule| !own.contains(&(group.clone(), lower(Some(&rule.name)))))
                .cloned()
                .collect()
        };
        told = before.rules != after.rules;
        rules(&inline(&before.rules), &inline(&after.rules), &mut words);
    } else if let (Some(Fact::Machine(before)), Some(Fact::Machine(after))) =
        (change.before.as_deref(), change.after.as_deref())
        && let (Some(from), Some(to)) = (&before.size, &after.size)
        && from != to
    {
        words.push(format!(
            "it was resized outside Terraform from {from} to {to}"
        ));
    }
    let names: Vec<String> = change
        .differences
        .attributes
        .iter()
        .filter(|name| !(follows(&change.kind, name) || told && *name == "security_rule"))
        .cloned()
        .collect();
    if words.is_empty() && !names.is_empty() {
        words.push(format!("{} changed outside Terraform", and_list(&names)));
    }
    (!words.is_empty()).then(|| Drift {
        address: change.address.clone(),
        kind: change.kind.clone(),
        words,
    })
}

/// What Azure fills in once another resource of the same apply is there: nobody changed it.
fn follows(kind: &str, attribute: &str) -> bool {
    matches!(
        (kind, attribute),
        (
            "azurerm_network_interface",
            "virtual_machine_id" | "applied_dns_servers"
        ) | ("azurerm_virtual_network", "subnet")
            | (
                "azurerm_subnet",
                "network_security_group_id" | "route_table_id"
            )
            | ("azurerm_lb", "private_ip_address" | "private_ip_addresses")
            | (
                "azurerm_lb_backend_address_pool",
                "backend_ip_configurations" | "load_balancing_rules" | "inbound_nat_rules"
            )
    )
}

fn rules(before: &[Rule], after: &[Rule], words: &mut Vec<String>) {
    let find = |rules: &[Rule], name: &str| {
        rules
            .iter()
            .position(|rule| rule.name.eq_ignore_ascii_case(name))
    };
    for rule in after {
        match find(before, &rule.name) {
            None => words.push(format!(
                "rule `{}` was added outside Terraform{}",
                rule.name,
                gist(rule)
            )),
            Some(at) if before[at] != *rule => {
                words.push(format!(
                    "rule `{}` was changed outside Terraform{}",
                    rule.name,
                    gist(rule)
                ));
            }
            Some(_) => {}
        }
    }
    for rule in before
        .iter()
        .filter(|rule| find(after, &rule.name).is_none())
    {
        words.push(format!(
            "rule `{}` was deleted outside Terraform",
            rule.name
        ));
    }
}

/// `: allows inbound port 8080`
fn gist(rule: &Rule) -> String {
    if rule.sensitive {
        return " (sensitive)".to_owned();
    }
    let verb = if rule.allow == Some(false) {
        "denies"
    } else {
        "allows"
    };
    let direction = if rule.inbound == Some(false) {
        "outbound"
    } else {
        "inbound"
    };
    format!(": {verb} {direction} ports {}", rule.ports.maybe)
}
