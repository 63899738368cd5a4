//! The client against the strict fake: GitHub as it is.

mod comments;
mod connection;
mod faults;
mod fuzz;
mod issues;
mod pulls;
mod sarif;

use super::access::{Access, Patience, Proxies};
use super::api::GitHub;
use super::fake_github::{FakeGitHub, REPOSITORY, TOKEN};
use std::time::Duration;

/// No test waits for more than the fake asks.
const PATIENCE: Patience = Patience {
    total: Duration::from_secs(10),
    step: Duration::ZERO,
    limited: Duration::ZERO,
    answer: Duration::from_secs(30),
};
const MARKER: &str =
    "<!-- lostops {\"v\":1,\"describers\":\"describers\",\"environment\":\"production\"} -->\n";

fn access(fake: &FakeGitHub) -> Access {
    Access {
        api_url: fake.api_url(),
        graphql_url: fake.graphql_url(),
        token: TOKEN.to_owned(),
        repository: REPOSITORY.to_owned(),
        ca_bundle: None,
        proxies: Proxies::default(),
        patience: PATIENCE,
    }
}

fn client(fake: &FakeGitHub) -> GitHub<'static> {
    GitHub::new(&access(fake), |_| {}).unwrap()
}

/// What the comment of the environment says.
fn body(text: &str) -> String {
    format!("{MARKER}{text}")
}
