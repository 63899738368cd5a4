//! An apply that failed for some servers: the others are initialised all the same, for they are what they were to be.

use super::apply;
use super::ask::{Ask, server_of};
use super::configure::{self, Want, Way};
use super::prepare::Ready;
use crate::context::Context;
use crate::fleet::Fleet;
use crate::fleet::server::{PowerState, Server};
use crate::fleet::words::and_list;
use crate::report::progress::Progress;
use crate::report::{Report, Step, StepEnd};
use crate::ssh::key::Source;

/// Servers, of those that were asked for, of which Terraform has done all that was planned; none where something failed that is
/// no single server's.
pub(super) fn finished(fleet: &Fleet, asked: &[String], steps: &[Step]) -> Vec<String> {
    let open = steps.iter().filter(|step| step.end != StepEnd::Done);
    let server = |step: &Step| server_of(&step.address).and_then(|name| fleet.server(name));
    let Some(unfinished): Option<Vec<_>> = open.map(server).collect() else {
        return Vec::new();
    };
    let unfinished: Vec<&str> = unfinished.into_iter().map(Server::name).collect();
    let asked = |name: &str| asked.is_empty() || asked.iter().any(|one| one == name);
    let servers = fleet.servers.iter();
    servers
        .filter(|server| server.state.value == PowerState::Running)
        .map(|server| server.name().to_owned())
        .filter(|name| asked(name) && !unfinished.contains(&name.as_str()))
        .collect()
}

/// Initialises the servers that are what they were to be, and says so. What fails here is said beside the failure that there is.
pub(super) fn go_on(
    context: &Context,
    fleet: &Fleet,
    ask: &Ask<'_>,
    ready: &Ready,
    key: Option<Source>,
    report: &mut Report,
    progress: &mut Progress,
) {
    let rest = finished(fleet, ask.servers, &report.steps);
    let Some(key) = key.filter(|_| !rest.is_empty()) else {
        return;
    };
    let want = Want {
        servers: &rest,
        ..apply::want(ask, true)
    };
    let names: Vec<String> = rest.iter().map(|name| format!("`{name}`")).collect();
    let names = and_list(&names);
    let booted = apply::boot(context, fleet, ask, &ready.workspace, report, progress);
    report.timeline.lap("hosts");
    let done = booted.and_then(|booted| {
        if booted {
            let way = Way::with(context, fleet, want, ready, key)?;
            configure::stage(context, fleet, want, &way, report, progress)?;
        }
        Ok(booted)
    });
    report.timeline.lap("ansible");
    report.notes.extend(match done {
        // That no host boots is said already.
        Ok(false) => None,
        Ok(true) => Some(format!(
            "what was planned for {names} is done: initialised all the same"
        )),
        Err(failure) => Some(format!(
            "what was planned for {names} is done, and initialising failed too: {}",
            failure.message
        )),
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::describer;

    fn step(address: &str, end: StepEnd) -> Step {
        Step {
            address: address.to_owned(),
            end,
        }
    }

    #[test]
    fn a_server_is_finished_when_nothing_of_it_is_left_and_nothing_of_all() {
        use StepEnd::{Done, Failed, NotStarted};
        let fleet = describer::own_fleet();
        let group = "azurerm_network_security_group.this[\"backend\"]";
        let disk = "azurerm_virtual_machine_data_disk_attachment.this[\"database/mysql\"]";
        let names = |steps: &[Step]| finished(&fleet, &[], steps);
        assert_eq!(
            names(&[step(group, Done), step(disk, Failed)]),
            ["backend", "monitoring"]
        );
        assert_eq!(
            names(&[step(group, NotStarted), step(disk, Done)]),
            ["database", "monitoring"]
        );
        let network = "azurerm_virtual_network.this[\"lostops-network\"]";
        assert!(names(&[step(group, Done), step(network, Failed)]).is_empty());
        let asked = ["backend".to_owned()];
        assert_eq!(finished(&fleet, &asked, &[step(disk, Failed)]), ["backend"]);
    }
}
