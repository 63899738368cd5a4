//! The machines of a plan: what happens to each, and who reaches it.

use super::change::Change;
use super::disks;
use super::exposure::{Exposure, Net};
use super::extract::{MACHINES, SECRET};
use super::fact::{Fact, Machine as Facts};
use super::machine::{Contribution, Machine, MachineChange, hidden};
use super::model::{PowerAction, PowerCommand};
use super::nature;
use crate::fleet::reach::Reach;
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
            Some(before) => {
                let then = before.machine(at);
                let rules = then.evidence.iter().flat_map(|rules| hidden(rules));
                (rules.collect(), then.open)
            }
            None => (Vec::new(), now.open.clone()),
        };
        (now, then)
    });
    let mut machines: Vec<(Machine, Vec<usize>)> = list
        .iter()
        .zip(exposures)
        .map(|(&at, (now, then))| machine(&changes[at], now, then))
        .collect();
    let earlier = before.map_or(after.world, |before| before.world);
    disks::disks(after.world, earlier, &mut machines);
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
    (hidden_before, open_before): (Vec<Contribution>, Reach),
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
        hidden_before,
        groups: now.groups,
        network: now.network,
        stays: change.stays(),
    };
    (machine, now.subnets)
}

fn power(commands: &[PowerCommand], machines: &mut [(Machine, Vec<usize>)]) {
    if commands.is_empty() {
        return;
    }
    let labels = machines.iter().enumerate();
    let positions: IndexMap<String, usize> = labels
        .map(|(position, (machine, _))| (machine.label.clone(), position))
        .collect();
    let identities: IndexMap<String, usize> = machines
        .iter()
        .enumerate()
        .filter_map(|(position, (machine, _))| Some((machine.identity.clone()?, position)))
        .collect();
    for command in commands {
        let label = command.machine.as_ref();
        let by_label = label.and_then(|label| positions.get(label));
        // A machine that stays as it is has an id, and a command names it by that.
        let by_id = || identities.get(&identity(command.machine_id.as_deref()?)?);
        if let Some(&position) = by_label.or_else(by_id) {
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

/// `group/name` of an id of Azure's, in small letters.
fn identity(id: &str) -> Option<String> {
    let mut parts = id
        .split('/')
        .skip_while(|part| !part.eq_ignore_ascii_case("resourceGroups"));
    let group = parts.nth(1)?;
    let name = parts.last()?;
    Some(format!("{group}/{name}").to_lowercase())
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
            image: machine.image_after.clone().filter(|image| image != SECRET),
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
        machine.hidden_before = before.hidden_before;
        gone.push(old);
    }
    gone.sort_unstable();
    for position in gone.into_iter().rev() {
        machines.remove(position);
    }
}
