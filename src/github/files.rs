//! Files of the repository as they are at a commit, without a clone.

use super::api::{Call, GitHub};
use super::error::{Cause, GitHubError, Task};
use super::retry::Repeat;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde::Deserialize;
use std::collections::BTreeMap;

/// More files than this are no describers.
const MOST: usize = 2000;
/// GitHub lists no more of a folder, and does not say that there is more.
const LISTED: usize = 1000;

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    path: String,
}

#[derive(Deserialize)]
struct File {
    encoding: String,
    content: String,
}

impl GitHub<'_> {
    /// The files below a folder whose names are wanted, by their paths from there; `None` where the commit has no such folder.
    pub(crate) fn files(
        &self,
        folder: &str,
        commit: &str,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Result<Option<BTreeMap<String, Vec<u8>>>, GitHubError> {
        let mut files = BTreeMap::new();
        // What is to be looked through: where it lies in the repository, and from the folder on.
        let mut folders = vec![(place(folder), String::new())];
        let mut first = true;
        while let Some((path, below)) = folders.pop() {
            let entries: Vec<Entry> = match self.contents(&path, commit) {
                Err(error) if first && error.cause() == Cause::Missing => return Ok(None),
                other => other?,
            };
            first = false;
            if entries.len() >= LISTED {
                let what = format!(
                    "GitHub may not have listed all of `{path}`: it gives {LISTED} entries at most"
                );
                return Err(GitHubError::new(Task::ReadFiles, Cause::Refused, what)
                    .with_help("keep fewer files beside the describers"));
            }
            for entry in entries {
                let name = if below.is_empty() {
                    entry.name.clone()
                } else {
                    format!("{below}/{}", entry.name)
                };
                // What is another repository is no describer; of a link GitHub gives what it leads to.
                match entry.kind.as_str() {
                    "dir" => folders.push((entry.path, name)),
                    "file" | "symlink" if wanted(&entry.name) => {
                        files.insert(name, self.file(&entry.path, commit)?);
                    }
                    _ => {}
                }
            }
            if files.len() + folders.len() > MOST {
                let what = format!("`{folder}` holds more than {MOST} files");
                return Err(GitHubError::new(Task::ReadFiles, Cause::Refused, what));
            }
        }
        Ok(Some(files))
    }

    /// Whether a commit can be read at all: of what a token may not read GitHub says that it is not there.
    pub(crate) fn reads(&self, commit: &str) -> Result<(), GitHubError> {
        let _: Vec<Entry> = self.contents("", commit)?;
        Ok(())
    }

    /// Whether a commit has this folder.
    pub(crate) fn has_folder(&self, folder: &str, commit: &str) -> Result<bool, GitHubError> {
        match self.contents::<Vec<Entry>>(&place(folder), commit) {
            Err(error) if error.cause() == Cause::Missing => Ok(false),
            found => found.map(|_| true),
        }
    }

    fn file(&self, path: &str, commit: &str) -> Result<Vec<u8>, GitHubError> {
        let file: File = self.contents(path, commit)?;
        // In lines, as for mail.
        let text: String = file.content.split_whitespace().collect();
        let bytes = (file.encoding == "base64").then(|| STANDARD.decode(text).ok());
        bytes.flatten().ok_or_else(|| {
            let what = format!("`{path}` is not given as Base64");
            GitHubError::new(Task::ReadFiles, Cause::Unreadable, what)
        })
    }

    fn contents<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        commit: &str,
    ) -> Result<T, GitHubError> {
        let path = format!(
            "{}/contents/{}?ref={}",
            self.repository,
            encoded(path),
            encoded(commit)
        );
        self.call(&Call {
            task: Task::ReadFiles,
            method: Method::GET,
            path: &path,
            body: None,
            repeat: Repeat::Freely,
        })
    }
}

/// Where a folder lies in the repository, which itself has no name.
fn place(folder: &str) -> String {
    let names = folder.split('/').filter(|name| !matches!(*name, "" | "."));
    names.collect::<Vec<_>>().join("/")
}

/// A path as an address holds it: only its slashes are its own.
pub(super) fn encoded(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_itself_has_no_name() {
        assert_eq!(
            [".", "./", "a//b/./c/"].map(place),
            ["", "", "a/b/c"].map(str::to_owned)
        );
    }

    #[test]
    fn a_name_cannot_ask_for_anything_else() {
        assert_eq!(encoded("a/b c?ref=x#y"), "a/b%20c%3Fref%3Dx%23y");
    }
}
