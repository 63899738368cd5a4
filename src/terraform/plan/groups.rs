//! The security groups of a plan, each by itself.

use super::attach::Places;
use super::exposure::Net;
use super::fact::Fact;
use super::group;
use super::machine::hidden;
use super::model::Group;
use crate::fleet::address::Addresses;
use crate::fleet::reach::Reach;
use std::sync::Arc;

/// Sorted by address; `before` is `None` when nothing that decides reach changes.
pub(super) fn groups(after: &Net<'_>, before: Option<&Net<'_>>) -> Vec<Group> {
    let changes = after.world.index.changes;
    let none = Places::default();
    let mut groups = Vec::new();
    for (at, fact) in after.world.facts() {
        let (Fact::Group(_), change) = (fact, &changes[at]) else {
            continue;
        };
        let places = after.attachments.places.get(&at).unwrap_or(&none);
        // A group that is only read matters where the plan attaches it or adds to its rules.
        let added = after
            .rules
            .get(&at)
            .is_some_and(|rules| rules.all.iter().any(|one| one.holder != at));
        if change.data && !added && places.addresses.is_empty() {
            continue;
        }
        let network = network_of(after, places);
        let evaluated = after.group(at, network);
        let (open_before, hidden_before) = match before {
            None => (evaluated.open.clone(), Vec::new()),
            Some(before) if change.before.is_some() => {
                let none = Places::default();
                let places = before.attachments.places.get(&at).unwrap_or(&none);
                let then = before.group(at, network_of(before, places));
                (then.open.clone(), hidden(&then.contributions).collect())
            }
            Some(_) => (Reach::default(), Vec::new()),
        };
        let mut attached_to = places.addresses.clone();
        attached_to.sort();
        attached_to.dedup();
        groups.push(Group {
            address: change.address.clone(),
            key: change.key.clone(),
            attached_to,
            maybe_attached_elsewhere: places.unclear,
            open: evaluated.open.clone(),
            unproven: evaluated.maybe.difference(&evaluated.open),
            open_before,
            hidden_before,
            contributions: Arc::clone(&evaluated.contributions),
            network: after.space(network).cloned().unwrap_or_default(),
        });
    }
    groups.extend(strays(after, before));
    groups.sort_by(|a, b| a.address.cmp(&b.address));
    groups
}

/// Groups that the plan does not hold, but adds rules to.
fn strays(after: &Net<'_>, before: Option<&Net<'_>>) -> Vec<Group> {
    let earlier = before
        .map(|before| group::elsewhere(before.world))
        .unwrap_or_default();
    let strays = group::elsewhere(after.world);
    let group = |(address, rules): (&String, &group::Rules<'_>)| {
        let evaluated = after.strays(rules);
        let then = before
            .zip(earlier.get(address))
            .map(|(before, rules)| before.strays(rules));
        let hidden_before = then.iter().flat_map(|then| hidden(&then.contributions));
        Group {
            address: address.clone(),
            key: None,
            attached_to: Vec::new(),
            maybe_attached_elsewhere: true,
            unproven: evaluated.maybe.difference(&evaluated.open),
            hidden_before: hidden_before.collect(),
            open_before: then.map(|then| then.open).unwrap_or_default(),
            open: evaluated.open,
            contributions: evaluated.contributions,
            network: Addresses::default(),
        }
    };
    strays.iter().map(group).collect()
}

/// The network that all places of a group are in; of a group without places, the plan's only one.
fn network_of(net: &Net<'_>, places: &Places) -> Option<usize> {
    let of_interfaces = places.interfaces.iter().flat_map(|&at| {
        let interface = net.world.interface(at);
        let configurations = interface.map_or(&[][..], |interface| &interface.configurations);
        configurations
            .iter()
            .flat_map(move |one| net.world.subnets_of(at, &one.subnet).0)
    });
    let mut networks: Vec<Option<usize>> = places
        .subnets
        .iter()
        .copied()
        .chain(of_interfaces)
        .map(|position| net.world.subnets[position].network)
        .collect();
    networks.sort_unstable();
    networks.dedup();
    match networks.as_slice() {
        [] => net.world.only_network(),
        [one] => *one,
        _ => None,
    }
}
