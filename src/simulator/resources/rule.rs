//! Security rules that are written beside their group.

use super::security::check_rules;
use super::{ResourceType, fill, missing, not_an_id, set, title};
use crate::simulator::arm::{self, Id, Kind};
use crate::simulator::cloud::{Attributes, Cloud, objects, text};
use crate::simulator::failure::Failure;
use serde_json::{Value as Json, json};

/// What a rule is made of, beside its name; texts are empty and lists are without elements where not given.
const TEXTS: [&str; 8] = [
    "description",
    "protocol",
    "source_port_range",
    "destination_port_range",
    "source_address_prefix",
    "destination_address_prefix",
    "access",
    "direction",
];
const LISTS: [&str; 6] = [
    "source_port_ranges",
    "destination_port_ranges",
    "source_address_prefixes",
    "destination_address_prefixes",
    "source_application_security_group_ids",
    "destination_application_security_group_ids",
];

/// A rule of its own, which fights with rules written inside the group.
pub(super) struct SecurityRule;

fn group_of(id: &str) -> &str {
    id.rsplit_once("/securityRules/")
        .map_or(id, |(group, _)| group)
}

fn rule_object(attributes: &Attributes) -> Attributes {
    let mut rule = Attributes::new();
    set(&mut rule, "name", text(attributes, "name"));
    set(
        &mut rule,
        "priority",
        attributes.get("priority").cloned().unwrap_or_default(),
    );
    for name in TEXTS {
        set(&mut rule, name, text(attributes, name));
    }
    for name in LISTS {
        let list = attributes.get(name).filter(|list| list.is_array()).cloned();
        set(&mut rule, name, list.unwrap_or_else(|| json!([])));
    }
    rule
}

fn rules_mut<'a>(cloud: &'a mut Cloud, id: &str) -> Result<&'a mut Vec<Json>, Failure> {
    let group = group_of(id);
    let found = cloud.get_mut(group).ok_or_else(|| missing(group))?;
    fill(&mut found.attributes, "security_rule", json!([]));
    match found.attributes.get_mut("security_rule") {
        Some(Json::Array(rules)) => Ok(rules),
        _ => Err(missing(group)),
    }
}

/// Puts a rule into a group, in place of the one of that name.
pub(in crate::simulator) fn put_rule(
    cloud: &mut Cloud,
    id: &str,
    rule: Attributes,
) -> Result<(), Failure> {
    let name = text(&rule, "name").to_lowercase();
    let rules = rules_mut(cloud, id)?;
    rules.retain(|old| old["name"].as_str().unwrap_or_default().to_lowercase() != name);
    rules.push(Json::Object(rule));
    cloud
        .get(group_of(id))
        .map_or(Ok(()), |group| check_rules(&group.attributes))
}

impl SecurityRule {
    fn find<'a>(cloud: &'a Cloud, id: &str) -> Option<&'a Attributes> {
        let name = Id::parse(id)?.name().to_owned();
        let group = cloud.get(group_of(id))?;
        objects(&group.attributes, "security_rule")
            .find(|rule| text(rule, "name").eq_ignore_ascii_case(&name))
    }
}

impl ResourceType for SecurityRule {
    fn id(&self, subscription: &str, attributes: &Attributes) -> Result<String, Failure> {
        let group = text(attributes, "resource_group_name");
        let security_group = text(attributes, "network_security_group_name");
        let security_group = arm::id(
            subscription,
            group,
            Kind::NetworkSecurityGroup,
            security_group,
        );
        Ok(format!(
            "{security_group}/securityRules/{}",
            text(attributes, "name")
        ))
    }

    fn create(
        &self,
        cloud: &mut Cloud,
        id: &str,
        attributes: &mut Attributes,
    ) -> Result<(), Failure> {
        if Self::find(cloud, id).is_some() {
            return Err(Failure::exists(id, "azurerm_network_security_rule"));
        }
        put_rule(cloud, id, rule_object(attributes))
    }

    fn read(&self, cloud: &Cloud, id: &str, attributes: &mut Attributes) -> bool {
        let Some(rule) = Self::find(cloud, id) else {
            return false;
        };
        for (name, value) in rule {
            if !(super::is_empty(Some(value)) && super::is_empty(attributes.get(name))) {
                attributes.insert(name.clone(), value.clone());
            }
        }
        true
    }

    fn update(
        &self,
        cloud: &mut Cloud,
        id: &str,
        _prior: &Attributes,
        attributes: &mut Attributes,
    ) -> Result<(), Failure> {
        put_rule(cloud, id, rule_object(attributes))
    }

    fn delete(&self, cloud: &mut Cloud, id: &str, _attributes: &Attributes) -> Result<(), Failure> {
        let Some(name) = Self::find(cloud, id).map(|rule| text(rule, "name").to_owned()) else {
            return Ok(());
        };
        rules_mut(cloud, id)?.retain(|rule| rule["name"] != name.as_str());
        Ok(())
    }

    fn import(&self, id: &str) -> Result<Attributes, Failure> {
        let parsed = Id::parse(id)
            .filter(|parsed| {
                parsed
                    .arm_type()
                    .to_lowercase()
                    .ends_with("networksecuritygroups/securityrules")
            })
            .ok_or_else(|| not_an_id(id, "Security Rule"))?;
        let mut attributes = Attributes::new();
        set(&mut attributes, "id", id);
        set(&mut attributes, "name", parsed.name());
        set(
            &mut attributes,
            "resource_group_name",
            parsed.group.as_str(),
        );
        set(
            &mut attributes,
            "network_security_group_name",
            parsed.parent_name(),
        );
        Ok(attributes)
    }

    fn title(&self, id: &str) -> String {
        title("Security Rule", id)
    }
}
