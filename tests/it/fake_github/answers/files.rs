//! Files of the repository, and the findings that are uploaded.

use super::super::facts::Facts;
use super::super::state::Sarif;
use super::{Host, Said, error};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::io::Read as _;

/// The most that a folder shows.
const LISTED: usize = 1000;
/// The largest SARIF file, compressed.
const LARGEST: usize = 10 << 20;

/// Not git's own, and as good: the same for the same bytes.
pub(super) fn digest(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    let hex = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
    hex.take(20).collect()
}

impl Host<'_> {
    /// A file, or what a folder holds itself.
    pub(super) fn contents(&self) -> Said {
        let path = &self.parameter("path").replace("%20", " ");
        let pairs = self.request.query.split('&');
        let mut pairs = pairs.filter_map(|pair| pair.split_once('='));
        let commit = pairs.find(|(key, _)| *key == "ref").map(|(_, value)| value);
        let commit = commit.unwrap_or("main").to_owned();
        let shown = |kind: &str, path: &str| {
            let mut shown = Facts::get().example("content-file");
            shown["type"] = json!(kind);
            shown["path"] = json!(path);
            shown["name"] = json!(path.rsplit('/').next());
            shown
        };
        if let Some(bytes) = self.state.files.get(&(commit.clone(), path.clone())) {
            let mut file = shown("file", path);
            file["sha"] = json!(digest(bytes));
            file["encoding"] = json!("base64");
            let text = STANDARD.encode(bytes);
            let lines: Vec<&str> = text
                .as_bytes()
                .chunks(60)
                .filter_map(|it| std::str::from_utf8(it).ok())
                .collect();
            file["content"] = json!(lines.join("\n") + "\n");
            return (200, file);
        }
        let mut entries = std::collections::BTreeMap::new();
        // The root has no name, and is there in every repository.
        let begin = if path.is_empty() {
            String::new()
        } else {
            format!("{path}/")
        };
        for (at, name) in self.state.files.keys() {
            if let (true, Some(rest)) = (*at == commit, name.strip_prefix(&begin)) {
                let (child, kind) = match rest.split_once('/') {
                    Some((folder, _)) => (folder, "dir"),
                    None => (rest, "file"),
                };
                let mut entry = shown(kind, &format!("{begin}{child}"));
                let fields = entry.as_object_mut().expect("an object");
                fields.remove("content");
                fields.remove("encoding");
                entries.insert(child.to_owned(), entry);
            }
        }
        if entries.is_empty() && !path.is_empty() {
            return error(404, "Not Found");
        }
        (200, entries.into_values().take(LISTED).collect())
    }

    pub(super) fn upload(&mut self) -> Said {
        let body = &self.request.body;
        let packed = STANDARD.decode(body["sarif"].as_str().unwrap_or_default());
        let Ok(packed) = packed else {
            return error(400, "sarif is not Base64");
        };
        if packed.len() > LARGEST {
            return (413, Value::Null);
        }
        let mut text = String::new();
        let unpacked = flate2::read::GzDecoder::new(&*packed).read_to_string(&mut text);
        let document: Option<Value> = unpacked.ok().and_then(|_| serde_json::from_str(&text).ok());
        let Some(document) = document.filter(|document| document["version"] == "2.1.0") else {
            self.state
                .violations
                .push("what was uploaded is not gzipped SARIF 2.1.0".to_owned());
            return error(400, "sarif is not gzipped SARIF");
        };
        let id = format!("47177e22-5596-11eb-80a1-{:012}", self.state.sarifs.len());
        self.state.sarifs.push(Sarif {
            commit_sha: body["commit_sha"].as_str().unwrap_or_default().to_owned(),
            git_ref: body["ref"].as_str().unwrap_or_default().to_owned(),
            document,
        });
        (
            202,
            json!({ "id": id, "url": format!("{}/code-scanning/sarifs/{id}", self.url) }),
        )
    }
}
