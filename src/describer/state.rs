//! The JSON file that an environment names as its state's backend: what `terraform { backend … }` would hold, read as describers are.

use super::codes::{LO102, LO104};
use super::document::{Content, Document};
use super::read::Reader;
use super::wire::environment::Backend;
use super::{Instead, file, secrets};
use crate::finding::Finding;
use crate::fleet::environment::{BackendKind, KINDS, StateBackend};
use crate::fleet::words::or_list;
use crate::source::{FileId, Located, SourceMap};
use crate::yaml;
use crate::yaml::tree::{Key, Kind, Node, Range};
use camino::{Utf8Path, Utf8PathBuf};
use serde::de::IgnoredAny;
use serde_json::Value;
use std::collections::BTreeMap;

/// Reads the file that the environment of a folder names, and hands what it holds to the environment. `ids` gives it the number
/// that it then has in `sources`.
pub(super) fn read(
    folder: &Utf8Path,
    documents: &mut [Document],
    instead: &Instead,
    root: &Utf8Path,
    (ids, sources): (&mut SourceMap, &mut SourceMap),
) {
    for document in documents {
        let Some((named, holds)) = named(&mut document.content) else {
            continue;
        };
        let path: Utf8PathBuf = folder.join(&named.value);
        let text = match instead.get(&path) {
            Some(bytes) => file::given(&path, bytes),
            None => file::read_below(&path, root),
        };
        match text {
            Ok(text) => {
                let source = ids.add(&path, "");
                let (state, findings, shown) = from_text(source, &text);
                sources.add(&path, shown);
                *holds = state;
                document.findings.extend(findings);
            }
            Err(finding) => document
                .findings
                .push(finding.at(named.span, "the file of the state's backend")),
        }
    }
}

fn named(content: &mut Content) -> Option<(Located<String>, &mut Option<StateBackend>)> {
    let Content::Environment(Some(environment)) = content else {
        return None;
    };
    let state = &mut environment.state.0.as_mut()?.value;
    let Backend::File { file, holds } = &mut state.backend.0.as_mut()?.value else {
        return None;
    };
    let path = file.value.file.0.as_ref()?;
    Some((Located::new(path.value.0.clone(), path.span), holds))
}

const SHAPE: &str = "write one object with one backend: `{ \"s3\": { \"bucket\": \"…\" } }`";
const HIDE: &str = "replace the secret, remove it here, and give it to the job as the environment variable that \
the backend's documentation names";

/// What the file holds, what is wrong with it, and its text with secrets masked.
fn from_text(source: FileId, text: &str) -> (Option<StateBackend>, Vec<Finding>, String) {
    let mut reader = Reader::new(source, text);
    let state = match tree(text) {
        Ok(root) => {
            scan(&root, "", &mut reader);
            for finding in &mut reader.findings {
                HIDE.clone_into(&mut finding.help);
            }
            backend(&root, &mut reader)
        }
        Err((message, range)) => {
            let message = format!("this is not JSON that lostops follows: {message}");
            reader.report(&LO102, range, message, "here", SHAPE);
            reader.secrets = secrets::guess(text);
            None
        }
    };
    let (findings, hidden) = (reader.findings, reader.secrets);
    let state = state.filter(|_| findings.is_empty());
    (state, findings, secrets::masked(text, &hidden))
}

/// JSON is YAML too, whose tree knows the place of everything.
fn tree(text: &str) -> Result<Node, (String, Range)> {
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        let lines = text.split_inclusive('\n').take(error.line() - 1);
        let start = lines.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
        let start = text.floor_char_boundary(start);
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        return Err((message.to_owned(), Range { start, end: start }));
    }
    yaml::parse(text).map_err(|refusal| (refusal.message, refusal.range))
}

/// Names that say of no secret what is one, and the other way round.
fn scan(node: &Node, key: &str, reader: &mut Reader<'_>) {
    match (&node.kind, key) {
        (Kind::Map(entries), _) => entries
            .iter()
            .for_each(|(key, value)| scan(value, &key.name, reader)),
        // The name of a key in Google's key management.
        (_, "kms_encryption_key") => {}
        (Kind::Text(text), "http_auth") if !text.is_empty() => {
            secrets::in_clear(node, key, reader);
        }
        (Kind::Text(text), "conn_str") if text.to_lowercase().contains("password") => {
            secrets::in_clear(node, key, reader);
        }
        _ => secrets::scan(node, key, reader),
    }
}

fn backend(root: &Node, reader: &mut Reader<'_>) -> Option<StateBackend> {
    let entries = match &root.kind {
        Kind::Map(entries) => entries.as_slice(),
        _ => &[],
    };
    let (name, written) = match entries {
        [(name, written)] => (name, written),
        [_, (second, _), ..] => {
            let message = "the file of the state's backend holds more than one backend";
            reader.report(&LO104, second.range, message, "one too many", SHAPE);
            return None;
        }
        [] => {
            let message = "the file of the state's backend holds no backend";
            reader.report(&LO104, root.range, message, "no backend", SHAPE);
            return None;
        }
    };
    let kind = kind(name, reader);
    let Kind::Map(settings) = &written.kind else {
        let message = format!("`{}` is not an object of settings", name.name);
        reader.report(&LO104, written.range, message, "not an object", SHAPE);
        return None;
    };
    reader.entries(written);
    let settings = settings.iter();
    let settings: Vec<_> = settings
        .map(|(key, value)| Some((key.name.clone(), setting(key, value, reader)?)))
        .collect();
    Some(StateBackend::File {
        kind: kind?,
        settings: settings.into_iter().collect::<Option<BTreeMap<_, _>>>()?,
    })
}

fn kind(name: &Key, reader: &mut Reader<'_>) -> Option<BackendKind> {
    let known = KINDS.iter().find(|kind| kind.word() == name.name);
    if let Some(known) = known {
        return Some(*known);
    }
    let words: Vec<String> = KINDS
        .iter()
        .map(|one| format!("`{}`", one.word()))
        .collect();
    let (label, help) = match name.name.as_str() {
        "local" => (
            "has a form of its own",
            "write `state: { backend: local }` in environment.yaml".to_owned(),
        ),
        "azurerm" => (
            "has a form of its own",
            "write `state: { backend: { azurerm: { storage_account, container, key } } }` in environment.yaml".to_owned(),
        ),
        "remote" | "cloud" => (
            "would run the plans elsewhere",
            format!("choose one that keeps the state alone: {}", or_list(&words)),
        ),
        _ => (
            "not one that lostops knows",
            format!("choose {}", or_list(&words)),
        ),
    };
    let message = "the file of the state's backend names one that it cannot hold";
    reader.report(&LO104, name.range, message, label, help);
    None
}

/// Files that a pull request could bring, and that name programs to start.
const STARTS_PROGRAMS: [&str; 2] = ["config_path", "shared_credentials_file"];

fn setting(key: &Key, node: &Node, reader: &mut Reader<'_>) -> Option<Value> {
    let wrong = if STARTS_PROGRAMS.contains(&key.name.as_str()) {
        Some((
            key.range,
            "names a file that may start programs",
            "set it by the environment variable that the backend's documentation names",
        ))
    } else {
        let wrong = match &node.kind {
            Kind::Null | Kind::List(_) | Kind::Map(_) => Some((
                "takes a text, a number, `true` or `false`",
                "give what is more than that by an environment variable of the backend",
            )),
            // OpenTofu would evaluate it, Terraform would not.
            Kind::Text(text) if text.contains("${") || text.contains("%{") => Some((
                "holds a template, and nothing here is evaluated",
                "write the value itself",
            )),
            Kind::Text(text) if text.starts_with("secret:") => Some((
                "is taken as it stands, and names no secret here",
                "give the secret to the job as the environment variable that the backend's documentation names",
            )),
            _ => None,
        };
        wrong.map(|(what, help)| (node.range, what, help))
    };
    if let Some((range, what, help)) = wrong {
        let message = format!("the setting `{}` {what}", key.name);
        reader.report(&LO104, range, message, "not possible here", help);
        return None;
    }
    match &node.kind {
        Kind::Text(text) => Some(Value::from(text.as_str())),
        Kind::Bool(value) => Some(Value::from(*value)),
        _ => serde_json::from_str(reader.raw(node)).ok(),
    }
}
