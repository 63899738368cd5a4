//! What is asked of a plan or an apply, whether on a command line or by a workflow.

use super::reviewed::Review;
use crate::cli::{self, Cloud, Describers, Format, Initialise, Only};
use crate::finding::Finding;
use crate::fleet::Fleet;
use crate::fleet::words::or_list;
use crate::policy;
use crate::reason::Reason;
use crate::report::Failure;
use crate::terraform::plan::Plan;

/// The question.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    pub(super) describers: &'a Describers,
    pub(super) cloud: Cloud,
    /// Names; empty: all of them.
    pub(super) servers: &'a [String],
    /// How long to wait for the state's lock, as Terraform takes it.
    pub(super) lock_timeout: &'a str,
    /// Whether Terraform's own text of the plan is wanted too.
    pub(super) diff: bool,
    /// `None`: all stages of an apply.
    pub(super) only: Option<Only>,
    pub(super) initialise: Initialise,
    /// Whether a plan also asks the servers that can be reached what Ansible would change.
    pub(super) preview: Preview,
    /// What of a plan stands in the way of an apply.
    pub(super) judge: Judge,
    /// A plan is recorded for it, an apply held against it.
    pub(super) review: Option<&'a Review>,
    /// These servers are to restart.
    pub(super) restart: bool,
}

/// What of a plan is judged. A rehearsal builds what it needs first, and nobody is to permit that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judge {
    Everything,
    /// Not what becomes of machines: all of them are new.
    ButNature,
    Nothing,
}

impl Judge {
    /// Takes away what is not judged.
    pub(super) fn keep(self, findings: &mut Vec<Finding>) {
        match self {
            Self::Everything => {}
            Self::ButNature => findings.retain(|finding| {
                // A grant is for a change of a machine that is there.
                !policy::is_of_nature(finding.meta) && finding.meta.name != "grant-unused"
            }),
            Self::Nothing => findings.retain(|finding| finding.meta.code.starts_with("LO1")),
        }
    }
}

/// What a plan says of the servers themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Preview {
    None,
    /// Those that do not answer are a note: a pull request is not to wait for them.
    WhoAnswers,
    /// Those that do not answer are a failure: nobody can say that they are as written.
    Everyone,
}

impl<'a> Ask<'a> {
    pub(super) fn of_plan(arguments: &'a cli::Plan) -> Self {
        Self {
            describers: &arguments.describers,
            cloud: arguments.cloud,
            servers: &arguments.servers,
            lock_timeout: "0s",
            diff: arguments.output.format == Format::Markdown,
            only: Some(Only::Terraform),
            initialise: Initialise::default(),
            preview: Preview::None,
            judge: Judge::Everything,
            review: None,
            restart: false,
        }
    }

    pub(super) fn of_apply(arguments: &'a cli::Apply) -> Self {
        Self {
            describers: &arguments.describers,
            cloud: arguments.cloud,
            servers: &arguments.servers,
            lock_timeout: &arguments.lock_timeout,
            diff: arguments.output.format == Format::Markdown,
            only: arguments.only,
            initialise: arguments.initialise.clone(),
            preview: Preview::None,
            judge: Judge::Everything,
            review: None,
            restart: false,
        }
    }

    /// Servers that are to restart.
    pub(super) fn restarted(&self) -> Vec<&'a str> {
        let servers = if self.restart { self.servers } else { &[] };
        servers.iter().map(String::as_str).collect()
    }

    /// Refuses names that no describer has.
    pub(super) fn servers_exist(&self, fleet: &Fleet) -> Result<(), Failure> {
        servers_exist(fleet, self.servers)
    }

    /// Addresses of what a plan changes of these servers. Our module keys everything of a server by its name, or by
    /// its name and a slash; what such a thing stands on, Terraform adds itself.
    pub(super) fn targets(&self, plan: &Plan) -> Vec<String> {
        let of_ours = |address: &str| {
            server_of(address).is_some_and(|server| self.servers.iter().any(|name| name == server))
        };
        let addresses = plan.resources.iter().map(|resource| &resource.address);
        addresses
            .filter(|address| of_ours(address))
            .cloned()
            .collect()
    }
}

/// The server whose thing stands at an address of our module; nothing where it is everybody's.
pub(super) fn server_of(address: &str) -> Option<&str> {
    let (_, key) = address.rsplit_once("[\"")?;
    let key = key.strip_suffix("\"]")?;
    key.split('/').next()
}

/// Refuses names that no describer has.
pub(super) fn servers_exist(fleet: &Fleet, servers: &[String]) -> Result<(), Failure> {
    let known: Vec<String> = fleet
        .servers
        .iter()
        .map(|server| format!("`{}`", server.name()))
        .collect();
    let unknown: Vec<String> = servers
        .iter()
        .map(|name| format!("`{name}`"))
        .filter(|name| !known.contains(name))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Failure {
        reason: Reason::UnknownServer,
        message: format!("no describer describes {}", or_list(&unknown)),
        help: format!("choose among {}", or_list(&known)),
    })
}
