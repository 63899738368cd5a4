//! A strict GitHub for tests: keeps what it is told, refuses what the real one refuses, and holds every request and
//! its own answers against GitHub's own description. What does not fit fails the test that did it.
#![allow(
    dead_code,
    unused_imports,
    reason = "each of the two crates that hold this uses a part"
)]

mod answers;
mod facts;
mod fault;
mod proxy;
mod server;
mod state;
pub(crate) mod tls;

pub(crate) use fault::Fault;
pub(crate) use proxy::FakeProxy;
pub(crate) use state::{Comment, Issue, Pull, Request, Sarif, State};

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// Operations by which faults are scripted and requests are looked up.
pub(crate) mod route {
    pub(crate) const LIST_COMMENTS: &str =
        "GET /repos/{owner}/{repo}/issues/{issue_number}/comments";
    pub(crate) const CREATE_COMMENT: &str =
        "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
    pub(crate) const EDIT_COMMENT: &str =
        "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}";
    pub(crate) const CONTENTS: &str = "GET /repos/{owner}/{repo}/contents/{path}";
    pub(crate) const CREATE_BRANCH: &str = "POST /repos/{owner}/{repo}/git/refs";
    pub(crate) const OPEN_PULL: &str = "POST /repos/{owner}/{repo}/pulls";
    pub(crate) const LIST_ISSUES: &str = "GET /repos/{owner}/{repo}/issues";
    pub(crate) const OPEN_ISSUE: &str = "POST /repos/{owner}/{repo}/issues";
    pub(crate) const EDIT_ISSUE: &str = "PATCH /repos/{owner}/{repo}/issues/{issue_number}";
    pub(crate) const PULLS_OF_COMMIT: &str = "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls";
    pub(crate) const UPLOAD_SARIF: &str = "POST /repos/{owner}/{repo}/code-scanning/sarifs";
    pub(crate) const GRAPHQL: &str = "POST /graphql";
}

/// The login of the token that a job gets.
pub(crate) const JOB: &str = "github-actions[bot]";
pub(crate) const TOKEN: &str = "ghs_0123456789abcdefghijklmnopqrstuvwxyz";
pub(crate) const REPOSITORY: &str = "octo/fleet";

/// How the fake is set up; [`Builder::start`] starts it.
pub(crate) struct Builder {
    address: String,
    state: State,
    prefix: &'static str,
    encrypted: bool,
}

/// A running fake. Dropped, it fails the test where a request or an answer was not as GitHub documents.
pub(crate) struct FakeGitHub {
    address: SocketAddr,
    encrypted: Option<tls::Authority>,
    prefix: &'static str,
    state: Arc<Mutex<State>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Builder {
    /// `127.0.0.1:0` unless told: containers need the address of their bridge.
    pub(crate) fn address(mut self, address: &str) -> Self {
        address.clone_into(&mut self.address);
        self
    }

    /// As an Enterprise Server: `/api/v3` and `/api/graphql`.
    pub(crate) fn enterprise(mut self) -> Self {
        self.prefix = "/api/v3";
        self
    }

    /// Behind TLS, with a certificate of an authority that nobody trusts yet.
    pub(crate) fn encrypted(mut self) -> Self {
        self.encrypted = true;
        self
    }

    pub(crate) fn repository(mut self, repository: &str) -> Self {
        repository.clone_into(&mut self.state.repository);
        self
    }

    pub(crate) fn token(mut self, token: &str) -> Self {
        token.clone_into(&mut self.state.token);
        self
    }

    /// Whose token it is: as comments show it, and as GraphQL does.
    pub(crate) fn login(mut self, rest: &str, graphql: &str) -> Self {
        rest.clone_into(&mut self.state.login);
        graphql.clone_into(&mut self.state.viewer);
        self
    }

    /// The token may not write, as in a pull request from a fork.
    pub(crate) fn read_only(mut self) -> Self {
        self.state.read_only = true;
        self
    }

    pub(crate) fn start(self) -> FakeGitHub {
        let authority = self.encrypted.then(tls::Authority::new);
        let listener = std::net::TcpListener::bind(&self.address).expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        let state = Arc::new(Mutex::new(self.state));
        let mut fake = FakeGitHub {
            address,
            encrypted: authority,
            prefix: self.prefix,
            state: Arc::clone(&state),
            stop: Some(stop),
            thread: None,
        };
        let server = server::Server {
            state,
            url: fake.api_url(),
            prefix: self.prefix,
            tls: fake.encrypted.as_ref().map(tls::Authority::acceptor),
        };
        fake.thread = Some(std::thread::spawn(move || server.run(listener, stopped)));
        fake
    }
}

impl FakeGitHub {
    pub(crate) fn builder() -> Builder {
        Builder {
            address: "127.0.0.1:0".to_owned(),
            state: State::new(REPOSITORY, TOKEN, JOB),
            prefix: "",
            encrypted: false,
        }
    }

    /// github.com, with one repository and no pull request.
    pub(crate) fn start() -> Self {
        Self::builder().start()
    }

    /// As `GITHUB_API_URL`.
    pub(crate) fn api_url(&self) -> String {
        format!("{}{}", self.server_url(), self.prefix)
    }

    /// As `GITHUB_GRAPHQL_URL`.
    pub(crate) fn graphql_url(&self) -> String {
        let path = self.prefix.strip_suffix("/v3").unwrap_or(self.prefix);
        format!("{}{path}/graphql", self.server_url())
    }

    /// As `GITHUB_SERVER_URL`.
    pub(crate) fn server_url(&self) -> String {
        let scheme = if self.encrypted.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}", self.address)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The authority that signed the certificate, as a PEM file holds it.
    pub(crate) fn ca_pem(&self) -> &str {
        &self.encrypted.as_ref().expect("an encrypted fake").pem
    }

    /// Everything that it keeps, to be read and changed.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// An open pull request from a branch of the repository to `main`.
    pub(crate) fn open_pull(&self, number: u64) {
        self.state().pulls.insert(number, Pull::open(number));
    }

    /// Puts a comment there as somebody else would; gives its id.
    pub(crate) fn comment_as(&self, author: &str, pull: u64, body: &str) -> u64 {
        self.state().comment(pull, author, body).id
    }

    /// Of a pull request, oldest first.
    pub(crate) fn comments(&self, pull: u64) -> Vec<Comment> {
        let state = self.state();
        let comments = state.comments.values();
        comments
            .filter(|comment| comment.pull == pull)
            .cloned()
            .collect()
    }

    /// Puts every file of a folder there, as they are at a commit.
    pub(crate) fn commit(&self, commit: &str, folder: &std::path::Path, path: &str) {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let name = format!("{path}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                self.commit(commit, &entry.path(), &name);
            } else {
                let bytes = std::fs::read(entry.path()).expect("a file");
                let key = (commit.to_owned(), name);
                self.state().files.insert(key, bytes);
            }
        }
    }

    /// Oldest first.
    pub(crate) fn issues(&self) -> Vec<Issue> {
        self.state().issues.values().cloned().collect()
    }

    pub(crate) fn sarifs(&self) -> Vec<Sarif> {
        self.state().sarifs.clone()
    }

    /// The next requests to a route go wrong; of several faults the first that is left counts.
    pub(crate) fn fault(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state().requests.clone()
    }

    /// How often a route was asked.
    pub(crate) fn asked(&self, route: &str) -> usize {
        let state = self.state();
        state
            .requests
            .iter()
            .filter(|request| request.route == route)
            .count()
    }

    /// What was not as GitHub documents; taken, it no longer fails the test.
    pub(crate) fn take_violations(&self) -> Vec<String> {
        std::mem::take(&mut self.state().violations)
    }
}

impl Drop for FakeGitHub {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if !std::thread::panicking() {
                ended.expect("the fake itself works");
                let violations = self.take_violations();
                assert!(violations.is_empty(), "{}", violations.join("\n"));
            }
        }
    }
}
