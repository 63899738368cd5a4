//! The image that users get, started as GitHub's runner starts it. Needs a Docker engine: `make image-test`.

mod bench;
mod booted;
mod cancel;
mod container;
mod engine;
pub(crate) mod event;
mod job;
mod operations;
mod runner;
