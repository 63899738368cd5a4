//! `lostops configure`: initialises the servers that are due, with Ansible over SSH; also the last stage of an apply.

mod addresses;
mod connect;
mod judge;
mod key;
mod play;
mod reviewable;
mod show;
mod stage;
mod supply;
mod way;

use super::ask::{Ask, Preview};
use super::prepare::Ready;
use super::{describe, failure};
use crate::ansible::inventory::Entry;
use crate::ansible::outcome::End;
use crate::cli::{Cloud, Configure as Arguments};
use crate::context::Context;
use crate::fleet::Fleet;
use crate::reason::Reason;
use crate::report::progress::Progress;
use crate::report::{Failure, Outcome, Report};
use crate::terraform::workspace::Workspace;
use camino::Utf8Path;
use std::time::Duration;

pub(super) use addresses::{Contact, Contacts, engine_that_is_silent};
pub(super) use connect::{Connected, connect, target};
pub(super) use key::{TEXT as KEY_VARIABLE, VARIABLES as KEY_VARIABLES, source as key_source};
pub(super) use reviewable::reviewable;
pub(super) use stage::asked;
pub(super) use stage::stage;
use supply::Stock;
pub(super) use supply::supply;
pub(super) use way::Way;

/// How long a preview waits for a server: it has run for long, or it is not there.
const PREVIEW: Duration = Duration::from_secs(15);

/// What is asked of the stage.
#[derive(Debug, Clone, Copy)]
pub(super) struct Want<'a> {
    pub(super) cloud: Cloud,
    /// Names; empty: all of them.
    pub(super) servers: &'a [String],
    /// Also those that are not due.
    pub(super) all: bool,
    /// Show what would be changed, and change nothing.
    pub(super) check: bool,
    pub(super) key_file: Option<&'a Utf8Path>,
    /// How long to wait for SSH; `None`: as long as is usual.
    pub(super) timeout: Option<Duration>,
    /// Terraform has just made or started machines.
    pub(super) fresh: bool,
}

pub(super) fn run(context: &Context, arguments: &Arguments) -> Report {
    let mut report = Report::new("configure");
    if let Err(failure) = configured(context, arguments, &mut report) {
        report.failure = Some(failure);
    }
    report
}

fn configured(
    context: &Context,
    arguments: &Arguments,
    report: &mut Report,
) -> Result<(), Failure> {
    report.cloud = arguments.cloud.word();
    let Some(fleet) = describe::one(context, &arguments.describers, report)? else {
        return Ok(());
    };
    super::ask::servers_exist(&fleet, &arguments.servers)?;
    describe::judge(context, &fleet, report);
    if report.outcome() == Outcome::Violations {
        report
            .notes
            .push("no server was touched: what is not permitted comes first".to_owned());
        return Ok(());
    }
    // What is judged is `check`'s to show; here it is what was done.
    report.servers.clear();
    let want = Want {
        cloud: arguments.cloud,
        servers: &arguments.servers,
        all: arguments.initialise.all,
        check: arguments.check,
        key_file: arguments.initialise.ssh_key.as_deref(),
        timeout: arguments.initialise.timeout,
        fresh: false,
    };
    let mut progress = super::progress_of(context, Some(&fleet));
    let way = Way::find(context, &fleet, want, &mut progress)?;
    stage(context, &fleet, want, &way, report, &mut progress)?;
    let servers = report.configured.iter().flat_map(|all| &all.servers);
    let ends: Vec<End> = servers.map(|server| server.end).collect();
    if ends.iter().all(|end| *end == End::Skipped) {
        let state = if ends.is_empty() { "absent" } else { "stopped" };
        return Err(Failure {
            reason: Reason::NoHosts,
            message: format!(
                "no server is there to be initialised: by their describers those that were asked for are {state}"
            ),
            help: "let their describers say `state: running` and apply".to_owned(),
        });
    }
    Ok(())
}

/// What a plan says of the servers that can be reached: what Ansible would change there, and nothing is changed.
pub(super) fn preview(
    context: &Context,
    fleet: &Fleet,
    ask: &Ask<'_>,
    ready: &Ready,
    report: &mut Report,
    progress: &mut Progress,
) -> Result<(), Failure> {
    if ask.preview == Preview::None || engine_that_is_silent(context, ask.cloud).is_some() {
        return Ok(());
    }
    let want = Want {
        cloud: ask.cloud,
        servers: ask.servers,
        all: ask.initialise.all,
        check: true,
        key_file: ask.initialise.ssh_key.as_deref(),
        timeout: Some(ask.initialise.timeout.unwrap_or(PREVIEW)),
        fresh: false,
    };
    let mut asked = || {
        let key = key::source(context, fleet, want, &ready.workspace)?;
        let way = Way::with(context, fleet, want, ready, key)?;
        if way.contacts.is_empty() {
            return Ok(());
        }
        stage(context, fleet, want, &way, report, progress)
    };
    match asked() {
        Err(failure)
            if ask.preview == Preview::WhoAnswers && failure.reason != Reason::Cancelled =>
        {
            report.notes.push(format!(
                "what Ansible would change is not known of every server: {}",
                failure.message.replace('\n', "; ")
            ));
            Ok(())
        }
        other => other,
    }
}

/// The servers that have an address and are to run, as the inventory has them.
pub(super) fn inventory_entries(
    context: &Context,
    fleet: &Fleet,
    cloud: Cloud,
) -> Result<Vec<Entry>, Failure> {
    let want = Want {
        cloud,
        servers: &[],
        all: false,
        check: true,
        key_file: None,
        timeout: None,
        fresh: false,
    };
    let mut progress = super::progress_of(context, Some(fleet));
    let workspace = Workspace::new(&context.home, &fleet.environment.name.value, cloud.word());
    let (contacts, _held) = way::reached(context, fleet, want, &workspace, &mut progress)?;
    let stock = Stock::new(context, fleet, cloud, &workspace)
        .map_err(|error| failure::of_anything(&error))?;
    Ok(stage::entries(fleet, &contacts, &stock))
}
