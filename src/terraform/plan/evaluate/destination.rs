//! Whether a rule speaks of the interface that is asked about.

use crate::fleet::address::Addresses;
use crate::terraform::plan::peer::Peer;
use crate::terraform::plan::rule::Rule;
use crate::terraform::plan::source::Sources;
use std::net::IpAddr;

/// For whom the group is asked.
#[derive(Debug, Clone, Copy)]
pub(in crate::terraform::plan) enum Destination<'a> {
    /// For anything behind it.
    Any,
    Interface {
        at: Option<usize>,
        /// Empty when they are not known.
        addresses: &'a [IpAddr],
        /// Where its address lies; `None`: not known.
        subnet: Option<&'a Addresses>,
    },
}

/// Whether a rule's destination is the one asked for: certainly, possibly.
pub(super) fn reaches(
    holder: usize,
    rule: &Rule,
    sources: Sources<'_, '_>,
    destination: Destination<'_>,
) -> (bool, bool) {
    let everywhere = rule
        .to
        .iter()
        .any(|peer| matches!(peer, Peer::Anyone | Peer::VirtualNetwork));
    if everywhere {
        return (true, true);
    }
    let Destination::Interface {
        at,
        addresses,
        subnet,
    } = destination
    else {
        // Something behind the group is let in; something is not kept out.
        let allows = rule.allow != Some(false);
        return (allows, allows);
    };
    let (mut sure, mut maybe) = (false, false);
    for peer in &rule.to {
        match peer {
            Peer::Addresses(set) => {
                let inside = addresses.iter().any(|address| set.contains(*address));
                let range_inside = subnet.is_some_and(|range| range.is_subset(set));
                sure |= inside
                    || addresses.is_empty() && range_inside
                    || sources.network.is_subset(set);
                let touches = subnet.is_none_or(|range| !range.intersection(set).is_empty());
                maybe |= addresses.is_empty() && touches;
            }
            Peer::Members(id) => match (sources.world.by_id(id), at) {
                (Some(group), Some(interface)) => {
                    let members = sources.ownership.members.get(&group);
                    sure |= members.is_some_and(|members| members.contains(&interface));
                    maybe |= sources.ownership.members_unclear;
                }
                _ => maybe = true,
            },
            Peer::Unknown(path) if path.attribute.contains("prefix") => {
                match (sources.only_interface(holder, *path), at) {
                    (Some(named), Some(interface)) => sure |= named == interface,
                    _ => maybe = true,
                }
            }
            Peer::Unknown(path) => {
                let kinds = ["azurerm_application_security_group"];
                let found = Some(sources.world.resolve(holder, *path, &kinds));
                match (
                    found.filter(|found| !found.incomplete && !found.ambiguous),
                    at,
                ) {
                    (Some(found), Some(interface)) => {
                        sure |= found.targets.iter().any(|target| {
                            let members = sources.ownership.members.get(&target.at);
                            members.is_some_and(|members| members.contains(&interface))
                        });
                        maybe |= sources.ownership.members_unclear;
                    }
                    _ => maybe = true,
                }
            }
            Peer::Unreadable => maybe = true,
            // An address in the virtual network is neither in the internet nor behind a service tag.
            Peer::Anyone | Peer::VirtualNetwork | Peer::Internet | Peer::Tag(_) => {}
        }
    }
    (sure, sure || maybe)
}
