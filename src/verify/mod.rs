//! What really runs, measured: nothing here judges, and nothing here changes a server.

pub(crate) mod database;
pub(crate) mod dial;
mod http;
pub(crate) mod inside;
pub(crate) mod login;
pub(crate) mod names;
pub(crate) mod outcome;
pub(crate) mod prometheus;
pub(crate) mod reach;
pub(crate) mod scan;
pub(crate) mod tls;
pub(crate) mod udp;
pub(crate) mod web;
