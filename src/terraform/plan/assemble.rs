//! From the parts of a document to what the plan means.

use super::attach::Attachments;
use super::change::Change;
use super::document::Document;
use super::drift;
use super::exposure::Net;
use super::groups;
use super::index::Index;
use super::json::Json;
use super::machines;
use super::model::{Action, DatabaseService, Neighbourhood, Opaque, Plan, Resource, Totals};
use super::nature;
use super::ownership::Ownership;
use super::power;
use super::problems;
use super::world::{When, World};
use std::collections::BTreeMap;
use std::thread;

pub(super) fn assemble(mut document: Document) -> Plan {
    let mut changes = std::mem::take(&mut document.changes);
    let known: std::collections::BTreeSet<String> = document
        .data
        .iter()
        .map(|data| data.address.clone())
        .collect();
    // A data source that is read again only in the apply keeps what was known of it.
    changes.retain(|change| {
        !(change.data && known.contains(&change.address) && change.after.is_none())
    });
    changes.append(&mut document.data);
    let variables = Json::parse(&document.variables).unwrap_or(Json::Null);
    let index = Index::new(&changes, &document.config, variables);
    let world = World::new(&index, When::After);
    let earlier = World::new(&index, When::Before);
    let (ownership, attachments) = ties(&world);
    let (earlier_ownership, earlier_attachments) = ties(&earlier);
    let after = Net::new(&world, &ownership, attachments, Some(&earlier));
    let moves = changes
        .iter()
        .any(|change| !change.is_no_op() && (change.before.is_some() || change.after.is_some()));
    let before = moves.then(|| Net::new(&earlier, &earlier_ownership, earlier_attachments, None));

    let mut commands = power::commands(&world);
    commands.extend(
        document
            .invocations
            .iter()
            .map(|one| power::command(one, &world)),
    );
    commands.sort_by(|a, b| a.address.cmp(&b.address));
    let machines = machines::machines(&after, before.as_ref(), &commands);
    let neighbourhoods = neighbourhoods(&world, &machines);
    let mut machines: Vec<_> = machines.into_iter().map(|(machine, _)| machine).collect();
    machines.sort_by(|a, b| a.address.cmp(&b.address));
    let network = world
        .only_network()
        .and_then(|at| after.space(Some(at)))
        .cloned();
    let ordered = by_address(&changes);
    let plan = Plan {
        terraform_version: document.terraform_version,
        applyable: document.applyable,
        machines,
        groups: groups::groups(&after, before.as_ref()),
        totals: totals(&changes),
        resources: resources(&ordered),
        opaque: sorted(&ordered, |change| {
            let words = change.opaque.clone()?;
            let address = change.address.clone();
            Some(Opaque { address, words })
        }),
        neighbourhoods,
        problems: problems::problems(&after, &earlier_ownership),
        power: commands,
        readings: document.readings,
        checks: document.checks,
        drift: drift::drift(&document.drift, &changes),
        database_services: sorted(&ordered, |change| {
            let words = change
                .database
                .clone()
                .filter(|_| !change.data && change.stays())?;
            let address = change.address.clone();
            Some(DatabaseService { address, words })
        }),
        observed: document.observed,
        network: network.unwrap_or_default(),
    };
    if changes.len() > LARGE {
        // Freeing takes a tenth as long as reading, and nobody waits for it.
        let config = std::mem::take(&mut document.config);
        thread::spawn(move || drop((changes, config)));
    }
    plan
}

/// From so many changes on it pays to free them beside other work.
const LARGE: usize = 1000;

/// Both only read the world, and are half of the work on a large plan.
fn ties<'p>(world: &'p World<'p>) -> (Ownership<'p>, Attachments) {
    thread::scope(|scope| {
        let attachments = scope.spawn(|| Attachments::new(world));
        let ownership = Ownership::new(world);
        match attachments.join() {
            Ok(attachments) => (ownership, attachments),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

fn by_address(changes: &[Change]) -> Vec<&Change> {
    let mut all: Vec<&Change> = changes.iter().collect();
    all.sort_by(|a, b| a.address.cmp(&b.address));
    all
}

fn sorted<T>(changes: &[&Change], each: impl Fn(&Change) -> Option<T>) -> Vec<T> {
    changes.iter().filter_map(|change| each(change)).collect()
}

fn neighbourhoods(
    world: &World<'_>,
    machines: &[(super::Machine, Vec<usize>)],
) -> Vec<Neighbourhood> {
    let mut members: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (machine, subnets) in machines {
        for subnet in subnets {
            members
                .entry(*subnet)
                .or_default()
                .push(machine.label.clone());
        }
    }
    let mut all: Vec<Neighbourhood> = world
        .subnets
        .iter()
        .enumerate()
        // Who else lives in a subnet that is only read, this plan does not say.
        .filter(|(_, view)| !world.index.changes[view.at].data)
        .map(|(position, view)| {
            let mut machines = members.remove(&position).unwrap_or_default();
            machines.sort();
            machines.dedup();
            Neighbourhood {
                address: view.address.clone(),
                ranges: view.fact.ranges.clone().unwrap_or_default(),
                machines,
            }
        })
        .collect();
    all.sort_by(|a, b| a.address.cmp(&b.address));
    all
}

/// As Terraform counts: a replacement is both an addition and a destruction.
fn totals(changes: &[Change]) -> Totals {
    let mut totals = Totals::default();
    for change in changes.iter().filter(|change| !change.data) {
        totals.add += usize::from(change.has(Action::Create));
        totals.destroy += usize::from(change.has(Action::Delete));
        totals.replace += usize::from(change.replaces());
        totals.change += usize::from(change.has(Action::Update));
        totals.forget += usize::from(change.has(Action::Forget));
        totals.import += usize::from(change.importing);
        totals.moved += usize::from(change.previous.is_some());
    }
    totals
}

fn resources(changes: &[&Change]) -> Vec<Resource> {
    sorted(changes, |change| {
        let still = change.is_no_op() && !change.importing && change.previous.is_none();
        if change.data || still {
            return None;
        }
        let attributes = if change.replaces() && !change.differences.forcing.is_empty() {
            &change.differences.forcing
        } else {
            &change.differences.attributes
        };
        Some(Resource {
            address: change.address.clone(),
            kind: change.kind.clone(),
            actions: change.actions.clone(),
            words: words(change),
            reason: change
                .reason
                .as_deref()
                .and_then(nature::reason)
                .map(str::to_owned),
            attributes: attributes.clone(),
        })
    })
}

fn words(change: &Change) -> String {
    let mut words = Vec::new();
    if change.deposed {
        return "destroy (deposed)".to_owned();
    }
    if change.importing {
        words.push("import");
    }
    if change.replaces() {
        words.push("replace");
    } else {
        for action in &change.actions {
            words.push(match action {
                Action::Create => "create",
                Action::Update => "update",
                Action::Delete => "destroy",
                Action::Forget => "forget",
                Action::Read => "read",
                Action::Other => "other",
                Action::NoOp => continue,
            });
        }
    }
    if change.previous.is_some() {
        words.push("move");
    }
    words.join(" and ")
}
