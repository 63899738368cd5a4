//! A value of Terraform's type system, and its types.
//!
//! Values travel as `MessagePack` (`wire.rs`) and are kept in the cloud as JSON.

use serde_json::{Map, Number, Value as Json};
use std::collections::BTreeMap;

/// A type constraint, as Terraform writes it in JSON: `"string"`, `["list","string"]`, `["object",{…}]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    String,
    Number,
    Bool,
    /// Any type; the value says which.
    Dynamic,
    List(Box<Self>),
    Set(Box<Self>),
    Map(Box<Self>),
    Tuple(Vec<Self>),
    Object(BTreeMap<String, Self>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    /// Known after apply.
    Unknown,
    Bool(bool),
    Number(Number),
    String(String),
    /// List, set or tuple.
    List(Vec<Self>),
    /// Map or object.
    Map(BTreeMap<String, Self>),
    /// What stands where any type may stand: the type as JSON, and the value.
    Typed(Json, Box<Self>),
}

impl Type {
    /// `None` when it is no type constraint.
    pub(super) fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::String(name) => match name.as_str() {
                "string" => Some(Self::String),
                "number" => Some(Self::Number),
                "bool" => Some(Self::Bool),
                "dynamic" => Some(Self::Dynamic),
                _ => None,
            },
            Json::Array(parts) => {
                let (kind, inner) = (parts.first()?.as_str()?, parts.get(1)?);
                match (kind, inner) {
                    ("list", inner) => Some(Self::List(Box::new(Self::from_json(inner)?))),
                    ("set", inner) => Some(Self::Set(Box::new(Self::from_json(inner)?))),
                    ("map", inner) => Some(Self::Map(Box::new(Self::from_json(inner)?))),
                    ("tuple", Json::Array(items)) => items
                        .iter()
                        .map(Self::from_json)
                        .collect::<Option<_>>()
                        .map(Self::Tuple),
                    ("object", Json::Object(fields)) => fields
                        .iter()
                        .map(|(name, ty)| Some((name.clone(), Self::from_json(ty)?)))
                        .collect::<Option<_>>()
                        .map(Self::Object),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    pub(super) fn to_json(&self) -> Json {
        let pair = |kind: &str, inner: Json| Json::Array(vec![kind.into(), inner]);
        match self {
            Self::String => "string".into(),
            Self::Number => "number".into(),
            Self::Bool => "bool".into(),
            Self::Dynamic => "dynamic".into(),
            Self::List(inner) => pair("list", inner.to_json()),
            Self::Set(inner) => pair("set", inner.to_json()),
            Self::Map(inner) => pair("map", inner.to_json()),
            Self::Tuple(items) => pair("tuple", items.iter().map(Self::to_json).collect()),
            Self::Object(fields) => {
                let fields: Map<String, Json> = fields
                    .iter()
                    .map(|(name, ty)| (name.clone(), ty.to_json()))
                    .collect();
                pair("object", Json::Object(fields))
            }
        }
    }

    /// The type that a value has by itself, for where any type may stand.
    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Null | Value::Unknown | Value::Typed(..) => Self::Dynamic,
            Value::Bool(_) => Self::Bool,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::List(items) => Self::Tuple(items.iter().map(Self::of).collect()),
            Value::Map(fields) => Self::Object(
                fields
                    .iter()
                    .map(|(name, value)| (name.clone(), Self::of(value)))
                    .collect(),
            ),
        }
    }
}

impl Value {
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// A field of an object; `Null` when it has none of that name.
    pub(super) fn field(&self, name: &str) -> &Self {
        match self {
            Self::Map(fields) => fields.get(name).unwrap_or(&Self::Null),
            _ => &Self::Null,
        }
    }

    /// Unknown parts become null: the cloud fills them in.
    pub(super) fn to_json(&self) -> Json {
        match self {
            Self::Null | Self::Unknown => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Number(value) => Json::Number(value.clone()),
            Self::String(value) => Json::String(value.clone()),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Map(fields) => fields
                .iter()
                .map(|(name, value)| (name.clone(), value.to_json()))
                .collect::<Map<_, _>>()
                .into(),
            Self::Typed(_, value) => value.to_json(),
        }
    }

    /// JSON of a state file or of the cloud as a value of that type. What does not fit is null.
    pub(super) fn from_json(json: &Json, ty: &Type) -> Self {
        match (ty, json) {
            (_, Json::Null) => Self::Null,
            (Type::Dynamic, Json::Object(fields))
                if fields.len() == 2
                    && fields.contains_key("type")
                    && fields.contains_key("value") =>
            {
                let inner = Type::from_json(&fields["type"]).unwrap_or(Type::Dynamic);
                let value = Self::from_json(&fields["value"], &inner);
                Self::Typed(fields["type"].clone(), Box::new(value))
            }
            (Type::Dynamic, json) => Self::loose(json),
            (Type::String, Json::String(text)) => Self::String(text.clone()),
            (Type::String, Json::Number(number)) => Self::String(number.to_string()),
            (Type::Number, Json::Number(number)) => Self::Number(number.clone()),
            (Type::Bool, Json::Bool(value)) => Self::Bool(*value),
            (Type::List(inner) | Type::Set(inner), Json::Array(items)) => Self::List(
                items
                    .iter()
                    .map(|item| Self::from_json(item, inner))
                    .collect(),
            ),
            (Type::Tuple(types), Json::Array(items)) => Self::List(
                types
                    .iter()
                    .zip(items)
                    .map(|(ty, item)| Self::from_json(item, ty))
                    .collect(),
            ),
            (Type::Map(inner), Json::Object(fields)) => Self::Map(
                fields
                    .iter()
                    .map(|(name, value)| (name.clone(), Self::from_json(value, inner)))
                    .collect(),
            ),
            (Type::Object(types), Json::Object(fields)) => Self::Map(
                types
                    .iter()
                    .map(|(name, ty)| {
                        let value = fields.get(name).unwrap_or(&Json::Null);
                        (name.clone(), Self::from_json(value, ty))
                    })
                    .collect(),
            ),
            _ => Self::Null,
        }
    }

    fn loose(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(value) => Self::Number(value.clone()),
            Json::String(value) => Self::String(value.clone()),
            Json::Array(items) => Self::List(items.iter().map(Self::loose).collect()),
            Json::Object(fields) => Self::Map(
                fields
                    .iter()
                    .map(|(name, value)| (name.clone(), Self::loose(value)))
                    .collect(),
            ),
        }
    }
}
