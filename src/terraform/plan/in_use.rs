//! What a plan takes from a machine that stays: its interface, the place of a disk, its public address.

use super::change::Change;
use super::extract::MACHINES;
use super::fact::{Association, Fact, Tie};
use super::model::{Action, Problem, ProblemKind};
use super::ownership::{Nic, Ownership};
use super::world::{End, World};

pub(super) fn in_use(earlier: &Ownership<'_>) -> Vec<Problem> {
    let world = earlier.world;
    let changes = world.index.changes;
    let mut problems = Vec::new();
    for (&machine, nics) in &earlier.nics {
        if !changes[machine].stays() {
            continue;
        }
        for (nic, certain) in &nics.all {
            if let (Nic::Here(nic), true) = (nic, certain) {
                problems.extend(interface(world, machine, *nic));
                problems.extend(addresses(world, machine, *nic));
            }
        }
    }
    let moved = changes.iter().enumerate();
    problems.extend(moved.filter_map(|(at, change)| disk(world, at, change)));
    problems
}

/// Whether it goes before anything else is done with it. Terraform takes away first, and changes what had it afterwards.
fn goes_first(change: &Change) -> bool {
    !change.data && change.actions.first() == Some(&Action::Delete)
}

fn problem(change: &Change, kind: ProblemKind, machine: Option<&str>, words: String) -> Problem {
    Problem {
        address: change.address.clone(),
        kind,
        machine: machine.map(str::to_owned),
        words,
    }
}

/// A machine that is made anew is gone by the time its interface goes.
fn interface(world: &World<'_>, machine: usize, nic: usize) -> Option<Problem> {
    let changes = world.index.changes;
    let change = &changes[nic];
    if changes[machine].replaces() || !goes_first(change) {
        return None;
    }
    let what = if change.replaces() {
        let because = crate::fleet::words::and_list(&super::nature::reasons(change));
        format!("replaced because {because}")
    } else {
        "destroyed".to_owned()
    };
    let words = format!(
        "would have its network interface {what}, which fails: Azure deletes none that is in use"
    );
    let machine = Some(world.address(machine));
    Some(problem(change, ProblemKind::InterfaceInUse, machine, words))
}

fn addresses(world: &World<'_>, machine: usize, nic: usize) -> Vec<Problem> {
    let configurations = world
        .interface(nic)
        .map(|interface| interface.configurations.as_slice())
        .unwrap_or_default();
    let publics = configurations.iter().filter_map(|configuration| {
        match world.follow(nic, &configuration.public, &["azurerm_public_ip"]) {
            End::Here(public) => Some(public),
            _ => None,
        }
    });
    let lost = publics.filter_map(|public| {
        let change = &world.index.changes[public];
        if change.data || !change.has(Action::Delete) {
            return None;
        }
        let machine = Some(world.address(machine));
        if is_twice(change) {
            let because = crate::fleet::words::and_list(&super::nature::reasons(change));
            let words = format!(
                "would have its public address made anew because {because}, which fails: the old one still has the name"
            );
            return Some(problem(change, ProblemKind::AddressTwice, machine, words));
        }
        let which = match world.fact(public) {
            Some(Fact::PublicAddress(public)) => public.address,
            _ => None,
        };
        let which = which.map_or_else(|| "the old one".to_owned(), |address| address.to_string());
        let what = if change.replaces() {
            "get another public address"
        } else {
            "lose its public address"
        };
        let words = format!("would {what}: {which} is given back to Azure for good");
        Some(problem(change, ProblemKind::AddressLost, machine, words))
    });
    lost.collect()
}

/// Whether it is made before the old one goes, in the same group under the same name.
fn is_twice(change: &Change) -> bool {
    let (Some(Fact::PublicAddress(old)), Some(Fact::PublicAddress(new))) =
        (change.before.as_deref(), change.after.as_deref())
    else {
        return false;
    };
    let same = |old: &Option<String>, new: &Option<String>| match (old, new) {
        (Some(old), Some(new)) => old.eq_ignore_ascii_case(new),
        _ => false,
    };
    change.actions == [Action::Create, Action::Delete]
        && same(&old.named.name, &new.named.name)
        && same(&old.named.resource_group, &new.named.resource_group)
}

/// A disk that is taken off and put back for another place alone.
fn disk(world: &World<'_>, at: usize, change: &Change) -> Option<Problem> {
    let Some(Fact::Association(Association {
        kind: Tie::MachineDisk,
        left,
        ..
    })) = change.before.as_deref()
    else {
        return None;
    };
    if !change.replaces() || change.differences.forcing != ["lun"] {
        return None;
    }
    let machine = match world.follow(at, left, &MACHINES) {
        End::Here(machine) => {
            let holder = &world.index.changes[machine];
            if !holder.stays() || holder.replaces() {
                return None;
            }
            Some(world.address(machine))
        }
        _ => None,
    };
    Some(problem(
        change,
        ProblemKind::DiskMoved,
        machine,
        "would have a data disk taken off while it is in use, to be put back at another LUN"
            .to_owned(),
    ))
}
