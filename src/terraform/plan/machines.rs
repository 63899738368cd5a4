//! The machines of a plan: what happens to each, and who reaches it.

use super::change::Change;
use super::exposure::{Exposure, Net};
use super::extract::MACHINES;
use super::fact::{Association, Fact, Machine as Facts, Tie};
use super::machine::{Machine, MachineChange};
use super::model::{Action, PowerAction, PowerCommand};
use super::nature;
use super::world::{End, World};
use indexmap::IndexMap;
use std::num::NonZero;
use std::thread;

/// Fewer machines than this are not worth a thread.
const ALONE: usize = 64;

/// `before` is `None` when nothing that decides reach changes.
pub(super) fn machines(
    after: &Net<'_>,
    before: Option<&Net<'_>>,
    commands: &[PowerCommand],
) -> Vec<(Machine, Vec<usize>)> {
    let changes = after.world.index.changes;
    let list: Vec<usize> = (0..changes.len())
        .filter(|&at| {
            let change = &changes[at];
            !change.data && !change.deposed && MACHINES.contains(&change.kind.as_str())
        })
        .collect();
    let exposures = in_parallel(&list, |at| {
        let now = after.machine(at);
        let then = match before {
            Some(before) => before.machine(at).open,
            None => now.open.clone(),
        };
        (now, then)
    });
    let mut machines: Vec<(Machine, Vec<usize>)> = list
        .iter()
        .zip(exposures)
        .map(|(&at, (now, then))| machine(&changes[at], now, then))
        .collect();
    let earlier = before.map_or(after.world, |before| before.world);
    disks(after.world, earlier, &mut machines);
    power(commands, &mut machines);
    for change in changes
        .iter()
        .filter(|change| change.deposed && MACHINES.contains(&change.kind.as_str()))
    {
        if let Some((machine, _)) = machines
            .iter_mut()
            .find(|(machine, _)| machine.address == change.address)
        {
            machine.changes.push(MachineChange::Deposed);
        }
    }
    same_identity(&mut machines);
    machines
}

fn in_parallel<T: Send>(list: &[usize], work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let threads = thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(4);
    if list.len() < ALONE || threads == 1 {
        return list.iter().map(|&at| work(at)).collect();
    }
    let work = &work;
    thread::scope(|scope| {
        let parts = list.chunks(list.len().div_ceil(threads));
        let running: Vec<_> = parts
            .map(|part| scope.spawn(move || part.iter().map(|&at| work(at)).collect::<Vec<T>>()))
            .collect();
        running
            .into_iter()
            .flat_map(|thread| match thread.join() {
                Ok(part) => part,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}

fn machine(
    change: &Change,
    now: Exposure,
    open_before: crate::fleet::reach::Reach,
) -> (Machine, Vec<usize>) {
    let facts = |fact: &Option<std::sync::Arc<Fact>>| match fact.as_deref() {
        Some(Fact::Machine(machine)) => Some((**machine).clone()),
        _ => None,
    };
    let (before, after): (Option<Facts>, Option<Facts>) =
        (facts(&change.before), facts(&change.after));
    let named = after
        .as_ref()
        .or(before.as_ref())
        .map(|machine| machine.named.clone())
        .unwrap_or_default();
    let identity = named.resource_group.as_ref().zip(named.name.as_ref());
    let machine = Machine {
        address: change.address.clone(),
        kind: change.kind.clone(),
        identity: identity.map(|(group, name)| format!("{group}/{name}").to_lowercase()),
        name: named.name,
        key: change.key.clone(),
        label: change.address.clone(),
        changes: nature::changes(change, before.as_ref(), after.as_ref()),
        size_before: before.as_ref().and_then(|machine| machine.size.clone()),
        size_after: after.as_ref().and_then(|machine| machine.size.clone()),
        image_before: before.and_then(|machine| machine.image),
        image_after: after.and_then(|machine| machine.image),
        private_ips: now.addresses,
        public: now.public,
        unproven: now.maybe.difference(&now.open),
        open: now.open,
        open_before,
        evidence: now.evidence,
        groups: now.groups,
        network: now.network,
        stays: change.stays(),
    };
    (machine, now.subnets)
}

/// Disks that are attached, detached or changed by resources of their own.
fn disks(world: &World<'_>, earlier: &World<'_>, machines: &mut [(Machine, Vec<usize>)]) {
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

fn power(commands: &[PowerCommand], machines: &mut [(Machine, Vec<usize>)]) {
    if commands.is_empty() {
        return;
    }
    let labels = machines.iter().enumerate();
    let positions: IndexMap<String, usize> = labels
        .map(|(position, (machine, _))| (machine.label.clone(), position))
        .collect();
    for command in commands {
        let label = command.machine.as_ref();
        if let Some(&position) = label.and_then(|label| positions.get(label)) {
            let machine = &mut machines[position].0;
            let change = match command.action {
                PowerAction::Start => MachineChange::Start,
                PowerAction::Stop => MachineChange::Stop,
                PowerAction::Restart => MachineChange::Restart,
            };
            if !machine.changes.contains(&change) {
                machine.changes.push(change);
            }
        }
    }
}

/// A machine that goes and one that comes under the same name are one machine that is replaced,
/// whatever their addresses and types.
fn same_identity(machines: &mut Vec<(Machine, Vec<usize>)>) {
    let mut going: IndexMap<String, usize> = IndexMap::new();
    for (position, (machine, _)) in machines.iter().enumerate() {
        if let (Some(identity), [MachineChange::Destroy, ..]) =
            (&machine.identity, machine.changes.as_slice())
        {
            going.insert(identity.clone(), position);
        }
    }
    if going.is_empty() {
        return;
    }
    let mut gone = Vec::new();
    for position in 0..machines.len() {
        let machine = &machines[position].0;
        let old = machine
            .identity
            .as_ref()
            .and_then(|identity| going.get(identity))
            .copied();
        let (Some(old), [MachineChange::Create, ..]) = (old, machine.changes.as_slice()) else {
            continue;
        };
        let before = machines[old].0.clone();
        let machine = &mut machines[position].0;
        let reimage = before.image_before != machine.image_after;
        machine.changes[0] = MachineChange::Replace {
            because: vec![format!("{} becomes {}", before.address, machine.address)],
            reimage,
        };
        if let (Some(from), Some(to)) = (&before.size_before, &machine.size_after)
            && !from.eq_ignore_ascii_case(to)
        {
            let (from, to) = (from.clone(), Some(to.clone()));
            machine.changes.push(MachineChange::Resize { from, to });
        }
        machine.size_before = before.size_before;
        machine.image_before = before.image_before;
        machine.open_before = before.open_before;
        gone.push(old);
    }
    gone.sort_unstable();
    for position in gone.into_iter().rev() {
        machines.remove(position);
    }
}
