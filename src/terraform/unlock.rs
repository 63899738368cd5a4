//! The lock on the state: who holds it, and how it is broken when its holder is dead.

use super::lock::{self, Held};
use super::run::{Terraform, TerraformError};
use super::workspace::Workspace;

/// A thing that no state of ours holds.
const NOTHING: &str = "terraform_data.lock";

impl Terraform {
    /// Who holds the lock on the state; `None`: nobody. Terraform has no question for it, so the lock is taken and given back
    /// by the cheapest command that takes it: no provider is started, and nothing is written.
    pub(crate) fn holder(&self, workspace: &Workspace) -> Result<Option<Held>, TerraformError> {
        let look = [
            "untaint",
            "-allow-missing",
            "-no-color",
            "-lock-timeout=0s",
            NOTHING,
        ];
        match self.plain("untaint", workspace, &look, None) {
            Ok(()) => Ok(None),
            Err(error) => lock::held(&error.to_string()).map(Some).ok_or(error),
        }
    }

    /// Breaks the lock with this id, whoever holds it.
    pub(crate) fn unlock(&self, workspace: &Workspace, id: &str) -> Result<(), TerraformError> {
        let break_it = ["force-unlock", "-force", "-no-color", "--", id];
        self.plain("force-unlock", workspace, &break_it, None)
    }
}
