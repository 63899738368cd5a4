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
    /// For one address of an interface: a rule may speak of some of them only.
    Interface {
        at: Option<usize>,
        /// `None`: not known.
        address: Option<IpAddr>,
        /// It may have others.
        of_several: bool,
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
        address,
        of_several,
        subnet,
    } = destination
    else {
        // Something behind the group is let in; something is not kept out.
        let allows = rule.allow != Some(false);
        return (allows, allows);
    };
    let (mut sure, mut maybe) = (false, false);
    // The provider makes no IPv6 address of an interface a member.
    let joins = !of_several || address.is_some_and(|address| address.is_ipv4());
    for peer in &rule.to {
        match peer {
            Peer::Addresses(set) => {
                sure |= sources.network.is_subset(set);
                if let Some(address) = address {
                    sure |= set.contains(address);
                } else {
                    sure |= subnet.is_some_and(|range| range.is_subset(set));
                    maybe |= subnet.is_none_or(|range| !range.intersection(set).is_empty());
                }
            }
            Peer::Members(id) => match (sources.world.by_id(id), at) {
                (Some(group), Some(interface)) => {
                    let members = sources.ownership.members.get(&group);
                    let member = members.is_some_and(|members| members.contains(&interface));
                    sure |= member && joins;
                    maybe |= member || sources.ownership.members_unclear;
                }
                _ => maybe = true,
            },
            Peer::Unknown(path) if path.attribute.contains("prefix") => {
                match (sources.only_interface(holder, *path), at) {
                    // An attribute of the interface names one of its addresses, nobody knows which.
                    (Some(named), Some(interface)) if of_several => maybe |= named == interface,
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
                        let member = found.targets.iter().any(|target| {
                            let members = sources.ownership.members.get(&target.at);
                            members.is_some_and(|members| members.contains(&interface))
                        });
                        sure |= member && joins;
                        maybe |= member || sources.ownership.members_unclear;
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
