//! The messages of Terraform's provider protocol, versions 5 and 6.
//!
//! Both versions share these field numbers; only the names of the calls differ. What is not
//! listed here is skipped by the decoder.

use prost::Message;
use std::collections::BTreeMap;

#[derive(Clone, PartialEq, Message)]
pub(super) struct DynamicValue {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) msgpack: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) json: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Diagnostic {
    /// 1: error, 2: warning.
    #[prost(int32, tag = "1")]
    pub(super) severity: i32,
    #[prost(string, tag = "2")]
    pub(super) summary: String,
    #[prost(string, tag = "3")]
    pub(super) detail: String,
    #[prost(message, optional, tag = "4")]
    pub(super) attribute: Option<AttributePath>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct AttributePath {
    #[prost(message, repeated, tag = "1")]
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Step {
    #[prost(oneof = "Selector", tags = "1, 2, 3")]
    pub(super) selector: Option<Selector>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(super) enum Selector {
    #[prost(string, tag = "1")]
    Attribute(String),
    #[prost(string, tag = "2")]
    Key(String),
    #[prost(int64, tag = "3")]
    Index(i64),
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Schema {
    #[prost(int64, tag = "1")]
    pub(super) version: i64,
    #[prost(message, optional, tag = "2")]
    pub(super) block: Option<Block>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Block {
    #[prost(int64, tag = "1")]
    pub(super) version: i64,
    #[prost(message, repeated, tag = "2")]
    pub(super) attributes: Vec<Attribute>,
    #[prost(message, repeated, tag = "3")]
    pub(super) blocks: Vec<NestedBlock>,
}

#[expect(clippy::struct_excessive_bools, reason = "the protocol's own form")]
#[derive(Clone, PartialEq, Message)]
pub(super) struct Attribute {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) r#type: Vec<u8>,
    #[prost(bool, tag = "4")]
    pub(super) required: bool,
    #[prost(bool, tag = "5")]
    pub(super) optional: bool,
    #[prost(bool, tag = "6")]
    pub(super) computed: bool,
    #[prost(bool, tag = "7")]
    pub(super) sensitive: bool,
    #[prost(bool, tag = "9")]
    pub(super) deprecated: bool,
    /// Protocol 6 only; there it stands in place of the type.
    #[prost(message, optional, tag = "10")]
    pub(super) nested_type: Option<Object>,
    /// Protocol 6 only.
    #[prost(bool, tag = "11")]
    pub(super) write_only: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Object {
    #[prost(message, repeated, tag = "1")]
    pub(super) attributes: Vec<Attribute>,
    /// 1: single, 2: list, 3: set.
    #[prost(int32, tag = "3")]
    pub(super) nesting: i32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct NestedBlock {
    #[prost(string, tag = "1")]
    pub(super) type_name: String,
    #[prost(message, optional, tag = "2")]
    pub(super) block: Option<Block>,
    /// 1: single, 2: list, 3: set.
    #[prost(int32, tag = "3")]
    pub(super) nesting: i32,
    #[prost(int64, tag = "4")]
    pub(super) min_items: i64,
    #[prost(int64, tag = "5")]
    pub(super) max_items: i64,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Schemas {
    #[prost(message, optional, tag = "1")]
    pub(super) provider: Option<Schema>,
    #[prost(btree_map = "string, message", tag = "2")]
    pub(super) resources: BTreeMap<String, Schema>,
    #[prost(btree_map = "string, message", tag = "3")]
    pub(super) data_sources: BTreeMap<String, Schema>,
    #[prost(message, optional, tag = "6")]
    pub(super) capabilities: Option<Capabilities>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Capabilities {
    /// A process need not be asked for the schema before it is asked for anything else.
    #[prost(bool, tag = "2")]
    pub(super) schema_optional: bool,
}

/// `PrepareProviderConfig`, `ValidateProviderConfig`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct ProviderConfig {
    #[prost(message, optional, tag = "1")]
    pub(super) config: Option<DynamicValue>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct PreparedConfig {
    #[prost(message, optional, tag = "1")]
    pub(super) prepared: Option<DynamicValue>,
    #[prost(message, repeated, tag = "2")]
    pub(super) diagnostics: Vec<Diagnostic>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Configure {
    #[prost(message, optional, tag = "2")]
    pub(super) config: Option<DynamicValue>,
}

/// The answer of a call that only finds fault.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Diagnostics {
    #[prost(message, repeated, tag = "1")]
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Validation of a resource or data source, and the reading of a data source.
#[derive(Clone, PartialEq, Message)]
pub(super) struct TypeConfig {
    #[prost(string, tag = "1")]
    pub(super) type_name: String,
    #[prost(message, optional, tag = "2")]
    pub(super) config: Option<DynamicValue>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct RawState {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) json: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Upgrade {
    #[prost(string, tag = "1")]
    pub(super) type_name: String,
    #[prost(message, optional, tag = "3")]
    pub(super) raw_state: Option<RawState>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Read {
    #[prost(string, tag = "1")]
    pub(super) type_name: String,
    #[prost(message, optional, tag = "2")]
    pub(super) state: Option<DynamicValue>,
    #[prost(bytes = "vec", tag = "3")]
    pub(super) private: Vec<u8>,
}

/// A state and what is to be said of it: upgraded, read from the cloud, or a data source's.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Answer {
    #[prost(message, optional, tag = "1")]
    pub(super) state: Option<DynamicValue>,
    #[prost(message, repeated, tag = "2")]
    pub(super) diagnostics: Vec<Diagnostic>,
    #[prost(bytes = "vec", tag = "3")]
    pub(super) private: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Plan {
    #[prost(string, tag = "1")]
    pub(super) type_name: String,
    #[prost(message, optional, tag = "2")]
    pub(super) prior: Option<DynamicValue>,
    #[prost(message, optional, tag = "3")]
    pub(super) proposed: Option<DynamicValue>,
    #[prost(message, optional, tag = "4")]
    pub(super) config: Option<DynamicValue>,
    #[prost(bytes = "vec", tag = "5")]
    pub(super) private: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Planned {
    #[prost(message, optional, tag = "1")]
    pub(super) state: Option<DynamicValue>,
    #[prost(message, repeated, tag = "2")]
    pub(super) requires_replace: Vec<AttributePath>,
    #[prost(bytes = "vec", tag = "3")]
    pub(super) private: Vec<u8>,
    #[prost(message, repeated, tag = "4")]
    pub(super) diagnostics: Vec<Diagnostic>,
    #[prost(bool, tag = "5")]
    pub(super) legacy: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Apply {
    #[prost(string, tag = "1")]
    pub(super) type_name: String,
    #[prost(message, optional, tag = "2")]
    pub(super) prior: Option<DynamicValue>,
    #[prost(message, optional, tag = "3")]
    pub(super) planned: Option<DynamicValue>,
    #[prost(bytes = "vec", tag = "5")]
    pub(super) private: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Applied {
    #[prost(message, optional, tag = "1")]
    pub(super) state: Option<DynamicValue>,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) private: Vec<u8>,
    #[prost(message, repeated, tag = "3")]
    pub(super) diagnostics: Vec<Diagnostic>,
    #[prost(bool, tag = "4")]
    pub(super) legacy: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Import {
    #[prost(string, tag = "1")]
    pub(super) type_name: String,
    #[prost(string, tag = "2")]
    pub(super) id: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Imported {
    #[prost(message, repeated, tag = "1")]
    pub(super) resources: Vec<ImportedResource>,
    #[prost(message, repeated, tag = "2")]
    pub(super) diagnostics: Vec<Diagnostic>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ImportedResource {
    #[prost(string, tag = "1")]
    pub(super) type_name: String,
    #[prost(message, optional, tag = "2")]
    pub(super) state: Option<DynamicValue>,
}

/// A message without fields.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Empty {}
