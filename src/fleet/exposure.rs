//! An exposure, as every report shows it.

use super::port::{PortSet, Protocol};
use super::reach::Reach;
use super::sources::Directory;
use std::collections::BTreeMap;

/// At which depth it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Declared,
    Planned,
}

impl Stage {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Planned => "planned",
        }
    }
}

/// Whether it is certainly so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Proof {
    Open,
    /// Values that are not known yet may open it: cannot be shown safe.
    CannotProve,
}

impl Proof {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::CannotProve => "cannot-prove",
        }
    }
}

/// One range of ports of one protocol, and who reaches it, in words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Line {
    pub(crate) protocol: Protocol,
    pub(crate) low: u16,
    pub(crate) high: u16,
    pub(crate) from: Vec<String>,
    pub(crate) proof: Proof,
    /// It follows from a sensitive value: judged, never shown.
    pub(crate) hidden: bool,
}

impl Line {
    /// `22`, `80-442`, `(sensitive)`
    pub(crate) fn ports(&self) -> String {
        if self.hidden {
            return "(sensitive)".to_owned();
        }
        PortSet::range(self.low, self.high).words().remove(0)
    }

    pub(crate) fn range(&self) -> PortSet {
        PortSet::range(self.low, self.high)
    }

    #[must_use]
    pub(crate) fn hide(mut self) -> Self {
        self.hidden = true;
        self.from = vec!["(sensitive)".to_owned()];
        self
    }
}

/// `22/tcp from operators`
impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}/{} from {}",
            self.ports(),
            self.protocol.word(),
            super::words::or_list(&self.from)
        )
    }
}

/// A reach in words, one line per range. A source is shown with all its ports, but not where the
/// internet reaches every one of them anyway.
pub(crate) fn lines(reach: &Reach, directory: &Directory, proof: Proof) -> Vec<Line> {
    let mut by_word: BTreeMap<(Protocol, String), PortSet> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for (protocol, low, high, from) in reach.ranges() {
        for word in directory.words(from) {
            if !order.contains(&word) {
                order.push(word.clone());
            }
            let ports = by_word.entry((protocol, word)).or_default();
            *ports = ports.union(&PortSet::range(low, high));
        }
    }
    let internet: BTreeMap<Protocol, PortSet> = Protocol::ALL
        .into_iter()
        .filter_map(|protocol| {
            by_word
                .get(&(protocol, "internet".to_owned()))
                .map(|ports| (protocol, ports.clone()))
        })
        .collect();
    let mut lines: BTreeMap<(Protocol, u16, u16), Vec<String>> = BTreeMap::new();
    for ((protocol, word), ports) in by_word {
        if word != "internet"
            && internet
                .get(&protocol)
                .is_some_and(|everyone| ports.is_subset(everyone))
        {
            continue;
        }
        for (low, high) in ports.ranges() {
            lines
                .entry((protocol, low, high))
                .or_default()
                .push(word.clone());
        }
    }
    lines
        .into_iter()
        .map(|((protocol, low, high), mut from)| {
            from.sort_by_key(|word| order.iter().position(|known| known == word));
            Line {
                protocol,
                low,
                high,
                from,
                proof,
                hidden: false,
            }
        })
        .collect()
}
