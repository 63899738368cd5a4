//! One end of a rule: whom its prefixes, tags and application security groups name.

use super::fact::Path;
use super::json::Json;
use crate::fleet::address::Addresses;

/// One end of a rule, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Peer {
    Anyone,
    Internet,
    VirtualNetwork,
    Addresses(Addresses),
    Tag(String),
    /// An application security group by its id.
    Members(String),
    /// Not known yet; the configuration at the path may tell.
    Unknown(Path),
    Unreadable,
}

/// Every element of a list with its mark; once with null where the whole list is not known.
pub(super) fn each(
    values: &Json<'_>,
    marks: &Json<'_>,
    take: &mut impl FnMut(&Json<'_>, &Json<'_>),
) {
    if marks.is_true() {
        take(&Json::Null, marks);
        return;
    }
    let count = values.items().len().max(marks.items().len());
    for index in 0..count {
        take(values.at(index), marks.at(index));
    }
    if let Json::Text(_) | Json::Number(_) = values {
        take(values, marks);
    }
}

/// Which attributes make one end of a rule.
#[derive(Debug)]
pub(super) struct End {
    prefix: &'static str,
    prefixes: &'static str,
    members: &'static str,
    /// What stands for one that is absent: Azure refuses that, so only damaged plans have it.
    default: Peer,
}

pub(super) const SOURCE: End = End {
    prefix: "source_address_prefix",
    prefixes: "source_address_prefixes",
    members: "source_application_security_group_ids",
    default: Peer::Unreadable,
};
pub(super) const DESTINATION: End = End {
    prefix: "destination_address_prefix",
    prefixes: "destination_address_prefixes",
    members: "destination_application_security_group_ids",
    default: Peer::Anyone,
};

/// Whom one end of a rule names.
pub(super) fn read(
    values: &Json<'_>,
    unknown: &Json<'_>,
    end: &End,
    unreadable: &mut Vec<&'static str>,
) -> Vec<Peer> {
    let mut peers = Vec::new();
    for (key, members) in [
        (end.prefix, false),
        (end.prefixes, false),
        (end.members, true),
    ] {
        let mut take = |value: &Json<'_>, mark: &Json<'_>| {
            if mark.is_marked() {
                peers.push(Peer::Unknown(Path::of(key)));
            } else if let Some(text) = value.text() {
                if members {
                    peers.push(Peer::Members(text.to_owned()));
                } else {
                    peers.extend(text.split(',').map(parse_peer));
                }
            }
        };
        if key == end.prefix {
            take(values.get(key), unknown.mark(key));
        } else {
            each(values.get(key), unknown.mark(key), &mut take);
        }
    }
    if peers.is_empty() {
        peers.push(end.default.clone());
    }
    if peers.contains(&Peer::Unreadable) {
        unreadable.push(end.prefix);
    }
    // Of a list with unknown elements it matters how many there are.
    peers.dedup_by(|a, b| a == b && !matches!(a, Peer::Unknown(_)));
    peers
}

fn parse_peer(text: &str) -> Peer {
    let text = text.trim();
    match text.to_ascii_lowercase().as_str() {
        "*" | "any" => return Peer::Anyone,
        "internet" => return Peer::Internet,
        "virtualnetwork" => return Peer::VirtualNetwork,
        _ => {}
    }
    if let Some(addresses) = Addresses::parse(text) {
        return Peer::Addresses(addresses);
    }
    let tag = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .chars()
            .all(|one| one.is_ascii_alphanumeric() || one == '.' || one == '_');
    if tag {
        Peer::Tag(tag_name(text))
    } else {
        Peer::Unreadable
    }
}

/// Azure does not mind the case of a tag; these are how the common ones are written.
fn tag_name(text: &str) -> String {
    const KNOWN: [&str; 14] = [
        "ActionGroup",
        "ApiManagement",
        "AppService",
        "AzureActiveDirectory",
        "AzureBackup",
        "AzureCloud",
        "AzureDevOps",
        "AzureFrontDoor",
        "AzureKeyVault",
        "AzureLoadBalancer",
        "AzureMonitor",
        "GatewayManager",
        "Sql",
        "Storage",
    ];
    let (tag, region) = match text.split_once('.') {
        Some((tag, region)) => (tag, Some(region)),
        None => (text, None),
    };
    let tag = KNOWN
        .iter()
        .find(|known| known.eq_ignore_ascii_case(tag))
        .copied()
        .unwrap_or(tag);
    match region {
        Some(region) => format!("{tag}.{region}"),
        None => tag.to_owned(),
    }
}
