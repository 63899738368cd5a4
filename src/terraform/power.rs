//! Whether machines run: what was observed, and which power commands must be sent again.

use super::plan::{MachineChange, Plan};
use crate::fleet::Fleet;
use crate::fleet::server::PowerState;

/// The data source of a server's generated check, which is read at every plan.
pub(crate) fn check_name(server: &str) -> String {
    format!("power_{server}")
}

/// What the check of a server found; `None` when nothing could be read or it is between two states.
pub(crate) fn observed(plan: &Plan, server: &str) -> Option<PowerState> {
    let address = format!("data.azurerm_virtual_machine.{}", check_name(server));
    let reading = plan
        .readings
        .iter()
        .find(|reading| reading.address == address)?;
    match reading.state.as_str() {
        "running" | "starting" => Some(PowerState::Running),
        "stopped" | "stopping" | "deallocated" | "deallocating" => Some(PowerState::Stopped),
        _ => None,
    }
}

/// Whether a command changes nothing: the machine was found as it would leave it.
pub(crate) fn is_so(change: &MachineChange, found: Option<PowerState>) -> bool {
    matches!(
        (change, found),
        (MachineChange::Start, Some(PowerState::Running))
            | (MachineChange::Stop, Some(PowerState::Stopped))
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
            && found != wanted
        {
            let address = format!("azapi_resource_action.power[{:?}]", server.name());
            let words = format!(
                "`{}` is {} and its describer says {}",
                server.name(),
                found.word(),
                wanted.word()
            );
            drifted.push((address, words));
        }
    }
    drifted
}
