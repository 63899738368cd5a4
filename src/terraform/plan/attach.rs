//! Which security groups stand before which interface or subnet.

use super::fact::{Association, Fact, Link, Named, Tie};
use super::model::Action;
use super::world::{End, When, World};
use indexmap::{IndexMap, IndexSet};

/// What may stand before an interface or subnet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Alternative {
    /// No group.
    Open,
    Group(usize),
    /// A group that the plan does not hold.
    Outside(String),
    /// A group, but nobody knows which.
    Unknown,
}

/// Just one of these; nothing at all means no group.
pub(super) type Gate = Vec<Alternative>;

/// Where a group is attached, for reports.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    pub(super) addresses: Vec<String>,
    pub(super) subnets: Vec<usize>,
    pub(super) interfaces: Vec<usize>,
    pub(super) unclear: bool,
}

#[derive(Debug, Default)]
pub(super) struct Attachments {
    pub(super) interfaces: IndexMap<usize, Gate>,
    /// By id in lower case.
    pub(super) outside: IndexMap<String, Gate>,
    /// By position among the subnets.
    pub(super) subnets: IndexMap<usize, Gate>,
    pub(super) places: IndexMap<usize, Places>,
    /// Groups that are attached to an interface nobody could tell.
    floating: Gate,
}

const GROUP: [&str; 1] = ["azurerm_network_security_group"];

impl Attachments {
    pub(super) fn new(world: &World<'_>) -> Self {
        let mut all = Self::default();
        let severed = severed(world);
        for (at, fact) in world.facts() {
            match fact {
                Fact::Interface(interface) if is_stale(world, at, &interface.named, &severed) => {}
                Fact::Interface(interface) => {
                    let gate = alternatives(world.follow(at, &interface.group, &GROUP));
                    // Newer providers compute it; then the association tells.
                    if interface.group != Link::None && !matches!(interface.group, Link::Unknown(_))
                    {
                        all.interface(world, at, &gate, true);
                    }
                }
                Fact::Association(association) => all.association(world, at, association),
                Fact::Machine(machine) => {
                    for own in &machine.own_interfaces {
                        for one in alternatives(world.follow(at, &own.group, &GROUP)) {
                            if let Alternative::Group(group) = one {
                                let places = all.places.entry(group).or_default();
                                places.addresses.push(world.address(at).to_owned());
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        for (position, view) in world.subnets.iter().enumerate() {
            if is_stale(world, view.at, &view.fact.named, &severed) {
                continue;
            }
            let gate = alternatives(world.follow(view.at, &view.fact.group, &GROUP));
            if !gate.is_empty() {
                all.subnet(world, position, &gate, true);
            }
        }
        all
    }

    /// What stands before an interface of the plan.
    pub(super) fn gate(&self, interface: usize) -> Gate {
        match self.interfaces.get(&interface) {
            Some(gate) => gate.clone(),
            None if self.floating.is_empty() => Gate::new(),
            None => [vec![Alternative::Open], self.floating.clone()].concat(),
        }
    }

    /// Whether a group stands before an interface that the plan does not hold, or one may.
    pub(super) fn guards_outside(&self, id: &str) -> bool {
        let gate = self.outside.get(&id.to_ascii_lowercase());
        gate.is_some_and(|gate| !gate.is_empty()) || !self.floating.is_empty()
    }

    fn association(&mut self, world: &World<'_>, at: usize, association: &Association) {
        let gate = |world: &World<'_>| alternatives(world.follow(at, &association.right, &GROUP));
        match association.kind {
            Tie::InterfaceGroup => {
                match world.follow(at, &association.left, &["azurerm_network_interface"]) {
                    End::Nothing => {}
                    End::Here(interface) => self.interface(world, interface, &gate(world), true),
                    End::Outside(id) => self.outside(&id, &gate(world)),
                    End::OneOf { candidates, .. } if !candidates.is_empty() => {
                        for interface in candidates {
                            self.interface(world, interface, &gate(world), false);
                        }
                    }
                    End::OneOf { .. } => {
                        let gate = gate(world);
                        self.mark_unclear(&gate);
                        self.floating.extend(gate);
                    }
                }
            }
            Tie::SubnetGroup => {
                let (subnets, certain) = world.subnets_of(at, &association.left);
                let gate = gate(world);
                match (&association.left, subnets.is_empty()) {
                    (Link::Id(id), true) => {
                        for group in groups(&gate) {
                            self.places
                                .entry(group)
                                .or_default()
                                .addresses
                                .push(last_part(id));
                        }
                    }
                    (_, true) => self.mark_unclear(&gate),
                    _ => {}
                }
                for subnet in subnets {
                    self.subnet(world, subnet, &gate, certain);
                }
            }
            _ => {}
        }
    }

    fn mark_unclear(&mut self, gate: &Gate) {
        for group in groups(gate) {
            self.places.entry(group).or_default().unclear = true;
        }
    }

    fn interface(&mut self, world: &World<'_>, at: usize, gate: &Gate, certain: bool) {
        for group in groups(gate) {
            let places = self.places.entry(group).or_default();
            if certain {
                places.addresses.push(world.address(at).to_owned());
                places.interfaces.push(at);
            } else {
                places.unclear = true;
            }
        }
        merge(self.interfaces.entry(at).or_default(), gate, certain);
    }

    fn outside(&mut self, id: &str, gate: &Gate) {
        for group in groups(gate) {
            let places = self.places.entry(group).or_default();
            places.addresses.push(last_part(id));
        }
        merge(
            self.outside.entry(id.to_ascii_lowercase()).or_default(),
            gate,
            true,
        );
    }

    fn subnet(&mut self, world: &World<'_>, position: usize, gate: &Gate, certain: bool) {
        for group in groups(gate) {
            let places = self.places.entry(group).or_default();
            if certain {
                places
                    .addresses
                    .push(world.subnets[position].address.clone());
                places.subnets.push(position);
            } else {
                places.unclear = true;
            }
        }
        merge(self.subnets.entry(position).or_default(), gate, certain);
    }
}

/// Ids of the interfaces and subnets that the plan takes from their groups, in lower case.
fn severed(world: &World<'_>) -> IndexSet<String> {
    if world.when == When::Before {
        return IndexSet::new();
    }
    let going = world
        .index
        .changes
        .iter()
        .filter(|change| change.has(Action::Delete));
    going
        .filter_map(|change| match change.before.as_deref()? {
            Fact::Association(Association {
                kind: Tie::InterfaceGroup | Tie::SubnetGroup,
                left: Link::Id(id),
                ..
            }) => Some(id.to_ascii_lowercase()),
            _ => None,
        })
        .collect()
}

/// Whether its own word on its group is only what was read before the plan takes the group away.
fn is_stale(world: &World<'_>, at: usize, named: &Named, severed: &IndexSet<String>) -> bool {
    let change = &world.index.changes[at];
    let is_read = change.data || change.is_no_op();
    let id = named
        .id
        .as_deref()
        .filter(|_| is_read && !severed.is_empty());
    id.is_some_and(|id| severed.contains(&id.to_ascii_lowercase()))
}

/// A certain attachment rules out that there is none; an uncertain one adds to what may be.
fn merge(into: &mut Gate, gate: &Gate, certain: bool) {
    if !certain && into.is_empty() {
        into.push(Alternative::Open);
    }
    if certain {
        into.retain(|one| *one != Alternative::Open);
    }
    for one in gate {
        if !into.contains(one) {
            into.push(one.clone());
        }
    }
}

fn groups(gate: &Gate) -> Vec<usize> {
    let groups = gate.iter().filter_map(|one| match one {
        Alternative::Group(group) => Some(*group),
        _ => None,
    });
    groups.collect()
}

pub(super) fn alternatives(end: End) -> Gate {
    match end {
        End::Nothing => Gate::new(),
        End::Here(group) => vec![Alternative::Group(group)],
        End::Outside(id) => vec![Alternative::Outside(id)],
        End::OneOf {
            candidates,
            or_else,
        } => {
            let mut gate: Gate = candidates.into_iter().map(Alternative::Group).collect();
            if or_else {
                gate.push(Alternative::Unknown);
            }
            gate
        }
    }
}

pub(super) fn last_part(id: &str) -> String {
    id.rsplit('/').next().unwrap_or(id).to_owned()
}
