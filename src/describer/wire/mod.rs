//! The files as they are written: every value with its place, nothing yet of what it means.

pub(super) mod collection;
pub(super) mod environment;
pub(super) mod kinds;
pub(super) mod names;
pub(super) mod network;
pub(super) mod policy;
pub(super) mod ports;
pub(super) mod secret;
pub(super) mod server;
pub(super) mod services;
pub(super) mod text;
