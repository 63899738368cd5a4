//! Comments of issues and pull requests.

use super::super::facts::Facts;
use super::super::state::Comment;
use super::{Host, Said, error, invalid};
use serde_json::{Value, json};

/// The longest body of a comment, in characters.
const LONGEST: usize = 65_536;

impl Host<'_> {
    pub(super) fn list_comments(&self) -> Said {
        let pull = self.id("issue_number");
        if !self.state.pulls.contains_key(&pull) {
            return error(404, "Not Found");
        }
        let comments = self
            .state
            .comments
            .values()
            .filter(|comment| comment.pull == pull);
        (200, comments.map(|comment| self.shown(comment)).collect())
    }

    pub(super) fn create_comment(&mut self) -> Said {
        let pull = self.id("issue_number");
        if !self.state.pulls.contains_key(&pull) {
            return error(404, "Not Found");
        }
        let body = self.request.body["body"].as_str().unwrap_or_default();
        if let Some(refusal) = refused(body) {
            return refusal;
        }
        let author = self.state.login.clone();
        let comment = self.state.comment(pull, &author, body);
        (201, self.shown(&comment))
    }

    pub(super) fn edit_comment(&mut self) -> Said {
        let id = self.id("comment_id");
        let login = self.state.login.clone();
        let body = self.request.body["body"].as_str().unwrap_or_default();
        let Some(comment) = self.state.comments.get_mut(&id) else {
            return error(404, "Not Found");
        };
        // The token of a job may edit its own comments only.
        if comment.author.as_ref() != Some(&login) {
            return error(403, "Resource not accessible by integration");
        }
        if let Some(refusal) = refused(body) {
            return refusal;
        }
        body.clone_into(&mut comment.body);
        comment.edits += 1;
        comment.editor = Some(self.state.viewer.clone());
        let comment = comment.clone();
        (200, self.shown(&comment))
    }

    pub(super) fn shown(&self, comment: &Comment) -> Value {
        let mut shown = Facts::get().example("issue-comment");
        let Comment { id, pull, .. } = comment;
        let repository = &self.state.repository;
        shown["id"] = json!(id);
        shown["node_id"] = json!(comment.node_id);
        shown["body"] = json!(comment.body);
        shown["url"] = json!(format!(
            "{}/repos/{repository}/issues/comments/{id}",
            self.url
        ));
        shown["html_url"] = json!(format!(
            "https://github.example/{repository}/pull/{pull}#issuecomment-{id}"
        ));
        if let Some(author) = &comment.author {
            shown["user"] = Facts::get().example("simple-user");
            shown["user"]["login"] = json!(author);
            let kind = if author.ends_with("[bot]") {
                "Bot"
            } else {
                "User"
            };
            shown["user"]["type"] = json!(kind);
        }
        shown
    }
}

pub(super) fn refused(body: &str) -> Option<Said> {
    if body.trim().is_empty() {
        return Some(invalid("body", "body can't be blank"));
    }
    let long = body.chars().count() > LONGEST;
    long.then(|| invalid("body", "body is too long (maximum is 65536 characters)"))
}
