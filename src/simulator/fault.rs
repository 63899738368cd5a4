//! Failures that are to happen: what fails, how, and how often.

use super::cloud::Cloud;
use super::failure::Failure;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultKind {
    /// Another operation is in progress.
    #[value(name = "409")]
    Conflict,
    /// Too many requests.
    #[value(name = "429")]
    Throttled,
    /// The subscription's cores are used up.
    Quota,
    /// The resource is made, and then the request fails: Terraform taints it.
    Halfway,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    pub(super) kind: FaultKind,
    /// Terraform's type: `azurerm_subnet`; any when not said.
    #[serde(default)]
    pub(super) type_name: Option<String>,
    /// The resource's name; any when not said.
    #[serde(default)]
    pub(super) name: Option<String>,
    /// How many requests are still to fail.
    pub(super) times: u32,
}

/// What is being asked of the cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Create,
    Update,
    Delete,
}

impl Fault {
    fn hits(&self, operation: Operation, type_name: &str, name: &str) -> bool {
        let is_in_question = self.kind != FaultKind::Halfway || operation == Operation::Create;
        is_in_question
            && self.times > 0
            && self
                .type_name
                .as_deref()
                .is_none_or(|wanted| wanted == type_name)
            && self.name.as_deref().is_none_or(|wanted| wanted == name)
    }
}

/// The failure that is due for this request, which is then spent.
pub(super) fn take(
    cloud: &mut Cloud,
    operation: Operation,
    type_name: &str,
    name: &str,
) -> Option<FaultKind> {
    let fault = cloud
        .faults
        .iter_mut()
        .find(|fault| fault.hits(operation, type_name, name))?;
    fault.times -= 1;
    let kind = fault.kind;
    cloud.faults.retain(|fault| fault.times > 0);
    Some(kind)
}

impl FaultKind {
    /// What happens, for lists.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Conflict => "409, another operation is in progress",
            Self::Throttled => "429, too many requests",
            Self::Quota => "the quota is used up",
            Self::Halfway => "made halfway",
        }
    }

    pub(super) fn failure(self, name: &str) -> Failure {
        match self {
            Self::Conflict => Failure::conflict(
                "AnotherOperationInProgress",
                format!("Another operation on this or dependent resource '{name}' is in progress."),
            ),
            Self::Throttled => Failure::api(
                429,
                "TooManyRequests",
                "The request is being throttled as the limit has been reached for operation type. \
                 Retry after some time.",
            ),
            Self::Quota => Failure::conflict(
                "QuotaExceeded",
                "Operation could not be completed as it results in exceeding approved Total Regional Cores quota.",
            ),
            Self::Halfway => Failure::conflict(
                "ProvisioningFailed",
                format!(
                    "The long running operation failed: provisioning of '{name}' stopped halfway."
                ),
            ),
        }
    }
}
