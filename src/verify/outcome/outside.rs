//! What a server answers to whoever measures, at each of its addresses.

use crate::fleet::port::{PortSet, Protocol};
use crate::verify::reach::Met;
use crate::verify::scan::Scan;
use std::net::IpAddr;

/// A server from outside.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outside {
    /// First the address by which lostops gets in.
    pub(crate) sides: Vec<Side>,
    /// Addresses that could not be asked, and why: a runner without IPv6 has no way to one.
    pub(crate) not_asked: Vec<(IpAddr, String)>,
    /// It answered at first and did so no more at the end: what was silent is not known to be closed.
    pub(crate) shut_out: bool,
}

/// What one address answers.
#[derive(Debug, Clone)]
pub(crate) struct Side {
    pub(crate) address: IpAddr,
    pub(crate) tcp: Scan,
    /// Declared ports alone: of others silence says nothing.
    pub(crate) udp: Vec<(u16, Udp)>,
}

/// What a UDP port answers. Silence proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Udp {
    Open,
    Closed,
    OpenOrFiltered,
}

impl Outside {
    /// TCP ports that are open at any address.
    pub(crate) fn open(&self) -> PortSet {
        let none = PortSet::default();
        self.sides
            .iter()
            .fold(none, |open, side| open.union(&side.tcp.open))
    }

    /// The most open of what was met at any address, and at which.
    pub(crate) fn met(&self, protocol: Protocol, port: u16) -> (Met, Option<IpAddr>) {
        let sides = self.sides.iter();
        let met = sides.map(|side| (side.met(protocol, port), Some(side.address)));
        // Of equals the first: that is where everybody else comes.
        let (met, at) = met
            .rev()
            .max_by_key(|(met, _)| *met)
            .unwrap_or((Met::Unknown, None));
        if met == Met::Silent && self.shut_out {
            return (Met::Unknown, None);
        }
        (met, at)
    }
}

impl Side {
    fn met(&self, protocol: Protocol, port: u16) -> Met {
        if protocol == Protocol::Udp {
            let answer = self.udp.iter().find(|(known, _)| *known == port);
            return match answer {
                Some((_, Udp::Open)) => Met::Open,
                Some((_, Udp::Closed)) => Met::Refused,
                Some((_, Udp::OpenOrFiltered)) => Met::OpenOrFiltered,
                None => Met::Unknown,
            };
        }
        if self.tcp.open.contains(port) {
            Met::Open
        } else if self.tcp.closed.contains(port) {
            Met::Refused
        } else if self.tcp.filtered.contains(port) {
            Met::Silent
        } else {
            Met::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(address: &str, open: u16, closed: u16) -> Side {
        Side {
            address: address.parse().expect("an address"),
            tcp: Scan {
                open: PortSet::one(open),
                closed: PortSet::one(closed),
                filtered: PortSet::one(9),
                unknown: PortSet::default(),
            },
            udp: Vec::new(),
        }
    }

    #[test]
    fn what_is_open_at_one_address_is_open_and_it_is_said_where() {
        let outside = Outside {
            sides: vec![
                side("198.51.100.4", 22, 8080),
                side("2001:db8::4", 8080, 22),
            ],
            ..Outside::default()
        };
        let tcp = |port| {
            let (met, at) = outside.met(Protocol::Tcp, port);
            (met, at.map(|at| at.to_string()).unwrap_or_default())
        };
        assert_eq!(outside.open().to_string(), "22 and 8080");
        assert_eq!(tcp(22), (Met::Open, "198.51.100.4".to_owned()));
        assert_eq!(tcp(8080), (Met::Open, "2001:db8::4".to_owned()));
        assert_eq!(tcp(9), (Met::Silent, "198.51.100.4".to_owned()));
        let banned = Outside {
            shut_out: true,
            ..outside.clone()
        };
        assert_eq!(banned.met(Protocol::Tcp, 9), (Met::Unknown, None));
        assert_eq!(banned.met(Protocol::Tcp, 22).0, Met::Open);
    }
}
