//! Security groups that are taken from what they protect, for a while or for good.

use super::exposure::Net;
use super::fact::{Association, Tie};
use super::model::{Problem, ProblemKind};
use super::ownership::Ownership;
use super::world::{End, World};

/// An association goes while what it protects stays.
pub(super) fn detached(
    after: &Net<'_>,
    earlier: &Ownership<'_>,
    at: usize,
    association: &Association,
) -> Option<Problem> {
    let (protected, is_open) = match association.kind {
        Tie::InterfaceGroup => interface(after, earlier, at, association)?,
        Tie::SubnetGroup => (subnet(after.world, earlier.world, at, association)?, false),
        _ => return None,
    };
    let change = &after.world.index.changes[at];
    let (kind, more) = match (is_open, change.replaces()) {
        (true, _) => (ProblemKind::Unguarded, ", which stays without one"),
        (false, true) => (
            ProblemKind::Unprotected,
            " and put back: until then nothing protects it",
        ),
        (false, false) => (ProblemKind::Unprotected, ""),
    };
    Some(Problem {
        address: change.address.clone(),
        kind,
        machine: None,
        words: format!("the security group is taken from {protected}{more}"),
    })
}

/// The interface that stays, and whether it stays with a machine and without a group.
fn interface(
    after: &Net<'_>,
    earlier: &Ownership<'_>,
    at: usize,
    association: &Association,
) -> Option<(String, bool)> {
    let changes = after.world.index.changes;
    let end = earlier
        .world
        .follow(at, &association.left, &["azurerm_network_interface"]);
    let (name, is_guarded) = match &end {
        End::Here(interface) => {
            let change = &changes[*interface];
            if !change.stays() || change.replaces() {
                return None;
            }
            (change.address.clone(), is_guarded(after, *interface))
        }
        End::Outside(id) => (
            super::attach::last_part(id),
            after.attachments.guards_outside(id),
        ),
        _ => return None,
    };
    let machines = earlier.machines_of(&end);
    let goes = !machines.is_empty() && machines.iter().all(|machine| !changes[*machine].stays());
    Some((name, !is_guarded && !goes))
}

/// Whether a group stands before it, or before each of its subnets.
fn is_guarded(after: &Net<'_>, interface: usize) -> bool {
    let ties = &after.attachments;
    let by_subnet = |link| {
        let (subnets, _) = after.world.subnets_of(interface, link);
        let has_group = |subnet| {
            ties.subnets
                .get(subnet)
                .is_some_and(|gate| !gate.is_empty())
        };
        !subnets.is_empty() && subnets.iter().all(has_group)
    };
    let configurations = after
        .world
        .interface(interface)
        .map(|interface| interface.configurations.as_slice())
        .unwrap_or_default();
    !ties.gate(interface).is_empty()
        || !configurations.is_empty() && configurations.iter().all(|one| by_subnet(&one.subnet))
}

/// The subnet that stays. Its machines have groups of their own, or what is then open is found at them.
fn subnet(
    after: &World<'_>,
    before: &World<'_>,
    at: usize,
    association: &Association,
) -> Option<String> {
    let (subnets, _) = before.subnets_of(at, &association.left);
    let [one] = subnets.as_slice() else {
        return None;
    };
    let view = &before.subnets[*one];
    let subnet = &after.index.changes[view.at];
    (subnet.stays() && !subnet.replaces()).then(|| view.address.clone())
}
