//! Commands that start and stop machines, wherever a plan has them.

use super::change::Change;
use super::extract::MACHINES;
use super::fact::Fact;
use super::json::Json;
use super::model::{Action, PowerAction, PowerCommand};
use super::world::{End, World};

/// What an action of the Azure API, or of the provider, does to the power.
pub(super) fn action(word: &str) -> Option<PowerAction> {
    match word.to_ascii_lowercase().as_str() {
        "start" | "poweron" | "power_on" => Some(PowerAction::Start),
        "deallocate" | "poweroff" | "power_off" | "stop" | "hibernate" => Some(PowerAction::Stop),
        "restart" => Some(PowerAction::Restart),
        _ => None,
    }
}

/// Those that are resources: they are sent when they are created.
pub(super) fn commands(world: &World<'_>) -> Vec<PowerCommand> {
    let mut commands = Vec::new();
    for (at, fact) in world.facts() {
        let change = &world.index.changes[at];
        let Fact::Power {
            target,
            action: word,
        } = fact
        else {
            continue;
        };
        let Some(action) = action(word).filter(|_| sends(change)) else {
            continue;
        };
        let end = world.follow(at, target, &MACHINES);
        let managed = |at: usize| !world.index.changes[at].data;
        let machine = match &end {
            End::Here(machine) if managed(*machine) => Some(world.address(*machine).to_owned()),
            _ => None,
        };
        let machine_id = match (&end, target) {
            (_, super::fact::Link::Id(id)) => Some(id.clone()),
            (End::Here(machine), _) => match world.fact(*machine) {
                Some(Fact::Machine(machine)) => machine.named.id.clone(),
                _ => None,
            },
            _ => None,
        };
        commands.push(PowerCommand {
            address: change.address.clone(),
            key: change.key.clone(),
            machine,
            machine_id,
            action,
        });
    }
    commands
}

fn sends(change: &Change) -> bool {
    !change.data && (change.has(Action::Create) || change.has(Action::Update))
}

/// One element of `action_invocations`, which Terraform knows from 1.14 on.
#[derive(Debug)]
pub(super) struct Invocation {
    pub(super) address: String,
    pub(super) machine_id: Option<String>,
    /// The resource whose change triggers it.
    pub(super) trigger: Option<String>,
    pub(super) action: PowerAction,
}

/// `None` for an action that has nothing to do with power.
pub(super) fn invocation(element: &Json<'_>) -> Option<Invocation> {
    let values = element.get("config_values");
    let word = values
        .get("power_action")
        .text()
        .or_else(|| values.get("action").text())?;
    let trigger = element
        .get("lifecycle_action_trigger")
        .get("triggering_resource_address");
    Some(Invocation {
        address: element.get("address").string().unwrap_or_default(),
        machine_id: values
            .get("virtual_machine_id")
            .string()
            .or_else(|| values.get("resource_id").string()),
        trigger: trigger.string(),
        action: action(word)?,
    })
}

/// The same as a command, its machine found.
pub(super) fn command(invocation: &Invocation, world: &World<'_>) -> PowerCommand {
    let by_id = invocation
        .machine_id
        .as_deref()
        .and_then(|id| world.by_id(id));
    let by_trigger = || {
        let trigger = invocation.trigger.as_deref()?;
        world
            .machines()
            .map(|(at, _)| at)
            .find(|&at| world.address(at) == trigger)
    };
    let machine = by_id.or_else(by_trigger);
    PowerCommand {
        address: invocation.address.clone(),
        key: machine.and_then(|at| world.index.changes[at].key.clone()),
        machine: machine
            .filter(|&at| !world.index.changes[at].data)
            .map(|at| world.address(at).to_owned()),
        machine_id: invocation.machine_id.clone(),
        action: invocation.action,
    }
}
