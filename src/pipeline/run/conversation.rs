//! The pull request that hears of it: which one, by which token, and our one comment there.

use super::Step;
use crate::github::access::{Access, Patience, Proxies};
use crate::github::api::GitHub;
use crate::github::comment::Written;
use crate::github::decision::{Audience, Task};
use crate::github::error::{Cause, GitHubError};
use crate::github::inputs::Inputs;
use std::time::Duration;

/// What a cancelled run has left for GitHub: its runner kills it ten seconds after the first interrupt.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(3);

/// Everything that is needed to speak on a pull request, on any thread.
#[derive(Debug, Clone)]
pub(super) struct Conversation {
    access: Access,
    audience: Audience,
    /// The pushed commit and its branch, to find the pull request by.
    sha: String,
    branch: String,
    marker: String,
}

impl Conversation {
    /// `None` when nobody is to hear of it.
    pub(super) fn new(
        step: &Step<'_>,
        inputs: &Inputs,
        task: &Task,
        environment: &str,
    ) -> Option<Self> {
        if task.audience == Audience::Nobody {
            return None;
        }
        let git_ref = &step.runner.git_ref;
        Some(Self {
            access: access(step, inputs),
            audience: task.audience.clone(),
            sha: step.runner.sha.clone(),
            branch: git_ref
                .strip_prefix("refs/heads/")
                .unwrap_or(git_ref)
                .to_owned(),
            marker: marker(environment, inputs.describers.as_str()),
        })
    }

    pub(super) fn github<'a>(&self, say: impl Fn(&str) + 'a) -> Result<GitHub<'a>, GitHubError> {
        GitHub::new(&self.access, say)
    }

    /// Lets our comment say this; where GitHub takes no more, the short form. `create` tells whether a pull request
    /// without one gets one.
    pub(super) fn say(
        &self,
        github: &GitHub<'_>,
        body: &str,
        short: &str,
        create: bool,
    ) -> Result<Option<Written>, GitHubError> {
        let pull = match self.audience {
            Audience::Nobody => None,
            Audience::Pull(number) => Some(number),
            Audience::PullOfCommit => github
                .pull_of_commit(&self.sha, &self.branch)?
                .map(|pull| pull.number),
        };
        let Some(pull) = pull else { return Ok(None) };
        let write = |body: &str| {
            let body = format!("{}\n{body}", self.marker);
            github.upsert_comment(pull, &self.marker, &body, create)
        };
        match write(body) {
            Err(error) if error.cause() == Cause::TooLong => write(short),
            done => done,
        }
    }
}

pub(super) fn access(step: &Step<'_>, inputs: &Inputs) -> Access {
    let variable = |names: [&str; 2]| {
        let values = names
            .into_iter()
            .find_map(|name| step.context.variable(name));
        values.unwrap_or_default().to_owned()
    };
    Access {
        api_url: step.runner.api_url.clone(),
        graphql_url: step.runner.graphql_url.clone(),
        token: inputs.token.clone(),
        repository: step.runner.repository.clone(),
        ca_bundle: inputs
            .ca_bundle
            .as_ref()
            .map(|file| step.context.folder.join(file)),
        proxies: Proxies {
            http: variable(["HTTP_PROXY", "http_proxy"]),
            https: variable(["HTTPS_PROXY", "https_proxy"]),
            no: variable(["NO_PROXY", "no_proxy"]),
        },
        patience: Patience::default(),
    }
}

/// The comment's first bytes: by them, and by its author, it is found again. Data in it cannot end it.
fn marker(environment: &str, describers: &str) -> String {
    let plain = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'/' => {
                    char::from(byte).to_string()
                }
                // Two dashes in a row would end an HTML comment.
                byte => format!("%{byte:02X}"),
            })
            .collect()
    };
    format!(
        "<!-- lostops {{\"v\":1,\"environment\":\"{}\",\"describers\":\"{}\"}} -->",
        plain(environment),
        plain(describers)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_end_the_marker_or_be_taken_for_another() {
        let hostile = marker("a--><b>", "x\"y");
        assert_eq!(hostile.matches("-->").count(), 1, "{hostile}");
        assert!(hostile.ends_with("-->"));
        assert_ne!(marker("a-b", "d"), marker("a_b", "d"));
    }
}
