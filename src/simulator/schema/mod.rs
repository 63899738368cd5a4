//! What the providers' arguments are: facts kept as one JSON file per type, and the wire schema made of them.
//!
//! The facts say more than the wire does: what forces a new resource, defaults, permitted values.

pub(super) mod validate;
mod wire;

use super::Provider;
use super::value::{Type, Value};
use anyhow::Context as _;
use include_dir::{Dir, include_dir};
use indexmap::IndexMap;
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;
use std::collections::BTreeMap;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/simulator/schema");

/// How often a block may stand, and what a nested attribute holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Nesting {
    #[default]
    Single,
    List,
    Set,
}

/// When a written value means the same as the one in the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SameIf {
    /// `West Europe` is `westeurope`.
    Location,
    /// Only upper and lower case differ, as in resource ids.
    Case,
    /// Only white space at the ends and the comment differ.
    SshKey,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Check {
    /// A region that Azure has.
    Location,
    NotEmpty,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, as Terraform has them"
)]
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Attribute {
    /// Not given when `nested` is.
    #[serde(rename = "type", deserialize_with = "read_type")]
    declared: Option<Type>,
    /// An object or a collection of objects with facts of their own. Under protocol 5 these are
    /// written as blocks although they are attributes on the wire.
    pub(super) nested: Option<Nesting>,
    pub(super) attributes: IndexMap<String, Self>,
    pub(super) required: bool,
    pub(super) optional: bool,
    pub(super) computed: bool,
    pub(super) sensitive: bool,
    pub(super) write_only: bool,
    pub(super) deprecated: bool,
    pub(super) force_new: bool,
    /// Computed anew by every change.
    pub(super) volatile: bool,
    pub(super) default: Option<Json>,
    pub(super) one_of: Vec<String>,
    pub(super) between: Option<[i64; 2]>,
    pub(super) min_items: usize,
    pub(super) max_items: usize,
    pub(super) conflicts_with: Vec<String>,
    pub(super) exactly_one_of: Vec<String>,
    pub(super) required_with: Vec<String>,
    pub(super) same_if: Option<SameIf>,
    pub(super) check: Option<Check>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Block {
    pub(super) version: i64,
    pub(super) nesting: Nesting,
    pub(super) min_items: usize,
    pub(super) max_items: usize,
    pub(super) force_new: bool,
    pub(super) computed: bool,
    pub(super) conflicts_with: Vec<String>,
    pub(super) exactly_one_of: Vec<String>,
    pub(super) attributes: IndexMap<String, Attribute>,
    pub(super) blocks: IndexMap<String, Self>,
}

/// Everything one provider offers.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) provider: Block,
    pub(super) resources: BTreeMap<String, Block>,
    pub(super) data_sources: BTreeMap<String, Block>,
}

fn read_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Type>, D::Error> {
    let json = Json::deserialize(deserializer)?;
    Type::from_json(&json)
        .map(Some)
        .ok_or_else(|| serde::de::Error::custom(format!("`{json}` is no type")))
}

impl Nesting {
    fn of(self, inner: Type) -> Type {
        match self {
            Self::Single => inner,
            Self::List => Type::List(Box::new(inner)),
            Self::Set => Type::Set(Box::new(inner)),
        }
    }
}

impl Attribute {
    pub(super) fn ty(&self) -> Type {
        match (self.nested, &self.declared) {
            (Some(nesting), _) => nesting.of(Type::Object(
                self.attributes
                    .iter()
                    .map(|(name, attribute)| (name.clone(), attribute.ty()))
                    .collect(),
            )),
            (None, Some(ty)) => ty.clone(),
            (None, None) => Type::Dynamic,
        }
    }

    fn optional_string() -> Self {
        Self {
            declared: Some(Type::String),
            optional: true,
            ..Self::default()
        }
    }
}

impl Block {
    /// The type of one of these blocks, not counting how often it stands.
    pub(super) fn object(&self) -> Type {
        let attributes = self
            .attributes
            .iter()
            .map(|(name, attribute)| (name.clone(), attribute.ty()));
        let blocks = self
            .blocks
            .iter()
            .map(|(name, block)| (name.clone(), block.nesting.of(block.object())));
        Type::Object(attributes.chain(blocks).collect())
    }

    /// Puts in what Terraform insists on: every attribute, and a list even where no block stands.
    pub(super) fn conform(&self, value: Value) -> Value {
        let Value::Map(mut fields) = value else {
            return value;
        };
        for name in self.attributes.keys() {
            fields.entry(name.clone()).or_insert(Value::Null);
        }
        for (name, block) in &self.blocks {
            let inner = fields.remove(name).unwrap_or(Value::Null);
            let inner = match (inner, block.nesting) {
                (Value::Null, Nesting::List | Nesting::Set) => Value::List(Vec::new()),
                (Value::List(items), _) => {
                    Value::List(items.into_iter().map(|item| block.conform(item)).collect())
                }
                (other, _) => block.conform(other),
            };
            fields.insert(name.clone(), inner);
        }
        Value::Map(fields)
    }

    /// What the SDK of azurerm adds to every resource and data source.
    fn add_implicit(&mut self, provider: Provider, operations: &[&str]) {
        if provider == Provider::Azurerm {
            let id = Attribute {
                computed: true,
                ..Attribute::optional_string()
            };
            self.attributes.insert("id".to_owned(), id);
        }
        let timeouts = Self {
            attributes: operations
                .iter()
                .map(|name| ((*name).to_owned(), Attribute::optional_string()))
                .collect(),
            ..Self::default()
        };
        self.blocks.insert("timeouts".to_owned(), timeouts);
    }
}

impl Facts {
    pub(super) fn load(provider: Provider) -> anyhow::Result<Self> {
        let mut facts = Self {
            provider: Block::default(),
            resources: BTreeMap::new(),
            data_sources: BTreeMap::new(),
        };
        let folder = FILES
            .get_dir(provider.word())
            .context("could not find the provider's schema")?;
        for file in folder.files() {
            let name = file.path().file_stem().and_then(std::ffi::OsStr::to_str);
            let name = name.context("could not read a schema's name")?;
            let mut block: Block = serde_json::from_slice(file.contents())
                .with_context(|| format!("could not read the schema `{name}`"))?;
            if name == "provider" {
                facts.provider = block;
            } else if let Some(name) = name.strip_prefix("data_") {
                block.add_implicit(provider, &["read"]);
                let name = format!("{}_{name}", provider.word());
                facts.data_sources.insert(name, block);
            } else {
                block.add_implicit(provider, &["create", "read", "update", "delete"]);
                let name = format!("{}_{name}", provider.word());
                facts.resources.insert(name, block);
            }
        }
        Ok(facts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_facts_is_read() {
        let azurerm = Facts::load(Provider::Azurerm).unwrap();
        assert_eq!(azurerm.resources.len(), 12);
        assert!(azurerm.provider.blocks.contains_key("features"));
        let azapi = Facts::load(Provider::Azapi).unwrap();
        assert!(azapi.resources.contains_key("azapi_resource_action"));
        assert!(azapi.data_sources.contains_key("azapi_resource"));
    }

    #[test]
    fn a_default_is_of_its_type_and_never_beside_required() {
        for provider in [Provider::Azurerm, Provider::Azapi] {
            for (name, block) in Facts::load(provider).unwrap().resources {
                for (attribute, facts) in &block.attributes {
                    if let Some(default) = &facts.default {
                        let value = Value::from_json(default, &facts.ty());
                        assert!(!value.is_null() && !facts.required, "{name}.{attribute}");
                    }
                }
            }
        }
    }
}
