//! Facts and subjects as the sheets that every format shows.

use super::exposures::{Planned, declared, hidden};
use crate::fleet::exposure::{Line, gained};
use crate::fleet::port::Protocol;
use crate::fleet::reach::Reach;
use crate::fleet::server::Server;
use crate::fleet::words::{and_list, or_list};
use crate::policy::Facts;
use crate::report::{Counts, Power, ServerSheet};
use crate::source::SourceMap;
use crate::terraform::plan::{Action, MachineChange, Plan};
use crate::terraform::subject::Subject;

/// A sheet for every server of the fleet that has no subject, and for every subject.
pub(super) fn servers(facts: &Facts<'_>, sources: &SourceMap) -> Vec<ServerSheet> {
    let servers = facts
        .fleet
        .map(|fleet| fleet.servers.as_slice())
        .unwrap_or_default();
    let mut shown = Planned::default();
    let mut sheets: Vec<ServerSheet> = if facts.plan.is_none() {
        servers
            .iter()
            .map(|server| sheet(facts, Some(server), None, sources, &mut shown))
            .collect()
    } else {
        servers
            .iter()
            .flat_map(|server| {
                facts
                    .subjects_of(server.name())
                    .map(move |one| (server, one))
            })
            .map(|(server, one)| sheet(facts, Some(server), Some(one), sources, &mut shown))
            .collect()
    };
    let others = facts.subjects.iter().filter(|subject| !subject.described);
    sheets.extend(others.map(|subject| sheet(facts, None, Some(subject), sources, &mut shown)));
    sheets
}

fn sheet(
    facts: &Facts<'_>,
    server: Option<&Server>,
    subject: Option<&Subject>,
    sources: &SourceMap,
    shown: &mut Planned,
) -> ServerSheet {
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
        facts: match (server, subject) {
            (Some(server), _) => words(server),
            (None, subject) => subject
                .map(|subject| subject.facts.clone())
                .unwrap_or_default(),
        },
        changes,
        sentences: subject.map(sentences).unwrap_or_default(),
        declared: server
            .map(|server| declared(facts, server, sources))
            .unwrap_or_default(),
        planned: subject
            .map(|subject| shown.of(facts, subject))
            .unwrap_or_default(),
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

/// `opens 443/tcp from internet`; ports with the same sources in one sentence.
fn said(verb: &str, lines: &[Line], reach: &Reach, subject: &Subject) -> Vec<String> {
    let mut said: Vec<(Protocol, String, Vec<String>)> = Vec::new();
    for line in lines {
        let rule = subject.rule_for(&reach.slice(line.protocol, line.low, line.high));
        let line = hidden(line.clone(), rule);
        let (ports, from) = (line.ports(), or_list(&line.from));
        match said
            .iter_mut()
            .find(|known| known.0 == line.protocol && known.1 == from)
        {
            Some(known) => known.2.push(ports),
            None => said.push((line.protocol, from, vec![ports])),
        }
    }
    said.into_iter()
        .map(|(protocol, from, ports)| {
            format!(
                "{verb} {}/{} from {from}",
                and_list(&ports),
                protocol.word()
            )
        })
        .collect()
}

/// What a plan does, in numbers; in one of our `own` a power command is neither made nor destroyed.
pub(super) fn counts(plan: &Plan, own: bool) -> Counts {
    let totals = plan.totals;
    let mut power = Power::default();
    let commands = plan
        .resources
        .iter()
        .filter(|resource| own && resource.kind == "azapi_resource_action");
    for command in commands {
        let has = |action| usize::from(command.actions.contains(&action));
        power.add += has(Action::Create);
        power.change += has(Action::Update);
        power.destroy += has(Action::Delete);
    }
    Counts {
        add: totals.add - power.add,
        change: totals.change - power.change,
        destroy: totals.destroy - power.destroy,
        import: totals.import,
        forget: totals.forget,
        moved: totals.moved,
        power,
    }
}
