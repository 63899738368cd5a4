//! Facts and subjects as the sheets that every format shows.

use crate::fleet::Fleet;
use crate::fleet::exposure::{Line, Proof, Stage, gained, lines};
use crate::fleet::reach::Reach;
use crate::fleet::server::Server;
use crate::fleet::sources::{Directory, SourceSet};
use crate::fleet::words::or_list;
use crate::policy::Facts;
use crate::policy::exposure::{undeclared, unpermitted};
use crate::report::{Counts, GroupSheet, ServerSheet, ShownExposure};
use crate::source::SourceMap;
use crate::terraform::plan::{Contribution, MachineChange, Plan, Totals};
use crate::terraform::subject::Subject;

/// A sheet for every server of the fleet that has no subject, and for every subject.
pub(super) fn servers(facts: &Facts<'_>, sources: &SourceMap) -> Vec<ServerSheet> {
    let servers = facts
        .fleet
        .map(|fleet| fleet.servers.as_slice())
        .unwrap_or_default();
    let described = |server: &Server| {
        facts
            .subjects
            .iter()
            .find(|subject| subject.described && subject.name == server.name())
    };
    let mut sheets: Vec<ServerSheet> = if facts.plan.is_none() {
        servers
            .iter()
            .map(|server| sheet(facts, Some(server), None, sources))
            .collect()
    } else {
        servers
            .iter()
            .filter_map(|server| {
                Some(sheet(
                    facts,
                    Some(server),
                    Some(described(server)?),
                    sources,
                ))
            })
            .collect()
    };
    let others = facts.subjects.iter().filter(|subject| !subject.described);
    sheets.extend(others.map(|subject| sheet(facts, None, Some(subject), sources)));
    sheets
}

fn sheet(
    facts: &Facts<'_>,
    server: Option<&Server>,
    subject: Option<&Subject>,
    sources: &SourceMap,
) -> ServerSheet {
    let mut exposures = Vec::new();
    if let (Some(server), Some(fleet)) = (server, facts.fleet) {
        declared(facts, fleet, server, sources, &mut exposures);
    }
    if let Some(subject) = subject {
        planned(facts, subject, &mut exposures);
    }
    let mut changes: Vec<String> = Vec::new();
    for change in subject
        .map(|subject| subject.changes.as_slice())
        .unwrap_or_default()
    {
        let word = change.word().to_owned();
        if !changes.contains(&word) {
            changes.push(word);
        }
    }
    if changes.is_empty() && subject.is_some() {
        changes.push("none".to_owned());
    }
    ServerSheet {
        name: server.map_or_else(
            || {
                subject
                    .map(|subject| subject.name.clone())
                    .unwrap_or_default()
            },
            |server| server.name().to_owned(),
        ),
        address: subject
            .map(|subject| subject.address.clone())
            .unwrap_or_default(),
        state: match (subject, server) {
            (Some(subject), _) => subject.state.to_owned(),
            (None, Some(server)) => server.state.value.word().to_owned(),
            (None, None) => "unknown".to_owned(),
        },
        facts: server.map(words).unwrap_or_default(),
        changes,
        sentences: subject.map(sentences).unwrap_or_default(),
        exposures,
    }
}

fn words(server: &Server) -> Vec<String> {
    vec![
        server.role.value.word().to_owned(),
        server.machine.ownership.value.word().to_owned(),
        server.state.value.word().to_owned(),
        server.machine.size.value.clone(),
        server.machine.private_ip.value.to_string(),
    ]
}

/// What happens to a server, ports that open and close among it.
fn sentences(subject: &Subject) -> Vec<String> {
    let mut sentences: Vec<String> = subject
        .changes
        .iter()
        .map(MachineChange::sentence)
        .collect();
    let new = subject
        .changes
        .iter()
        .any(|change| matches!(change, MachineChange::Create));
    if !new && subject.planned && subject.state != "absent" {
        let (before, after) = (&subject.before, &subject.open);
        sentences.extend(said(
            "opens",
            &gained(before, after, &subject.directory),
            after,
            subject,
        ));
        sentences.extend(said(
            "closes",
            &gained(after, before, &subject.directory),
            before,
            subject,
        ));
    }
    sentences
}

/// `opens 443/tcp from internet`; both protocols in one sentence where they agree.
fn said(verb: &str, lines: &[Line], reach: &Reach, subject: &Subject) -> Vec<String> {
    let mut said: Vec<(String, String, Vec<&str>)> = Vec::new();
    for line in lines {
        let range = Reach::new(Some(line.protocol), &line.range(), &SourceSet::anyone());
        let line_shown = hidden(line.clone(), subject.rule_for(&reach.intersection(&range)));
        let (ports, from) = (line_shown.ports(), or_list(&line_shown.from));
        match said
            .iter_mut()
            .find(|known| known.0 == ports && known.1 == from)
        {
            Some(known) => known.2.push(line.protocol.word()),
            None => said.push((ports, from, vec![line.protocol.word()])),
        }
    }
    said.into_iter()
        .map(|(ports, from, protocols)| {
            format!("{verb} {ports}/{} from {from}", protocols.join(" and "))
        })
        .collect()
}

fn hidden(line: Line, rule: Option<&Contribution>) -> Line {
    if rule.is_some_and(|rule| rule.sensitive) {
        line.hide()
    } else {
        line
    }
}

fn declared(
    facts: &Facts<'_>,
    fleet: &Fleet,
    server: &Server,
    sources: &SourceMap,
    into: &mut Vec<ShownExposure>,
) {
    let directory = fleet.directory();
    let excess = lines(&unpermitted(facts, server), &directory, Proof::Open);
    for port in &server.ports {
        let reach = Reach::new(Some(port.protocol), &port.ports.value, &port.sources);
        let place = sources.place(port.ports.span);
        for line in lines(&reach, &directory, Proof::Open) {
            into.push(ShownExposure {
                stage: Stage::Declared,
                permitted: !excess.iter().any(|left| overlap(left, &line)),
                evidence: format!("{}:{}", place.file, place.line),
                purpose: port.purpose.clone().unwrap_or_default(),
                line,
            });
        }
    }
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

fn planned(facts: &Facts<'_>, subject: &Subject, into: &mut Vec<ShownExposure>) {
    let excess = lines(&undeclared(facts, subject), &subject.directory, Proof::Open);
    for (reach, proof) in [
        (&subject.open, Proof::Open),
        (&subject.unproven, Proof::CannotProve),
    ] {
        let server = facts.server(&subject.name).filter(|_| subject.described);
        for line in cut(lines(reach, &subject.directory, proof), server) {
            let range = Reach::new(Some(line.protocol), &line.range(), &SourceSet::anyone());
            let rule = subject.rule_for(&reach.intersection(&range));
            let permitted = !excess.iter().any(|left| overlap(left, &line));
            into.push(ShownExposure {
                stage: Stage::Planned,
                evidence: rule
                    .map_or_else(|| subject.address.clone(), |rule| rule.evidence.clone()),
                purpose: String::new(),
                permitted,
                line: hidden(line, rule),
            });
        }
    }
}

fn overlap(left: &Line, line: &Line) -> bool {
    left.protocol == line.protocol
        && left.low <= line.high
        && line.low <= left.high
        && left.from.iter().any(|word| line.from.contains(word))
}

/// Every security group by itself.
pub(super) fn groups(plan: &Plan, directory: &Directory) -> Vec<GroupSheet> {
    plan.groups
        .iter()
        .map(|group| {
            // A group by itself speaks of blocks, not of servers: that is what Azure holds.
            let own = Directory {
                network: if group.network.is_empty() {
                    directory.network.clone()
                } else {
                    group.network.clone()
                },
                machines: directory.machines.clone(),
                ..Directory::default()
            };
            let shown = |reach: &Reach, proof| {
                lines(reach, &own, proof)
                    .into_iter()
                    .map(|line| {
                        let range =
                            Reach::new(Some(line.protocol), &line.range(), &SourceSet::anyone());
                        let part = reach.intersection(&range);
                        let rule = group
                            .contributions
                            .iter()
                            .find(|one| !one.reach.intersection(&part).is_empty());
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

pub(super) fn counts(totals: Totals) -> Counts {
    Counts {
        add: totals.add,
        change: totals.change,
        destroy: totals.destroy,
        import: totals.import,
    }
}
