//! The state that Terraform could not write where it is kept: it leaves it in a file, and nowhere else is what it knows.

use super::run::{Terraform, TerraformError};
use super::workspace::Workspace;
use camino::Utf8PathBuf;

/// What it is called where it lies sealed.
pub(crate) const SEALED: &str = "errored.tfstate.sealed";

impl Workspace {
    /// Where Terraform leaves a state that it could not write.
    pub(crate) fn left_state(&self) -> Utf8PathBuf {
        self.module.join("errored.tfstate")
    }

    /// Where it lies until somebody pushes it: the module's folder is written anew.
    pub(crate) fn errored_state(&self) -> Utf8PathBuf {
        self.folder.join("errored.tfstate")
    }

    /// Where it lies sealed, where others read what lies open.
    pub(crate) fn sealed_state(&self) -> Utf8PathBuf {
        self.folder.join(SEALED)
    }
}

impl Terraform {
    /// Writes a state where it is kept. Terraform refuses one of another environment, or one older than what is there.
    pub(crate) fn push_state(
        &self,
        workspace: &Workspace,
        state: &[u8],
    ) -> Result<(), TerraformError> {
        let push = ["state", "push", "-no-color", "-lock-timeout=30s", "-"];
        self.plain("state push", workspace, &push, Some(state))
    }
}
