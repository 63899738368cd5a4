//! The one way onto a server: which host keys are trusted, which key of ours, how long to wait, and why it does not answer.

mod connection;
mod digest;
pub(crate) mod key;
pub(crate) mod known;
pub(crate) mod place;
pub(crate) mod target;
pub(crate) mod trouble;
pub(crate) mod wait;

pub(crate) use connection::Ssh;
