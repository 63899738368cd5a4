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

    /// Who else has edited a comment of ours last, in words; `None` where nobody has. REST does not tell.
    ///
    /// # Errors
    /// GitHub does not say: then it may have been anybody.
    pub(crate) fn strange_editor(
        &self,
        pull: u64,
        kept: &Kept,
    ) -> Result<Option<String>, GitHubError> {
        let task = Task::ReadComments { pull };
        // It goes into a query, and everything else than an id stays out of that.
        let is_id = |byte: u8| byte.is_ascii_alphanumeric() || b"_-=+/".contains(&byte);
        if kept.node.is_empty() || !kept.node.bytes().all(is_id) {
            let what = "the comment's `node_id` is none".to_owned();
            return Err(GitHubError::new(task, Cause::Unreadable, what));
        }
        let query = format!(
            "query {{ node(id: \"{}\") {{ ... on IssueComment {{ lastEditedAt editor {{ login }} }} }} }}",
            kept.node
        );
        let data: Data = self.query(task, &query)?;
        let Some(node) = data.node else {
            let what = "GitHub does not say who has edited the comment".to_owned();
            return Err(GitHubError::new(task, Cause::Missing, what));
        };
        let editor = match (node.editor, node.last_edited_at) {
            (Some(editor), _) => editor.login,
            (None, None) => return Ok(None),
            // We are still there.
            (None, Some(_)) => return Ok(Some("an account that is no more".to_owned())),
        };
        let ours = self.is_us(&editor)? || self.is_us(&format!("{editor}[bot]"))?;
        Ok((!ours).then(|| format!("`{editor}`")))
    }
}

/// What is asked of a comment.
#[derive(Deserialize)]
struct Data {
    node: Option<Node>,
}

/// An answer that lacks one of these is none: what is not said must not be taken for nothing.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    #[serde(deserialize_with = "Option::deserialize")]
    last_edited_at: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    editor: Option<Editor>,
}

#[derive(Deserialize)]
struct Editor {
    login: String,
}
