//! Between the protocol's messages and values, attributes and diagnostics.

use super::cloud::Attributes;
use super::grpc::Reply;
use super::proto::{Diagnostic, DynamicValue};
use super::schema::{Block, validate};
use super::value::{Type, Value};
use super::wire;
use anyhow::Context as _;
use prost::Message;
use serde_json::Value as Json;

pub(super) fn error(failure: impl std::fmt::Display) -> Diagnostic {
    Diagnostic {
        severity: 1,
        summary: format!("{failure:#}"),
        ..Diagnostic::default()
    }
}

pub(super) fn state_of(value: &Value, block: &Block) -> anyhow::Result<Option<DynamicValue>> {
    let value = block.conform(value.clone());
    Ok(Some(DynamicValue {
        msgpack: wire::encode(&value, &block.object())?,
        json: Vec::new(),
    }))
}

pub(super) fn value_of(state: Option<&DynamicValue>, ty: &Type) -> anyhow::Result<Value> {
    match state {
        Some(state) if !state.json.is_empty() => {
            let json: Json =
                serde_json::from_slice(&state.json).context("could not read a state")?;
            Ok(Value::from_json(&json, ty))
        }
        Some(state) => wire::decode(&state.msgpack, ty),
        None => Ok(Value::Null),
    }
}

pub(super) fn attributes_of(value: &Value) -> Attributes {
    match value.to_json() {
        Json::Object(fields) => fields,
        _ => Attributes::new(),
    }
}

pub(super) fn request<T: Message + Default>(body: &[u8]) -> anyhow::Result<T> {
    T::decode(body).context("could not read a request")
}

pub(super) fn reply(message: anyhow::Result<impl Message>) -> Reply {
    match message {
        Ok(message) => Reply::Message(message.encode_to_vec()),
        Err(error) => Reply::Failed(format!("{error:#}")),
    }
}

pub(super) fn problems(block: &Block, config: &Value) -> Vec<Diagnostic> {
    validate::validate(block, config)
        .into_iter()
        .map(|problem| Diagnostic {
            severity: 1,
            summary: problem.summary,
            detail: problem.detail,
            attribute: problem.path.wire(),
        })
        .collect()
}
