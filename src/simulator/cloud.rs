//! The simulated cloud: one subscription, and what is in it.

use super::arm::{self, Id, Kind};
use super::failure::Failure;
use super::fault::Fault;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

/// The form of the file. A file of another form is left alone.
pub(super) const VERSION: u32 = 1;

pub(super) type Attributes = Map<String, Json>;

/// One thing in the cloud. Its attributes are those of the azurerm type, and a few of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resource {
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) attributes: Attributes,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cloud {
    version: u32,
    /// Empty until the first request names one.
    #[serde(default)]
    pub(super) subscription_id: String,
    /// By id in lower case: Azure's ids do not depend on the case.
    #[serde(default)]
    resources: BTreeMap<String, Resource>,
    /// Servers that were put in once as their owner would have made them.
    #[serde(default)]
    pub(super) seeded: BTreeSet<String>,
    #[serde(default)]
    pub(super) faults: Vec<Fault>,
    /// How long each request takes.
    #[serde(default)]
    pub(super) latency_ms: u64,
    /// How many virtual machines were ever made: none is another one made again.
    #[serde(default)]
    pub(super) made: u64,
    /// The word by which its hosts are found on an engine; empty until there are some.
    #[serde(default)]
    pub(super) hosts: String,
}

impl Default for Cloud {
    fn default() -> Self {
        Self {
            version: VERSION,
            subscription_id: String::new(),
            resources: BTreeMap::new(),
            seeded: BTreeSet::new(),
            faults: Vec::new(),
            latency_ms: 0,
            made: 0,
            hosts: String::new(),
        }
    }
}

impl Resource {
    pub(super) fn name(&self) -> String {
        Id::parse(&self.id).map_or_else(|| self.id.clone(), |id| id.name().to_owned())
    }

    pub(super) fn text(&self, name: &str) -> &str {
        text(&self.attributes, name)
    }
}

/// A text attribute; empty when there is none.
pub(super) fn text<'a>(attributes: &'a Attributes, name: &str) -> &'a str {
    attributes
        .get(name)
        .and_then(Json::as_str)
        .unwrap_or_default()
}

/// A list of objects: blocks, rules, disks.
pub(super) fn objects<'a>(
    attributes: &'a Attributes,
    name: &str,
) -> impl Iterator<Item = &'a Attributes> {
    let items = attributes.get(name).and_then(Json::as_array);
    items.into_iter().flatten().filter_map(Json::as_object)
}

/// A list of texts: ids, prefixes.
pub(super) fn texts<'a>(attributes: &'a Attributes, name: &str) -> impl Iterator<Item = &'a str> {
    let items = attributes.get(name).and_then(Json::as_array);
    items.into_iter().flatten().filter_map(Json::as_str)
}

impl Cloud {
    pub(super) fn is_of_this_version(&self) -> bool {
        self.version == VERSION
    }

    pub(super) fn get(&self, id: &str) -> Option<&Resource> {
        self.resources.get(&id.to_lowercase())
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Resource> {
        self.resources.get_mut(&id.to_lowercase())
    }

    pub(super) fn put(&mut self, id: &str, kind: Kind, attributes: Attributes) {
        let resource = Resource {
            id: id.to_owned(),
            kind,
            attributes,
        };
        self.resources.insert(id.to_lowercase(), resource);
    }

    pub(super) fn remove(&mut self, id: &str) -> Option<Resource> {
        self.resources.remove(&id.to_lowercase())
    }

    /// Everything, by id.
    pub(super) fn all(&self) -> impl Iterator<Item = &Resource> {
        self.resources.values()
    }

    pub(super) fn of(&self, kind: Kind) -> impl Iterator<Item = &Resource> {
        self.all().filter(move |resource| resource.kind == kind)
    }

    /// What lies in a resource group or inside another resource.
    pub(super) fn inside(&self, id: &str) -> impl Iterator<Item = &Resource> {
        let prefix = id.to_lowercase() + "/";
        self.resources
            .range(prefix.clone()..)
            .take_while(move |(id, _)| id.starts_with(&prefix))
            .map(|(_, resource)| resource)
    }

    pub(super) fn group(&self, name: &str) -> Result<&Resource, Failure> {
        self.get(&arm::group_id(&self.subscription_id, name))
            .ok_or_else(|| {
                let message = format!("Resource group '{name}' could not be found.");
                Failure::not_found("ResourceGroupNotFound", message)
            })
    }

    /// Whether the cloud is that subscription; one that nobody has used may be any.
    pub(super) fn must_be(&self, subscription: &str) -> Result<(), Failure> {
        let own = &self.subscription_id;
        if own.is_empty() || own.eq_ignore_ascii_case(subscription) {
            return Ok(());
        }
        let message = format!(
            "The subscription '{subscription}' could not be found: this simulated cloud is the subscription '{own}'."
        );
        Err(Failure::not_found("SubscriptionNotFound", message))
    }

    /// Makes it that subscription's when nobody has used it.
    pub(super) fn belong_to(&mut self, subscription: &str) -> Result<(), Failure> {
        self.must_be(subscription)?;
        if self.subscription_id.is_empty() {
            subscription.clone_into(&mut self.subscription_id);
        }
        Ok(())
    }

    /// The machine that a network interface is part of.
    pub(super) fn machine_of(&self, interface: &str) -> Option<&Resource> {
        self.of(Kind::VirtualMachine).find(|machine| {
            texts(&machine.attributes, "network_interface_ids")
                .any(|id| id.eq_ignore_ascii_case(interface))
        })
    }
}
