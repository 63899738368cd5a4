//! One server: values that fit together, and ports whose sources are known.

use super::environment::Ground;
use super::names::Names;
use super::{compose, convert, machine, ports, services};
use crate::describer::codes::{LO107, LO113};
use crate::describer::compose::ComposeFiles;
use crate::describer::wire::server as wire;
use crate::finding::Finding;
use crate::fleet::server::{Ownership, PowerState, Role, Server};
use crate::fleet::service::Services;
use crate::source::{FileId, Located};
use std::collections::BTreeSet;

/// What every server of an environment is checked against.
#[derive(Debug)]
pub(in crate::describer) struct Context<'a> {
    pub(in crate::describer) ground: &'a Ground,
    pub(in crate::describer) names: &'a Names,
    pub(in crate::describer) compose: &'a ComposeFiles,
    /// Roles that the policy has a profile for; `None` when it could not be read.
    pub(in crate::describer) profiles: Option<BTreeSet<Role>>,
}

pub(in crate::describer) fn check(
    file: FileId,
    written: wire::Server,
    context: &Context<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Server> {
    let name = written.server.0.map(|name| convert(name, |name| name.0));
    let role = written.role.0;
    if let (Some(role), Some(profiles)) = (&role, &context.profiles)
        && !profiles.contains(&role.value)
    {
        findings.push(
            Finding::new(
                &LO107,
                format!(
                    "the policy says nothing of the role `{}`",
                    role.value.word()
                ),
            )
            .at(role.span, "not in `policy.yaml`")
            .help(format!(
                "add `{}:` to `roles` in `policy.yaml`",
                role.value.word()
            )),
        );
    }
    let vm = written.vm.0;
    if let Some(found) = vm.as_ref().and_then(|vm| found(&vm.value)) {
        fit(&found, written.state.as_ref(), context.ground, findings);
    }
    let ports = ports::check(written.ports, context.names, findings);
    let machine =
        vm.and_then(|vm| machine::check(vm.value, name.as_ref(), context.ground, findings));
    let services = written.services.map(|mut services| {
        let own = compose::check(services.value.compose.take(), context.compose, findings);
        let services = services::check(services.value, role.as_ref(), context.ground, findings);
        Services {
            compose: own,
            ..services
        }
    });
    let (name, role, machine, services) = (name?, role?, machine?, services.unwrap_or_default());
    Some(Server {
        state: written
            .state
            .unwrap_or_else(|| Located::new(PowerState::Running, name.span)),
        name,
        file,
        role,
        machine,
        ports,
        services,
        packages: written
            .packages
            .map(|packages| packages.value)
            .unwrap_or_default()
            .into_iter()
            .map(|package| convert(package, |package| package.0))
            .collect(),
    })
}

/// What says that the machine exists already: the words, and where they stand.
fn found(vm: &wire::Vm) -> Option<Located<&'static str>> {
    if let Some(import) = vm.import.as_ref().filter(|import| import.value) {
        return Some(Located::new("imported", import.span));
    }
    let ownership = vm.ownership.0.as_ref()?;
    (ownership.value == Ownership::Adopted).then(|| Located::new("adopted", ownership.span))
}

/// What a machine that exists cannot be.
fn fit(
    found: &Located<&'static str>,
    state: Option<&Located<PowerState>>,
    ground: &Ground,
    findings: &mut Vec<Finding>,
) {
    let word = found.value;
    if let Some(state) = state.filter(|state| state.value == PowerState::Absent) {
        let (message, help) = if word == "adopted" {
            (
                "an adopted server cannot be `absent`: it is not ours to destroy",
                "to let go of the server with its group in place, remove the file and run `lostops forget SERVER`; or write `stopped`",
            )
        } else {
            (
                "a server cannot be imported and `absent`",
                "once it was imported, remove `import`; `absent` then destroys it",
            )
        };
        findings.push(
            Finding::new(&LO113, message)
                .at(state.span, "to be gone")
                .related(found.span, word)
                .help(help),
        );
    }
    if let Some(group) = ground
        .resource_group
        .as_ref()
        .filter(|group| group.value == Ownership::Managed)
    {
        let a = if word == "adopted" {
            "an adopted server"
        } else {
            "a server that is imported"
        };
        findings.push(
            Finding::new(
                &LO113,
                format!("{a} cannot be in a resource group that has yet to be created"),
            )
            .at(found.span, word)
            .related(group.span, "managed")
            .help("make the resource group `adopted`, or have the server made"),
        );
    }
}
