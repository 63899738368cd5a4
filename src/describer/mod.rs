//! Describers: YAML files become a fleet, and every error of every file is found at once, with its place.

mod assemble;
mod check;
mod codes;
mod compose;
mod document;
mod edit;
mod file;
mod folder;
mod parallel;
mod read;
mod rules;
mod schema;
mod secrets;
mod state;
mod suggest;
#[cfg(test)]
mod tests;
mod wire;

pub(crate) use codes::CODES;
pub(crate) use edit::{Change, edited};
pub(crate) use folder::{ENDING, RULES};

use crate::finding::Finding;
use crate::fleet::Fleet;
use crate::source::SourceMap;
use crate::yaml;
use crate::yaml::tree::Kind;
use camino::{Utf8Path, Utf8PathBuf};
use check::environment as environments;
use compose::ComposeFiles;
use document::{Content, Document};
use folder::Part;
use ipnet::IpNet;
use std::collections::BTreeMap;

/// Everything that was read.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// Each file that was looked at, by path; secrets that stood in clear are masked in the text.
    pub(crate) sources: SourceMap,
    /// By folder.
    pub(crate) environments: Vec<LoadedEnvironment>,
    /// Findings that belong to no environment.
    pub(crate) findings: Vec<Finding>,
}

/// One environment: a folder with `environment.yaml`, `policy.yaml` and a file for each server.
#[derive(Debug)]
pub(crate) struct LoadedEnvironment {
    /// As `environment.yaml` names it, or else the folder's name.
    pub(crate) name: String,
    /// `None` when there are findings of severity error.
    pub(crate) fleet: Option<Fleet>,
    /// Sorted.
    pub(crate) findings: Vec<Finding>,
}

/// Why there is nothing to read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    #[error("could not find the describers' folder `{0}`")]
    NoFolder(Utf8PathBuf),
    #[error(
        "could not read `{0}` as a folder: describers are a folder with `environment.yaml`, `policy.yaml` and a file for each server"
    )]
    NotAFolder(Utf8PathBuf),
    #[error("could not read the folder `{folder}`")]
    Unreadable {
        folder: Utf8PathBuf,
        source: std::io::Error,
    },
}

/// What stands in the place of a file, by its path; and by [`beside`] what a policy that stands there was written beside.
pub(crate) type Instead = BTreeMap<Utf8PathBuf, Vec<u8>>;

/// Where [`Instead`] keeps the `environment.yaml` whose `sources` a policy speaks of, when they are not its neighbour's.
pub(crate) fn beside(policy: &Utf8Path) -> Utf8PathBuf {
    policy.with_extension("sources")
}

/// The `sources` of the text of an `environment.yaml`, as far as it is understood: none where it is not.
pub(crate) fn sources_of(text: &[u8]) -> BTreeMap<String, Vec<IpNet>> {
    let file = SourceMap::default().add(Utf8Path::new(""), "");
    let document = document::given(file, Part::Environment, "environment.yaml".into(), text);
    match document.content {
        Content::Environment(Some(written)) => environments::sources(*written),
        _ => BTreeMap::new(),
    }
}

/// The name that the text of an `environment.yaml` gives its environment.
pub(crate) fn name_of(text: &str) -> Option<String> {
    let Kind::Map(entries) = yaml::parse(text).ok()?.kind else {
        return None;
    };
    let mut named = entries.into_iter().filter(|(key, _)| key.name == "name");
    match named.next()?.1.kind {
        Kind::Text(name) => Some(name),
        _ => None,
    }
}

/// Reads and checks every describer of a folder. `secrets` tells whether an environment variable is set and not empty;
/// `today` is what dates are compared with.
///
/// # Errors
/// Only when the folder itself cannot be read; whatever is wrong inside it is a finding.
pub(crate) fn load(
    folder: &Utf8Path,
    instead: &Instead,
    secrets: &dyn Fn(&str) -> bool,
    today: jiff::civil::Date,
) -> Result<Loaded, LoadError> {
    let found = folder::find(folder)?;
    let root = file::root(folder).map_err(|source| LoadError::Unreadable {
        folder: folder.to_owned(),
        source,
    })?;
    let mut ids = SourceMap::default();
    let mut work = Vec::new();
    for (at, folder) in found.folders.iter().enumerate() {
        for (part, path) in &folder.files {
            work.push((at, ids.add(path, ""), *part, path.clone()));
        }
    }
    let documents = parallel::map(work, |(at, id, part, path)| {
        let document = match instead.get(&path) {
            Some(bytes) => {
                let sources = instead.get(&beside(&path)).map(|text| sources_of(text));
                let given = document::given(id, part, path, bytes);
                Document { sources, ..given }
            }
            None => document::read(id, part, path, &root),
        };
        (at, document)
    });
    let mut sources = SourceMap::default();
    let mut by_folder: Vec<Vec<Document>> = found.folders.iter().map(|_| Vec::new()).collect();
    for (at, mut document) in documents {
        // The files are added in the order in which their ids were given.
        sources.add(&document.path, std::mem::take(&mut document.text));
        by_folder[at].push(document);
    }
    for (folder, documents) in found.folders.iter().zip(&mut by_folder) {
        let places = (&mut ids, &mut sources);
        state::read(&folder.path, documents, instead, &root, places);
    }
    let compose: Vec<ComposeFiles> = found
        .folders
        .iter()
        .zip(&by_folder)
        .map(|(folder, documents)| {
            compose::read(&folder.path, documents, &root, (&mut ids, &mut sources))
        })
        .collect();
    let rules: Vec<_> = found
        .folders
        .iter()
        .map(|folder| rules::read(folder, instead, &root, (&mut ids, &mut sources)))
        .collect();
    let environments = found
        .folders
        .into_iter()
        .zip(by_folder)
        .zip(&compose)
        .zip(rules);
    let mut findings = found.findings;
    crate::finding::sort(&mut findings);
    Ok(Loaded {
        sources,
        environments: environments
            .map(|(((folder, documents), compose), rules)| {
                let environment =
                    assemble::environment(&folder.path, documents, compose, secrets, today);
                rules.beside(environment)
            })
            .collect(),
        findings,
    })
}

/// JSON Schemas for editors: file name and content.
pub(crate) fn schemas() -> Vec<(&'static str, serde_json::Value)> {
    schema::all()
}

/// The repository's own fleet, which has every service that there is.
#[cfg(test)]
pub(crate) fn own_fleet() -> Fleet {
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("describers");
    let today = jiff::civil::date(2026, 11, 23);
    let loaded = load(&folder, &Instead::new(), &|_| true, today).expect("describers");
    let mut environments = loaded.environments.into_iter();
    environments
        .find_map(|environment| environment.fleet)
        .expect("a fleet")
}
