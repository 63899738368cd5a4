//! One inbound rule of a security group, read so that what is not understood lets nothing in.

use super::prefix::{self, Peer};
use super::range::Ports;
use crate::simulator::cloud::{Attributes, text, texts};
use serde_json::Value as Json;
use std::net::Ipv4Addr;

/// A rule that speaks of the address it was read for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) priority: i64,
    pub(super) allows: bool,
    pub(super) protocol: Protocol,
    pub(super) from: Vec<Peer>,
    pub(super) from_ports: Ports,
    pub(super) ports: Ports,
    /// What the reader of the rule set should know.
    pub(super) notes: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Any,
    Tcp,
    Udp,
    Icmp,
    Ah,
    Esp,
}

impl Protocol {
    fn read(text: &str) -> Option<Self> {
        Some(match text.trim().to_ascii_lowercase().as_str() {
            "*" | "any" => Self::Any,
            "tcp" | "6" => Self::Tcp,
            "udp" | "17" => Self::Udp,
            "icmp" | "1" => Self::Icmp,
            "esp" | "50" => Self::Esp,
            "ah" | "51" => Self::Ah,
            _ => return None,
        })
    }

    /// Whether its packets carry ports.
    pub(super) fn has_ports(self) -> bool {
        matches!(self, Self::Any | Self::Tcp | Self::Udp)
    }
}

/// The rule as it concerns a private address; `None` when it is outbound, speaks of other addresses, or
/// would allow something and cannot be understood. One that denies and cannot be understood denies the more.
pub(super) fn read(rule: &Attributes, private: Ipv4Addr) -> Option<Rule> {
    if text(rule, "direction")
        .trim()
        .eq_ignore_ascii_case("outbound")
    {
        return None;
    }
    let is_inbound = text(rule, "direction")
        .trim()
        .eq_ignore_ascii_case("inbound");
    let allows = text(rule, "access").trim().eq_ignore_ascii_case("allow");
    let mut notes = Vec::new();
    let protocol = Protocol::read(text(rule, "protocol"));
    let priority = rule.get("priority").and_then(Json::as_i64);
    for (is_read, what) in [
        (is_inbound, "its direction"),
        (protocol.is_some(), "its protocol"),
        (priority.is_some(), "its priority"),
    ] {
        if !is_read {
            notes.push(format!("{what} is not understood"));
        }
    }
    let is_read = notes.is_empty();
    let ports = ports(rule, "destination_port_range", allows, &mut notes);
    let from_ports = match either(rule, "source_port_range") {
        given if given.is_empty() => Ports::all(),
        _ => self::ports(rule, "source_port_range", allows, &mut notes),
    };
    let from = peers(rule, "source", allows, &mut notes);
    let to = peers(rule, "destination", allows, &mut notes);
    let concerns = to.iter().any(|peer| peer.holds(private));
    let says_something = is_read && !ports.is_empty() && !from_ports.is_empty();
    if !concerns || allows && !says_something {
        return None;
    }
    Some(Rule {
        name: text(rule, "name").to_owned(),
        priority: priority.unwrap_or_default(),
        allows,
        protocol: protocol.unwrap_or(Protocol::Any),
        from,
        from_ports,
        ports,
        notes,
    })
}

/// What stands in an argument and in its plural, texts and numbers alike.
fn either(rule: &Attributes, one: &str) -> Vec<String> {
    let many = if one.ends_with('x') {
        format!("{one}es")
    } else {
        format!("{one}s")
    };
    let many = rule.get(&many).and_then(Json::as_array);
    let all = rule.get(one).into_iter().chain(many.into_iter().flatten());
    all.filter_map(|value| match value {
        Json::String(text) if text.is_empty() => None,
        Json::String(text) => Some(text.clone()),
        Json::Null => None,
        other => Some(other.to_string()),
    })
    .collect()
}

fn ports(rule: &Attributes, name: &str, allows: bool, notes: &mut Vec<String>) -> Ports {
    let texts = either(rule, name);
    let (ports, unread) = Ports::read(texts.iter().map(String::as_str));
    notes.extend(unread.iter().map(|text| format!("no port: {text}")));
    let is_clear = unread.is_empty() && !texts.is_empty();
    if is_clear || allows {
        ports
    } else {
        Ports::all()
    }
}

/// One end of the rule. Members of an application security group are not known: there are none here.
fn peers(rule: &Attributes, end: &str, allows: bool, notes: &mut Vec<String>) -> Vec<Peer> {
    let prefixes = either(rule, &format!("{end}_address_prefix"));
    let mut peers = prefix::read(prefixes.iter().map(String::as_str));
    let members = format!("{end}_application_security_group_ids");
    peers.extend(texts(rule, &members).map(|id| Peer::Unread(id.to_owned())));
    if peers.is_empty() {
        peers.push(Peer::Unread(format!("{end} is not given")));
    }
    for peer in &peers {
        match peer {
            Peer::Nobody(name) => notes.push(format!("no address here: {name}")),
            Peer::Unread(text) => notes.push(format!("not understood: {text}")),
            _ => {}
        }
    }
    let is_clear = !peers.iter().any(|peer| matches!(peer, Peer::Unread(_)));
    if is_clear || allows {
        peers
    } else {
        vec![Peer::Anyone]
    }
}
