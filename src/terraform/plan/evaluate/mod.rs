//! Azure's way through a security group: rules by priority, the first that matches decides.
//!
//! What is not known is decided twice. For what is certainly open an unknown allow matches nothing
//! and an unknown deny everything; for what may be open it is the other way round.

mod destination;

pub(super) use destination::Destination;

use super::group::Rules;
use super::machine::Contribution;
use super::peer::Peer;
use super::rule::{Bounds, Rule};
use super::source::Sources;
use crate::fleet::port::{PortSet, Protocol};
use crate::fleet::reach::Reach;
use crate::fleet::sources::SourceSet;
use std::sync::Arc;

/// What a group lets in.
#[derive(Debug, Clone)]
pub(super) struct Evaluated {
    pub(super) open: Reach,
    /// What may be open, certain or not.
    pub(super) maybe: Reach,
    pub(super) contributions: Arc<[Contribution]>,
}

const DEFAULT: u32 = 65_000;

/// One rule in one pass.
struct Turn {
    priority: u32,
    allow: bool,
    space: Reach,
    /// Position among the rules; `None` for a default rule or a rule nobody knows.
    rule: Option<usize>,
}

pub(super) fn evaluate(
    group: usize,
    rules: &Rules<'_>,
    sources: Sources<'_, '_>,
    destination: Destination<'_>,
) -> Evaluated {
    let spaces: Vec<Bounds<Reach>> = rules
        .all
        .iter()
        .map(|one| match one.rule.inbound {
            Some(false) => Bounds::default(),
            _ => space(one.holder, one.rule, one.certain, sources, destination),
        })
        .collect();
    let secret = secret_ports(rules, &spaces);
    let everything = Reach::every_port(&SourceSet::anyone());
    let mut lower = Vec::new();
    let mut upper = Vec::new();
    if rules.unknown {
        lower.push(Turn {
            priority: 0,
            allow: false,
            space: everything.clone(),
            rule: None,
        });
        upper.push(Turn {
            priority: 0,
            allow: true,
            space: everything,
            rule: None,
        });
    }
    for (position, (one, space)) in rules.all.iter().zip(spaces).enumerate() {
        let Rule {
            priority,
            inbound,
            allow,
            ..
        } = *one.rule;
        let rule = Some(position);
        let first = priority.unwrap_or(0);
        let last = priority.unwrap_or(DEFAULT - 1);
        if allow != Some(true) && inbound != Some(false) {
            lower.push(Turn {
                priority: first,
                allow: false,
                space: space.maybe.clone(),
                rule,
            });
        } else if inbound == Some(true) {
            lower.push(Turn {
                priority: last,
                allow: true,
                space: space.sure.clone(),
                rule,
            });
        }
        if allow != Some(false) && inbound != Some(false) {
            upper.push(Turn {
                priority: first,
                allow: true,
                space: space.maybe,
                rule,
            });
        } else if inbound == Some(true) {
            upper.push(Turn {
                priority: last,
                allow: false,
                space: space.sure,
                rule,
            });
        }
    }
    let default = Reach::every_port(&sources.virtual_network());
    for turns in [&mut lower, &mut upper] {
        turns.push(Turn {
            priority: DEFAULT,
            allow: true,
            space: default.clone(),
            rule: None,
        });
    }
    // Of two with one priority, which Azure refuses, the safer guess goes first.
    lower.sort_by_key(|turn| (turn.priority, turn.allow));
    upper.sort_by_key(|turn| (turn.priority, !turn.allow));
    let address = sources.world.address(group);
    let mut contributions = Vec::new();
    let (maybe, shares) = pass(upper);
    for (rule, reach) in shares {
        let (evidence, sensitive) = match rule.map(|position| &rules.all[position]) {
            Some(one) => (
                format!(
                    "{} rule {}",
                    sources.world.address(one.holder),
                    one.rule.name
                ),
                one.rule.sensitive,
            ),
            None if rules.unknown => (format!("{address} rules that are not known yet"), false),
            None => (format!("{address} default rule AllowVnetInBound"), false),
        };
        if secret.is_empty() {
            contributions.push(Contribution {
                evidence,
                reach,
                sensitive,
            });
            continue;
        }
        let all = PortSet::all();
        let named = rule.map_or(&all, |position| &rules.all[position].rule.ports.maybe);
        for protocol in Protocol::ALL {
            let part = reach.only(protocol, &all);
            let whole = Reach::new(Some(protocol), named, &SourceSet::anyone());
            if !part.is_empty() {
                contributions.push(Contribution {
                    sensitive: sensitive || whole.meets(&secret),
                    evidence: evidence.clone(),
                    reach: part,
                });
            }
        }
    }
    // Whoever asks for the first rule must meet a sensitive one before any other.
    contributions.sort_by_key(|one| !one.sensitive);
    let open = if is_exact(rules, destination) {
        maybe.clone()
    } else {
        pass(lower).0
    };
    Evaluated {
        open,
        maybe,
        contributions: contributions.into(),
    }
}

/// The ports of rules that must not be shown, from anyone: where another rule speaks of them too, the edges of
/// what it lets in would tell them.
fn secret_ports(rules: &Rules<'_>, spaces: &[Bounds<Reach>]) -> Reach {
    rules
        .all
        .iter()
        .zip(spaces)
        .filter(|(one, _)| one.rule.sensitive)
        .flat_map(|(_, space)| space.maybe.ranges())
        .fold(Reach::default(), |all, (protocol, low, high, _)| {
            let ports = PortSet::range(low, high);
            all.union(&Reach::new(Some(protocol), &ports, &SourceSet::anyone()))
        })
}

/// Whether both passes are the same.
fn is_exact(rules: &Rules<'_>, destination: Destination<'_>) -> bool {
    !rules.unknown
        && rules.all.iter().all(|one| {
            let rule = one.rule;
            let plain = |peers: &[Peer]| {
                peers.iter().all(|peer| {
                    !matches!(peer, Peer::Unknown(_) | Peer::Unreadable | Peer::Members(_))
                })
            };
            one.certain
                && rule.priority.is_some()
                && rule.inbound.is_some()
                && rule.allow.is_some()
                && rule.protocols.sure == rule.protocols.maybe
                && rule.ports.sure == rule.ports.maybe
                && !rule.spares_source_ports
                && plain(&rule.from)
                && (matches!(destination, Destination::Any) || rule.to == [Peer::Anyone])
        })
        && {
            let inbound = rules
                .all
                .iter()
                .filter(|one| one.rule.inbound == Some(true));
            let mut seen: Vec<u32> = inbound.filter_map(|one| one.rule.priority).collect();
            seen.sort_unstable();
            seen.windows(2).all(|pair| pair[0] != pair[1])
        }
}

/// What is let in, and the share of each rule that lets something in.
fn pass(turns: Vec<Turn>) -> (Reach, Vec<(Option<usize>, Reach)>) {
    let (mut open, mut decided) = (Reach::default(), Reach::default());
    let mut shares = Vec::new();
    for turn in turns {
        if turn.space.is_empty() {
            continue;
        }
        if turn.allow {
            let share = turn.space.difference(&decided);
            if !share.is_empty() {
                open = open.union(&share);
                shares.push((turn.rule, share));
            }
        }
        decided = decided.union(&turn.space);
    }
    (open, shares)
}

/// What a rule speaks of.
fn space(
    holder: usize,
    rule: &Rule,
    certain: bool,
    sources: Sources<'_, '_>,
    destination: Destination<'_>,
) -> Bounds<Reach> {
    let (sure, maybe) = destination::reaches(holder, rule, sources, destination);
    if !maybe {
        return Bounds::default();
    }
    let from = sources.read(holder, &rule.from);
    Bounds {
        sure: if sure && certain && !rule.spares_source_ports {
            rule.protocols.sure.reach(&rule.ports.sure, &from.sure)
        } else {
            Reach::default()
        },
        maybe: rule.protocols.maybe.reach(&rule.ports.maybe, &from.maybe),
    }
}
