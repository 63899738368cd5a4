//! What docs/describers.md shows is what is read.

use crate::describer::document;
use crate::describer::folder::Part;
use crate::source::SourceMap;
use serde_json::Value;

fn reference() -> String {
    fs_err::read_to_string(super::own().join("../docs/describers.md")).unwrap()
}

#[test]
fn every_example_of_the_language_reference_is_read_without_a_finding() {
    let text = reference();
    let blocks = text
        .split("```yaml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap());
    let mut read = 0;
    for block in blocks {
        let part = match block.split(':').next().unwrap() {
            "server" => Part::Server,
            "name" => Part::Environment,
            "roles" => Part::Policy,
            _ => continue,
        };
        let file = SourceMap::default().add("x.yaml", "");
        let document = document::from_text(file, part, "x.yaml".into(), block.to_owned());
        assert_eq!(document.findings, [], "{block}");
        read += 1;
    }
    assert_eq!(read, 3);
}

#[test]
fn every_key_of_the_schemas_is_in_the_language_reference() {
    let text = reference();
    let mut keys = Vec::new();
    for (_, schema) in crate::describer::schemas() {
        collect(&schema, &mut keys);
    }
    assert!(keys.len() > 60, "{}", keys.len());
    for key in keys {
        assert!(
            text.contains(&key),
            "docs/describers.md says nothing of `{key}`"
        );
    }
}

fn collect(schema: &Value, keys: &mut Vec<String>) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::Object(properties)) = object.get("properties") {
                keys.extend(properties.keys().cloned());
            }
            object.values().for_each(|value| collect(value, keys));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, keys)),
        _ => {}
    }
}
