//! A change of files, proposed as a pull request: a branch at a commit, the files on it, the request.

use super::api::{Call, GitHub};
use super::error::{GitHubError, Task};
use super::files::encoded;
use super::retry::Repeat;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

/// What is proposed.
#[derive(Debug, Clone)]
pub(crate) struct Proposal<'p> {
    /// A new one, without `refs/heads/`.
    pub(crate) branch: &'p str,
    /// The branch that it is to go into.
    pub(crate) base: &'p str,
    /// Where both begin.
    pub(crate) commit: &'p str,
    /// One line: of the commits, and of the request.
    pub(crate) title: &'p str,
    /// Markdown.
    pub(crate) body: &'p str,
    /// Path in the repository, and what the file is to say. All of them are there already.
    pub(crate) files: &'p [(String, String)],
}

#[derive(Deserialize)]
struct Known {
    sha: String,
}

#[derive(Deserialize)]
struct Opened {
    html_url: String,
}

impl GitHub<'_> {
    /// Proposes it; the request's address. What fails halfway leaves a branch and no request.
    pub(crate) fn propose(&self, proposal: &Proposal<'_>) -> Result<String, GitHubError> {
        let commit = encoded(proposal.commit);
        let mut known = Vec::new();
        for (path, _) in proposal.files {
            let path = format!("contents/{}?ref={commit}", encoded(path));
            let file: Known = self.proposing(Method::GET, &path, None)?;
            known.push(file.sha);
        }
        let reference = json!({
            "ref": format!("refs/heads/{}", proposal.branch),
            "sha": proposal.commit,
        });
        let _: Value = self.proposing(Method::POST, "git/refs", Some(&reference))?;
        for ((path, text), sha) in proposal.files.iter().zip(&known) {
            let file = json!({
                "message": proposal.title,
                "content": STANDARD.encode(text),
                "sha": sha,
                "branch": proposal.branch,
            });
            let path = format!("contents/{}", encoded(path));
            let _: Value = self.proposing(Method::PUT, &path, Some(&file))?;
        }
        let request = json!({
            "title": proposal.title,
            "body": proposal.body,
            "head": proposal.branch,
            "base": proposal.base,
        });
        let opened: Opened = self.proposing(Method::POST, "pulls", Some(&request))?;
        Ok(opened.html_url)
    }

    fn proposing<T: serde::de::DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T, GitHubError> {
        let repeat = if method == Method::GET {
            Repeat::Freely
        } else {
            Repeat::IfNotDone
        };
        self.call(&Call {
            task: Task::Propose,
            method,
            path: &format!("{}/{path}", self.repository),
            body,
            repeat,
        })
    }
}
