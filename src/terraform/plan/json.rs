//! A JSON value that borrows from the text it was read from.
//!
//! Plans are read value by value and most of each is thrown away: a tree that copies no text is
//! several times faster than `serde_json::Value`. Reading it is lenient: what is absent reads as null.

use super::element::Part;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use std::borrow::Cow;
use std::fmt;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
}

const NULL: Json<'static> = Json::Null;

impl<'a> Json<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, serde_json::Error> {
        Self::part(bytes, Part::Whole)
    }

    /// Without the members that `part` leaves out.
    pub(super) fn part(bytes: &'a [u8], part: Part) -> Result<Self, serde_json::Error> {
        // Checking all of a text at once is faster than each string in it; the other reader says
        // where a text is none.
        if let Ok(text) = std::str::from_utf8(bytes) {
            let mut reader = serde_json::Deserializer::from_str(text);
            let value = Reader(part).deserialize(&mut reader)?;
            reader.end()?;
            Ok(value)
        } else {
            serde_json::from_slice(bytes)
        }
    }

    /// A member; null when there is none. Of two with one name the last counts, as in Terraform.
    pub(super) fn get(&self, key: &str) -> &Self {
        match self {
            Self::Object(members) => members
                .iter()
                .rev()
                .find(|(name, _)| name == key)
                .map_or(&NULL, |(_, value)| value),
            _ => &NULL,
        }
    }

    /// An element; null when there is none.
    pub(super) fn at(&self, index: usize) -> &Self {
        match self {
            Self::List(items) => items.get(index).unwrap_or(&NULL),
            _ => &NULL,
        }
    }

    /// Text that is not empty.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The same as an owned value.
    pub(super) fn string(&self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    /// Text or a number or a truth value as they would be written.
    pub(super) fn word(&self) -> Option<String> {
        match self {
            Self::Text(text) if !text.is_empty() => Some(text.clone().into_owned()),
            Self::Number(number) => Some(number.to_string()),
            Self::Bool(value) => Some(value.to_string()),
            _ => None,
        }
    }

    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    pub(super) fn bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub(super) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn members(&self) -> &[(Cow<'a, str>, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// Null, `""`, `[]`, `{}` and lists or objects of nothing but those: all the same to Azure.
    pub(super) fn is_absent(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Object(members) => members.iter().all(|(_, value)| value.is_absent()),
            Self::Bool(_) | Self::Number(_) => false,
        }
    }

    /// As JSON text.
    pub(super) fn written(&self) -> String {
        self.owned().to_string()
    }

    fn owned(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Number(number) => serde_json::json!(number),
            Self::Text(text) => text.as_ref().into(),
            Self::List(items) => items.iter().map(Self::owned).collect(),
            Self::Object(members) => members
                .iter()
                .map(|(name, value)| (name.to_string(), value.owned()))
                .collect(),
        }
    }

    /// Whether a mark (`after_unknown`, `after_sensitive`) is set at or anywhere below here.
    pub(super) fn is_marked(&self) -> bool {
        match self {
            Self::Bool(mark) => *mark,
            Self::List(items) => items.iter().any(Self::is_marked),
            Self::Object(members) => members.iter().any(|(_, value)| value.is_marked()),
            _ => false,
        }
    }

    /// Whether a mark covers all of this.
    pub(super) fn is_true(&self) -> bool {
        matches!(self, Self::Bool(true))
    }

    /// The mark of a member: a mark on the whole covers it.
    pub(super) fn mark(&self, key: &str) -> &Self {
        if self.is_true() { self } else { self.get(key) }
    }

    /// The mark of an element.
    pub(super) fn mark_at(&self, index: usize) -> &Self {
        if self.is_true() { self } else { self.at(index) }
    }
}

struct Reader(Part);

impl<'de> Visitor<'de> for Reader {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "ports, priorities and sizes are small"
    )]
    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value as f64))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "ports, priorities and sizes are small"
    )]
    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json<'de>, A::Error> {
        let mut members = Vec::with_capacity(8);
        while let Some(key) = map.next_key()? {
            let Json::Text(key) = key else { continue };
            match self.0.member(&key, &members) {
                Some(part) => members.push((key, map.next_value_seed(Self(part))?)),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Json::Object(members))
    }
}

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Reader(Part::Whole).deserialize(deserializer)
    }
}
