//! A plan and a fleet put side by side: each server, and what the plan does to it.

use super::adopted;
use super::plan::{
    Contribution, Group, Machine, MachineChange, Plan, PowerAction, PublicSide, decisive,
};
use super::power::{Found, observed};
use crate::fleet::Fleet;
use crate::fleet::address::Addresses;
use crate::fleet::port::{PortSet, Protocol};
use crate::fleet::reach::Reach;
use crate::fleet::server::{PowerState, Server};
use crate::fleet::sources::{Directory, Names, SourceSet};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One server as the plan leaves it.
#[derive(Debug)]
pub(crate) struct Subject {
    /// The describer's name; for a machine that no describer names, its address.
    pub(crate) name: String,
    /// A describer names it.
    pub(crate) described: bool,
    pub(crate) address: String,
    /// What stands beside the name of a machine that no describer names.
    pub(crate) facts: Vec<String>,
    /// `running`, `stopped`, `absent`, `unknown`: as the plan leaves it.
    pub(crate) state: &'static str,
    pub(crate) changes: Vec<MachineChange>,
    /// Certainly open.
    pub(crate) open: Reach,
    /// Cannot be shown closed.
    pub(crate) unproven: Reach,
    /// Certainly open before.
    pub(crate) before: Reach,
    pub(crate) evidence: Vec<Arc<[Contribution]>>,
    /// What sensitive rules let in before.
    pub(crate) hidden_before: Vec<Contribution>,
    /// Addresses of the security groups in its way.
    pub(crate) groups: Vec<String>,
    /// What its sources are called.
    pub(crate) directory: Directory,
    /// Whether the plan says anything about its ports.
    pub(crate) planned: bool,
    /// Atoms and addresses that stand for it as a source.
    pub(crate) as_source: SourceSet,
}

impl Subject {
    /// The rule to name for this; see [`decisive`].
    pub(crate) fn rule_for(&self, reach: &Reach) -> Option<&Contribution> {
        let all = self.evidence.iter().flat_map(|group| group.iter());
        decisive(all.chain(&self.hidden_before), reach)
    }

    pub(crate) fn evidence_of(&self, protocol: Protocol, ports: &PortSet) -> Option<&Contribution> {
        self.rule_for(&Reach::new(Some(protocol), ports, &SourceSet::anyone()))
    }
}

/// Every server of the plan, and with `own` every server of the fleet too, by name; and what sources are called.
pub(crate) fn subjects(plan: &Plan, fleet: Option<&Fleet>, own: bool) -> (Vec<Subject>, Directory) {
    let servers = fleet
        .map(|fleet| fleet.servers.as_slice())
        .unwrap_or_default();
    let directory = directory(plan, fleet);
    let mut subjects: Vec<Subject> = plan
        .machines
        .iter()
        .map(|machine| of_machine(machine, described(machine, servers), &directory))
        .collect();
    let in_plan: BTreeSet<String> = subjects
        .iter()
        .filter(|subject| subject.described)
        .map(|subject| subject.name.clone())
        .collect();
    let guards: BTreeMap<&str, &Group> = plan
        .groups
        .iter()
        .filter(|group| {
            group
                .address
                .starts_with("azurerm_network_security_group.this[")
        })
        .filter_map(|group| Some((group.key.as_deref()?, group)))
        .collect();
    for server in servers
        .iter()
        .filter(|server| !in_plan.contains(server.name()))
    {
        // The group of our own module guards an adopted server, whose machine is not in the plan.
        let group = guards
            .get(server.name())
            .copied()
            .filter(|_| server.is_adopted());
        if group.is_some() || own {
            subjects.push(of_server(plan, server, group, &directory));
        }
    }
    subjects.sort_by(|a, b| (!a.described, &a.name).cmp(&(!b.described, &b.name)));
    (subjects, directory)
}

/// The describer that names a machine: by Terraform key, or by the machine's own name.
fn described<'a>(machine: &Machine, servers: &'a [Server]) -> Option<&'a Server> {
    let named = |name: &Option<String>| {
        let name = name.as_deref()?;
        servers
            .binary_search_by(|server| server.name().cmp(name))
            .ok()
            .map(|at| &servers[at])
    };
    named(&machine.key).or_else(|| named(&machine.name))
}

fn directory(plan: &Plan, fleet: Option<&Fleet>) -> Directory {
    let mut book = fleet.map(Fleet::book).unwrap_or_default();
    let servers = fleet
        .map(|fleet| fleet.servers.as_slice())
        .unwrap_or_default();
    for machine in &plan.machines {
        let name = described(machine, servers).map_or(machine.label.as_str(), Server::name);
        book.machines.insert(machine.label.clone(), name.to_owned());
        for address in &machine.private_ips {
            book.owners
                .entry(*address)
                .or_insert_with(|| name.to_owned());
        }
    }
    let own = fleet.map(|fleet| Addresses::net(fleet.environment.network.address_space.value));
    Directory {
        network: own.unwrap_or_else(|| plan.network.clone()),
        book: Arc::new(book),
    }
}

fn of_machine(machine: &Machine, server: Option<&Server>, directory: &Directory) -> Subject {
    let addresses = machine
        .private_ips
        .iter()
        .chain(server.map(|server| &server.machine.private_ip.value))
        .fold(Addresses::default(), |all, address| {
            all.union(&Addresses::one(*address))
        });
    let mut directory = directory.clone();
    if !machine.network.is_empty() {
        directory.network = machine.network.clone();
    }
    let mut changes = machine.changes.clone();
    if changes.iter().any(|change| {
        matches!(
            change,
            MachineChange::Create | MachineChange::Replace { .. }
        )
    }) {
        // A new machine runs; only leaving it stopped is worth a word.
        changes.retain(|change| *change != MachineChange::Start);
    }
    Subject {
        name: server.map_or_else(|| machine.label.clone(), |server| server.name().to_owned()),
        described: server.is_some(),
        address: machine.address.clone(),
        facts: facts(machine),
        state: match server {
            // What Terraform forgets runs on.
            _ if !machine.stays && !machine.changes.contains(&MachineChange::Forget) => "absent",
            Some(server) => server.state.value.word(),
            None => "unknown",
        },
        changes,
        open: machine.open.clone(),
        unproven: machine.unproven.clone(),
        before: machine.open_before.clone(),
        evidence: machine.evidence.clone(),
        hidden_before: machine.hidden_before.clone(),
        groups: machine.groups.clone(),
        directory,
        planned: true,
        as_source: SourceSet {
            addresses,
            ..SourceSet::machine(machine.label.clone())
        },
    }
}

fn facts(machine: &Machine) -> Vec<String> {
    let public = match machine.public {
        PublicSide::None => "no public address",
        PublicSide::Behind => "behind a public address",
        PublicSide::Unknown => "perhaps a public address",
        PublicSide::Standard | PublicSide::Public => "public address",
        PublicSide::Basic => "public address (Basic)",
    };
    let parts = [Some(&machine.kind), machine.size_after.as_ref()];
    let known = parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .cloned();
    known.chain([public.to_owned()]).collect()
}

fn of_server(
    plan: &Plan,
    server: &Server,
    group: Option<&Group>,
    directory: &Directory,
) -> Subject {
    let side = if server.machine.public_ip {
        PublicSide::Standard
    } else {
        PublicSide::None
    };
    let arriving = |reach: &Reach| match side {
        PublicSide::None => reach.intersection(&Reach::every_port(&SourceSet {
            addresses: Addresses::private().union(&directory.network),
            machines: Names::all(),
            ..SourceSet::default()
        })),
        _ => reach.clone(),
    };
    let reach =
        |pick: fn(&Group) -> &Reach| group.map(|group| arriving(pick(group))).unwrap_or_default();
    Subject {
        name: server.name().to_owned(),
        described: true,
        address: adopted::address(server.name()),
        facts: Vec::new(),
        state: server.state.value.word(),
        changes: if server.state.value == PowerState::Absent {
            Vec::new()
        } else {
            changes(plan, server, group)
        },
        open: reach(|group| &group.open),
        unproven: reach(|group| &group.unproven),
        before: reach(|group| &group.open_before),
        evidence: group
            .iter()
            .map(|group| Arc::clone(&group.contributions))
            .collect(),
        hidden_before: group
            .map(|group| group.hidden_before.clone())
            .unwrap_or_default(),
        groups: group.iter().map(|group| group.address.clone()).collect(),
        directory: directory.clone(),
        planned: group.is_some(),
        as_source: SourceSet::addresses(Addresses::one(server.machine.private_ip.value)),
    }
}

/// What happens to an adopted server: power, what surrounds it, and what its describer wants of it in vain.
fn changes(plan: &Plan, server: &Server, group: Option<&Group>) -> Vec<MachineChange> {
    let mut changes = adopted::wanted(plan, server);
    let state = observed(plan, server.name());
    for command in plan
        .power
        .iter()
        .filter(|command| command.key.as_deref() == Some(server.name()))
    {
        match (command.action, state) {
            (PowerAction::Start, Some(Found::Running))
            | (PowerAction::Stop, Some(Found::Deallocated)) => {}
            (PowerAction::Start, _) => changes.push(MachineChange::Start),
            (PowerAction::Stop, _) => changes.push(MachineChange::Stop),
            (PowerAction::Restart, _) => changes.push(MachineChange::Restart),
        }
    }
    let group = group.and_then(|group| {
        plan.resources
            .iter()
            .find(|resource| resource.address == group.address)
    });
    if let Some(group) = group {
        let what = if group.words.contains("import") {
            "the security group, taken over"
        } else {
            "the security group"
        };
        changes.push(MachineChange::Update {
            what: vec![what.to_owned()],
        });
    }
    changes
}
