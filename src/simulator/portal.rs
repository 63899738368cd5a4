//! What people do to the cloud by hand, past Terraform: find things by name, open and close ports, make servers.

use super::Provider;
use super::cloud::{Attributes, Cloud, Resource, objects, text, texts};
use super::engine;
use super::failure::Failure;
use super::resources::{self, rule};
use super::schema::Facts;
use super::store::Store;
use super::value::Value;
use crate::simulator::arm::Kind;
use anyhow::{Context as _, bail};
use serde_json::{Value as Json, json};

/// From how like a name must be to be worth suggesting.
const NEAR: f64 = 0.5;

/// The one thing of that name, or of that id. Of several, a virtual machine comes first.
pub(super) fn find<'a>(
    cloud: &'a Cloud,
    name: &str,
    kind: Option<Kind>,
) -> anyhow::Result<&'a Resource> {
    let words = kind.map_or("resource", |_| "virtual machine");
    let of_kind = |resource: &&Resource| kind.is_none_or(|kind| resource.kind == kind);
    if let Some(found) = cloud.get(name).filter(of_kind) {
        return Ok(found);
    }
    let mut found: Vec<&Resource> = cloud
        .all()
        .filter(of_kind)
        .filter(|resource| resource.name().eq_ignore_ascii_case(name))
        .collect();
    found.sort_by_key(|resource| resource.kind != Kind::VirtualMachine);
    match found.as_slice() {
        [one] => Ok(one),
        [machine, ..] if machine.kind == Kind::VirtualMachine => Ok(machine),
        [] => bail!(
            "there is no {words} `{name}` in the simulated cloud{}",
            near(cloud, name, of_kind)
        ),
        many => {
            let ids: Vec<&str> = many.iter().map(|resource| resource.id.as_str()).collect();
            bail!(
                "several things are called `{name}`: give the id, one of {}",
                ids.join(", ")
            )
        }
    }
}

fn near(cloud: &Cloud, name: &str, of_kind: impl Fn(&&Resource) -> bool) -> String {
    let names: Vec<String> = cloud.all().filter(of_kind).map(Resource::name).collect();
    let like = |other: &String| {
        strsim::normalized_damerau_levenshtein(&name.to_lowercase(), &other.to_lowercase())
    };
    let best = names
        .iter()
        .filter(|other| like(other) > NEAR)
        .max_by(|a, b| like(a).total_cmp(&like(b)));
    match best {
        Some(best) => format!("; did you mean `{best}`?"),
        None if names.is_empty() => ": it holds none".to_owned(),
        None => format!("; there is {}", names.join(", ")),
    }
}

/// The security group that guards a machine: its interface's own, or else the subnet's.
pub(super) fn group_of(cloud: &Cloud, machine: &Resource) -> Option<String> {
    let interfaces =
        texts(&machine.attributes, "network_interface_ids").filter_map(|id| cloud.get(id));
    let groups = interfaces.flat_map(|interface| {
        let own = interface.text("network_security_group_id");
        let subnets = objects(&interface.attributes, "ip_configuration")
            .filter_map(|part| cloud.get(text(part, "subnet_id")))
            .map(|subnet| subnet.text("network_security_group_id"));
        std::iter::once(own).chain(subnets)
    });
    groups
        .filter(|group| !group.is_empty())
        .map(str::to_owned)
        .next()
}

/// A port that is opened by hand.
#[derive(Debug)]
pub(super) struct Opening<'a> {
    pub(super) server: &'a str,
    /// `8080`, `8000-8010` or `*`.
    pub(super) port: &'a str,
    /// A block, an address, a service tag, `internet` or `*`.
    pub(super) from: &'a str,
    /// `tcp`, `udp` or `*`.
    pub(super) protocol: &'a str,
    pub(super) priority: Option<u16>,
    pub(super) rule: Option<&'a str>,
}

/// Adds a rule and says which.
pub(super) fn open(store: &Store, opening: &Opening<'_>) -> anyhow::Result<String> {
    let source = match opening.from.to_lowercase().as_str() {
        "internet" => "Internet".to_owned(),
        "any" | "*" => "*".to_owned(),
        _ => opening.from.to_owned(),
    };
    let protocol = match opening.protocol.to_lowercase().as_str() {
        "tcp" => "Tcp",
        "udp" => "Udp",
        "icmp" => "Icmp",
        "any" | "*" => "*",
        other => bail!("`{other}` is no protocol: say tcp, udp, icmp or any"),
    };
    let words = store.change(|cloud| {
        let machine = find(cloud, opening.server, Some(Kind::VirtualMachine))?.name();
        let group = guard(cloud, opening.server)?;
        let (priority, note) = match opening.priority {
            Some(priority) => (priority, String::new()),
            None => free_priority(cloud, &group)?,
        };
        let from = match source.as_str() {
            "*" => "Any",
            source if source.starts_with(|first: char| first.is_ascii_alphabetic()) && !source.contains(':') => "Tag",
            _ => "CidrBlock",
        };
        let name = opening
            .rule
            .map_or_else(|| format!("Allow{from}Custom{}Inbound", opening.port.replace('*', "Any")), str::to_owned);
        let rule = json!({
            "name": name, "description": "", "priority": priority, "direction": "Inbound", "access": "Allow",
            "protocol": protocol, "source_port_range": "*", "source_port_ranges": [],
            "destination_port_range": opening.port, "destination_port_ranges": [],
            "source_address_prefix": source, "source_address_prefixes": [],
            "destination_address_prefix": "*", "destination_address_prefixes": [],
            "source_application_security_group_ids": [], "destination_application_security_group_ids": [],
        });
        let rule = rule.as_object().cloned().unwrap_or_default();
        rule::put_rule(cloud, &format!("{group}/securityRules/{name}"), rule)?;
        let group = cloud.get(&group).map(Resource::name).unwrap_or_default();
        Ok(format!(
            "The rule `{name}` of the security group `{group}` now lets {source} reach port {} of `{machine}` \
             (priority {priority}{note}).",
            opening.port
        ))
    })?;
    Ok(words)
}

fn guard(cloud: &Cloud, server: &str) -> anyhow::Result<String> {
    let machine = find(cloud, server, Some(Kind::VirtualMachine))?;
    group_of(cloud, machine).with_context(|| {
        format!("no security group guards `{}`: Azure lets nothing in through a standard public address without one", machine.name())
    })
}

/// The lowest priority that is free, which comes before what denies as far as one is left.
fn free_priority(cloud: &Cloud, group: &str) -> anyhow::Result<(u16, String)> {
    let group = cloud
        .get(group)
        .context("could not find the security group")?;
    let inbound: Vec<(u64, bool, &str)> = objects(&group.attributes, "security_rule")
        .filter(|rule| text(rule, "direction") == "Inbound")
        .map(|rule| {
            let priority = rule
                .get("priority")
                .and_then(Json::as_u64)
                .unwrap_or_default();
            (priority, text(rule, "access") == "Deny", text(rule, "name"))
        })
        .collect();
    let free = (100..=4096)
        .find(|priority| inbound.iter().all(|(taken, ..)| taken != priority))
        .context("could not add a rule: every priority is taken")?;
    let before = inbound
        .iter()
        .find(|(priority, denies, _)| *denies && *priority < free);
    let note = before.map_or_else(String::new, |(priority, _, name)| {
        format!(", after the rule `{name}` that denies at {priority}")
    });
    Ok((u16::try_from(free).unwrap_or(u16::MAX), note))
}

/// Removes a rule from the group that guards a server.
pub(super) fn close(store: &Store, server: &str, rule: &str) -> anyhow::Result<String> {
    let words = store.change(|cloud| {
        let group = guard(cloud, server)?;
        let Some(found) = cloud.get_mut(&group) else {
            return Err(Failure::Refused("the security group is gone".to_owned()));
        };
        let name = found.name();
        let Some(Json::Array(rules)) = found.attributes.get_mut("security_rule") else {
            return Err(Failure::Refused(format!(
                "the security group `{name}` has no rules"
            )));
        };
        let count = rules.len();
        let is_it = |held: &Json| {
            held["name"]
                .as_str()
                .is_some_and(|held| held.eq_ignore_ascii_case(rule))
        };
        let all: Vec<String> = rules
            .iter()
            .filter_map(|rule| rule["name"].as_str())
            .map(str::to_owned)
            .collect();
        rules.retain(|held| !is_it(held));
        if rules.len() == count {
            let words = format!(
                "the security group `{name}` has no rule `{rule}`; it has {}",
                all.join(", ")
            );
            return Err(Failure::Refused(words));
        }
        Ok(format!(
            "The rule `{rule}` of the security group `{name}` is gone."
        ))
    })?;
    Ok(words)
}

/// Makes a resource from the arguments one would write in Terraform; `false` when it was there already.
pub(super) fn make(
    cloud: &mut Cloud,
    facts: &Facts,
    type_name: &str,
    arguments: &Json,
) -> anyhow::Result<bool> {
    let block = facts
        .resources
        .get(type_name)
        .context("could not find the type")?;
    let resource = resources::find(type_name).context("could not find the type")?;
    let config = block.conform(Value::from_json(arguments, &block.object()));
    let planned = engine::plan(block, &Value::Null, &config).planned;
    let mut attributes = planned
        .to_json()
        .as_object()
        .cloned()
        .unwrap_or_else(Attributes::new);
    let id = resource.id(&cloud.subscription_id, &attributes)?;
    if resource.read(cloud, &id, &mut attributes.clone()) {
        return Ok(false);
    }
    resource
        .create(cloud, &id, &mut attributes)
        .with_context(|| format!("could not make {}", resource.title(&id)))?;
    Ok(true)
}

/// The facts that `make` goes by.
pub(super) fn facts() -> anyhow::Result<Facts> {
    Facts::load(Provider::Azurerm)
}
