//! What is asked of a plan or an apply, whether on a command line or by a workflow.

use super::reviewed::Review;
use crate::cli::{self, Cloud, Describers, Format, Initialise, Only};
use crate::finding::Finding;
use crate::fleet::Fleet;
use crate::fleet::words::{and_list, or_list};
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

    /// The targets of a plan of these servers alone, from a plan of everything; none where nothing of theirs changes. What
    /// such a thing stands on, Terraform adds itself: of a kind that is no target at all it adds the things of **every**
    /// server, and of one that is, those alone that are named. So each kind is named for each server, whether it is there
    /// or not.
    pub(super) fn targets(&self, plan: &Plan) -> Vec<String> {
        let addresses = plan.resources.iter().map(|resource| &resource.address);
        let mut targets: Vec<String> = addresses
            .filter(|address| server_of(address).is_some_and(|server| self.asks_for(server)))
            .cloned()
            .collect();
        if targets.is_empty() {
            return targets;
        }
        for name in self.servers {
            targets.extend(OF_A_SERVER.map(|kind| format!("{kind}.this[\"{name}\"]")));
            targets.extend(OF_A_DISK.map(|kind| format!("{kind}.this[\"{name}/\"]")));
            targets.push(format!("azapi_resource_action.power[\"{name}\"]"));
        }
        targets.sort();
        targets.dedup();
        targets
    }

    /// Refuses a plan of these servers that would change another one.
    pub(super) fn changes_no_other(&self, part: &Plan) -> Result<(), Failure> {
        let addresses = part.resources.iter().map(|resource| &resource.address);
        let others: Vec<String> = addresses
            .filter(|address| server_of(address).is_some_and(|server| !self.asks_for(server)))
            .map(|address| format!("`{address}`"))
            .collect();
        if others.is_empty() {
            return Ok(());
        }
        Err(Failure {
            reason: Reason::PlanFailed,
            message: format!(
                "a plan of the chosen servers alone would change others, too: {}; nothing was touched",
                and_list(&others)
            ),
            help: "apply all servers at once, so that everything is planned and shown".to_owned(),
        })
    }

    fn asks_for(&self, server: &str) -> bool {
        self.servers.iter().any(|name| name == server)
    }
}

/// What our module has once for each server, by its name.
const OF_A_SERVER: [&str; 5] = [
    "azurerm_linux_virtual_machine",
    "azurerm_network_interface",
    "azurerm_network_interface_security_group_association",
    "azurerm_network_security_group",
    "azurerm_public_ip",
];
/// And for each disk of a server, by both names and a slash between them.
const OF_A_DISK: [&str; 2] = [
    "azurerm_managed_disk",
    "azurerm_virtual_machine_data_disk_attachment",
];

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

#[cfg(test)]
mod tests {
    use super::*;

    /// Everybody's: what servers stand on together.
    const SHARED: [&str; 3] = [
        "azurerm_resource_group",
        "azurerm_subnet",
        "azurerm_virtual_network",
    ];

    #[test]
    fn every_kind_that_the_module_has_for_each_server_is_a_target() {
        let folder = camino::Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("terraform");
        for entry in folder.read_dir_utf8().unwrap() {
            let path = entry.unwrap().into_path();
            let text = fs_err::read_to_string(&path).unwrap_or_default();
            for line in text.lines() {
                let Some((kind, name)) = line
                    .strip_prefix("resource \"")
                    .and_then(|rest| rest.strip_suffix("\" {"))
                    .and_then(|rest| rest.split_once("\" \""))
                else {
                    continue;
                };
                let of_ours = OF_A_SERVER.iter().chain(&OF_A_DISK).chain(&SHARED);
                let known = (kind, name) == ("azapi_resource_action", "power")
                    || (name == "this" && of_ours.copied().any(|one| one == kind));
                assert!(known, "{path}: {kind}.{name}");
            }
        }
    }
}
