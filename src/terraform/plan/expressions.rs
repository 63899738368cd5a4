//! The expressions of a resource of the configuration, flattened to paths while they are read.

use super::config::{Expression, Resource};
use super::json::Json;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt::{self, Write as _};

/// A resource and its address; `None` when its type is of no interest.
pub(super) fn resource(
    bytes: &[u8],
    interesting: fn(&str) -> bool,
) -> Result<Option<(String, Resource)>, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let kept = reader.deserialize_any(Element { interesting })?;
    reader.end()?;
    Ok(kept)
}

/// An expression by itself.
pub(super) fn expression(value: &Json<'_>) -> Expression {
    let constant = value.get("constant_value");
    Expression {
        references: references(value.get("references")),
        constant: matches!(constant, Json::Object(_)).then(|| constant.written()),
    }
}

/// Terraform lists `a.b[0].c`, then `a.b[0]`, then `a.b`: only the first says all, and is kept.
fn references(list: &Json<'_>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(1);
    for reference in list.items().iter().filter_map(Json::text) {
        let said = kept.iter().any(|longer| {
            longer
                .strip_prefix(reference)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        });
        if !said {
            kept.push(reference.to_owned());
        }
    }
    kept.shrink_to_fit();
    kept
}

/// A resource of the configuration.
struct Element {
    interesting: fn(&str) -> bool,
}

impl<'de> Visitor<'de> for Element {
    type Value = Option<(String, Resource)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a resource")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut kind, mut address) = (None, String::new());
        let (mut each, mut count) = (Json::Null, Json::Null);
        let mut expressions = Vec::new();
        while let Some(key) = map.next_key::<Json<'_>>()? {
            let known = kind.as_deref().is_none_or(self.interesting);
            match key.text() {
                Some("type") => {
                    kind = Some(map.next_value::<Json<'_>>()?.string().unwrap_or_default());
                }
                Some("address") => {
                    address = map.next_value::<Json<'_>>()?.string().unwrap_or_default();
                }
                Some("for_each_expression") => each = map.next_value()?,
                Some("count_expression") => count = map.next_value()?,
                Some("expressions") if known => {
                    expressions.clear();
                    map.next_value_seed(Block {
                        path: &mut String::new(),
                        into: &mut expressions,
                    })?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if !(self.interesting)(&kind.unwrap_or_default()) {
            return Ok(None);
        }
        expressions.shrink_to_fit();
        let repeated = [each, count].into_iter().find(|one| *one != Json::Null);
        let resource = Resource {
            expressions,
            for_each: repeated.as_ref().map(expression),
        };
        Ok(Some((address, resource)))
    }
}

/// A block, a list of blocks, or an expression. Constants are left out: they are known anyway.
struct Block<'b> {
    /// Empty for the resource itself.
    path: &'b mut String,
    into: &'b mut Vec<(String, Expression)>,
}

impl Block<'_> {
    /// Goes one step further down, and back.
    fn within<T>(&mut self, name: fmt::Arguments<'_>, read: impl FnOnce(Block<'_>) -> T) -> T {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        let _ = self.path.write_fmt(name);
        let done = read(Block {
            path: self.path,
            into: self.into,
        });
        self.path.truncate(length);
        done
    }
}

impl<'de> DeserializeSeed<'de> for Block<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Block<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expressions")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let mut index = 0;
        while self
            .within(format_args!("{index}"), |block| {
                list.next_element_seed(block)
            })?
            .is_some()
        {
            index += 1;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let before = self.into.len();
        let top = self.path.is_empty();
        let (mut listed, mut constant) = (Json::Null, false);
        while let Some(key) = map.next_key::<Json<'_>>()? {
            match &key {
                Json::Text(name) if name == "references" && !top => listed = map.next_value()?,
                Json::Text(name) if name == "constant_value" && !top => {
                    constant = map.next_value::<Option<IgnoredAny>>()?.is_some();
                }
                Json::Text(name) => {
                    self.within(format_args!("{name}"), |block| map.next_value_seed(block))?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if !listed.items().is_empty() {
            self.into.truncate(before);
            let expression = Expression {
                references: references(&listed),
                constant: None,
            };
            self.into.push((self.path.clone(), expression));
        } else if constant {
            self.into.truncate(before);
        }
        Ok(())
    }
}
