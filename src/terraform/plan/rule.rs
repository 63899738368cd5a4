//! One rule of a security group, read leniently: what cannot be read counts both ways.

use super::json::Json;
use super::peer::{self, Peer};
use crate::fleet::port::{PortSet, Protocol};
use crate::fleet::reach::Reach;
use crate::fleet::sources::SourceSet;

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
    /// It denies, and some ports that a connection may come from are not among those it names for certain.
    pub(super) spares_source_ports: bool,
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

    /// These ports of these protocols, from these.
    pub(super) fn reach(self, ports: &PortSet, from: &SourceSet) -> Reach {
        match (self.tcp, self.udp) {
            (true, true) => Reach::new(None, ports, from),
            (true, false) => Reach::new(Some(Protocol::Tcp), ports, from),
            (false, true) => Reach::new(Some(Protocol::Udp), ports, from),
            (false, false) => Reach::default(),
        }
    }
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
    let mut named = |one, many| {
        let unreadable = opens.then_some(&mut unreadable);
        ports(values, unknown, (one, many), unreadable)
    };
    let ports = named("destination_port_range", "destination_port_ranges");
    // Whoever connects picks the port to come from: one that a rule allows is there for everybody, one that a deny
    // leaves out as well.
    let spares_source_ports = allow == Some(false)
        && !named("source_port_range", "source_port_ranges")
            .sure
            .is_all();
    let from = peer::read(values, unknown, &peer::SOURCE, &mut unreadable);
    let to = peer::read(values, unknown, &peer::DESTINATION, &mut unreadable);
    Rule {
        name: values.get("name").string().unwrap_or_default(),
        priority,
        inbound,
        allow,
        protocols,
        ports,
        spares_source_ports,
        from,
        to,
        sensitive: sensitive.is_marked(),
        unreadable,
    }
}

/// The ports of an attribute and its plural.
fn ports(
    values: &Json<'_>,
    unknown: &Json<'_>,
    (one, many): (&'static str, &'static str),
    unreadable: Option<&mut Vec<&'static str>>,
) -> Bounds<PortSet> {
    let (mut sure, mut open_ended, mut bad, mut seen) = (PortSet::default(), false, false, false);
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
    peer::each(values.get(many), unknown.mark(many), &mut take);
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

/// `22`, `022`, `20-25`, `20 - 25`, `22,80`, `*`.
pub(super) fn parse_ports(text: &str) -> Option<PortSet> {
    text.split(',').try_fold(PortSet::default(), |all, part| {
        let part = part.trim();
        if part == "*" || part.eq_ignore_ascii_case("any") {
            return Some(PortSet::all());
        }
        // A sign, which Rust reads, Azure refuses.
        let number = |text: &str| {
            let digits = Some(text.trim()).filter(|text| !text.starts_with('+'));
            digits?.parse::<u16>().ok()
        };
        let (low, high) = match part.split_once('-') {
            Some((low, high)) => (number(low)?, number(high)?),
            None => (number(part)?, number(part)?),
        };
        (low <= high).then(|| all.union(&PortSet::range(low, high)))
    })
}
