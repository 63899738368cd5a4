//! What GitHub keeps.

use super::fault::Fault;
use serde_json::Value;
use std::collections::BTreeMap;

pub(crate) struct State {
    /// `owner/name`.
    pub(crate) repository: String,
    pub(crate) token: String,
    /// The author of what is written with the token.
    pub(crate) login: String,
    /// The same, as GraphQL says it.
    pub(crate) viewer: String,
    pub(crate) read_only: bool,
    pub(crate) pulls: BTreeMap<u64, Pull>,
    pub(crate) comments: BTreeMap<u64, Comment>,
    pub(crate) issues: BTreeMap<u64, Issue>,
    /// By commit and path.
    pub(crate) files: BTreeMap<(String, String), Vec<u8>>,
    pub(crate) sarifs: Vec<Sarif>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) requests: Vec<Request>,
    pub(crate) violations: Vec<String>,
    next_id: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comment {
    pub(crate) id: u64,
    /// As REST tells it.
    pub(crate) node_id: String,
    pub(crate) pull: u64,
    /// `None`: an account that is no more.
    pub(crate) author: Option<String>,
    pub(crate) body: String,
    /// How often it was edited.
    pub(crate) edits: u32,
    /// Who did so last, as GraphQL says it; of an account that is no more nobody is named.
    pub(crate) editor: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Issue {
    pub(crate) number: u64,
    pub(crate) author: String,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) open: bool,
    /// In which order issues were touched.
    pub(crate) touched: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Pull {
    pub(crate) number: u64,
    pub(crate) head_sha: String,
    pub(crate) base: String,
    pub(crate) merged_at: Option<String>,
    pub(crate) merge_commit_sha: Option<String>,
    /// Commits that are answered with it, besides the two above.
    pub(crate) commits: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Sarif {
    pub(crate) commit_sha: String,
    pub(crate) git_ref: String,
    pub(crate) document: Value,
}

/// One request, in the order in which they came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// The operation in GitHub's description, or method and path where there is none.
    pub(crate) route: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: Value,
    /// What it was answered; `None`: the connection was cut.
    pub(crate) status: Option<u16>,
}

impl Pull {
    pub(crate) fn open(number: u64) -> Self {
        Self {
            number,
            head_sha: format!("{number:040x}"),
            base: "main".to_owned(),
            merged_at: None,
            merge_commit_sha: None,
            commits: Vec::new(),
        }
    }

    /// Into `base`, where `sha` stands for it now.
    pub(crate) fn merged(mut self, base: &str, sha: &str, at: &str) -> Self {
        base.clone_into(&mut self.base);
        self.merge_commit_sha = Some(sha.to_owned());
        self.merged_at = Some(at.to_owned());
        self
    }

    pub(super) fn holds(&self, sha: &str) -> bool {
        self.head_sha == sha
            || self.merge_commit_sha.as_deref() == Some(sha)
            || self.commits.iter().any(|commit| commit == sha)
    }
}

impl State {
    pub(super) fn new(repository: &str, token: &str, login: &str) -> Self {
        Self {
            repository: repository.to_owned(),
            token: token.to_owned(),
            login: login.to_owned(),
            viewer: login.to_owned(),
            read_only: false,
            pulls: BTreeMap::new(),
            comments: BTreeMap::new(),
            issues: BTreeMap::new(),
            files: BTreeMap::new(),
            sarifs: Vec::new(),
            faults: Vec::new(),
            requests: Vec::new(),
            violations: Vec::new(),
            next_id: 1_000_000_001,
        }
    }

    /// Numbers are those of pull requests, too.
    pub(crate) fn issue(&mut self, author: &str, title: &str, body: &str) -> Issue {
        let last = self.issues.keys().chain(self.pulls.keys()).max();
        let issue = Issue {
            number: last.copied().unwrap_or(0) + 1,
            author: author.to_owned(),
            title: title.to_owned(),
            body: body.to_owned(),
            open: true,
            touched: self.next_id,
        };
        self.next_id += 1;
        self.issues.insert(issue.number, issue.clone());
        issue
    }

    /// Counts on with every change of an issue.
    pub(super) fn touch(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    pub(crate) fn comment(&mut self, pull: u64, author: &str, body: &str) -> Comment {
        let comment = Comment {
            id: self.next_id,
            node_id: format!("IC_{}", self.next_id),
            pull,
            author: Some(author.to_owned()),
            body: body.to_owned(),
            edits: 0,
            editor: None,
        };
        self.next_id += 1;
        self.comments.insert(comment.id, comment.clone());
        comment
    }
}
