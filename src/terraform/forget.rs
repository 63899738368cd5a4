//! What a server has in the state, and how the state lets go of it: Azure is not asked, and nothing there changes.

use super::run::{Terraform, TerraformError};
use super::workspace::Workspace;

/// What Terraform says where nothing was ever applied, and no file is there.
const NO_STATE: &str = "No state file was found";

impl Terraform {
    /// The addresses of all that the state holds.
    pub(crate) fn held(&self, workspace: &Workspace) -> Result<Vec<String>, TerraformError> {
        match self.text("state list", workspace, &["state", "list"]) {
            Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
            Err(error) if error.to_string().contains(NO_STATE) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Takes these addresses out of the state.
    pub(crate) fn forget(
        &self,
        workspace: &Workspace,
        addresses: &[String],
    ) -> Result<(), TerraformError> {
        let mut remove = vec!["state", "rm", "-lock-timeout=30s"];
        remove.extend(addresses.iter().map(String::as_str));
        self.plain("state rm", workspace, &remove, None)
    }
}
