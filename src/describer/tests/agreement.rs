//! The JSON Schemas and the parser accept and refuse the same documents.

use super::cases::CASES;
use crate::describer::folder::Part;
use crate::describer::{document, schemas};
use crate::finding::Severity;
use crate::source::SourceMap;
use crate::yaml;
use crate::yaml::tree::{Kind, Node};
use serde_json::{Value, json};

const PARTS: [(Part, &str); 3] = [
    (Part::Environment, "environment.schema.json"),
    (Part::Policy, "policy.schema.json"),
    (Part::Server, "server.schema.json"),
];

/// Both judges of one kind of file.
struct Judges {
    part: Part,
    schema: jsonschema::Validator,
}

impl Judges {
    fn new(part: Part) -> Self {
        let name = PARTS.iter().find(|(other, _)| *other == part).unwrap().1;
        let schemas = schemas();
        let schema = &schemas.iter().find(|(other, _)| *other == name).unwrap().1;
        Self {
            part,
            schema: jsonschema::validator_for(schema).unwrap(),
        }
    }

    fn parser_accepts(&self, value: &Value) -> bool {
        let text = value.to_string();
        let file = SourceMap::default().add("x.yaml", "");
        let document = document::from_text(file, self.part, "x.yaml".into(), text);
        document
            .findings
            .iter()
            .all(|finding| finding.severity != Severity::Error)
    }

    fn agree(&self, value: &Value, what: &str) -> bool {
        let (schema, parser) = (self.schema.is_valid(value), self.parser_accepts(value));
        assert_eq!(
            schema, parser,
            "the schema says {schema}, the parser {parser}: {what}\n{value}"
        );
        schema
    }
}

fn to_json(node: &Node, text: &str) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Bool(value) => json!(value),
        Kind::Integer(value) => json!(value),
        Kind::Float => text[node.text.start..node.text.end].parse().unwrap(),
        Kind::Text(text) => json!(text),
        Kind::List(items) => items.iter().map(|item| to_json(item, text)).collect(),
        Kind::Map(entries) => entries
            .iter()
            .map(|(key, value)| (key.name.clone(), to_json(value, text)))
            .collect(),
    }
}

/// A file of the repository, with every optional key in it.
fn full(part: Part) -> Value {
    let name = match part {
        Part::Environment => "environment.yaml",
        Part::Policy => "policy.yaml",
        Part::Server => "database.yaml",
    };
    let text = fs_err::read_to_string(super::own().join(name)).unwrap();
    let mut value = to_json(&yaml::parse(&text).unwrap(), &text);
    match part {
        Part::Environment => {
            value["state"]["backend"] = json!({ "azurerm": { "storage_account": "lostops", "container": "tfstate", "key": "a.tfstate" } });
            value["rehearsal"] =
                json!({ "images": { "mysql:8.0.46": "lostops-stand-in/mysql:8.0.46" } });
        }
        Part::Policy => {
            value["grants"] = json!([{ "server": "backend", "operation": "resize", "to": "Standard_B4ms", "reason": "x", "until": "2026-12-31" }]);
            value["waivers"] = json!([{ "code": "LO203", "server": "backend", "port": 8080, "reason": "x", "until": "2026-12-31" }]);
            value["roles"]["backend"]["ports"][0]["protocol"] = json!("tcp");
            value["roles"]["backend"]["packages"]["allow"] = json!(["docker-ce"]);
        }
        Part::Server => {
            value["vm"]["network_interface"] = json!("database-nic");
            value["ports"][0]["protocol"] = json!("tcp");
            value["ports"][0]["tls"] = json!("required");
            value["packages"] = json!(["htop"]);
            let services = &mut value["services"];
            services["mysql"]["image"] = json!("mysql:8.4.9");
            services["mysql"]["backup"] = json!({ "keep_days": 30 });
            services["mysqld_exporter"]["image"] = json!("exporter:1");
            services["cadvisor"]["image"] = json!("cadvisor:1");
            services["traefik"] = json!({ "image": "traefik:1" });
            services["laravel"] = json!({
                "image": "app:1", "domain": "app.example.org", "port": 8080, "health": "/up", "storage": "/app/storage",
                "database": "lostops", "queue": true, "scheduler": false, "migrate": true,
                "environment": { "A": "b", "C": "secret:D" },
            });
            services["compose"] = json!({
                "mailpit": { "file": "compose/mailpit.yaml", "environment": { "A": "b", "C": "secret:D" } },
            });
            services["prometheus"] = json!({ "image": "prom/prometheus", "retention": "15d" });
            value["services"]["grafana"] = json!({ "image": "grafana/grafana", "domain": "g.example.org", "admin_password": "secret:X", "discord": true });
        }
    }
    value
}

/// Every place in a document, as JSON pointers.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                places(value, &format!("{at}/{key}"), all);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                places(value, &format!("{at}/{index}"), all);
            }
        }
        _ => {}
    }
}

#[test]
fn both_accept_a_file_with_every_key() {
    for (part, name) in PARTS {
        assert!(Judges::new(part).agree(&full(part), name));
    }
}

#[test]
fn both_agree_on_every_dropped_and_every_added_key() {
    for (part, _) in PARTS {
        let (judges, full) = (Judges::new(part), full(part));
        let mut all = Vec::new();
        places(&full, "", &mut all);
        let mut refused = 0;
        for place in &all {
            let mut changed = full.clone();
            if let Some(object) = changed.pointer_mut(place).and_then(Value::as_object_mut) {
                object.insert("no such key".to_owned(), json!(1));
                assert!(
                    !judges.agree(&changed, &format!("a key added at {place}")),
                    "{place}"
                );
            }
            if let Some((parent, key)) = place.rsplit_once('/') {
                let mut changed = full.clone();
                if let Some(object) = changed.pointer_mut(parent).and_then(Value::as_object_mut) {
                    object.shift_remove(key);
                    refused += usize::from(!judges.agree(&changed, &format!("without {place}")));
                }
            }
        }
        assert!(refused > 5, "{part:?}: only {refused} needed keys");
    }
}

#[test]
fn both_agree_on_every_value_of_another_kind() {
    let others = [
        json!(null),
        json!(true),
        json!(1),
        json!(-1),
        json!(70_000),
        json!(1.5),
        json!(""),
        json!(" "),
        json!("?!"),
        json!("internet"),
        json!("secret:X"),
        json!("secret:"),
        json!("secret:PATH"),
        json!("secret:LD_PRELOAD"),
        json!("secret:A_PATH"),
        json!("secret:HOMEPAGE_TOKEN"),
        json!("10.0.0.0/8"),
        json!("2026-01-01"),
        json!([]),
        json!([[]]),
        json!([1]),
        json!(["a"]),
        json!({}),
        json!({ "a": "b" }),
        json!("running"),
        json!("a-"),
        json!("é"),
        json!("22-80"),
        json!("A:B:C:D"),
        json!("a\nb"),
    ];
    for (part, _) in PARTS {
        let (judges, full) = (Judges::new(part), full(part));
        let mut all = Vec::new();
        places(&full, "", &mut all);
        for place in &all {
            for other in &others {
                let mut changed = full.clone();
                *changed.pointer_mut(place).unwrap() = other.clone();
                judges.agree(&changed, &format!("{other} at {place}"));
            }
        }
    }
}

#[test]
fn both_agree_on_a_table_of_documents() {
    for (part, place, value, good) in CASES {
        let mut changed = full(*part);
        *changed.pointer_mut(place).unwrap() = serde_json::from_str(value).unwrap();
        let accepted = Judges::new(*part).agree(&changed, &format!("{value} at {place}"));
        assert_eq!(accepted, *good, "{value} at {place}");
    }
}
