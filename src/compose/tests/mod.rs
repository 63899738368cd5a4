//! Compose files as people write them: every form of a published port, and everything that may hide one.

mod files;
mod fuzz;
mod images;
mod ports;
mod robust;
mod variables;

use super::{File, Says, Statement, Value};

/// What a file says, a line for each statement, with the text that stands at its place.
fn said(text: &str) -> Vec<String> {
    said_with(text, &[])
}

fn said_with(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let known = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| match *value {
            "secret" => Value::Secret,
            value => Value::Text(value.to_owned()),
        })
    };
    File::new(text).says(&known).iter().map(words).collect()
}

fn words(statement: &Statement) -> String {
    match &statement.says {
        Says::Publishes(protocol, ports) => format!("{} {ports}", protocol.word()),
        Says::PublishesAny(protocol) => format!("any {}", protocol.word()),
        Says::SharesNetwork => "network".to_owned(),
        Says::Unclear { why, .. } => format!("unclear: {why}"),
        Says::Commands(means) => format!("commands: {means}"),
    }
}

/// A file with one service that has these keys.
fn service(keys: &str) -> String {
    let keys: Vec<String> = keys.lines().map(|line| format!("    {line}\n")).collect();
    format!("services:\n  web:\n    image: web:1\n{}", keys.concat())
}

/// What a single entry of `ports` publishes.
fn port(entry: &str) -> String {
    let said = said(&service(&format!("ports:\n  - {entry}")));
    assert!(said.len() < 2, "{entry}: {said:?}");
    said.into_iter().next().unwrap_or_default()
}
