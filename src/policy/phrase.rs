//! The words for what is left over, and the findings that say them.

use super::Facts;
use crate::finding::{Finding, Meta};
use crate::fleet::address::Addresses;
use crate::fleet::port::{PortSet, Protocol};
use crate::fleet::reach::Reach;
use crate::fleet::sources::SourceSet;
use crate::fleet::words::{and_list, or_list};
use crate::terraform::subject::Subject;
use std::collections::BTreeMap;
use std::sync::Arc;

/// More sources than this are counted in a message; the JSON has them all.
const SAID: usize = 6;

/// What is left over in one sentence's worth: protocols, ports and sources that belong together.
pub(super) struct Leftover {
    pub(super) protocols: Vec<Protocol>,
    pub(super) ports: PortSet,
    pub(super) from: SourceSet,
}

impl Leftover {
    /// `tcp 0-21 and 23-65535`
    pub(super) fn ports_words(&self) -> String {
        let protocols: Vec<&str> = self
            .protocols
            .iter()
            .map(|protocol| protocol.word())
            .collect();
        format!("{} {}", and_list(&protocols), self.ports)
    }

    pub(super) fn sources_words(&self, subject: Option<&Subject>, facts: &Facts<'_>) -> String {
        let directory = subject.map_or(facts.directory, |subject| &subject.directory);
        let mut words = directory.words(&self.from);
        if words.first().is_some_and(|first| first == "internet") {
            // Whoever says internet has said everyone.
            words.truncate(1);
        }
        if words.len() > SAID {
            let more = words.len() - SAID;
            words.truncate(SAID);
            words.push(format!("{more} more"));
        }
        or_list(&words)
    }

    pub(super) fn reach(&self) -> Reach {
        self.protocols
            .iter()
            .fold(Reach::default(), |all, protocol| {
                all.union(&Reach::new(Some(*protocol), &self.ports, &self.from))
            })
    }
}

/// Ports with the same sources together, both protocols where they agree.
pub(super) fn leftovers(reach: &Reach) -> Vec<Leftover> {
    let mut leftovers: Vec<Leftover> = Vec::new();
    for (protocol, ports, from) in reach.by_source() {
        match leftovers
            .iter_mut()
            .find(|known| known.ports == ports && known.from == from)
        {
            Some(known) => known.protocols.push(protocol),
            None => leftovers.push(Leftover {
                protocols: vec![protocol],
                ports,
                from,
            }),
        }
    }
    leftovers
}

/// What is left over of a plan's reach, in words, with the rule that opens it.
#[derive(Debug)]
pub(super) struct Phrase {
    /// `tcp 22 from internet`, or `(sensitive)`.
    what: String,
    evidence: Option<String>,
}

/// Phrases by what they were worked out from: thousands of machines stand behind the same groups.
#[derive(Debug, Default)]
pub(super) struct Phrases(BTreeMap<Key, Arc<[Phrase]>>);

/// The reach, the evidence, the network.
type Key = ((usize, usize), Vec<usize>, Addresses);

impl Phrases {
    /// What is left of `reach`, which is the subject's own, after `leave` has taken away what is declared and waived.
    pub(super) fn of(
        &mut self,
        facts: &Facts<'_>,
        subject: &Subject,
        reach: &Reach,
        leave: impl FnOnce() -> Reach,
    ) -> Arc<[Phrase]> {
        if subject.described {
            return phrases(facts, subject, &leave()).into();
        }
        let evidence = subject
            .evidence
            .iter()
            .map(|rules| Arc::as_ptr(rules).addr())
            .collect();
        let key = (reach.key(), evidence, subject.directory.network.clone());
        Arc::clone(self.0.entry(key).or_insert_with(|| {
            // A machine that nobody describes is one thing to mend, not one for each of its ports.
            merged(phrases(facts, subject, &leave()))
                .into_iter()
                .collect()
        }))
    }
}

/// All in one, the first few in words.
fn merged(phrases: Vec<Phrase>) -> Option<Phrase> {
    let (count, evidence) = (
        phrases.len(),
        phrases.first().and_then(|first| first.evidence.clone()),
    );
    let mut said: Vec<String> = phrases.into_iter().map(|phrase| phrase.what).collect();
    said.dedup();
    if said.len() > SAID {
        said.truncate(SAID);
        said.push(format!("{} more", count - SAID));
    }
    (count > 0).then(|| Phrase {
        what: and_list(&said),
        evidence,
    })
}

pub(super) fn phrases(facts: &Facts<'_>, subject: &Subject, left: &Reach) -> Vec<Phrase> {
    let phrase = |left: Leftover| {
        let rule = subject.rule_for(&left.reach());
        Phrase {
            what: if rule.is_some_and(|rule| rule.sensitive) {
                "(sensitive)".to_owned()
            } else {
                format!(
                    "{} from {}",
                    left.ports_words(),
                    left.sources_words(Some(subject), facts)
                )
            },
            evidence: rule.map(|rule| rule.evidence.clone()),
        }
    };
    leftovers(left).into_iter().map(phrase).collect()
}

/// A finding on what a plan would open beyond the describer.
pub(super) fn planned(
    meta: &'static Meta,
    facts: &Facts<'_>,
    subject: &Subject,
    phrase: &Phrase,
    says: &str,
) -> Finding {
    let finding = Finding::new(meta, format!("`{}` {says} {}", subject.name, phrase.what))
        .server(&subject.name)
        .evidence(phrase.evidence.as_ref().unwrap_or(&subject.address));
    match facts.server(&subject.name).filter(|_| subject.described) {
        Some(server) => finding.at(server.name.span, "this server"),
        None => finding,
    }
}
