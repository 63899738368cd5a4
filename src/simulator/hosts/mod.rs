//! Simulated machines as hosts.

pub(super) mod security;
