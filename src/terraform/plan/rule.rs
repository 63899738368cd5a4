//! One rule of a security group, read leniently: what cannot be read counts both ways.

use super::fact::Path;
use super::json::Json;
use crate::fleet::address::Addresses;
use crate::fleet::port::{PortSet, Protocol};

/// A value between two bounds: what it certainly holds, and what it may hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Bounds<T> {
    pub(super) sure: T,
    pub(super) maybe: T,
}

impl<T: Clone> Bounds<T> {
    pub(super) fn exactly(value: T) -> Self {
        Self {
            sure: value.clone(),
            maybe: value,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) name: String,
    /// `None`: not known.
    pub(super) priority: Option<u32>,
    /// `None`: not known.
    pub(super) inbound: Option<bool>,
    /// `None`: not known.
    pub(super) allow: Option<bool>,
    pub(super) protocols: Bounds<Protocols>,
    pub(super) ports: Bounds<PortSet>,
    pub(super) from: Vec<Peer>,
    pub(super) to: Vec<Peer>,
    pub(super) sensitive: bool,
    /// Attributes that could not be understood.
    pub(super) unreadable: Vec<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Protocols {
    pub(super) tcp: bool,
    pub(super) udp: bool,
}

impl Protocols {
    const NONE: Self = Self {
        tcp: false,
        udp: false,
    };
    const BOTH: Self = Self {
        tcp: true,
        udp: true,
    };

    /// As [`crate::fleet::reach::Reach::new`] wants it; the outer `None` is no protocol at all.
    pub(super) fn one(self) -> Option<Option<Protocol>> {
        match (self.tcp, self.udp) {
            (true, true) => Some(None),
            (true, false) => Some(Some(Protocol::Tcp)),
            (false, true) => Some(Some(Protocol::Udp)),
            (false, false) => None,
        }
    }
}

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

/// The rule that these values make; `unknown` and `sensitive` are the marks that run parallel to them.
pub(super) fn read(values: &Json<'_>, unknown: &Json<'_>, sensitive: &Json<'_>) -> Rule {
    let mut unreadable = Vec::new();
    let word = |key: &str| {
        if unknown.mark(key).is_marked() {
            return Err(());
        }
        Ok(values
            .get(key)
            .word()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase())
    };
    let inbound = match word("direction").as_deref() {
        Ok("inbound") => Some(true),
        Ok("outbound") => Some(false),
        Ok(_) => {
            unreadable.push("direction");
            None
        }
        Err(()) => None,
    };
    let allow = match word("access").as_deref() {
        Ok("allow") => Some(true),
        Ok("deny") => Some(false),
        Ok(_) => {
            unreadable.push("access");
            None
        }
        Err(()) => None,
    };
    let protocols = match word("protocol").as_deref() {
        Ok("*" | "any") => Bounds::exactly(Protocols::BOTH),
        Ok("tcp" | "6") => Bounds::exactly(Protocols {
            tcp: true,
            udp: false,
        }),
        Ok("udp" | "17") => Bounds::exactly(Protocols {
            tcp: false,
            udp: true,
        }),
        Ok("icmp" | "icmpv6" | "ah" | "esp" | "1" | "50" | "51" | "58") => {
            Bounds::exactly(Protocols::NONE)
        }
        other => {
            if other.is_ok() {
                unreadable.push("protocol");
            }
            Bounds {
                sure: Protocols::NONE,
                maybe: Protocols::BOTH,
            }
        }
    };
    let priority = values
        .get("priority")
        .number()
        .filter(|number| (0.0..=65_535.0).contains(number) && !unknown.mark("priority").is_marked())
        .and_then(|number| format!("{number:.0}").parse().ok());
    if priority.is_none() && !unknown.mark("priority").is_marked() {
        unreadable.push("priority");
    }
    let opens = protocols.maybe != Protocols::NONE;
    let ports = ports(values, unknown, opens.then_some(&mut unreadable));
    let from = peers(values, unknown, &SOURCE, &mut unreadable);
    let to = peers(values, unknown, &DESTINATION, &mut unreadable);
    Rule {
        name: values.get("name").string().unwrap_or_default(),
        priority,
        inbound,
        allow,
        protocols,
        ports,
        from,
        to,
        sensitive: sensitive.is_marked(),
        unreadable,
    }
}

fn ports(
    values: &Json<'_>,
    unknown: &Json<'_>,
    unreadable: Option<&mut Vec<&'static str>>,
) -> Bounds<PortSet> {
    let (mut sure, mut open_ended, mut bad, mut seen) = (PortSet::default(), false, false, false);
    let (one, many) = ("destination_port_range", "destination_port_ranges");
    let mut take = |value: &Json<'_>, mark: &Json<'_>| {
        if mark.is_marked() {
            open_ended = true;
        } else if let Some(text) = value.word() {
            seen = true;
            match parse_ports(&text) {
                Some(ports) => sure = sure.union(&ports),
                None => bad = true,
            }
        }
    };
    take(values.get(one), unknown.mark(one));
    each(values.get(many), unknown.mark(many), &mut take);
    if !seen && !open_ended {
        bad = true;
    }
    if bad && let Some(unreadable) = unreadable {
        unreadable.push(one);
    }
    let maybe = if open_ended || bad {
        PortSet::all()
    } else {
        sure.clone()
    };
    Bounds { sure, maybe }
}

/// Every element of a list with its mark; once with null where the whole list is not known.
fn each(values: &Json<'_>, marks: &Json<'_>, take: &mut impl FnMut(&Json<'_>, &Json<'_>)) {
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

/// `22`, `022`, `20-25`, `20 - 25`, `22,80`, `*`.
pub(super) fn parse_ports(text: &str) -> Option<PortSet> {
    text.split(',').try_fold(PortSet::default(), |all, part| {
        let part = part.trim();
        if part == "*" || part.eq_ignore_ascii_case("any") {
            return Some(PortSet::all());
        }
        let number = |text: &str| text.trim().parse::<u16>().ok();
        let (low, high) = match part.split_once('-') {
            Some((low, high)) => (number(low)?, number(high)?),
            None => (number(part)?, number(part)?),
        };
        (low <= high).then(|| all.union(&PortSet::range(low, high)))
    })
}

struct End {
    prefix: &'static str,
    prefixes: &'static str,
    members: &'static str,
    /// What stands for one that is absent: Azure refuses that, so only damaged plans have it.
    default: Peer,
}

const SOURCE: End = End {
    prefix: "source_address_prefix",
    prefixes: "source_address_prefixes",
    members: "source_application_security_group_ids",
    default: Peer::Unreadable,
};
const DESTINATION: End = End {
    prefix: "destination_address_prefix",
    prefixes: "destination_address_prefixes",
    members: "destination_application_security_group_ids",
    default: Peer::Anyone,
};

fn peers(
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
    peers.dedup();
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
