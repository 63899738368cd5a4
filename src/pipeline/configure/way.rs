//! How the servers are got to: the folder that is theirs, a key, and where each of them answers.

use super::addresses::{Contacts, contacts, engine_that_is_silent};
use super::{Want, key};
use crate::cli::Cloud;
use crate::context::Context;
use crate::fleet::Fleet;
use crate::pipeline::prepare::{Ready, prepare};
use crate::pipeline::{failure, stand_ins};
use crate::reason::Reason;
use crate::report::Failure;
use crate::report::progress::Progress;
use crate::ssh::key::Source;
use crate::terraform::workspace::Workspace;

/// What every stage on the servers begins with.
pub(in crate::pipeline) struct Way {
    pub(in crate::pipeline) workspace: Workspace,
    pub(in crate::pipeline) key: Source,
    pub(in crate::pipeline) contacts: Contacts,
    /// What keeps another lostops out of the folder, where nobody else does.
    _held: Option<Held>,
}

type Held = Box<dyn std::fmt::Debug>;

impl Way {
    /// To servers of which nothing is prepared yet.
    pub(in crate::pipeline) fn find(
        context: &Context,
        fleet: &Fleet,
        want: Want<'_>,
        progress: &mut Progress,
    ) -> Result<Self, Failure> {
        let environment = &fleet.environment.name.value;
        let workspace = Workspace::new(&context.home, environment, want.cloud.word());
        // Before the state is asked for: without a key all of it would be in vain.
        let key = key::source(context, fleet, want, &workspace)?;
        if let Some(engine) = engine_that_is_silent(context, want.cloud) {
            return Err(no_hosts(engine));
        }
        let (contacts, held) = reached(context, fleet, want, &workspace, progress)?;
        Ok(Self {
            workspace,
            key,
            contacts,
            _held: Some(held),
        })
    }

    /// To servers that Terraform, which is at work here, knows.
    pub(in crate::pipeline) fn with(
        context: &Context,
        fleet: &Fleet,
        want: Want<'_>,
        ready: &Ready,
        key: Source,
    ) -> Result<Self, Failure> {
        let (workspace, terraform) = (&ready.workspace, Some(&ready.terraform));
        Ok(Self {
            contacts: contacts(context, fleet, want.cloud, workspace, terraform)?,
            workspace: workspace.clone(),
            key,
            _held: None,
        })
    }
}

/// Where the servers answer, and what keeps another lostops out meanwhile.
pub(super) fn reached(
    context: &Context,
    fleet: &Fleet,
    want: Want<'_>,
    workspace: &Workspace,
    progress: &mut Progress,
) -> Result<(Contacts, Held), Failure> {
    match want.cloud {
        Cloud::Simulated => {
            let lock = workspace
                .lock(|| progress.say("waiting for another lostops in this folder"))
                .map_err(|error| failure::of_anything(&error))?;
            if !want.check {
                stand_ins::hand_out(context, fleet, workspace, progress)?;
            }
            let contacts = contacts(context, fleet, want.cloud, workspace, None)?;
            Ok((contacts, Box::new(lock)))
        }
        Cloud::Azure => {
            let ready = prepare(context, fleet, want.cloud, &[], progress)?;
            let terraform = Some(&ready.terraform);
            let contacts = contacts(context, fleet, want.cloud, workspace, terraform)?;
            Ok((contacts, Box::new(ready)))
        }
    }
}

fn no_hosts(engine: &str) -> Failure {
    Failure {
        reason: Reason::NoHosts,
        message: format!("no Docker engine answers at {engine}, so the simulated machines have no hosts"),
        help: "start an engine, or name it in `DOCKER_HOST`; then `lostops apply --cloud simulated` boots the hosts"
            .to_owned(),
    }
}
