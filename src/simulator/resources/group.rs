//! Resource groups: everything else lies in one.

use super::thing::Thing;
use crate::simulator::arm::Kind;
use crate::simulator::cloud::{Attributes, Cloud};
use crate::simulator::failure::Failure;

pub(super) struct ResourceGroup;

impl Thing for ResourceGroup {
    const KIND: Kind = Kind::ResourceGroup;
    const TYPE: &'static str = "azurerm_resource_group";

    fn settle(
        &self,
        _cloud: &Cloud,
        _id: &str,
        _attributes: &mut Attributes,
        _prior: Option<&Attributes>,
    ) -> Result<(), Failure> {
        Ok(())
    }

    fn release(&self, cloud: &mut Cloud, id: &str) -> Result<(), Failure> {
        let inside: Vec<String> = cloud
            .inside(id)
            .map(|resource| format!("* `{}`", resource.id))
            .collect();
        if inside.is_empty() {
            return Ok(());
        }
        // The provider's default: `prevent_deletion_if_contains_resources`.
        Err(Failure::Refused(format!(
            "the Resource Group still contains Resources.\n\nTerraform is configured to check for Resources within the \
             Resource Group when deleting the Resource Group - and raise an error if nested Resources still exist to \
             avoid unintentionally deleting these Resources.\n\nTerraform has detected that the following Resources \
             still exist within the Resource Group:\n\n{}",
            inside.join("\n")
        )))
    }
}
