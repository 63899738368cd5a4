//! Disks of machines that are resources of their own: attached, detached, changed, gone.

use super::extract::MACHINES;
use super::fact::{Association, Fact, Tie};
use super::machine::{Machine, MachineChange};
use super::model::Action;
use super::world::{End, World};
use indexmap::IndexMap;

/// Disks that are attached, detached or changed by resources of their own.
pub(super) fn disks(
    world: &World<'_>,
    earlier: &World<'_>,
    machines: &mut [(Machine, Vec<usize>)],
) {
    let mut positions: IndexMap<String, usize> = IndexMap::new();
    for (position, (machine, _)) in machines.iter().enumerate() {
        positions.insert(machine.address.clone(), position);
    }
    let changes = world.index.changes;
    let mut holders: IndexMap<usize, usize> = IndexMap::new();
    for (at, change) in changes.iter().enumerate() {
        // What is detached can be followed only as it was.
        let (fact, world) = match change.after.as_deref() {
            Some(fact) => (Some(fact), world),
            None => (change.before.as_deref(), earlier),
        };
        let Some(Fact::Association(Association {
            kind: Tie::MachineDisk,
            left,
            right,
        })) = fact
        else {
            continue;
        };
        let End::Here(machine) = world.follow(at, left, &MACHINES) else {
            continue;
        };
        let Some(&position) = positions.get(world.address(machine)) else {
            continue;
        };
        if let End::Here(disk) = world.follow(at, right, &["azurerm_managed_disk"]) {
            holders.insert(disk, position);
        }
        let own = &mut machines[position].0;
        // A disk that is attached or detached because the machine comes or goes is no change of its own.
        let follows = |change: &MachineChange| {
            matches!(
                change,
                MachineChange::Create | MachineChange::Destroy | MachineChange::Replace { .. }
            )
        };
        let what = match change {
            _ if own.changes.iter().any(follows) => continue,
            one if one.replaces() => "attach a disk anew",
            one if one.has(Action::Create) => "attach a disk",
            one if one.has(Action::Delete) => "detach a disk",
            one if one.has(Action::Update) => "change how a disk is attached",
            _ => continue,
        };
        let what = format!("{what} ({})", change.address);
        own.changes.push(MachineChange::Disk { what });
    }
    let mut named: IndexMap<String, usize> = IndexMap::new();
    for (at, facts) in world.machines() {
        if let Some(&position) = positions.get(world.address(at)) {
            named.extend(
                facts
                    .disks
                    .iter()
                    .map(|id| (id.to_ascii_lowercase(), position)),
            );
        }
    }
    for (at, change) in changes.iter().enumerate() {
        let fact = change.before.as_deref().or(change.after.as_deref());
        let Some(Fact::Disk(disk)) = fact else {
            continue;
        };
        let id = disk.named.id.as_deref().map(str::to_ascii_lowercase);
        let position = holders.get(&at).or_else(|| named.get(&id?)).copied();
        let Some(position) = position else { continue };
        let size = |fact: Option<&Fact>| match fact {
            Some(Fact::Disk(disk)) => disk.size.clone().unwrap_or_default(),
            _ => String::new(),
        };
        let what = if change.replaces() {
            "replace the disk".to_owned()
        } else if change.has(Action::Delete) {
            "destroy the disk".to_owned()
        } else if change.has(Action::Update) {
            let (old, new) = (
                size(change.before.as_deref()),
                size(change.after.as_deref()),
            );
            if old == new {
                continue;
            }
            format!("change the size of the disk from {old} to {new} GB:")
        } else {
            continue;
        };
        let what = format!("{what} {}", change.address);
        machines[position]
            .0
            .changes
            .push(MachineChange::Disk { what });
    }
}
