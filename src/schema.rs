//! JSON Schemas of types, as every schema of ours is written.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// What a reader looks for first stands first.
pub(crate) fn of<T: JsonSchema>(title: &str) -> Value {
    let schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<T>();
    let mut rest = match schema.to_value() {
        Value::Object(object) => object,
        other => return other,
    };
    rest.insert("title".to_owned(), title.into());
    let mut sorted = serde_json::Map::new();
    for key in ["$schema", "title", "description"] {
        sorted.extend(rest.shift_remove_entry(key));
    }
    sorted.extend(rest);
    Value::Object(sorted)
}
