//! Our comment on a pull request, read back; and whether somebody else has written in it.

use super::api::GitHub;
use super::error::{Cause, GitHubError, Task};
use serde::Deserialize;
use std::collections::BTreeSet;

/// A comment of ours as it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) body: String,
    pub(crate) url: String,
    /// Whom GraphQL knows it by.
    node: String,
}

impl GitHub<'_> {
    /// The newest of ours with this marker, its first bytes.
    pub(crate) fn kept_comment(
        &self,
        pull: u64,
        marker: &str,
    ) -> Result<Option<Kept>, GitHubError> {
        let found = self.our_comment(pull, marker, &BTreeSet::new())?;
        Ok(found.map(|comment| Kept {
            body: comment.body.unwrap_or_default(),
            url: comment.html_url,
            node: comment.node_id,
        }))
    }

    /// Who else has edited a comment of ours last; `None` where nobody has. REST does not tell.
    pub(crate) fn strange_editor(
        &self,
        pull: u64,
        kept: &Kept,
    ) -> Result<Option<String>, GitHubError> {
        #[derive(Deserialize)]
        struct Data {
            node: Option<Node>,
        }
        #[derive(Deserialize)]
        struct Node {
            editor: Option<Editor>,
        }
        #[derive(Deserialize)]
        struct Editor {
            login: String,
        }
        let task = Task::ReadComments { pull };
        // It goes into a query, and everything else than an id stays out of that.
        let is_id = |byte: u8| byte.is_ascii_alphanumeric() || b"_-=+/".contains(&byte);
        if !kept.node.bytes().all(is_id) {
            let what = "the comment's `node_id` is none".to_owned();
            return Err(GitHubError::new(task, Cause::Unreadable, what));
        }
        let query = format!(
            "query {{ node(id: \"{}\") {{ ... on IssueComment {{ editor {{ login }} }} }} }}",
            kept.node
        );
        let data: Data = self.query(task, &query)?;
        let Some(editor) = data.node.and_then(|node| node.editor) else {
            return Ok(None);
        };
        let ours = self.is_us(&editor.login)? || self.is_us(&format!("{}[bot]", editor.login))?;
        Ok((!ours).then_some(editor.login))
    }
}
