//! LO213: a security group would be taken from an interface that stays without one.

use super::Facts;
use crate::finding::{Finding, Meta, Severity};
use crate::terraform::plan::ProblemKind;

pub(super) static META: Meta = Meta {
    code: "LO213",
    name: "group-taken-away",
    severity: Severity::Error,
    summary: "a security group would be taken from an interface that stays without one",
    why: "The machine behind the interface runs on with nothing in front of it: its whole network reaches every port, and with a Basic public address the internet does. \
That happens when the describer of an adopted server is removed: Terraform would take away what guards it, which was its owner's.",
    fix: "Keep the association, or attach another group in the same plan. To let go of an adopted server, remove its describer and run `lostops forget SERVER`: \
its group stays as it is, attached, and is no longer Terraform's.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let taken = facts
        .problems()
        .iter()
        .filter(|problem| problem.kind == ProblemKind::Unguarded);
    taken
        .map(|problem| {
            let finding =
                Finding::new(&META, problem.words.clone()).evidence(&problem.address);
            let Some((fleet, name)) = facts.fleet.zip(server(&problem.address)) else {
                return finding.help("keep the association, or attach another group in the same plan");
            };
            match fleet.server(name) {
                None => finding.help(format!(
                    "to let go of the server with its group in place: `lostops forget {name}`; to keep it, bring its describer back"
                )),
                Some(described) => finding
                    .server(name)
                    .at(described.name.span, "this server")
                    .help("`vm.network_interface` is the name that its interface has in Azure: leave it as it is"),
            }
        })
        .collect()
}

/// The server whose association it is, in a plan of our own module.
fn server(address: &str) -> Option<&str> {
    address
        .strip_prefix("azurerm_network_interface_security_group_association.this[\"")?
        .strip_suffix("\"]")
}
