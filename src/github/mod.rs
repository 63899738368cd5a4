//! All that is GitHub's: what a workflow gives us, what it wants to hear, and the pull request.

pub(crate) mod access;
pub(crate) mod api;
pub(crate) mod claims;
pub(crate) mod comment;
pub(crate) mod decision;
mod dispatch;
pub(crate) mod error;
pub(crate) mod event;
mod exchange;
pub(crate) mod files;
mod identity;
pub(crate) mod inputs;
pub(crate) mod issue;
pub(crate) mod operation;
pub(crate) mod outputs;
pub(crate) mod proposal;
mod proxy;
pub(crate) mod pull;
mod retry;
pub(crate) mod review;
pub(crate) mod runner;
mod transport;
pub(crate) mod upload;

// The same strict fake as in the integration tests: one GitHub to keep true to the real one, and the client is driven
// here without the program around it.
#[cfg(test)]
#[path = "../../tests/it/fake_github/mod.rs"]
mod fake_github;
#[cfg(test)]
mod tests;
