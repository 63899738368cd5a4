//! Secrets by name, and settings that may be one.

use crate::describer::codes::LO110;
use crate::describer::read::{Reader, Wire};
use crate::describer::secrets;
use crate::describer::suggest::short;
use crate::describer::tree::{Kind, Node};
use crate::fleet::server::Setting;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

/// `secret:NAME`: the name of an environment variable.
#[derive(Debug, Clone)]
pub(in crate::describer) struct SecretName(pub(in crate::describer) String);

const PATTERN: &str = "^secret:[A-Z_][A-Z0-9_]{0,126}$";

/// `NAME` of `secret:NAME`; `None` when the text is none, an error when the name is ill-formed.
fn secret_name(text: &str) -> Option<Result<&str, ()>> {
    let name = text.strip_prefix("secret:")?;
    let fits = (1..=127).contains(&name.len())
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    Some(if fits { Ok(name) } else { Err(()) })
}

fn ill_formed(node: &Node, text: &str, reader: &mut Reader<'_>) {
    reader.report(
        &LO110,
        node.range,
        format!("`{}` names no environment variable", short(text)),
        "not a name of capital letters, digits and `_`",
        "write `secret:NAME`, such as `secret:MYSQL_PASSWORD`",
    );
}

impl Wire for SecretName {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Text(text) => match secret_name(text) {
                Some(Ok(name)) => return Some(Self(name.to_owned())),
                Some(Err(())) => ill_formed(node, text, reader),
                None => secrets::in_clear(node, reader.key(), reader),
            },
            Kind::Bool(_) | Kind::Integer(_) | Kind::Float => {
                secrets::in_clear(node, reader.key(), reader);
            }
            _ => reader.wrong(node, "`secret:NAME`"),
        }
        None
    }
}

impl JsonSchema for SecretName {
    fn schema_name() -> Cow<'static, str> {
        "SecretName".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "`secret:NAME`: the name of the environment variable that holds the secret.",
            "pattern": PATTERN,
        })
    }
}

impl Wire for Setting {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Text(text) => match secret_name(text) {
                Some(Ok(name)) => Some(Self::Secret(name.to_owned())),
                Some(Err(())) => {
                    ill_formed(node, text, reader);
                    None
                }
                None => Some(Self::Plain(text.clone())),
            },
            // As it is written, so that a version `1.10` stays one.
            Kind::Bool(_) | Kind::Integer(_) | Kind::Float => {
                Some(Self::Plain(reader.raw(node).to_owned()))
            }
            _ => {
                reader.wrong(node, "a text, a number, a switch or `secret:NAME`");
                None
            }
        }
    }
}

impl JsonSchema for Setting {
    fn schema_name() -> Cow<'static, str> {
        "Setting".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A value, or `secret:NAME` for the environment variable that holds it.",
            "anyOf": [
                { "type": ["number", "boolean"] },
                { "type": "string", "pattern": format!("{PATTERN}|^(?!secret:)") },
            ],
        })
    }
}
