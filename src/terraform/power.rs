//! Whether machines run: what was observed, and which power commands must be sent again.

use super::plan::{MachineChange, Plan};
use crate::fleet::Fleet;
use crate::fleet::server::PowerState;

/// The data source of a server's generated check, which is read at every plan.
pub(crate) fn check_name(server: &str) -> String {
    format!("power_{server}")
}

/// How a machine was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    Running,
    /// Off, and its hardware is kept: what a shutdown from within leaves, and no describer asks for.
    Off,
    Deallocated,
}

impl Found {
    fn is(self, wanted: PowerState) -> bool {
        matches!(
            (self, wanted),
            (Self::Running, PowerState::Running) | (Self::Deallocated, PowerState::Stopped)
        )
    }

    fn words(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Off => "off but not deallocated, so that it is still billed,",
            Self::Deallocated => "stopped",
        }
    }
}

/// What the check of a server found; `None` when nothing could be read.
pub(crate) fn observed(plan: &Plan, server: &str) -> Option<Found> {
    let address = format!("data.azurerm_virtual_machine.{}", check_name(server));
    let reading = plan
        .readings
        .iter()
        .find(|reading| reading.address == address)?;
    match reading.state.as_str() {
        "running" | "starting" => Some(Found::Running),
        "stopped" | "stopping" => Some(Found::Off),
        "deallocated" | "deallocating" => Some(Found::Deallocated),
        _ => None,
    }
}

/// Whether a command changes nothing: the machine was found as it would leave it.
pub(crate) fn is_so(change: &MachineChange, found: Option<Found>) -> bool {
    matches!(
        (change, found),
        (MachineChange::Start, Some(Found::Running))
            | (MachineChange::Stop, Some(Found::Deallocated))
    )
}

/// Addresses of the power commands that Terraform believes done and that are not so any more.
pub(crate) fn drifted(plan: &Plan, fleet: &Fleet) -> Vec<(String, String)> {
    let mut drifted = Vec::new();
    for server in &fleet.servers {
        let wanted = server.state.value;
        let sent = plan
            .power
            .iter()
            .any(|command| command.key.as_deref() == Some(server.name()));
        if sent || wanted == PowerState::Absent {
            continue;
        }
        if let Some(found) = observed(plan, server.name())
            && !found.is(wanted)
        {
            let address = format!("azapi_resource_action.power[{:?}]", server.name());
            let words = format!(
                "`{}` is {} and its describer says {}",
                server.name(),
                found.words(),
                wanted.word()
            );
            drifted.push((address, words));
        }
    }
    drifted
}
