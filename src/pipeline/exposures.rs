//! Exposures as reports show them: declared beside planned, and each group by itself.

use crate::fleet::address::Addresses;
use crate::fleet::exposure::{Line, Proof, Stage, lines};
use crate::fleet::reach::Reach;
use crate::fleet::server::Server;
use crate::fleet::sources::{Book, Directory};
use crate::policy::Facts;
use crate::policy::exposure::{undeclared, unpermitted};
use crate::report::{GroupSheet, ShownExposure};
use crate::source::SourceMap;
use crate::terraform::plan::{Contribution, Plan};
use crate::terraform::subject::Subject;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A line that follows from a sensitive value is shown as such.
pub(super) fn hidden(line: Line, rule: Option<&Contribution>) -> Line {
    if rule.is_some_and(|rule| rule.sensitive) {
        line.hide()
    } else {
        line
    }
}

/// What the describer opens, entry by entry.
pub(super) fn declared(
    facts: &Facts<'_>,
    server: &Server,
    sources: &SourceMap,
) -> Vec<ShownExposure> {
    let mut shown = Vec::new();
    let directory = facts.directory;
    let excess = lines(&unpermitted(facts, server), directory, Proof::Open);
    for port in &server.ports {
        let reach = Reach::new(Some(port.protocol), &port.ports.value, &port.sources);
        let place = sources.place(port.ports.span);
        for line in lines(&reach, directory, Proof::Open) {
            shown.push(ShownExposure {
                stage: Stage::Declared,
                permitted: !excess.iter().any(|left| overlap(left, &line)),
                evidence: format!("{}:{}", place.file, place.line),
                purpose: port.purpose.clone().unwrap_or_default(),
                line,
            });
        }
    }
    shown
}

/// Ranges cut where a describer's entries begin and end, so that what is planned stands beside what is declared.
fn cut(lines: Vec<Line>, server: Option<&Server>) -> Vec<Line> {
    let entries = server
        .map(|server| server.ports.as_slice())
        .unwrap_or_default();
    let mut cut = Vec::new();
    for mut line in lines {
        let mut ranges: Vec<(u16, u16)> = entries
            .iter()
            .filter(|entry| entry.protocol == line.protocol)
            .flat_map(|entry| entry.ports.value.ranges())
            .filter(|(low, high)| line.low <= *low && *high <= line.high)
            .collect();
        ranges.sort_unstable();
        ranges.dedup();
        for (low, high) in ranges {
            if low < line.low || high >= line.high {
                continue;
            }
            if line.low < low {
                cut.push(Line {
                    high: low - 1,
                    ..line.clone()
                });
            }
            cut.push(Line {
                low,
                high,
                ..line.clone()
            });
            line.low = high + 1;
        }
        cut.push(line);
    }
    cut
}

/// What plans leave open or cannot show closed. Thousands of machines stand behind the same groups: what was
/// worked out for one serves them all.
#[derive(Debug, Default)]
pub(super) struct Planned(BTreeMap<Key, Arc<[ShownExposure]>>);

/// Open, unproven, evidence, network.
type Key = ((usize, usize), (usize, usize), Vec<usize>, Addresses);

impl Planned {
    pub(super) fn of(&mut self, facts: &Facts<'_>, subject: &Subject) -> Arc<[ShownExposure]> {
        if subject.described {
            return planned(facts, subject).into();
        }
        let evidence = subject
            .evidence
            .iter()
            .map(|rules| Arc::as_ptr(rules).addr())
            .collect();
        let key = (
            subject.open.key(),
            subject.unproven.key(),
            evidence,
            subject.directory.network.clone(),
        );
        if let Some(known) = self.0.get(&key) {
            return Arc::clone(known);
        }
        let shown: Arc<[ShownExposure]> = planned(facts, subject).into();
        // What no rule opens names the machine itself, which serves no other.
        if shown.iter().all(|one| one.evidence != subject.address) {
            self.0.insert(key, Arc::clone(&shown));
        }
        shown
    }
}

fn planned(facts: &Facts<'_>, subject: &Subject) -> Vec<ShownExposure> {
    let mut shown = Vec::new();
    let server = facts.server(&subject.name).filter(|_| subject.described);
    let excess = server.map_or_else(Vec::new, |server| {
        let left = undeclared(facts, subject).union(&unpermitted(facts, server));
        lines(&left, &subject.directory, Proof::Open)
    });
    for (reach, proof) in [
        (&subject.open, Proof::Open),
        (&subject.unproven, Proof::CannotProve),
    ] {
        for line in cut(lines(reach, &subject.directory, proof), server) {
            let rule = subject.rule_for(&reach.slice(line.protocol, line.low, line.high));
            shown.push(ShownExposure {
                stage: Stage::Planned,
                evidence: rule
                    .map_or_else(|| subject.address.clone(), |rule| rule.evidence.clone()),
                purpose: String::new(),
                permitted: subject.described && !excess.iter().any(|left| overlap(left, &line)),
                line: hidden(line, rule),
            });
        }
    }
    shown
}

fn overlap(left: &Line, line: &Line) -> bool {
    left.protocol == line.protocol
        && left.low <= line.high
        && line.low <= left.high
        && left.from.iter().any(|word| line.from.contains(word))
}

/// Every security group by itself.
pub(super) fn groups(plan: &Plan, directory: &Directory) -> Vec<GroupSheet> {
    // A group by itself speaks of blocks, not of servers: that is what Azure holds.
    let book = Arc::new(Book {
        machines: directory.book.machines.clone(),
        ..Book::default()
    });
    plan.groups
        .iter()
        .map(|group| {
            let network = if group.network.is_empty() {
                &directory.network
            } else {
                &group.network
            };
            let own = Directory {
                network: network.clone(),
                book: Arc::clone(&book),
            };
            let shown = |reach: &Reach, proof| {
                lines(reach, &own, proof)
                    .into_iter()
                    .map(|line| {
                        let part = reach.slice(line.protocol, line.low, line.high);
                        let rule = group
                            .contributions
                            .iter()
                            .find(|one| one.reach.meets(&part));
                        hidden(line, rule)
                    })
                    .collect::<Vec<_>>()
            };
            let mut exposures = shown(&group.open, Proof::Open);
            exposures.extend(shown(&group.unproven, Proof::CannotProve));
            GroupSheet {
                address: group.address.clone(),
                attached_to: group.attached_to.clone(),
                exposures,
            }
        })
        .collect()
}
