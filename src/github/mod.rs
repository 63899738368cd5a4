//! GitHub: what lostops is told by it and says to it.

pub(crate) mod access;
pub(crate) mod api;
pub(crate) mod comment;
pub(crate) mod error;
mod exchange;
mod identity;
mod proxy;
pub(crate) mod pull;
mod retry;
mod transport;
pub(crate) mod upload;

// The same strict fake as in the integration tests: one GitHub to keep true to the real one, and the client is driven
// here without the program around it.
#[cfg(test)]
#[path = "../../tests/it/fake_github/mod.rs"]
mod fake_github;
#[cfg(test)]
mod tests;
