//! The rolling issue of an environment: opened where what runs is not what is written, and closed by a run that has looked at
//! the same things and found nothing.

use super::conversation::plain;
use crate::cli::Only;
use crate::github::api::GitHub;
use crate::github::error::GitHubError;
use crate::github::issue::Rolling;
use crate::pipeline::drift;
use crate::reason::Reason;
use crate::report::{Outcome, Report};
use std::collections::BTreeSet;

/// What a run has looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Scope {
    depths: BTreeSet<String>,
    /// Empty: every server.
    servers: BTreeSet<String>,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
enum Act {
    Nothing,
    Open,
    /// Say what is now, and be open.
    Tell(u64),
    Close(u64),
    /// It is clean as far as this run has looked, which is not as far as the issue says.
    Leave(u64),
}

/// `Some`: there is an issue that tells of it; the second says what was done, for the log.
pub(super) fn roll(
    github: &GitHub<'_>,
    report: &Report,
    scope: &Scope,
    describers: &str,
    environment: &str,
    body: &str,
) -> Result<(Option<String>, Option<String>), GitHubError> {
    let marker = marker(describers, environment);
    let found = github.rolling_issue(&marker)?;
    let title = format!("lostops: what runs in {environment} is not what is written");
    let text = format!("{marker}\n{}\n{body}", scope.line());
    let told = |issue: Rolling, what: &str| {
        let words = format!("Issue {} {what}: {}", issue.number, issue.url);
        (issue.is_open.then_some(issue.url), Some(words))
    };
    Ok(match act(is_dirty(report), found.as_ref(), scope) {
        Act::Nothing => (None, None),
        Act::Open => told(github.open_issue(&marker, &title, &text)?, "was opened"),
        Act::Tell(number) => told(
            github.edit_issue(number, &title, &text, true)?,
            "tells what was found",
        ),
        Act::Close(number) => told(
            github.edit_issue(number, &title, &text, false)?,
            "was closed: all that it told of was looked at again",
        ),
        Act::Leave(number) => (
            found.map(|issue| issue.url),
            Some(format!(
                "Issue {number} stays open: this run has not looked at all that it tells of."
            )),
        ),
    })
}

/// `None`: the run could not look, which says nothing of what runs.
fn is_dirty(report: &Report) -> Option<bool> {
    match report.outcome() {
        Outcome::Clean => Some(false),
        Outcome::Violations => Some(true),
        Outcome::Failed => {
            let drift =
                report.failure.as_ref().map(|failure| failure.reason) == Some(Reason::Drift);
            drift.then_some(true)
        }
    }
}

fn act(dirty: Option<bool>, found: Option<&Rolling>, scope: &Scope) -> Act {
    match (dirty, found) {
        (None, _) | (Some(false), None) => Act::Nothing,
        (Some(true), None) => Act::Open,
        (Some(true), Some(issue)) => Act::Tell(issue.number),
        (Some(false), Some(issue)) if !issue.is_open => Act::Nothing,
        (Some(false), Some(issue)) if scope.covers(&Scope::of(&issue.body)) => {
            Act::Close(issue.number)
        }
        (Some(false), Some(issue)) => Act::Leave(issue.number),
    }
}

impl Scope {
    pub(super) fn new(report: &Report, only: Option<Only>, servers: &[String]) -> Self {
        let depths = drift::depths(report, only).into_iter();
        Self {
            depths: depths.map(str::to_owned).collect(),
            servers: servers.iter().cloned().collect(),
        }
    }

    fn covers(&self, other: &Self) -> bool {
        let servers = self.servers.is_empty()
            || (!other.servers.is_empty() && other.servers.is_subset(&self.servers));
        servers && other.depths.is_subset(&self.depths)
    }

    /// `<!-- looked at: plan ansible verify; servers: -->`
    fn line(&self) -> String {
        let words = |set: &BTreeSet<String>| {
            let words: Vec<String> = set.iter().map(|word| plain(word)).collect();
            words.join(" ")
        };
        format!(
            "<!-- looked at: {}; servers: {} -->",
            words(&self.depths),
            words(&self.servers)
        )
    }

    /// What the second line of an issue says. One that was spoilt by hand names every depth, so that nothing less closes it.
    fn of(body: &str) -> Self {
        let line = body.lines().nth(1).unwrap_or_default();
        let inner = line
            .strip_prefix("<!-- looked at: ")
            .and_then(|it| it.strip_suffix(" -->"));
        let parts = inner.and_then(|inner| inner.split_once("; servers:"));
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        match parts {
            Some((depths, servers)) => Self {
                depths: words(depths),
                servers: words(servers),
            },
            None => Self {
                depths: words("plan ansible verify"),
                servers: BTreeSet::new(),
            },
        }
    }
}

/// The issue's first bytes: by them, and by its author, it is found again.
fn marker(describers: &str, environment: &str) -> String {
    format!(
        "<!-- lostops {{\"v\":1,\"drift\":true,\"describers\":\"{}\",\"environment\":\"{}\"}} -->",
        plain(describers),
        plain(environment)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(depths: &str, servers: &str) -> Scope {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        Scope {
            depths: words(depths),
            servers: words(servers),
        }
    }

    fn issue(is_open: bool, scope: &Scope) -> Rolling {
        Rolling {
            number: 7,
            url: String::new(),
            is_open,
            body: format!("{}\n{}\nwords", marker("d", "e"), scope.line()),
        }
    }

    #[test]
    fn only_a_run_that_has_looked_at_the_same_things_closes_it() {
        let whole = scope("plan ansible verify", "");
        let told = issue(true, &scope("plan verify", ""));
        assert_eq!(act(Some(false), Some(&told), &whole), Act::Close(7));
        assert_eq!(
            act(Some(false), Some(&told), &scope("plan", "")),
            Act::Leave(7)
        );
        assert_eq!(
            act(Some(false), Some(&told), &scope("plan verify", "database")),
            Act::Leave(7)
        );
        let some = issue(true, &scope("verify", "database"));
        assert_eq!(
            act(
                Some(false),
                Some(&some),
                &scope("verify", "backend database")
            ),
            Act::Close(7)
        );
        // Somebody has edited it.
        let spoilt = Rolling {
            body: "words".to_owned(),
            ..told
        };
        assert_eq!(
            act(Some(false), Some(&spoilt), &scope("plan verify", "")),
            Act::Leave(7)
        );
        assert_eq!(act(Some(false), Some(&spoilt), &whole), Act::Close(7));
    }

    #[test]
    fn it_is_opened_once_and_reopened_after_that() {
        let whole = scope("plan", "");
        assert_eq!(act(Some(true), None, &whole), Act::Open);
        assert_eq!(
            act(Some(true), Some(&issue(true, &whole)), &whole),
            Act::Tell(7)
        );
        assert_eq!(
            act(Some(true), Some(&issue(false, &whole)), &whole),
            Act::Tell(7)
        );
        assert_eq!(
            act(Some(false), Some(&issue(false, &whole)), &whole),
            Act::Nothing
        );
        assert_eq!(act(Some(false), None, &whole), Act::Nothing);
        // A run that could not look knows nothing.
        assert_eq!(act(None, Some(&issue(true, &whole)), &whole), Act::Nothing);
    }
}
