//! The committed JSON Schemas are those of the types, and good for an editor.

use crate::describer::schemas;
use camino::Utf8Path;
use serde_json::Value;

/// Set to write the schemas instead of comparing them.
const WRITE: &str = "LOSTOPS_WRITE_SCHEMAS";

#[test]
fn the_committed_schemas_are_fresh() {
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    for (name, schema) in schemas() {
        let fresh = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        let path = folder.join(name);
        if option_env!("LOSTOPS_WRITE_SCHEMAS").is_some() {
            fs_err::write(&path, &fresh).unwrap();
        }
        let committed = fs_err::read_to_string(&path).unwrap();
        assert!(
            committed == fresh,
            "{path} is stale: run the tests once with {WRITE}=1"
        );
    }
}

#[test]
fn schemas_are_draft_2020_12_and_describe_every_key() {
    for (name, schema) in schemas() {
        assert_eq!(
            schema["$schema"], "https://json-schema.org/draft/2020-12/schema",
            "{name}"
        );
        assert!(
            schema["title"].is_string() && schema["description"].is_string(),
            "{name}"
        );
        jsonschema::validator_for(&schema).unwrap();
        described(name, &schema);
    }
}

fn described(path: &str, schema: &Value) {
    let Value::Object(object) = schema else {
        return;
    };
    for (key, value) in object {
        if key == "properties" {
            for (property, schema) in value.as_object().unwrap() {
                assert!(
                    schema["description"].is_string(),
                    "{path}/{property} has no description"
                );
            }
        }
        described(&format!("{path}/{key}"), value);
    }
}
