//! Ports: a protocol, and a set of numbers from 0 to 65535.

use super::interval::IntervalSet;
use std::fmt;

/// What carries the port. Azure's other protocols (ICMP, AH, ESP) open no port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Protocol {
    Tcp,
    Udp,
}

impl Protocol {
    pub(crate) const ALL: [Self; 2] = [Self::Tcp, Self::Udp];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

pub(crate) type PortSet = IntervalSet<u16>;

impl PortSet {
    pub(crate) fn one(port: u16) -> Self {
        Self::range(port, port)
    }

    /// Each range as it is written: `22`, `80-442`.
    pub(crate) fn words(&self) -> Vec<String> {
        self.ranges()
            .map(|(low, high)| {
                if low == high {
                    low.to_string()
                } else {
                    format!("{low}-{high}")
                }
            })
            .collect()
    }
}

/// As a sentence has it: `0-21, 23-79, 81-442 and 444-65535`.
impl fmt::Display for PortSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&super::words::and_list(&self.words()))
    }
}
