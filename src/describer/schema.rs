//! JSON Schemas of the three kinds of files, for editors and other tools.

use super::wire::{environment::Environment, policy::Policy, server::Server};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// File name and content, in the order of the names.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        (
            "environment.schema.json",
            of::<Environment>("environment.yaml of lostops"),
        ),
        ("policy.schema.json", of::<Policy>("policy.yaml of lostops")),
        (
            "server.schema.json",
            of::<Server>("A server's describer of lostops"),
        ),
    ]
}

fn of<T: JsonSchema>(title: &str) -> Value {
    let schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<T>();
    let mut rest = match schema.to_value() {
        Value::Object(object) => object,
        other => return other,
    };
    rest.insert("title".to_owned(), title.into());
    // What a reader looks for first stands first.
    let mut sorted = serde_json::Map::new();
    for key in ["$schema", "title", "description"] {
        sorted.extend(rest.shift_remove_entry(key));
    }
    sorted.extend(rest);
    Value::Object(sorted)
}
