//! Values as `MessagePack`, the way Terraform and its providers exchange them.

use super::value::{Type, Value};
use anyhow::{Context as _, bail};
use rmpv::Value as Pack;
use serde_json::{Number, Value as Json};
use std::collections::BTreeMap;

/// How deep a value may be nested; Terraform's own never come near.
const DEPTH: usize = 64;

/// Reads one value of the given type.
pub(super) fn decode(mut bytes: &[u8], ty: &Type) -> anyhow::Result<Value> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    let pack = rmpv::decode::read_value(&mut bytes).context("could not read a value")?;
    unpack(&pack, ty, DEPTH)
}

/// Writes one value of the given type.
pub(super) fn encode(value: &Value, ty: &Type) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    rmpv::encode::write_value(&mut bytes, &pack(value, ty)).context("could not write a value")?;
    Ok(bytes)
}

fn unpack(pack: &Pack, ty: &Type, depth: usize) -> anyhow::Result<Value> {
    let Some(depth) = depth.checked_sub(1) else {
        bail!("could not read a value: it is nested too deeply");
    };
    Ok(match (pack, ty) {
        (Pack::Nil, _) => Value::Null,
        // An extension of any number is an unknown value; refinements are of no use here.
        (Pack::Ext(..), _) => Value::Unknown,
        (Pack::Array(parts), Type::Dynamic) => {
            let [Pack::Binary(ty), inner] = parts.as_slice() else {
                bail!("could not read a value of any type");
            };
            let json: Json = serde_json::from_slice(ty).context("could not read a type")?;
            let ty = Type::from_json(&json).context("could not read a type")?;
            Value::Typed(json, Box::new(unpack(inner, &ty, depth)?))
        }
        (Pack::Boolean(value), Type::Bool) => Value::Bool(*value),
        (Pack::String(text), Type::String) => {
            Value::String(text.as_str().context("could not read a string")?.to_owned())
        }
        (Pack::String(text), Type::Number) => Value::Number(
            serde_json::from_str(text.as_str().unwrap_or_default())
                .context("could not read a number")?,
        ),
        (Pack::Integer(number), Type::Number) => Value::Number(match number.as_i64() {
            Some(number) => number.into(),
            None => number.as_u64().unwrap_or_default().into(),
        }),
        (Pack::F64(number), Type::Number) => {
            Value::Number(Number::from_f64(*number).context("could not read a number")?)
        }
        (Pack::F32(number), Type::Number) => {
            Value::Number(Number::from_f64(f64::from(*number)).context("could not read a number")?)
        }
        (Pack::Array(items), Type::List(inner) | Type::Set(inner)) => Value::List(
            items
                .iter()
                .map(|item| unpack(item, inner, depth))
                .collect::<anyhow::Result<_>>()?,
        ),
        (Pack::Array(items), Type::Tuple(types)) => Value::List(
            items
                .iter()
                .zip(types)
                .map(|(item, ty)| unpack(item, ty, depth))
                .collect::<anyhow::Result<_>>()?,
        ),
        (Pack::Map(entries), ty) => {
            let mut fields = BTreeMap::new();
            for (name, value) in entries {
                let name = name.as_str().context("could not read a field's name")?;
                let ty = match ty {
                    Type::Map(inner) => inner.as_ref(),
                    Type::Object(types) => types
                        .get(name)
                        .with_context(|| format!("could not read `{name}`: no such field"))?,
                    _ => bail!("could not read a value: an object stands where none is expected"),
                };
                fields.insert(name.to_owned(), unpack(value, ty, depth)?);
            }
            Value::Map(fields)
        }
        _ => bail!(
            "could not read a value: it is not of the type {}",
            ty.to_json()
        ),
    })
}

fn pack(value: &Value, ty: &Type) -> Pack {
    match (value, ty) {
        (Value::Null, _) => Pack::Nil,
        (Value::Unknown, _) => Pack::Ext(0, vec![0]),
        (Value::Typed(json, value), Type::Dynamic) => {
            let inner = Type::from_json(json).unwrap_or(Type::Dynamic);
            Pack::Array(vec![
                Pack::Binary(json.to_string().into_bytes()),
                pack(value, &inner),
            ])
        }
        (value, Type::Dynamic) => {
            let inner = Type::of(value);
            Pack::Array(vec![
                Pack::Binary(inner.to_json().to_string().into_bytes()),
                pack(value, &inner),
            ])
        }
        (Value::Typed(_, value), ty) => pack(value, ty),
        (Value::Bool(value), _) => Pack::Boolean(*value),
        (Value::Number(number), _) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), ..) => Pack::from(number),
            (_, Some(number), _) => Pack::from(number),
            (.., Some(number)) => Pack::F64(number),
            _ => Pack::Nil,
        },
        (Value::String(text), _) => Pack::from(text.as_str()),
        (Value::List(items), Type::Tuple(types)) => Pack::Array(
            items
                .iter()
                .zip(types)
                .map(|(item, ty)| pack(item, ty))
                .collect(),
        ),
        (Value::List(items), Type::List(inner) | Type::Set(inner)) => {
            Pack::Array(items.iter().map(|item| pack(item, inner)).collect())
        }
        (Value::Map(fields), Type::Map(inner)) => Pack::Map(
            fields
                .iter()
                .map(|(name, value)| (Pack::from(name.as_str()), pack(value, inner)))
                .collect(),
        ),
        (Value::Map(fields), Type::Object(types)) => Pack::Map(
            types
                .iter()
                .map(|(name, ty)| {
                    let value = fields.get(name).unwrap_or(&Value::Null);
                    (Pack::from(name.as_str()), pack(value, ty))
                })
                .collect(),
        ),
        _ => Pack::Nil,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ty(json: &Json) -> Type {
        Type::from_json(json).unwrap()
    }

    #[test]
    fn a_value_comes_back_as_it_went() {
        let fields = json!({"a": ["list", "string"], "b": "number", "c": "dynamic", "d": "bool"});
        let ty = ty(&json!(["object", fields]));
        let json = json!({"a": ["x", null], "b": 1.5, "c": {"p": [1, true]}, "d": false});
        let value = Value::from_json(&json, &ty);
        let back = decode(&encode(&value, &ty).unwrap(), &ty).unwrap();
        assert_eq!(back.to_json(), json);
    }

    #[test]
    fn a_refined_unknown_is_an_unknown() {
        let refined = [0xc7, 0x03, 0x0c, 0x81, 0x01, 0xc2];
        assert_eq!(decode(&refined, &Type::String).unwrap(), Value::Unknown);
    }

    #[test]
    fn nonsense_is_an_error() {
        for bytes in [&[0x93, 0x01][..], &[0xa1], &[0x81, 0xa1, 0x7a, 0x01]] {
            assert!(decode(bytes, &ty(&json!(["object", {"a": "string"}]))).is_err());
        }
    }
}
