//! The one issue of an environment that tells of drift: found by marker and author, edited in place, never doubled.

use super::api::{Call, GitHub};
use super::comment::PAGE;
use super::error::{GitHubError, Task};
use super::retry::{Repeat, TRIES};
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

/// So many issues are looked through, those that were touched last first: ours was when it last told of anything.
const PAGES: usize = 10;

/// An issue of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rolling {
    pub(crate) number: u64,
    /// For a browser.
    pub(crate) url: String,
    pub(crate) is_open: bool,
    pub(crate) body: String,
}

#[derive(Deserialize)]
struct Issue {
    number: u64,
    html_url: String,
    state: String,
    #[serde(default)]
    body: Option<String>,
    user: Option<Author>,
    /// GitHub lists pull requests among issues.
    #[serde(default)]
    pull_request: Option<Value>,
}

#[derive(Deserialize)]
struct Author {
    login: String,
}

impl GitHub<'_> {
    /// The newest of ours whose first bytes are these. Whoever else plants them is passed over.
    pub(crate) fn rolling_issue(&self, marker: &str) -> Result<Option<Rolling>, GitHubError> {
        let mut newest: Option<Issue> = None;
        for page in 1..=PAGES {
            let path = format!(
                "{}/issues?state=all&sort=updated&direction=desc&per_page={PAGE}&page={page}",
                self.repository
            );
            let issues: Vec<Issue> = self.call(&Call {
                task: Task::ReadIssues,
                method: Method::GET,
                path: &path,
                body: None,
                repeat: Repeat::Freely,
            })?;
            let last = issues.len() < PAGE;
            for issue in issues {
                let body = issue.body.as_deref().unwrap_or_default();
                let newer = newest
                    .as_ref()
                    .is_none_or(|other| issue.number > other.number);
                if issue.pull_request.is_none() && newer && body.starts_with(marker) {
                    let author = issue.user.as_ref().map(|user| user.login.as_str());
                    if author.map_or(Ok(false), |author| self.is_us(author))? {
                        newest = Some(issue);
                    }
                }
            }
            if last {
                break;
            }
        }
        Ok(newest.map(Issue::rolling))
    }

    /// Opens one; where that may have been done without our knowing, what is there is taken.
    pub(crate) fn open_issue(
        &self,
        marker: &str,
        title: &str,
        body: &str,
    ) -> Result<Rolling, GitHubError> {
        let mut again = 0;
        loop {
            let path = format!("{}/issues", self.repository);
            let text = json!({ "title": title, "body": body });
            let opened = self.write_issue(Method::POST, &path, Repeat::IfNotDone, &text);
            match opened {
                Err(error) if error.may_be_done() && again + 1 < TRIES => {
                    self.wait(self.step() * 2_u32.pow(again), error)?;
                    again += 1;
                    if let Some(found) = self.rolling_issue(marker)?.filter(|it| it.is_open) {
                        return Ok(found);
                    }
                }
                other => return other,
            }
        }
    }

    /// Lets an issue say this, and be open or closed.
    pub(crate) fn edit_issue(
        &self,
        number: u64,
        title: &str,
        body: &str,
        open: bool,
    ) -> Result<Rolling, GitHubError> {
        let path = format!("{}/issues/{number}", self.repository);
        let (state, reason) = if open {
            ("open", "reopened")
        } else {
            ("closed", "completed")
        };
        let text = json!({ "title": title, "body": body, "state": state, "state_reason": reason });
        self.write_issue(Method::PATCH, &path, Repeat::Freely, &text)
    }

    fn write_issue(
        &self,
        method: Method,
        path: &str,
        repeat: Repeat,
        body: &Value,
    ) -> Result<Rolling, GitHubError> {
        let issue: Issue = self.call(&Call {
            task: Task::WriteIssue,
            method,
            path,
            body: Some(body),
            repeat,
        })?;
        Ok(issue.rolling())
    }
}

impl Issue {
    fn rolling(self) -> Rolling {
        Rolling {
            number: self.number,
            url: self.html_url,
            is_open: self.state == "open",
            body: self.body.unwrap_or_default(),
        }
    }
}
