//! The pull request that a commit came from, after a merge, a squash or a rebase.

use super::api::{Call, GitHub};
use super::comment::PAGE;
use super::error::{GitHubError, Task};
use super::retry::Repeat;
use http::Method;
use serde::Deserialize;

/// Pages of pull requests that hold one commit; nobody has that many.
const PAGES: usize = 10;

/// A merged pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pull {
    pub(crate) number: u64,
    /// What was reviewed last; after a squash or a rebase not in the branch.
    pub(crate) head_sha: String,
    /// What stands in the branch for it.
    pub(crate) merge_commit_sha: Option<String>,
    /// For a browser.
    pub(crate) url: String,
}

#[derive(Deserialize)]
struct Listed {
    number: u64,
    html_url: String,
    head: Side,
    base: Side,
    merged_at: Option<String>,
    merge_commit_sha: Option<String>,
}

#[derive(Deserialize)]
struct Side {
    #[serde(rename = "ref")]
    name: String,
    sha: String,
}

impl GitHub<'_> {
    /// The merged pull request by which `sha` (hexadecimal) came into `base_branch`; `None` for a direct push.
    pub(crate) fn pull_of_commit(
        &self,
        sha: &str,
        base_branch: &str,
    ) -> Result<Option<Pull>, GitHubError> {
        if sha.is_empty() || !sha.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(None);
        }
        let mut merged: Vec<Listed> = Vec::new();
        for page in 1..=PAGES {
            let path = format!(
                "{}/commits/{sha}/pulls?per_page={PAGE}&page={page}",
                self.repository
            );
            let pulls: Vec<Listed> = self.call(&Call {
                task: Task::FindPull,
                method: Method::GET,
                path: &path,
                body: None,
                repeat: Repeat::Freely,
            })?;
            let last = pulls.len() < PAGE;
            merged.extend(
                pulls
                    .into_iter()
                    .filter(|pull| pull.merged_at.is_some() && pull.base.name == base_branch),
            );
            if last {
                break;
            }
        }
        // A rebase of several commits names the last one; the others belong to it as well. Times of GitHub sort as
        // text.
        let made_it = |pull: &Listed| pull.merge_commit_sha.as_deref() == Some(sha);
        let best = merged
            .into_iter()
            .max_by_key(|pull| (made_it(pull), pull.merged_at.clone(), pull.number));
        Ok(best.map(|pull| Pull {
            number: pull.number,
            head_sha: pull.head.sha,
            merge_commit_sha: pull.merge_commit_sha,
            url: pull.html_url,
        }))
    }
}
