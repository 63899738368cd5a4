//! Waits until servers let us in, with the keys that are trusted and the one that is ours.

use super::Want;
use super::addresses::Contact;
use super::way::Way;
use crate::cli::Cloud;
use crate::context::Context;
use crate::fleet::server::Server;
use crate::pipeline::failure;
use crate::pipeline::prepare::PLAIN;
use crate::report::progress::Progress;
use crate::report::{Failure, Report};
use crate::ssh::Ssh;
use crate::ssh::key::{Key, Source};
use crate::ssh::known::{Book, Trust};
use crate::ssh::place::Place;
use crate::ssh::target::Target;
use crate::ssh::trouble::Trouble;
use crate::ssh::wait::{self, Expected, Patience, Ready};
use anyhow::Context as _;
use std::collections::BTreeMap;
use std::time::Duration;

/// A new machine boots first; one that has answered before does so soon or not at all.
const USUAL: Patience = Patience {
    new: Duration::from_mins(5),
    known: Duration::from_mins(1),
};

/// Connections, and what became of each server.
pub(in crate::pipeline) struct Connected {
    pub(in crate::pipeline) ssh: Ssh,
    pub(in crate::pipeline) answers: BTreeMap<String, Result<Ready, Trouble>>,
}

pub(in crate::pipeline) fn connect(
    context: &Context,
    want: Want<'_>,
    way: &Way,
    targets: Vec<Target>,
    report: &mut Report,
    progress: &mut Progress,
) -> Result<Connected, Failure> {
    let failed = |error: anyhow::Error| failure::of_anything(&error);
    progress.open_step("waiting for SSH");
    let environment = context.allowed(PLAIN);
    let patience = want.timeout.map_or(USUAL, |limit| Patience {
        new: limit,
        known: limit,
    });
    let ssh = connections(context, &way.key, &environment, patience).map_err(failed)?;
    let mut book = Book::read(&way.workspace.folder.join("host-keys.json")).map_err(failed)?;
    let expected: Vec<Expected> = targets
        .into_iter()
        .map(|target| Expected {
            trust: book.trust(&target),
            target,
            fresh: want.fresh,
        })
        .collect();
    let answers = wait::all(&ssh, &expected, patience, |name, words| {
        progress.line(&format!("{name}: {words}"));
    });
    for one in &expected {
        if let Some(Ok(ready)) = answers.get(&one.target.name) {
            met(one, ready, want.cloud, &mut book, report);
        }
    }
    Ok(Connected { ssh, answers })
}

/// A server as SSH knows it.
pub(in crate::pipeline) fn target(server: &Server, contact: &Contact) -> Target {
    Target {
        name: server.name().to_owned(),
        role: server.role.value.word().to_owned(),
        address: contact.address,
        port: contact.port,
        user: server.machine.admin_user.clone(),
        identity: contact.identity.clone(),
        pinned: server.machine.host_keys.clone(),
    }
}

fn connections(
    context: &Context,
    key: &Source,
    environment: &BTreeMap<String, String>,
    patience: Patience,
) -> anyhow::Result<Ssh> {
    let word = crate::random::word().context("could not read random bits")?;
    let temporary = context.variable("TMPDIR").unwrap_or("/tmp");
    let place = Place::make(temporary.into(), &word)?;
    let mut environment = environment.clone();
    environment.insert("LC_ALL".to_owned(), "C.UTF-8".to_owned());
    let key = Key::ready(key, &place, &environment)?;
    Ssh::new(place, key, environment, patience.known)
}

/// A server has answered: what was accepted is kept, and told with the line that pins it.
fn met(one: &Expected, ready: &Ready, cloud: Cloud, book: &mut Book, report: &mut Report) {
    let (name, Some(key)) = (&one.target.name, &ready.accepted) else {
        return;
    };
    if let Err(error) = book.accept(&one.target, key) {
        // The next run meets the server anew, and says so.
        report.notes.push(format!(
            "`{name}`: its host key could not be kept: {error:#}"
        ));
    }
    let how = match one.trust {
        Trust::Replaced { .. } => {
            "the machine is another than before, so its new host key was accepted"
        }
        _ => "its host key was accepted at first contact",
    };
    if cloud == Cloud::Simulated {
        // Its key is the simulation's: nobody could or should pin it.
        if matches!(one.trust, Trust::Replaced { .. }) {
            report.notes.push(format!("`{name}`: {how}"));
        }
        return;
    }
    report.notes.push(format!(
        "`{name}`: {how}; pin it in its describer, under `vm:`: `host_keys: [\"{key}\"]`"
    ));
}
