//! Facts as the schema that Terraform asks for.

use super::{Attribute, Block, Facts, Nesting};
use crate::simulator::Provider;
use crate::simulator::proto;

impl Facts {
    pub(in crate::simulator) fn wire(&self, provider: Provider) -> proto::Schemas {
        let schema = |block: &Block| proto::Schema {
            version: block.version,
            block: Some(block.wire(provider)),
        };
        let named = |(name, block): (&String, &Block)| (name.clone(), schema(block));
        proto::Schemas {
            provider: Some(schema(&self.provider)),
            resources: self.resources.iter().map(named).collect(),
            data_sources: self.data_sources.iter().map(named).collect(),
            capabilities: Some(proto::Capabilities {
                schema_optional: true,
            }),
        }
    }
}

impl Nesting {
    fn number(self) -> i32 {
        match self {
            Self::Single => 1,
            Self::List => 2,
            Self::Set => 3,
        }
    }
}

impl Block {
    fn wire(&self, provider: Provider) -> proto::Block {
        let count = |items: usize| i64::try_from(items).unwrap_or(i64::MAX);
        proto::Block {
            version: 0,
            attributes: self
                .attributes
                .iter()
                .map(|(name, attribute)| attribute.wire(name, provider))
                .collect(),
            blocks: self
                .blocks
                .iter()
                .map(|(name, block)| proto::NestedBlock {
                    type_name: name.clone(),
                    block: Some(block.wire(provider)),
                    nesting: block.nesting.number(),
                    min_items: count(block.min_items),
                    max_items: count(block.max_items),
                })
                .collect(),
        }
    }
}

impl Attribute {
    fn wire(&self, name: &str, provider: Provider) -> proto::Attribute {
        let nested = self.nested.filter(|_| provider == Provider::Azapi);
        proto::Attribute {
            name: name.to_owned(),
            r#type: match nested {
                Some(_) => Vec::new(),
                None => self.ty().to_json().to_string().into_bytes(),
            },
            required: self.required,
            optional: self.optional,
            computed: self.computed,
            sensitive: self.sensitive,
            deprecated: self.deprecated,
            nested_type: nested.map(|nesting| proto::Object {
                attributes: self
                    .attributes
                    .iter()
                    .map(|(name, attribute)| attribute.wire(name, provider))
                    .collect(),
                nesting: nesting.number(),
            }),
            write_only: self.write_only,
        }
    }
}
