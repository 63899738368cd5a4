//! A strict Azure for the state: login with GitHub's identity tokens, and blobs with leases, by their real names behind TLS.
//!
//! Terraform's configuration stays that of production. A proxy leads the names here and nothing else anywhere; what is
//! asked otherwise than Azure documents fails the test that did it.

mod blobs;
mod login;
mod server;

use crate::fake_github::tls::Authority;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

pub(crate) const TENANT: &str = "11111111-1111-4111-8111-111111111111";
pub(crate) const CLIENT: &str = "22222222-2222-4222-8222-222222222222";
pub(crate) const SUBSCRIPTION: &str = "33333333-3333-4333-8333-333333333333";
/// With which a job asks for its identity token.
pub(crate) const REQUEST_TOKEN: &str = "eyJmYWtlLXJlcXVlc3QtdG9rZW4";
/// What the federated credential of the identity accepts.
pub(crate) const SUBJECT: &str = "repo:octo/fleet:environment:production";
pub(crate) const ACCOUNT: &str = "lostopsstate";
const NAMES: [&str; 3] = [
    "*.blob.core.windows.net",
    "login.microsoftonline.com",
    "*.actions.githubusercontent.com",
];

/// What it holds, and what has come.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Of the identity tokens that the runner hands out.
    pub(crate) subject: String,
    pub(crate) blobs: blobs::Blobs,
    /// `PUT blob ?comp=lease acquire: 201`, in the order in which they came.
    pub(crate) requests: Vec<String>,
    /// What was asked otherwise than documented.
    violations: Vec<String>,
    /// The identity has no role on the container.
    pub(crate) forbidden: bool,
    /// Requests that begin so are answered 403, that often.
    pub(crate) refuse: Vec<(String, u32)>,
}

pub(crate) struct FakeAzure {
    authority: Authority,
    proxy: SocketAddr,
    state: Arc<Mutex<State>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl FakeAzure {
    /// With the container `tfstate`, empty.
    pub(crate) fn start() -> Self {
        let authority = Authority::of(&NAMES);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        let proxy = listener.local_addr().expect("an address");
        let state = Arc::new(Mutex::new(State {
            subject: SUBJECT.to_owned(),
            ..State::default()
        }));
        state.lock().expect("new").blobs.create("tfstate");
        let (stop, stopped) = oneshot::channel();
        let server = server::Server {
            state: Arc::clone(&state),
            tls: authority.acceptor(),
        };
        let thread = std::thread::spawn(move || server.run(listener, stopped));
        Self {
            authority,
            proxy,
            state,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a command what a job has that may ask for an identity. `folder` takes the authority's file.
    pub(crate) fn job<'c>(&self, command: &'c mut Command, folder: &Path) -> &'c mut Command {
        let authority = folder.join("authority.pem");
        std::fs::write(&authority, &self.authority.pem).expect("the file");
        command
            .env("HTTPS_PROXY", format!("http://{}", self.proxy))
            .env("SSL_CERT_FILE", authority)
            .env("ARM_USE_OIDC", "true")
            .env("ARM_TENANT_ID", TENANT)
            .env("ARM_CLIENT_ID", CLIENT)
            .env("ARM_SUBSCRIPTION_ID", SUBSCRIPTION)
            .env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", REQUEST_TOKEN)
            .env(
                "ACTIONS_ID_TOKEN_REQUEST_URL",
                "https://pipelines.actions.githubusercontent.com/job/idtoken?api-version=2.0",
            )
    }
}

impl Drop for FakeAzure {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let violations = std::mem::take(&mut self.state().violations);
        if !std::thread::panicking() {
            assert!(violations.is_empty(), "{violations:#?}");
        }
    }
}
