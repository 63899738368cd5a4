//! Port numbers: one, a range, or a list of both.

use crate::describer::codes::{LO108, LO109};
use crate::describer::read::{Reader, Wire};
use crate::describer::suggest::short;
use crate::fleet::port::PortSet;
use crate::yaml::tree::{Kind, Node};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

/// `22`, `8000-8010` or `[22, "8000-8010"]`; never empty.
#[derive(Debug, Clone)]
pub(in crate::describer) struct Ports(pub(in crate::describer) PortSet);

const WANTED: &str = "a port, a range such as `8000-8010`, or a list of them";

impl Wire for Ports {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let Kind::List(items) = &node.kind else {
            return one(node, reader).map(Self);
        };
        let mut all = PortSet::default();
        let mut complete = !items.is_empty();
        for item in items {
            let Some(ports) = one(item, reader) else {
                complete = false;
                continue;
            };
            let twice = all.intersection(&ports);
            if !twice.is_empty() {
                reader.report(
                    &LO108,
                    item.range,
                    format!("port {twice} stands twice in one list"),
                    "again here",
                    "name each port once",
                );
            }
            all = all.union(&ports);
        }
        if items.is_empty() {
            reader.wrong(node, WANTED);
        }
        complete.then_some(Self(all))
    }
}

fn one(node: &Node, reader: &mut Reader<'_>) -> Option<PortSet> {
    match &node.kind {
        Kind::Integer(number) => Some(PortSet::one(number_of(*number, node, reader)?)),
        Kind::Text(text) => range(text, node, reader),
        _ => {
            reader.wrong(node, WANTED);
            None
        }
    }
}

fn range(text: &str, node: &Node, reader: &mut Reader<'_>) -> Option<PortSet> {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    let (Some(low), Some(high)) = (digits(low), digits(high)) else {
        reader.wrong(node, WANTED);
        return None;
    };
    let (low, high) = (
        number_of(low, node, reader)?,
        number_of(high, node, reader)?,
    );
    if low > high {
        reader.report(
            &LO109,
            node.range,
            format!("the range `{}` is upside down", short(text)),
            format!("{low} is above {high}"),
            format!("write `{high}-{low}`"),
        );
        return None;
    }
    Some(PortSet::range(low, high))
}

fn digits(text: &str) -> Option<i64> {
    let digits = (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn number_of(number: i64, node: &Node, reader: &mut Reader<'_>) -> Option<u16> {
    match u16::try_from(number) {
        Ok(port) if port > 0 => Some(port),
        _ => {
            reader.report(
                &LO109,
                node.range,
                format!("there is no port {number}"),
                "not from 1 to 65535",
                "write a port from 1 to 65535",
            );
            None
        }
    }
}

impl JsonSchema for Ports {
    fn schema_name() -> Cow<'static, str> {
        "Ports".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let number = json_schema!({ "type": "integer", "minimum": 1, "maximum": 65535 });
        let range = json_schema!({ "type": "string", "pattern": "^[0-9]{1,5}(-[0-9]{1,5})?$" });
        json_schema!({
            "description": "A port, a range such as `8000-8010`, or a list of them.",
            "anyOf": [number, range, { "type": "array", "minItems": 1, "items": { "anyOf": [number, range] } }],
        })
    }
}
