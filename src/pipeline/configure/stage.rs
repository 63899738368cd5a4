//! The stage itself: reach the servers, find out which are due, run the play on these.

use super::Want;
use super::addresses::Contacts;
use super::connect::{connect, target};
use super::judge::{self, Unreached};
use super::play::play;
use super::supply::{self, Stock};
use super::way::Way;
use crate::ansible::content;
use crate::ansible::fingerprint::{Fingerprint, Why};
use crate::ansible::inventory::{self, Entry};
use crate::ansible::outcome::{Configured, End, ServerOutcome};
use crate::context::Context;
use crate::fleet::Fleet;
use crate::fleet::server::{PowerState, Server};
use crate::pipeline::failure;
use crate::policy::{self, Facts};
use crate::report::progress::Progress;
use crate::report::{Failure, Report};
use crate::ssh::target::Target;
use crate::ssh::trouble::Trouble;
use std::collections::{BTreeMap, BTreeSet};

/// One server of the stage.
pub(super) struct One {
    target: Target,
    pub(super) entry: Entry,
    fingerprint: Fingerprint,
    pub(super) secrets: BTreeMap<String, String>,
    /// Secrets that it needs and that are not set here.
    pub(super) missing: BTreeSet<String>,
}

pub(in crate::pipeline) fn stage(
    context: &Context,
    fleet: &Fleet,
    want: Want<'_>,
    way: &Way,
    report: &mut Report,
    progress: &mut Progress,
) -> Result<(), Failure> {
    let failed = |error: anyhow::Error| failure::of_anything(&error);
    let mut outcome = Configured {
        check: want.check,
        ..Configured::default()
    };
    let stock = Stock::new(context, fleet, want.cloud, &way.workspace).map_err(failed)?;
    let mut ones: BTreeMap<String, One> = BTreeMap::new();
    let mut nowhere = BTreeMap::new();
    for server in asked(fleet, want) {
        let name = server.name();
        if server.state.value == PowerState::Stopped {
            let why = "its describer says that it is stopped";
            outcome
                .servers
                .push(ServerOutcome::new(name, End::Skipped, why));
        } else if let Some(one) = one(fleet, server, &way.contacts, &stock) {
            ones.insert(name.to_owned(), one);
        } else {
            let why = "it has no address: nothing has made it yet";
            outcome
                .servers
                .push(ServerOutcome::new(name, End::Unreachable, why));
            nowhere.insert(
                name.to_owned(),
                Unreached {
                    trouble: Trouble::NoRoute,
                    help: "`lostops apply` makes it".to_owned(),
                },
            );
        }
    }
    let targets = ones.values().map(|one| one.target.clone()).collect();
    let connected = connect(context, want, way, targets, report, progress)?;
    let mut unreached = nowhere;
    let mut due: BTreeMap<String, Why> = BTreeMap::new();
    for (name, one) in &ones {
        match connected.answers.get(name) {
            Some(Ok(ready)) => {
                let why = one.fingerprint.why(ready.held.as_deref(), want.all);
                if why == Why::NothingChanged {
                    let end = ServerOutcome::new(name, End::Unchanged, why.words());
                    outcome.servers.push(end);
                } else {
                    due.insert(name.clone(), why);
                }
            }
            Some(Err(trouble)) => {
                let end = if *trouble == Trouble::Cancelled {
                    End::Unknown
                } else {
                    End::Unreachable
                };
                outcome
                    .servers
                    .push(ServerOutcome::new(name, end, trouble.words()));
                unreached.insert(
                    name.clone(),
                    Unreached {
                        help: trouble.help(&one.target),
                        trouble: trouble.clone(),
                    },
                );
            }
            None => {}
        }
    }
    let lacking = supply::without_secrets(&ones, &mut due, want.check, &mut outcome);
    let unfit = lacking.or_else(|| supply::unusable(fleet, &ones, &due).filter(|_| !want.check));
    let played = unfit.map_or(Ok(()), Err).and_then(|()| {
        play(
            context,
            want,
            &way.workspace,
            &connected.ssh,
            &ones,
            &due,
            &mut outcome,
            progress,
        )
    });
    let failure = match played {
        Ok(said) => judge::failure(&outcome, &unreached, said.as_deref()),
        Err(failure) => {
            // What is known of the others is told all the same.
            let begun: BTreeSet<String> =
                outcome.servers.iter().map(|one| one.name.clone()).collect();
            let left = due.keys().filter(|name| !begun.contains(*name));
            let left =
                left.map(|name| ServerOutcome::new(name, End::Failed, "Ansible did not begin"));
            outcome.servers.extend(left);
            Some(failure)
        }
    };
    outcome.servers.sort_by(|a, b| a.name.cmp(&b.name));
    let directory = fleet.directory();
    let mut facts = Facts::new(Some(fleet), None, &[], &directory, context.today);
    facts.configured = Some(&outcome);
    report.findings.extend(policy::judge_operation(&facts));
    report.configured = Some(outcome);
    failure.map_or(Ok(()), Err)
}

/// The servers that are meant, but those that are to be gone.
pub(in crate::pipeline) fn asked<'a>(
    fleet: &'a Fleet,
    want: Want<'_>,
) -> impl Iterator<Item = &'a Server> {
    fleet
        .servers
        .iter()
        .filter(|server| server.state.value != PowerState::Absent)
        .filter(move |server| {
            want.servers.is_empty() || want.servers.iter().any(|name| name == server.name())
        })
}

/// Of every server that has an address and is to run.
pub(super) fn entries(fleet: &Fleet, contacts: &Contacts, stock: &Stock) -> Vec<Entry> {
    let running = fleet
        .servers
        .iter()
        .filter(|server| server.state.value == PowerState::Running);
    running
        .filter_map(|server| one(fleet, server, contacts, stock))
        .map(|one| one.entry)
        .collect()
}

fn one(fleet: &Fleet, server: &Server, contacts: &Contacts, stock: &Stock) -> Option<One> {
    let contact = contacts.get(server.name())?;
    let target = target(server, contact);
    let public_ip = contact.public_ip.as_deref();
    let mut entry = inventory::entry(fleet, server, &target, public_ip, &stock.supply);
    let (secrets, missing) = stock.of(&entry);
    let fingerprint = Fingerprint::new(
        &content::digest(),
        &entry.variables,
        target.identity.as_deref(),
        missing.is_empty().then_some(&secrets),
    );
    let held = fingerprint.to_string();
    entry
        .variables
        .insert("lostops_fingerprint".to_owned(), held.into());
    Some(One {
        target,
        entry,
        fingerprint,
        secrets,
        missing,
    })
}
