//! GitHub: what lostops is told by it and says to it.

pub(crate) mod access;
pub(crate) mod api;
pub(crate) mod comment;
pub(crate) mod error;
mod identity;
mod proxy;
pub(crate) mod pull;
mod retry;
mod transport;
pub(crate) mod upload;
