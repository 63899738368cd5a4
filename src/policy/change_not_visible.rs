//! LO207: something may change machines or groups where no plan shows it.

use super::Facts;
use crate::finding::{Finding, Meta, Severity};

pub(super) static META: Meta = Meta {
    code: "LO207",
    name: "change-not-visible",
    severity: Severity::Error,
    summary: "a resource may change machines or security groups in ways that the plan does not show",
    why: "`azapi_resource`, `azapi_update_resource` and deployments of ARM templates write to Azure's interface \
directly. What they do to a machine or a security group stands in a body that Terraform does not understand, and \
passes every check that looks at types of resources.",
    fix: "Use the azurerm resource for it.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let opaque = facts
        .plan
        .map(|plan| plan.opaque.as_slice())
        .unwrap_or_default();
    opaque
        .iter()
        .map(|opaque| {
            Finding::new(&META, opaque.words.clone())
                .evidence(&opaque.address)
                .help("use the azurerm resource, whose changes the plan shows")
        })
        .collect()
}
