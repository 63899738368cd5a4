//! Says on the pull request that a long run goes on.

use super::Step;
use crate::github::decision::Task;
use crate::github::inputs::Inputs;

/// Waits beside the operation.
#[derive(Debug)]
pub(super) struct Watch;

impl Watch {
    pub(super) fn begin(_step: &Step<'_>, _inputs: &Inputs, _task: &Task) -> Self {
        Self
    }

    pub(super) fn end(self) -> Option<String> {
        None
    }
}
