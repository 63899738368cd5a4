//! Compose files that describers name: read as describers are, and searched for secrets that stand in clear.

use super::codes::LO102;
use super::document::{Content, Document};
use super::read::Reader;
use super::{file, secrets};
use crate::finding::Finding;
use crate::source::{FileId, Located, SourceMap};
use crate::yaml;
use crate::yaml::tree::{Kind, Node};
use camino::{Utf8Path, Utf8PathBuf};
use std::collections::BTreeMap;

/// The Compose files of an environment, by their paths as describers have them.
pub(super) type ComposeFiles = BTreeMap<String, Result<ComposeFile, Box<Finding>>>;

/// One that could be read.
#[derive(Debug)]
pub(super) struct ComposeFile {
    pub(super) source: FileId,
    pub(super) path: Utf8PathBuf,
    /// As it is brought to a server.
    pub(super) text: String,
    /// The project's name, where the file itself gives it one.
    pub(super) name: Option<Located<String>>,
    pub(super) findings: Vec<Finding>,
}

/// Reads every file that the documents of a folder name. `ids` gives them the numbers that they then have in `sources`.
pub(super) fn read(
    folder: &Utf8Path,
    documents: &[Document],
    root: &Utf8Path,
    (ids, sources): (&mut SourceMap, &mut SourceMap),
) -> ComposeFiles {
    let mut files = ComposeFiles::new();
    for named in documents.iter().flat_map(named) {
        files.entry(named.to_owned()).or_insert_with(|| {
            let path = folder.join(named);
            let text = file::read_below(&path, root)?;
            let source = ids.add(&path, "");
            let (file, shown) = from_text(source, path, text);
            sources.add(&file.path, shown);
            Ok(file)
        });
    }
    files
}

fn named(document: &Document) -> Vec<&str> {
    let Content::Server(Some(server)) = &document.content else {
        return Vec::new();
    };
    let services = server.services.as_ref().map(|services| &services.value);
    let projects = services.and_then(|services| services.compose.as_ref());
    let projects = projects.iter().flat_map(|table| &table.value.entries);
    projects
        .filter_map(|(_, project)| Some(project.value.file.0.as_ref()?.value.0.as_str()))
        .collect()
}

const HIDE: &str = "replace the secret, write `${NAME}` here, and give it to the project in the describer: \
`environment: { NAME: secret:NAME }`";

/// The file, and its text with secrets masked.
fn from_text(source: FileId, path: Utf8PathBuf, text: String) -> (ComposeFile, String) {
    let mut reader = Reader::new(source, &text);
    let mut name = None;
    match yaml::parse(&text) {
        Ok(root) => {
            scan(&root, "", &mut reader);
            name = called(&root, source);
        }
        Err(refusal) => {
            reader.report(
                &LO102,
                refusal.range,
                format!(
                    "this is not a Compose file that lostops follows: {}",
                    refusal.message
                ),
                "here",
                "correct the YAML: one document in each file, and no tags such as `!reset`",
            );
            reader.secrets = secrets::guess(&text);
        }
    }
    let (mut findings, hidden) = (reader.findings, reader.secrets);
    for finding in findings.iter_mut().filter(|finding| finding.meta != &LO102) {
        HIDE.clone_into(&mut finding.help);
    }
    let shown = secrets::masked(&text, &hidden);
    let file = ComposeFile {
        source,
        path,
        text,
        name,
        findings,
    };
    (file, shown)
}

fn called(root: &Node, source: FileId) -> Option<Located<String>> {
    let Kind::Map(entries) = &root.kind else {
        return None;
    };
    let (_, node) = entries.iter().find(|(key, _)| key.name == "name")?;
    let name = match &node.kind {
        Kind::Null => return None,
        Kind::Text(text) => text.clone(),
        _ => String::new(),
    };
    let span = source.span(node.range.start, node.range.end);
    Some(Located::new(name, span))
}

/// Words that stand under `MYSQL_ALLOW_EMPTY_PASSWORD` and its like.
const SWITCHES: &[&str] = &["yes", "no", "on", "off", "true", "false", "1", "0"];

/// Every value; what names a variable is no secret. A list may hold `NAME=value`.
fn scan(node: &Node, key: &str, reader: &mut Reader<'_>) {
    match &node.kind {
        Kind::Map(entries) => entries
            .iter()
            .for_each(|(key, value)| scan(value, &key.name, reader)),
        Kind::List(items) => items.iter().for_each(|item| scan(item, key, reader)),
        Kind::Text(text) => {
            let (key, value) = text.split_once('=').unwrap_or((key, text));
            if value.contains('$') || SWITCHES.contains(&value.to_lowercase().as_str()) {
                return;
            }
            let value = Node {
                kind: Kind::Text(value.to_owned()),
                ..node.clone()
            };
            secrets::scan(&value, key, reader);
        }
        _ => secrets::scan(node, key, reader),
    }
}
