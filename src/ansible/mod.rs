//! Ansible: which servers are due, how they are reached, what the play did to them.

mod apt;
pub(crate) mod content;
mod diff;
pub(crate) mod digest;
pub(crate) mod event;
pub(crate) mod fingerprint;
pub(crate) mod inventory;
pub(crate) mod key;
pub(crate) mod known;
pub(crate) mod outcome;
pub(crate) mod own;
pub(crate) mod place;
pub(crate) mod run;
pub(crate) mod ssh;
pub(crate) mod stderr;
pub(crate) mod tally;
pub(crate) mod target;
#[cfg(test)]
mod tests;
pub(crate) mod toolbox;
pub(crate) mod trouble;
mod venv;
pub(crate) mod wait;
