//! Who we are: the login that our comments carry.

use super::api::GitHub;
use super::error::{Cause, GitHubError, Task};
use serde::Deserialize;

/// Who writes with the token of a job.
const JOB: &str = "github-actions[bot]";
/// How REST, unlike GraphQL, always ends the login of an app. No user's login can hold a bracket.
const APP: &str = "[bot]";

impl GitHub<'_> {
    /// Whether this author of a comment is us. Asks GitHub once.
    pub(super) fn is_us(&self, author: &str) -> Result<bool, GitHubError> {
        if let Some(own) = self.login.get() {
            return Ok(is_same(own, author));
        }
        match self.ask_login() {
            Ok(own) => Ok(is_same(self.login.get_or_init(|| own), author)),
            Err(error) => match error.cause() {
                // It is no use to go on with such a token, or without time.
                Cause::Unauthenticated | Cause::OutOfTime => Err(error),
                // GraphQL is not for this token. Jobs have such ones.
                Cause::Forbidden | Cause::Missing | Cause::Refused | Cause::Unreadable => {
                    let own = self.login.get_or_init(|| JOB.to_owned());
                    Ok(is_same(own, author))
                }
                // Not known today: what is not ours for sure must not lead to a second comment of ours.
                _ if is_same(JOB, author) => Ok(true),
                _ => Err(error),
            },
        }
    }

    /// `GET /user` refuses the token of a job; GraphQL answers it.
    fn ask_login(&self) -> Result<String, GitHubError> {
        #[derive(Deserialize)]
        struct Data {
            viewer: Viewer,
        }
        #[derive(Deserialize)]
        struct Viewer {
            login: String,
        }
        let data: Data = self.query(Task::Identify, "query { viewer { login } }")?;
        Ok(data.viewer.login)
    }
}

/// `own` as GraphQL says it, `author` as REST does.
fn is_same(own: &str, author: &str) -> bool {
    let bare = author.strip_suffix(APP);
    own.eq_ignore_ascii_case(author) || bare.is_some_and(|bare| own.eq_ignore_ascii_case(bare))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_is_known_with_and_without_its_suffix_and_nobody_else_is() {
        assert!(is_same("github-actions[bot]", "github-actions[bot]"));
        assert!(is_same("github-actions", "github-actions[bot]"));
        assert!(is_same("Octocat", "octocat"));
        assert!(!is_same("github-actions[bot]", "github-actions"));
        assert!(!is_same("octocat", "octocat2"));
        assert!(!is_same("github-actions", "github-actions[bot][bot]"));
    }
}
