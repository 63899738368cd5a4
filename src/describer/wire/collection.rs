//! Lists, tables and the schemas of the wrappers around every value.

use super::text::Shaped;
use crate::describer::codes::LO104;
use crate::describer::read::{Need, Reader, Wire};
use crate::describer::suggest::short;
use crate::source::Located;
use crate::yaml::tree::{Kind, Node};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;
use std::marker::PhantomData;

/// A list; items that are wrong are reported and left out.
impl<T: Wire> Wire for Vec<Located<T>> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match &node.kind {
            Kind::List(items) => Some(items.iter().filter_map(|item| reader.item(item)).collect()),
            _ => {
                reader.wrong(node, "a list");
                None
            }
        }
    }
}

/// A list with at least one item.
#[derive(Debug)]
pub(in crate::describer) struct NonEmpty<T>(pub(in crate::describer) Vec<Located<T>>);

impl<T: Wire> Wire for NonEmpty<T> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if matches!(&node.kind, Kind::List(items) if items.is_empty()) {
            reader.too_short(node);
            return None;
        }
        Vec::read(node, reader).map(Self)
    }
}

/// A mapping whose keys are names of the writer's choice, of the shape `K`.
#[derive(Debug)]
pub(in crate::describer) struct Table<K, T> {
    pub(in crate::describer) entries: Vec<(Located<String>, Located<T>)>,
    keys: PhantomData<K>,
}

impl<K: Shaped, T: Wire> Wire for Table<K, T> {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let nodes = reader.entries(node)?;
        let mut entries = Vec::with_capacity(nodes.len());
        for (key, value) in nodes {
            if !K::SHAPE.fits(&key.name) {
                reader.report(
                    &LO104,
                    key.range,
                    format!(
                        "a key of `{}` is {}, not `{}`",
                        reader.key(),
                        K::WANTED,
                        short(&key.name)
                    ),
                    "not such a name",
                    format!("write {}", K::WANTED),
                );
                continue;
            }
            let name = Located::new(key.name.clone(), reader.span(key.range));
            if let Some(value) = reader.item(value) {
                entries.push((name, value));
            }
        }
        Some(Self {
            entries,
            keys: PhantomData,
        })
    }
}

macro_rules! schema_of_inner {
    ($wrapper:ident) => {
        impl<T: JsonSchema> JsonSchema for $wrapper<T> {
            fn inline_schema() -> bool {
                T::inline_schema()
            }
            fn schema_name() -> Cow<'static, str> {
                T::schema_name()
            }
            fn schema_id() -> Cow<'static, str> {
                T::schema_id()
            }
            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                T::json_schema(generator)
            }
        }
    };
}
schema_of_inner!(Need);
schema_of_inner!(Located);

impl<T: JsonSchema> JsonSchema for NonEmpty<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("List_of_{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": generator.subschema_for::<T>(), "minItems": 1 })
    }
}

impl<K: Shaped, T: JsonSchema> JsonSchema for Table<K, T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("Table_of_{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "additionalProperties": generator.subschema_for::<T>(),
            "propertyNames": { "pattern": K::SHAPE.pattern() },
        })
    }
}
