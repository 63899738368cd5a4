//! Finds the environments in a folder, and the files of each.

use super::LoadError;
use super::codes::{LO101, LO112, LO113};
use crate::finding::{Finding, Severity};
use camino::{Utf8Path, Utf8PathBuf};

/// Where rules lie, beside the policy, and how their files end.
pub(crate) const RULES: &str = "policy";
pub(crate) const ENDING: &str = ".rego";

/// What a file is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Environment,
    Policy,
    Server,
}

/// A folder of describers.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: Utf8PathBuf,
    /// By path.
    pub(super) files: Vec<(Part, Utf8PathBuf)>,
    /// Files of rules, by path.
    pub(super) rules: Vec<Utf8PathBuf>,
}

#[derive(Debug)]
pub(super) struct Found {
    /// By path.
    pub(super) folders: Vec<Folder>,
    pub(super) findings: Vec<Finding>,
}

/// The folder itself, or each of its sub-folders that holds `environment.yaml`.
pub(super) fn find(folder: &Utf8Path) -> Result<Found, LoadError> {
    match fs_err::metadata(folder) {
        Ok(kind) if kind.is_dir() => {}
        Ok(_) => return Err(LoadError::NotAFolder(folder.to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(LoadError::NoFolder(folder.to_owned()));
        }
        Err(source) => {
            return Err(LoadError::Unreadable {
                folder: folder.to_owned(),
                source,
            });
        }
    }
    let mut findings = Vec::new();
    let own = list(folder, &mut findings)?;
    let mut folders = Vec::new();
    let mut others = Vec::new();
    for path in &own.folders {
        let Ok(inner) = list(path, &mut findings) else {
            continue;
        };
        if inner.has(Part::Environment) {
            folders.push(Folder {
                path: path.clone(),
                files: inner.files,
                rules: rules(path)?,
            });
        } else if inner.has(Part::Policy) {
            others.push(path.clone());
        }
    }
    if folders.is_empty() || own.has(Part::Environment) {
        for inner in &folders {
            findings.push(
                Finding::new(&LO113, format!("`{folder}` and `{}` both hold an `environment.yaml`", inner.path))
                    .help("move the files of the outer folder into a sub-folder of their own, or remove the inner one"),
            );
        }
        return Ok(Found {
            folders: vec![Folder {
                path: folder.to_owned(),
                files: own.files,
                rules: rules(folder)?,
            }],
            findings,
        });
    }
    for (_, file) in &own.files {
        findings.push(
            Finding::new(&LO112, format!("`{file}` belongs to no environment"))
                .help("move it into the sub-folder of an environment")
                .severity(Severity::Warning),
        );
    }
    for path in others {
        findings.push(
            Finding::new(
                &LO112,
                format!("`{path}` holds a policy but no `environment.yaml`"),
            )
            .help("add its `environment.yaml`, or remove the folder"),
        );
    }
    Ok(Found { folders, findings })
}

/// `policy/*.rego` of an environment's folder.
fn rules(folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, LoadError> {
    let folder = folder.join(RULES);
    let unreadable = |source| LoadError::Unreadable {
        folder: folder.clone(),
        source,
    };
    let entries = match fs_err::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut rules = Vec::new();
    for entry in entries {
        let name = entry.map_err(unreadable)?.file_name();
        // One whose name is no text would be left out in silence.
        let name = name.to_string_lossy();
        if name.ends_with(ENDING) {
            rules.push(folder.join(&*name));
        }
    }
    rules.sort();
    Ok(rules)
}

#[derive(Debug, Default)]
struct Listing {
    files: Vec<(Part, Utf8PathBuf)>,
    folders: Vec<Utf8PathBuf>,
}

impl Listing {
    fn has(&self, part: Part) -> bool {
        self.files.iter().any(|(other, _)| *other == part)
    }
}

/// YAML files and sub-folders by path; hidden ones are none of ours, and `policy/` holds rules.
fn list(folder: &Utf8Path, findings: &mut Vec<Finding>) -> Result<Listing, LoadError> {
    let unreadable = |source| LoadError::Unreadable {
        folder: folder.to_owned(),
        source,
    };
    let mut listing = Listing::default();
    for entry in fs_err::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = match entry.file_name().into_string() {
            Ok(name) => name,
            Err(name) => {
                let name = name.to_string_lossy().into_owned();
                let message = format!("the file name `{name}` in `{folder}` is not UTF-8");
                findings.push(Finding::new(&LO101, message).help("rename the file"));
                continue;
            }
        };
        if name.starts_with('.') {
            continue;
        }
        let path = folder.join(&name);
        let stem = name
            .strip_suffix(".yaml")
            .or_else(|| name.strip_suffix(".yml"));
        match stem {
            Some("environment") => listing.files.push((Part::Environment, path)),
            Some("policy") => listing.files.push((Part::Policy, path)),
            Some(_) => listing.files.push((Part::Server, path)),
            None if name != RULES && entry.file_type().is_ok_and(|kind| kind.is_dir()) => {
                listing.folders.push(path);
            }
            None => {}
        }
    }
    // As text: to compare paths part by part takes far longer.
    listing.files.sort_by(|a, b| a.1.as_str().cmp(b.1.as_str()));
    listing.folders.sort();
    Ok(listing)
}
/// What a folder lacks that an environment needs.
pub(super) fn missing(
    folder: &Utf8Path,
    environment: bool,
    policy: bool,
    servers: bool,
    findings: &mut Vec<Finding>,
) {
    for (there, what) in [(environment, "environment.yaml"), (policy, "policy.yaml")] {
        if !there {
            let message = format!("`{folder}` has no `{what}`");
            findings
                .push(Finding::new(&LO112, message).help(format!("add `{}`", folder.join(what))));
        }
    }
    if !servers {
        findings.push(
            Finding::new(&LO112, format!("`{folder}` describes no server")).help(format!(
                "add one, such as `{}`",
                folder.join("backend.yaml")
            )),
        );
    }
}
