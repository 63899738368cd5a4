//! Terraform: what it is given, how it is run, and what its plans mean.

pub(crate) mod adopted;
pub(crate) mod credentials;
pub(crate) mod errored;
mod event;
mod forget;
pub(crate) mod lock;
pub(crate) mod login;
pub(crate) mod plan;
pub(crate) mod power;
pub(crate) mod program;
pub(crate) mod roles;
pub(crate) mod run;
pub(crate) mod subject;
mod unlock;
mod variables;
pub(crate) mod workspace;
