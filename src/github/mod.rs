//! All that is GitHub's: what a workflow gives us, what it wants to hear, and the pull request.

pub(crate) mod decision;
pub(crate) mod event;
pub(crate) mod inputs;
pub(crate) mod outputs;
pub(crate) mod runner;
