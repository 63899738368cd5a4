//! GitHub's own description of its API, reduced to what is used, and what it says of a request or an answer.

use jsonschema::Validator;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

static FACTS: LazyLock<Facts> = LazyLock::new(|| {
    let document: Value =
        serde_json::from_str(include_str!("openapi.json")).expect("the facts are JSON");
    Facts {
        document,
        compiled: Mutex::default(),
    }
});

pub(super) struct Facts {
    document: Value,
    /// By the text of the schema: reading one takes longer than a request.
    compiled: Mutex<BTreeMap<String, Arc<Validator>>>,
}

/// One operation, and the values in the path by which it was found.
#[derive(Clone)]
pub(super) struct Operation {
    /// `GET /repos/{owner}/…`
    pub(super) route: String,
    pub(super) parameters: BTreeMap<String, String>,
    facts: &'static Value,
}

impl Facts {
    pub(super) fn get() -> &'static Self {
        &FACTS
    }

    /// The operation of a path without the prefix of an Enterprise Server.
    pub(super) fn operation(&'static self, method: &str, path: &str) -> Option<Operation> {
        let operations = self.document["operations"].as_array()?;
        operations.iter().find_map(|facts| {
            let template = facts["path"].as_str()?;
            if facts["method"] != method {
                return None;
            }
            Some(Operation {
                route: format!("{method} {template}"),
                parameters: parameters(template, path)?,
                facts,
            })
        })
    }

    /// A value of a named schema with nothing in it but what must be.
    pub(super) fn example(&self, name: &str) -> Value {
        self.least(&self.document["$defs"][name])
    }

    fn least(&self, schema: &Value) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.trim_start_matches("#/$defs/");
            return self.least(&self.document["$defs"][name]);
        }
        let types = match &schema["type"] {
            Value::Array(types) => types.clone(),
            other => vec![other.clone()],
        };
        if let Some(choices) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
            let null = choices.iter().any(|choice| choice["type"] == "null");
            return if null {
                Value::Null
            } else {
                self.least(&choices[0])
            };
        }
        if types.iter().any(|kind| kind == "null") {
            return Value::Null;
        }
        if let Some(choices) = schema["enum"].as_array() {
            return choices[0].clone();
        }
        match types[0].as_str() {
            Some("string") => match schema["format"].as_str() {
                Some("uri") => json!("https://github.example/"),
                Some("date-time") => json!("2026-01-01T00:00:00Z"),
                _ => json!("x"),
            },
            Some("integer" | "number") => json!(1),
            Some("boolean") => json!(false),
            Some("array") => json!([]),
            _ => {
                let required = schema["required"].as_array().into_iter().flatten();
                let names = required.filter_map(Value::as_str);
                let pairs =
                    names.map(|name| (name.to_owned(), self.least(&schema["properties"][name])));
                Value::Object(pairs.collect::<Map<_, _>>())
            }
        }
    }

    fn problems(&self, schema: &Value, value: &Value) -> Vec<String> {
        let key = schema.to_string();
        let mut compiled = self.compiled.lock().expect("no test died in here");
        let validator = compiled.entry(key).or_insert_with(|| {
            let mut whole = json!({ "allOf": [schema] });
            whole["$defs"] = self.document["$defs"].clone();
            let options = jsonschema::options().should_validate_formats(true);
            Arc::new(options.build(&whole).expect("the facts are schemas"))
        });
        let validator = Arc::clone(validator);
        drop(compiled);
        let errors = validator.iter_errors(value);
        errors
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect()
    }
}

impl Operation {
    /// What GitHub's description has against a request.
    pub(super) fn request_problems(&self, query: &str, body: &Value) -> Vec<String> {
        let mut problems = Vec::new();
        for (name, value) in &self.parameters {
            let value = as_value(&self.facts["path_parameters"][name], value);
            let found = Facts::get().problems(&self.facts["path_parameters"][name], &value);
            problems.extend(found.into_iter().map(|what| format!("{name}: {what}")));
        }
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(schema) = self.facts["query"].get(name) else {
                problems.push(format!("there is no query parameter {name:?}"));
                continue;
            };
            let value = as_value(schema, value);
            let found = Facts::get().problems(schema, &value);
            problems.extend(found.into_iter().map(|what| format!("{name}: {what}")));
            // What the description only says in words.
            let range = match name {
                "per_page" => 1..=100,
                _ => 1..=i64::MAX,
            };
            if value
                .as_i64()
                .is_some_and(|number| !range.contains(&number))
            {
                problems.push(format!("{name}={value} is out of range"));
            }
        }
        match (self.facts.get("request"), body) {
            (Some(_), Value::Null) => problems.push("there is no body".to_owned()),
            (Some(schema), body) => problems.extend(Facts::get().problems(schema, body)),
            (None, Value::Null) => {}
            (None, _) => problems.push("there is a body and none is taken".to_owned()),
        }
        problems
    }

    /// What it has against an answer of ours.
    pub(super) fn answer_problems(&self, status: u16, body: &Value) -> Vec<String> {
        match self.facts["responses"].get(status.to_string()) {
            // The description leaves out what every operation can answer.
            None if matches!(status, 401 | 403 | 404 | 410) => Vec::new(),
            None => vec![format!("status {status} is not documented")],
            Some(Value::Null) => Vec::new(),
            Some(schema) => Facts::get().problems(schema, body),
        }
    }
}

/// A value in a path or a query has no type but the one that is wanted.
fn as_value(schema: &Value, text: &str) -> Value {
    if schema["type"] == "integer"
        && let Ok(number) = text.parse::<i64>()
    {
        return json!(number);
    }
    json!(text)
}

fn parameters(template: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let (template, path): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    let mut found = BTreeMap::new();
    // The one that takes all the rest.
    if template.last() == Some(&"{path}") && path.len() >= template.len() {
        let fixed = template.len() - 1;
        let before = parameters(&template[..fixed].join("/"), &path[..fixed].join("/"))?;
        found.extend(before);
        found.insert("path".to_owned(), path[fixed..].join("/"));
        return Some(found);
    }
    if template.len() != path.len() {
        return None;
    }
    for (pattern, part) in template.into_iter().zip(path) {
        match pattern
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        {
            Some(name) if !part.is_empty() => {
                found.insert(name.to_owned(), part.to_owned());
            }
            _ if pattern == part => {}
            _ => return None,
        }
    }
    Some(found)
}
