//! The one comment of an environment on a pull request: found by marker and author, edited in place, never doubled.

use super::api::{Call, GitHub};
use super::error::{Cause, GitHubError, Task};
use super::retry::{Repeat, TRIES};
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The most that GitHub gives at once.
pub(super) const PAGE: usize = 100;
/// More pages than any pull request has; an end for a server that never sends a short one.
const PAGES: usize = 500;

/// A comment that says what was to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) id: u64,
    /// For a browser.
    pub(crate) url: String,
    /// By this call, not by an earlier run.
    pub(crate) created: bool,
}

#[derive(Deserialize)]
pub(super) struct Comment {
    id: u64,
    #[serde(default)]
    pub(super) node_id: String,
    pub(super) html_url: String,
    #[serde(default)]
    pub(super) body: Option<String>,
    /// Of one who left GitHub there is none.
    user: Option<Author>,
}

#[derive(Deserialize)]
struct Author {
    login: String,
}

impl GitHub<'_> {
    /// Lets our comment with this marker, its first bytes, say `body`. `create: false` leaves a pull request without
    /// one as it is: `None`.
    ///
    /// [`Cause::TooLong`] asks for a shorter body.
    pub(crate) fn upsert_comment(
        &self,
        pull: u64,
        marker: &str,
        body: &str,
        create: bool,
    ) -> Result<Option<Written>, GitHubError> {
        // Deleted by somebody while we look: a list may show them a little longer.
        let mut gone = BTreeSet::new();
        let mut sent = false;
        for again in 0..TRIES {
            let ours = self.our_comment(pull, marker, &gone)?;
            let done = match &ours {
                Some(comment) if is_same(comment.body.as_deref().unwrap_or_default(), body) => {
                    return Ok(Some(comment.written(sent)));
                }
                Some(comment) => self.edit(pull, comment.id, body),
                None if create => {
                    sent = true;
                    self.create(pull, body)
                }
                None => return Ok(None),
            };
            match (done, ours) {
                (Ok(comment), ours) => return Ok(Some(comment.written(ours.is_none()))),
                (Err(error), Some(comment)) if error.cause() == Cause::Missing => {
                    gone.insert(comment.id);
                }
                // It may have been written: look before writing again.
                (Err(error), None) if error.may_be_done() && again + 1 < TRIES => {
                    self.wait(self.step() * 2_u32.pow(again), error)?;
                }
                (Err(error), _) => return Err(error),
            }
        }
        let what = "each comment of ours was gone when it was to be edited".to_owned();
        Err(GitHubError::new(
            Task::WriteComment { pull },
            Cause::Missing,
            what,
        ))
    }

    /// The newest of ours, of all pages. Whoever else plants the marker is passed over.
    pub(super) fn our_comment(
        &self,
        pull: u64,
        marker: &str,
        gone: &BTreeSet<u64>,
    ) -> Result<Option<Comment>, GitHubError> {
        let mut newest: Option<Comment> = None;
        for page in 1..=PAGES {
            let path = format!(
                "{}/issues/{pull}/comments?per_page={PAGE}&page={page}",
                self.repository
            );
            let comments: Vec<Comment> = self.call(&Call {
                task: Task::ReadComments { pull },
                method: Method::GET,
                path: &path,
                body: None,
                repeat: Repeat::Freely,
            })?;
            let last = comments.len() < PAGE;
            for comment in comments {
                let marked = comment
                    .body
                    .as_deref()
                    .is_some_and(|body| body.starts_with(marker));
                let newer = newest.as_ref().is_none_or(|other| comment.id > other.id);
                if marked && newer && !gone.contains(&comment.id) {
                    let author = comment.user.as_ref().map(|user| user.login.as_str());
                    if author.map_or(Ok(false), |author| self.is_us(author))? {
                        newest = Some(comment);
                    }
                }
            }
            if last {
                break;
            }
        }
        Ok(newest)
    }

    // octocrab's own update sends POST, which GitHub does not document.
    fn edit(&self, pull: u64, id: u64, body: &str) -> Result<Comment, GitHubError> {
        let path = format!("{}/issues/comments/{id}", self.repository);
        self.write(pull, Method::PATCH, &path, Repeat::Freely, body)
    }

    fn create(&self, pull: u64, body: &str) -> Result<Comment, GitHubError> {
        let path = format!("{}/issues/{pull}/comments", self.repository);
        self.write(pull, Method::POST, &path, Repeat::IfNotDone, body)
    }

    fn write(
        &self,
        pull: u64,
        method: Method,
        path: &str,
        repeat: Repeat,
        body: &str,
    ) -> Result<Comment, GitHubError> {
        let body: Value = json!({ "body": body });
        self.call(&Call {
            task: Task::WriteComment { pull },
            method,
            path,
            body: Some(&body),
            repeat,
        })
    }
}

impl Comment {
    fn written(&self, created: bool) -> Written {
        Written {
            id: self.id,
            url: self.html_url.clone(),
            created,
        }
    }
}

/// GitHub keeps line ends as they come and may drop white space at the end.
fn is_same(kept: &str, body: &str) -> bool {
    let lines = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    lines(kept) == lines(body)
}
