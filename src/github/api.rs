//! One client for a run: asks, waits as GitHub wishes as long as the run can bear it, and says so.

use super::access::{Access, Address, Patience, setup};
use super::error::{Cause, GitHubError, Task};
use super::exchange::{failed, refusal, send};
use super::retry::{self, Outcome, Repeat};
use super::transport::Transport;
use http::Method;
use octocrab::Octocrab;
use serde::Deserialize;
use serde_json::Value;
use std::cell::{Cell, OnceCell};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// GitHub as one job sees it. Blocking; `'a` is that of whoever hears about waits.
pub(crate) struct GitHub<'a> {
    runtime: tokio::runtime::Runtime,
    rest: Octocrab,
    graphql: Octocrab,
    /// `/api/v3/repos/owner/name`
    pub(super) repository: String,
    graphql_path: String,
    patience: Patience,
    /// How long this run has waited already.
    waited: Cell<Duration>,
    hurry: Hurry,
    say: Box<dyn Fn(&str) + 'a>,
    /// Our login, once it was asked for.
    pub(super) login: OnceCell<String>,
}

impl std::fmt::Debug for GitHub<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GitHub")
            .field("repository", &self.repository)
            .finish_non_exhaustive()
    }
}

impl Drop for GitHub<'_> {
    /// Without waiting for the system, which may look for the name of a host longer than a cancelled run lives.
    fn drop(&mut self) {
        if let Ok(idle) = tokio::runtime::Builder::new_current_thread().build() {
            std::mem::replace(&mut self.runtime, idle).shutdown_background();
        }
    }
}

/// Ends all asking and waiting at a moment; from any thread, also while the client is at it.
#[derive(Debug, Clone)]
pub(crate) struct Hurry(watch::Sender<Option<Instant>>);

impl Hurry {
    /// From now on. Of several calls the last counts.
    pub(crate) fn within(&self, time: Duration) {
        self.0.send_replace(Some(Instant::now() + time));
    }

    /// `None`: as long as it takes.
    fn left(&self) -> Option<Duration> {
        let until = *self.0.borrow();
        until.map(|until| until.saturating_duration_since(Instant::now()))
    }

    /// Comes when the time is over.
    async fn over(&self) {
        let mut changes = self.0.subscribe();
        loop {
            let until = *changes.borrow_and_update();
            let changed = async {
                // The sender lives as long as `self`.
                let _ = changes.changed().await;
            };
            match until {
                None => changed.await,
                Some(until) => tokio::select! {
                    () = tokio::time::sleep_until(until) => return,
                    () = changed => {}
                },
            }
        }
    }
}

/// What is asked.
pub(super) struct Call<'c> {
    pub(super) task: Task,
    pub(super) method: Method,
    /// With the path of the API, and the query.
    pub(super) path: &'c str,
    pub(super) body: Option<&'c Value>,
    pub(super) repeat: Repeat,
}

impl<'a> GitHub<'a> {
    /// Asks nothing yet. `say` hears of every wait, in a phrase.
    pub(crate) fn new(access: &Access, say: impl Fn(&str) + 'a) -> Result<Self, GitHubError> {
        let api = Address::parse(&access.api_url, "GITHUB_API_URL")?;
        let graphql = Address::parse(&access.graphql_url, "GITHUB_GRAPHQL_URL")?;
        let token = access.bare_token()?;
        let repository = format!("{}{}", api.path, access.repository_path()?);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| setup(error.to_string(), "the machine has no resources left"))?;
        let transport = Transport::new(access, api.is_encrypted() || graphql.is_encrypted())?;
        let inside = runtime.enter();
        let rest = transport.octocrab(&api, token);
        let of_graphql = transport.octocrab(&graphql, token);
        drop(inside);
        Ok(Self {
            runtime,
            rest,
            graphql: of_graphql,
            repository,
            graphql_path: graphql.path,
            patience: access.patience,
            waited: Cell::new(Duration::ZERO),
            hurry: Hurry(watch::Sender::new(None)),
            say: Box::new(say),
            login: OnceCell::new(),
        })
    }

    /// For whoever learns that the run is cancelled.
    pub(crate) fn hurry(&self) -> Hurry {
        self.hurry.clone()
    }

    /// The answer to a call of the REST API.
    pub(super) fn call<T: serde::de::DeserializeOwned>(
        &self,
        call: &Call<'_>,
    ) -> Result<T, GitHubError> {
        self.parsed(&self.rest, call)
    }

    /// The `data` of a query. An answer with errors has holes where something could not be read, and is none.
    pub(super) fn query<T: serde::de::DeserializeOwned>(
        &self,
        task: Task,
        query: &str,
    ) -> Result<T, GitHubError> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(default)]
            data: Value,
            #[serde(default)]
            errors: Value,
        }
        let call = Call {
            task,
            method: Method::POST,
            path: &self.graphql_path,
            body: Some(&serde_json::json!({ "query": query })),
            repeat: Repeat::Freely,
        };
        let answer: Answer = self.parsed(&self.graphql, &call)?;
        let refused =
            |cause, what: String| GitHubError::new(task, cause, what).at(&call.method, call.path);
        if let Some((cause, said)) = refusal(&answer.errors) {
            return Err(refused(cause, said));
        }
        serde_json::from_value(answer.data).map_err(|error| {
            let what = format!("the answer is not what GitHub documents: {error}");
            refused(Cause::Unreadable, what)
        })
    }

    fn parsed<T: serde::de::DeserializeOwned>(
        &self,
        octocrab: &Octocrab,
        call: &Call<'_>,
    ) -> Result<T, GitHubError> {
        let body = self.ask(octocrab, call)?;
        serde_json::from_slice(&body).map_err(|error| {
            let what = format!("the answer is not what GitHub documents: {error}");
            GitHubError::new(call.task, Cause::Unreadable, what).at(&call.method, call.path)
        })
    }

    /// The body of a success, after as many tries as are allowed.
    fn ask(&self, octocrab: &Octocrab, call: &Call<'_>) -> Result<Vec<u8>, GitHubError> {
        let mut tries = 0;
        loop {
            let outcome = self.runtime.block_on(async {
                tokio::select! {
                    outcome = self.once(octocrab, call) => outcome,
                    () = self.hurry.over() => Outcome::Overdue,
                }
            });
            tries += 1;
            let outcome = match outcome {
                Outcome::Answer { status, body, .. } if status.is_success() => return Ok(body),
                outcome => outcome,
            };
            let error = failed(call, &outcome);
            match retry::wait(&outcome, call.repeat, tries, &self.patience) {
                Some(wait) => self.wait(wait, error)?,
                None => return Err(error),
            }
        }
    }

    /// Waits before asking again; gives `error` back where that is not to be.
    pub(super) fn wait(&self, wait: Duration, error: GitHubError) -> Result<(), GitHubError> {
        let waited = self.waited.get().saturating_add(wait);
        if self.hurry.left().is_some_and(|left| wait > left) {
            return Err(error);
        }
        if waited > self.patience.total {
            let help = format!(
                "GitHub wants {} s, and a run waits {} s at most: run again later",
                wait.as_secs(),
                self.patience.total.as_secs()
            );
            return Err(error.with_help(&help));
        }
        self.waited.set(waited);
        (self.say)(&format!("{error}; asking again in {} s", wait.as_secs()));
        let over = self.runtime.block_on(async {
            tokio::select! {
                () = tokio::time::sleep(wait) => false,
                () = self.hurry.over() => true,
            }
        });
        if over { Err(error) } else { Ok(()) }
    }

    /// The first wait after a failure.
    pub(super) fn step(&self) -> Duration {
        self.patience.step
    }

    async fn once(&self, octocrab: &Octocrab, call: &Call<'_>) -> Outcome {
        match tokio::time::timeout(self.patience.answer, send(octocrab, call)).await {
            Ok(outcome) => outcome,
            Err(_) => Outcome::Lost(format!(
                "no answer within {} s",
                self.patience.answer.as_secs()
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::github::access::Proxies;

    #[test]
    fn a_client_ends_although_the_system_still_looks_for_a_host() {
        let access = Access {
            api_url: "http://127.0.0.1:1".to_owned(),
            graphql_url: "http://127.0.0.1:1/graphql".to_owned(),
            token: "token".to_owned(),
            repository: "octo-org/servers".to_owned(),
            ca_bundle: None,
            proxies: Proxies::default(),
            patience: Patience::default(),
        };
        let github = GitHub::new(&access, |_| {}).unwrap();
        let (found, search) = std::sync::mpsc::channel::<()>();
        github.runtime.spawn_blocking(move || search.recv());
        drop(github);
        // Waiting for it would have been for ever: it ends only now.
        drop(found);
    }
}
