//! Ansible: which servers are due, what the play did to them.

mod apt;
pub(crate) mod content;
mod diff;
mod digest;
pub(crate) mod event;
pub(crate) mod fingerprint;
mod forks;
pub(crate) mod inventory;
pub(crate) mod outcome;
pub(crate) mod own;
pub(crate) mod run;
pub(crate) mod stderr;
pub(crate) mod tally;
#[cfg(test)]
mod tests;
pub(crate) mod toolbox;
mod venv;
