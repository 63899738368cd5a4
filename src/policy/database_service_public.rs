//! LO208: a managed database of the cloud is open to the public.

use super::Facts;
use crate::finding::{Finding, Meta, Severity};

pub(super) static META: Meta = Meta {
    code: "LO208",
    name: "database-service-public",
    severity: Severity::Error,
    summary: "a managed database can be reached from public addresses",
    why: "No security group stands before a managed database. Public network access, and the firewall rule \
0.0.0.0-0.0.0.0, which means every machine that anybody rents in Azure, open it to strangers.",
    fix: "Switch public network access off, and give the database an address in the virtual network.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let services = facts
        .plan
        .map(|plan| plan.database_services.as_slice())
        .unwrap_or_default();
    services
        .iter()
        .flat_map(|service| service.words.iter().map(move |words| (service, words)))
        .map(|(service, words)| {
            Finding::new(&META, words.clone())
                .evidence(&service.address)
                .help("switch public network access off")
        })
        .collect()
}
