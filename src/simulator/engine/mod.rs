//! What a change will do to one resource, as the providers' SDK works it out from facts alone:
//! defaults, values that Azure decides, and what cannot be changed in place.

#[cfg(test)]
mod tests;

use super::arm;
use super::path::Path;
use super::schema::{Attribute, Block, Nesting, SameIf};
use super::value::{Type, Value};
use indexmap::IndexMap;
use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) planned: Value,
    /// What makes Terraform destroy and create it anew.
    pub(super) replace: Vec<Path>,
}

/// `prior` is null when the resource is to be created; `config` is never null.
pub(super) fn plan(block: &Block, prior: &Value, config: &Value) -> Plan {
    let mut planned = plan_block(block, prior, config);
    let mut replace = Vec::new();
    if !prior.is_null() {
        if same(prior, &planned, &block.object()) {
            planned = prior.clone();
        } else {
            forget_volatile(block, &mut planned);
        }
        find_replacing(block, prior, &planned, &Path::default(), &mut replace);
    }
    Plan { planned, replace }
}

fn forget_volatile(block: &Block, planned: &mut Value) {
    if let Value::Map(fields) = planned {
        for (name, attribute) in &block.attributes {
            if attribute.volatile {
                fields.insert(name.clone(), Value::Unknown);
            }
        }
    }
}

fn plan_block(block: &Block, prior: &Value, config: &Value) -> Value {
    let mut fields = plan_attributes(&block.attributes, prior, config);
    for (name, inner) in &block.blocks {
        let (before, wanted) = (prior.field(name), config.field(name));
        let value = match (inner.nesting, wanted) {
            (_, Value::Unknown) => Value::Unknown,
            (Nesting::Single, Value::Null) => Value::Null,
            (Nesting::Single, wanted) => plan_block(inner, before, wanted),
            (_, wanted) if inner.computed && wanted.items().is_empty() => {
                Value::List(before.items().to_vec())
            }
            (Nesting::List, wanted) => Value::List(
                wanted
                    .items()
                    .iter()
                    .enumerate()
                    .map(|(index, item)| {
                        plan_block(
                            inner,
                            before.items().get(index).unwrap_or(&Value::Null),
                            item,
                        )
                    })
                    .collect(),
            ),
            (Nesting::Set, wanted) => Value::List(
                wanted
                    .items()
                    .iter()
                    .map(|item| {
                        let kept = before
                            .items()
                            .iter()
                            .find(|old| plan_block(inner, old, item) == **old);
                        kept.cloned()
                            .unwrap_or_else(|| plan_block(inner, &Value::Null, item))
                    })
                    .collect(),
            ),
        };
        let ty = Type::List(Box::new(inner.object()));
        let kept = inner.nesting == Nesting::Set && same(before, &value, &set_of(ty));
        fields.insert(name.clone(), if kept { before.clone() } else { value });
    }
    Value::Map(fields)
}

fn set_of(ty: Type) -> Type {
    match ty {
        Type::List(inner) => Type::Set(inner),
        other => other,
    }
}

fn plan_attributes(
    attributes: &IndexMap<String, Attribute>,
    prior: &Value,
    config: &Value,
) -> BTreeMap<String, Value> {
    attributes
        .iter()
        .map(|(name, attribute)| {
            let before = prior.field(name);
            let value = plan_attribute(attribute, before, config.field(name), prior.is_null());
            let kept = !prior.is_null() && same(before, &value, &attribute.ty());
            (name.clone(), if kept { before.clone() } else { value })
        })
        .collect()
}

fn plan_attribute(attribute: &Attribute, prior: &Value, config: &Value, creating: bool) -> Value {
    if attribute.write_only {
        return Value::Null;
    }
    let left_open = config.is_null()
        || (attribute.computed && attribute.optional && config.as_str() == Some(""));
    if left_open {
        return match &attribute.default {
            Some(default) => Value::from_json(default, &attribute.ty()),
            None if attribute.computed && creating => Value::Unknown,
            None if attribute.computed => prior.clone(),
            None => Value::Null,
        };
    }
    match (attribute.nested, config) {
        (Some(Nesting::Single), Value::Map(_)) => {
            Value::Map(plan_attributes(&attribute.attributes, prior, config))
        }
        (Some(_), Value::List(items)) => Value::List(
            items
                .iter()
                .map(|item| plan_element(attribute, prior, item))
                .collect(),
        ),
        _ => plan_scalar(attribute, prior, config),
    }
}

/// An object that is written as a block: what is left out is empty, never null, as in azurerm's states.
fn plan_element(attribute: &Attribute, prior: &Value, item: &Value) -> Value {
    let name = item.field("name");
    let before = prior.items().iter().find(|old| old.field("name") == name);
    let mut fields = plan_attributes(&attribute.attributes, before.unwrap_or(&Value::Null), item);
    for (name, inner) in &attribute.attributes {
        if fields.get(name).is_some_and(Value::is_null) {
            let empty = match inner.ty() {
                Type::String => Value::String(String::new()),
                Type::List(_) | Type::Set(_) => Value::List(Vec::new()),
                _ => continue,
            };
            fields.insert(name.clone(), empty);
        }
    }
    Value::Map(fields)
}

fn plan_scalar(attribute: &Attribute, prior: &Value, config: &Value) -> Value {
    let (Some(rule), Some(wanted)) = (attribute.same_if, config.as_str()) else {
        return config.clone();
    };
    let before = prior.as_str();
    let is_same =
        |reduce: fn(&str) -> String| before.is_some_and(|old| reduce(old) == reduce(wanted));
    match rule {
        SameIf::Location => Value::String(arm::location(wanted)),
        SameIf::Case if is_same(str::to_lowercase) => prior.clone(),
        SameIf::SshKey if is_same(ssh_key) => prior.clone(),
        _ => config.clone(),
    }
}

/// Type and key, without the comment and the white space.
fn ssh_key(text: &str) -> String {
    text.split_whitespace()
        .take(2)
        .collect::<Vec<_>>()
        .join(" ")
}

/// `Microsoft.Compute/virtualMachines` of `Microsoft.Compute/virtualMachines@2024-07-01`.
fn resource_type(value: &Value) -> Option<&str> {
    value.as_str()?.split('@').next()
}

/// Whether two values mean the same: the order in sets does not matter, nothing and empty are alike.
pub(super) fn same(a: &Value, b: &Value, ty: &Type) -> bool {
    match (a, b, ty) {
        (Value::Unknown, ..) | (_, Value::Unknown, _) => false,
        (Value::Map(a), Value::Map(b), Type::Object(types)) => types.iter().all(|(name, ty)| {
            let (a, b) = (a.get(name), b.get(name));
            same(a.unwrap_or(&Value::Null), b.unwrap_or(&Value::Null), ty)
        }),
        (Value::List(a), Value::List(b), Type::Set(inner)) => {
            a.len() == b.len() && a.iter().all(|x| b.iter().any(|y| same(x, y, inner)))
        }
        (Value::List(a), Value::List(b), Type::List(inner)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(x, y)| same(x, y, inner))
        }
        (Value::Number(a), Value::Number(b), _) => a.as_f64() == b.as_f64(),
        (Value::Typed(_, a), Value::Typed(_, b), _) => a == b,
        (a, b, _) => a == b || (is_empty(a) && is_empty(b)),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(fields) => fields.is_empty(),
        _ => false,
    }
}

fn find_replacing(block: &Block, prior: &Value, planned: &Value, at: &Path, found: &mut Vec<Path>) {
    for (name, attribute) in &block.attributes {
        let (before, after) = (prior.field(name), planned.field(name));
        let is_replaced = attribute.force_new && !same(before, after, &attribute.ty());
        if is_replaced
            && !(attribute.same_if == Some(SameIf::ApiVersion)
                && resource_type(before) == resource_type(after))
        {
            found.push(at.attribute(name));
        }
    }
    for (name, inner) in &block.blocks {
        let at = at.attribute(name);
        let (before, after) = (prior.field(name), planned.field(name));
        match inner.nesting {
            Nesting::Set => {
                let ty = Type::Set(Box::new(inner.object()));
                if inner.force_new && !same(before, after, &ty) {
                    found.push(at);
                }
            }
            Nesting::List => {
                if inner.force_new && before.items().len() != after.items().len() {
                    found.push(at);
                    continue;
                }
                for (index, (before, after)) in before.items().iter().zip(after.items()).enumerate()
                {
                    find_replacing(inner, before, after, &at.index(index), found);
                }
            }
            Nesting::Single => {}
        }
    }
}
