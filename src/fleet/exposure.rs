//! An exposure, as every report shows it.

use super::port::{PortSet, Protocol};
use super::reach::Reach;
use super::sources::Directory;
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// Everyone.
const INTERNET: &str = "internet";

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

/// Ports by protocol and by the word for whoever reaches them; words in the order in which they are said.
fn by_word(reach: &Reach, directory: &Directory) -> IndexMap<(Protocol, String), PortSet> {
    let mut by_word: IndexMap<(Protocol, String), PortSet> = IndexMap::new();
    for (protocol, low, high, from) in reach.ranges() {
        for word in directory.words(from) {
            let ports = by_word.entry((protocol, word)).or_default();
            *ports = ports.union(&PortSet::range(low, high));
        }
    }
    by_word
}

/// A reach in words, one line per range. A source is shown with all its ports, but not where the
/// internet reaches every one of them anyway.
pub(crate) fn lines(reach: &Reach, directory: &Directory, proof: Proof) -> Vec<Line> {
    written(&by_word(reach, directory), proof)
}

fn written(by_word: &IndexMap<(Protocol, String), PortSet>, proof: Proof) -> Vec<Line> {
    let mut lines: BTreeMap<(Protocol, u16, u16), Vec<String>> = BTreeMap::new();
    for ((protocol, word), ports) in by_word {
        let everyone = by_word.get(&(*protocol, INTERNET.to_owned()));
        if word != INTERNET && everyone.is_some_and(|everyone| ports.is_subset(everyone)) {
            continue;
        }
        for (low, high) in ports.ranges() {
            lines
                .entry((*protocol, low, high))
                .or_default()
                .push(word.clone());
        }
    }
    lines
        .into_iter()
        .map(|((protocol, low, high), mut from)| {
            from.sort_by_key(|word| word != INTERNET);
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

/// What is reached after and was not before, in the words of after: what a plan opens. The other way round it is
/// what a plan closes, in the words of before.
pub(crate) fn gained(before: &Reach, after: &Reach, directory: &Directory) -> Vec<Line> {
    let new = after.difference(before);
    if new.is_empty() {
        return Vec::new();
    }
    let old = by_word(before, directory);
    let mut gained = by_word(after, directory);
    for ((protocol, word), ports) in &mut gained {
        if let Some(old) = old.get(&(*protocol, word.clone())) {
            *ports = ports.difference(old);
        }
        let truly = new
            .ranges()
            .filter(|range| range.0 == *protocol)
            .map(|(_, low, high, _)| (low, high));
        *ports = ports.intersection(&truly.collect());
    }
    written(&gained, Proof::Open)
}
