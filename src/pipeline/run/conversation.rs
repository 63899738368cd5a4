//! The pull request that hears of it: which one, by which token, and our one comment there.

use super::Step;
use crate::context::Context;
use crate::github::access::{Access, Patience, Proxies};
use crate::github::api::GitHub;
use crate::github::comment::Written;
use crate::github::decision::{Audience, Task};
use crate::github::error::{Cause, GitHubError};
use crate::github::inputs::Inputs;
use crate::github::review::Kept;
use crate::pipeline::describe;
use crate::process;
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
    /// The first bytes of the comment.
    marker: String,
    /// Comments with these are taken for it, in this order.
    known: Vec<String>,
}

impl Conversation {
    /// `None` when nobody is to hear of it.
    pub(super) fn new(
        step: &Step<'_>,
        inputs: &Inputs,
        task: &Task,
        environment: &str,
    ) -> Option<Self> {
        let describers = inputs.describers.as_str();
        // Where the describers do not name it, the job does, if anything.
        let asked = inputs.environment.as_deref().unwrap_or_default();
        let name = if environment.is_empty() {
            asked
        } else {
            environment
        };
        let marker = marker(describers, name);
        // A run that could not even learn the environment's name leaves its comment without one, and takes any of the
        // folder for its own; but where there are several, each is another environment's.
        let known = if !name.is_empty() {
            vec![marker.clone(), self::marker(describers, "")]
        } else if are_several(step, inputs) {
            vec![marker.clone()]
        } else {
            vec![any_of(describers)]
        };
        Self::by(step, inputs, task, marker, known)
    }

    /// About all environments at once.
    pub(super) fn of_all(step: &Step<'_>, inputs: &Inputs, task: &Task) -> Option<Self> {
        let marker = all_marker(inputs.describers.as_str());
        Self::by(step, inputs, task, marker.clone(), vec![marker])
    }

    fn by(
        step: &Step<'_>,
        inputs: &Inputs,
        task: &Task,
        marker: String,
        known: Vec<String>,
    ) -> Option<Self> {
        if task.audience == Audience::Nobody {
            return None;
        }
        Some(Self {
            access: access(step, inputs),
            audience: task.audience.clone(),
            sha: step.runner.sha.clone(),
            branch: step.runner.branch().to_owned(),
            marker,
            known,
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
        match self.pull(github)? {
            Some(pull) => self.say_on(github, pull, body, short, create),
            None => Ok(None),
        }
    }

    /// The number of the pull request; `None` where there is none.
    pub(super) fn pull(&self, github: &GitHub<'_>) -> Result<Option<u64>, GitHubError> {
        Ok(match self.audience {
            Audience::Nobody => None,
            Audience::Pull(number) => Some(number),
            Audience::PullOfCommit => github
                .pull_of_commit(&self.sha, &self.branch)?
                .map(|pull| pull.number),
        })
    }

    /// Our comment as it stands there.
    pub(super) fn standing(
        &self,
        github: &GitHub<'_>,
        pull: u64,
    ) -> Result<Option<Kept>, GitHubError> {
        for known in &self.known {
            let found = github.kept_comment(pull, known)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    pub(super) fn say_on(
        &self,
        github: &GitHub<'_>,
        pull: u64,
        body: &str,
        short: &str,
        create: bool,
    ) -> Result<Option<Written>, GitHubError> {
        let written = |body: &str| {
            let body = format!("{}\n{body}", self.marker);
            for known in &self.known {
                let edited = github.upsert_comment(pull, known, &body, false)?;
                if edited.is_some() {
                    return Ok(edited);
                }
            }
            if !create {
                return Ok(None);
            }
            github.upsert_comment(pull, &self.marker, &body, true)
        };
        match written(body) {
            Err(error) if error.cause() == Cause::TooLong => written(short),
            done => done,
        }
    }
}

/// Whether the folder holds more than one environment.
fn are_several(step: &Step<'_>, inputs: &Inputs) -> bool {
    let names = describe::names(step.context, Some(&inputs.describers));
    names.is_ok_and(|names| names.len() > 1)
}

/// As everybody's programs read them.
pub(in crate::pipeline) fn proxies(context: &Context) -> Proxies {
    let variable = |names: [&str; 2]| {
        let values = names.into_iter().find_map(|name| context.variable(name));
        values.unwrap_or_default().to_owned()
    };
    Proxies {
        http: variable(["HTTP_PROXY", "http_proxy"]),
        https: variable(["HTTPS_PROXY", "https_proxy"]),
        no: variable(["NO_PROXY", "no_proxy"]),
    }
}

/// A client whose asking ends soon after an interrupt.
pub(super) fn client<'s>(step: &'s Step<'_>, inputs: &Inputs) -> Result<GitHub<'s>, GitHubError> {
    let github = GitHub::new(&access(step, inputs), |wait| step.log.say(wait))?;
    let hurry = github.hurry();
    process::when_cancelled(move || hurry.within(LAST_WORDS));
    Ok(github)
}

fn access(step: &Step<'_>, inputs: &Inputs) -> Access {
    Access {
        api_url: step.runner.api_url.clone(),
        graphql_url: step.runner.graphql_url.clone(),
        token: inputs.token.clone(),
        repository: step.runner.repository.clone(),
        ca_bundle: inputs
            .ca_bundle
            .as_ref()
            .map(|file| step.context.folder.join(file)),
        proxies: proxies(step.context),
        patience: Patience::default(),
    }
}

/// The comment's first bytes: by them, and by its author, it is found again.
pub(super) fn marker(describers: &str, environment: &str) -> String {
    format!(
        "{}\"environment\":\"{}\"}} -->",
        any_of(describers),
        plain(environment)
    )
}

/// The marker of the one comment on all environments of a folder. It does not begin as theirs do, so that none takes it for its
/// own.
pub(super) fn all_marker(describers: &str) -> String {
    format!(
        "<!-- lostops {{\"v\":1,\"all\":\"{}\"}} -->",
        plain(describers)
    )
}

/// What the markers of all environments of one folder begin with.
fn any_of(describers: &str) -> String {
    format!(
        "<!-- lostops {{\"v\":1,\"describers\":\"{}\",",
        plain(describers)
    )
}

/// Data in a marker cannot end it: two dashes in a row would end an HTML comment.
pub(super) fn plain(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'/' => {
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
    fn a_name_cannot_end_the_marker_or_be_taken_for_another() {
        let hostile = marker("x\"y", "a--><b>");
        assert_eq!(hostile.matches("-->").count(), 1, "{hostile}");
        assert!(hostile.ends_with("-->"));
        assert_ne!(marker("d", "a-b"), marker("d", "a_b"));
        assert!(!all_marker("web").starts_with(&any_of("web")));
        assert!(!marker("web2", "a").starts_with(&any_of("web")));
    }
}
