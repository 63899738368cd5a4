//! What GitHub would not do, or could not be asked: what, where, and the next step.

use http::{Method, StatusCode};
use std::fmt;

/// What was wanted, in the words of the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    Connect,
    Identify,
    AskIdentity,
    ReadComments { pull: u64 },
    WriteComment { pull: u64 },
    FindPull,
    ReadFiles,
    ReadIssues,
    WriteIssue,
    Propose,
    UploadSarif,
}

impl Task {
    /// The line of `permissions:` that the task needs.
    fn permission(self) -> Option<&'static str> {
        match self {
            Self::Connect | Self::Identify => None,
            Self::AskIdentity => Some("id-token: write"),
            Self::ReadComments { .. } | Self::WriteComment { .. } => Some("pull-requests: write"),
            Self::FindPull => Some("pull-requests: read"),
            Self::ReadFiles => Some("contents: read"),
            Self::ReadIssues | Self::WriteIssue => Some("issues: write"),
            Self::Propose => Some("contents: write`, `pull-requests: write"),
            Self::UploadSarif => Some("security-events: write"),
        }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect => write!(f, "prepare the connection to GitHub"),
            Self::Identify => write!(f, "ask GitHub whose token this is"),
            Self::AskIdentity => write!(f, "ask GitHub for the job's identity"),
            Self::ReadComments { pull } => write!(f, "read the comments of pull request {pull}"),
            Self::WriteComment { pull } => write!(f, "write the comment on pull request {pull}"),
            Self::FindPull => write!(f, "find the pull request of the commit"),
            Self::ReadFiles => write!(f, "read the base's describers"),
            Self::ReadIssues => write!(f, "read the issues of the repository"),
            Self::WriteIssue => write!(f, "write the issue that tells of drift"),
            Self::Propose => write!(f, "propose the change as a pull request"),
            Self::UploadSarif => write!(f, "upload the SARIF file"),
        }
    }
}

/// What a caller may want to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// An address, the token, a proxy or a certificate cannot be used; nothing was asked.
    Setup,
    /// 401.
    Unauthenticated,
    /// 403 that no waiting mends: the token may not.
    Forbidden,
    /// A rate limit that lasts longer than lostops waits.
    Limited,
    /// 404 and 410: not there, or not for this token.
    Missing,
    /// The text is longer than GitHub takes; a shorter one may do.
    TooLong,
    /// 409.
    Conflict,
    /// Any other answer of 300 to 499.
    Refused,
    /// 5xx, also after trying again.
    Failing,
    /// No connection, so nothing was asked.
    Unreachable,
    /// Asked, and no answer came: it may have been done.
    Lost,
    /// The run ends and has no time left for GitHub.
    OutOfTime,
    /// An answer that is not what GitHub documents.
    Unreadable,
}

/// Shown as one line; [`GitHubError::help`] has the next step.
#[derive(Debug)]
pub(crate) struct GitHubError {
    task: Task,
    cause: Cause,
    /// Method and path, never the token.
    place: Option<String>,
    what: String,
    help: Option<String>,
}

impl GitHubError {
    pub(super) fn new(task: Task, cause: Cause, what: String) -> Self {
        Self {
            task,
            cause,
            place: None,
            what,
            help: None,
        }
    }

    pub(super) fn at(mut self, method: &Method, path: &str) -> Self {
        let path = path.split('?').next().unwrap_or(path);
        self.place = Some(format!("{method} {path}"));
        self
    }

    pub(super) fn with_help(mut self, help: &str) -> Self {
        self.help = Some(help.to_owned());
        self
    }

    /// Of an answer that is not a success. `said` is GitHub's own message.
    pub(super) fn answered(task: Task, status: StatusCode, said: &str, limited: bool) -> Self {
        let cause = match status.as_u16() {
            401 => Cause::Unauthenticated,
            403 | 429 if limited => Cause::Limited,
            403 => Cause::Forbidden,
            404 | 410 => Cause::Missing,
            409 => Cause::Conflict,
            413 => Cause::TooLong,
            422 if said.contains("too long") => Cause::TooLong,
            500.. => Cause::Failing,
            _ => Cause::Refused,
        };
        let said = inert(said);
        let what = if said.is_empty() {
            format!("GitHub answered {status}")
        } else {
            format!("GitHub answered {}: {said}", status.as_u16())
        };
        Self::new(task, cause, what)
    }

    pub(crate) fn cause(&self) -> Cause {
        self.cause
    }

    /// The request may have been carried out although it looks failed.
    pub(super) fn may_be_done(&self) -> bool {
        matches!(
            self.cause,
            Cause::Lost | Cause::Failing | Cause::Conflict | Cause::Unreadable
        )
    }

    /// The next step; several lines where YAML is to be added.
    pub(crate) fn help(&self) -> String {
        if let Some(help) = &self.help {
            return help.clone();
        }
        match (self.cause, self.task.permission()) {
            (Cause::Forbidden, _) if self.what.contains("ecurity must be enabled") => {
                "turn code scanning on in the settings of the repository, or set `sarif: false`"
                    .to_owned()
            }
            (Cause::Forbidden | Cause::Missing, Some(line)) => format!(
                "give the job this permission (a fork or Dependabot gets a token that only reads, whatever is written):\npermissions:\n  {line}"
            ),
            (Cause::Unauthenticated, _) => {
                "leave the input `github-token` out, or give it a token that is still valid".to_owned()
            }
            (Cause::Limited, _) => "run again later; nothing else is wrong".to_owned(),
            (Cause::Unreachable, _) => {
                "see that the runner reaches GitHub, if need be through HTTPS_PROXY, and give the input `ca-bundle` where a private authority signs".to_owned()
            }
            (Cause::TooLong, _) => "the whole report is in the job summary".to_owned(),
            (Cause::Conflict | Cause::Failing | Cause::Lost | Cause::OutOfTime, _) => {
                "nothing else depends on it: run again when GitHub answers".to_owned()
            }
            (Cause::Setup | Cause::Forbidden | Cause::Missing | Cause::Refused | Cause::Unreadable, _) => {
                "see that GITHUB_API_URL and GITHUB_REPOSITORY are those of this repository".to_owned()
            }
        }
    }
}

impl fmt::Display for GitHubError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {}: ", self.task)?;
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}", self.what)
    }
}

impl std::error::Error for GitHubError {}

/// One line, of a length that a log bears: a proxy may answer with a whole page.
pub(super) fn inert(text: &str) -> String {
    const LONGEST: usize = 300;
    let words = text
        .split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_permission_is_answered_with_the_lines_to_add() {
        let status = StatusCode::FORBIDDEN;
        let said = "Resource not accessible by integration";
        for (task, line) in [
            (Task::WriteComment { pull: 7 }, "pull-requests: write"),
            (Task::FindPull, "pull-requests: read"),
            (Task::UploadSarif, "security-events: write"),
        ] {
            let error = GitHubError::answered(task, status, said, false);
            let lines = format!("permissions:\n  {line}");
            assert!(error.help().ends_with(&lines), "{}", error.help());
        }
    }

    #[test]
    fn a_page_in_place_of_an_answer_becomes_one_short_line() {
        let page = "<html>\r\n::error::x\u{1b}[31m".repeat(100);
        let error = GitHubError::answered(Task::FindPull, StatusCode::BAD_GATEWAY, &page, false);
        let line = error.to_string();
        assert!(!line.contains(['\r', '\n', '\u{1b}']), "{line}");
        assert!(line.chars().count() < 400, "{line}");
    }
}
