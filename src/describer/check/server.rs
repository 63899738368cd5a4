//! One server: values that fit together, and ports whose sources are known.

use super::environment::Ground;
use super::names::Names;
use super::{compose, convert, keys, ports, services, subnet, value};
use crate::describer::codes::{LO104, LO106, LO107, LO113};
use crate::describer::compose::ComposeFiles;
use crate::describer::wire::server as wire;
use crate::finding::Finding;
use crate::fleet::server::{DataDisk, Machine, Ownership, PowerState, Role, Server};
use crate::fleet::service::Services;
use crate::source::{FileId, Located};
use std::collections::{BTreeMap, BTreeSet};

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
    let ownership = vm.as_ref().and_then(|vm| vm.value.ownership.0.clone());
    if let Some(ownership) = &ownership {
        fit(ownership, written.state.as_ref(), context.ground, findings);
    }
    let ports = ports::check(written.ports, context.names, findings);
    let machine = vm.and_then(|vm| machine(vm.value, name.as_ref(), context.ground, findings));
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

/// What an adopted machine cannot be.
fn fit(
    ownership: &Located<Ownership>,
    state: Option<&Located<PowerState>>,
    ground: &Ground,
    findings: &mut Vec<Finding>,
) {
    if ownership.value != Ownership::Adopted {
        return;
    }
    if let Some(state) = state.filter(|state| state.value == PowerState::Absent) {
        findings.push(
            Finding::new(
                &LO113,
                "an adopted server cannot be `absent`: it is not ours to destroy",
            )
            .at(state.span, "to be gone")
            .related(ownership.span, "adopted")
            .help("remove the file to let go of the server, or write `stopped`"),
        );
    }
    if let Some(group) = ground
        .resource_group
        .as_ref()
        .filter(|group| group.value == Ownership::Managed)
    {
        findings.push(
            Finding::new(
                &LO113,
                "an adopted server cannot be in a resource group that has yet to be created",
            )
            .at(ownership.span, "adopted")
            .related(group.span, "managed")
            .help("make the resource group `adopted`, or the server `managed`"),
        );
    }
}

fn machine(
    written: wire::Vm,
    name: Option<&Located<String>>,
    ground: &Ground,
    findings: &mut Vec<Finding>,
) -> Option<Machine> {
    let private_ip = written
        .private_ip
        .0
        .map(|address| convert(address, |address| address.0));
    if let (Some(address), Some(subnet)) = (&private_ip, &ground.subnet)
        && let Some(problem) = subnet::problem(address.value, subnet.value)
    {
        let first = subnet::first_free(subnet.value)
            .map_or_else(String::new, |first| format!(", from {first} on"));
        findings.push(
            Finding::new(&LO106, format!("{} is {problem}", address.value))
                .at(address.span, problem)
                .related(subnet.span, format!("the subnet is {}", subnet.value))
                .help(format!(
                    "choose a free address inside {}{first}",
                    subnet.value
                )),
        );
    }
    if let (Some(group), Some(ownership)) = (&written.security_group, &written.ownership.0)
        && ownership.value == Ownership::Managed
    {
        findings.push(
            Finding::new(&LO113, "a managed server brings its own security group")
                .at(group.span, "names one that is there already")
                .related(ownership.span, "managed")
                .help("remove `security_group`"),
        );
    }
    let data_disks = disks(written.data_disks, findings);
    let host_keys = written.host_keys.map(|list| list.value).unwrap_or_default();
    let host_keys: Vec<_> = host_keys
        .into_iter()
        .map(|key| convert(key, |key| key.0))
        .collect();
    let admin = value(written.admin);
    let (user, ssh_keys) =
        admin.map_or((None, None), |admin| (admin.user.0, value(admin.ssh_keys)));
    let ssh_keys = ssh_keys.map(|list| {
        list.0
            .into_iter()
            .map(|key| convert(key, |key| key.0))
            .collect::<Vec<_>>()
    });
    for key in ssh_keys.iter().flatten().chain(&host_keys) {
        keys::check(key, findings);
    }
    if let Some(user) = user
        .as_ref()
        .filter(|user| RESERVED_USERS.contains(&user.value.0.as_str()))
    {
        findings.push(
            Finding::new(
                &LO104,
                format!("Azure refuses the user name `{}`", user.value.0),
            )
            .at(user.span, "reserved")
            .help("choose another name, such as `lostops`"),
        );
    }
    let text = |key: Located<String>| key.value;
    Some(Machine {
        ownership: written.ownership.0?,
        size: convert(written.size.0?, |size| size.0),
        image: written.image.0?,
        private_ip: private_ip?,
        public_ip: written.public_ip.is_some_and(|public| public.value),
        disk_gb: convert(value(written.disk)?.size_gb.0?, |size| size.0),
        data_disks,
        admin_user: user?.value.0,
        ssh_keys: ssh_keys?.into_iter().map(text).collect(),
        network_interface: written.network_interface.map_or_else(
            || name.map(|name| format!("{}-nic", name.value)),
            |name| Some(name.value.0),
        )?,
        security_group: written.security_group.map(|group| group.value.0),
        host_keys: host_keys.into_iter().map(text).collect(),
    })
}

/// Names that Azure gives to no administrator.
const RESERVED_USERS: &[&str] = &[
    "a",
    "actuser",
    "adm",
    "admin",
    "admin1",
    "admin2",
    "administrator",
    "aspnet",
    "backup",
    "console",
    "david",
    "guest",
    "john",
    "owner",
    "root",
    "server",
    "sql",
    "support",
    "sys",
    "test",
    "test1",
    "test2",
    "test3",
    "user",
    "user1",
    "user2",
    "user3",
    "user4",
    "user5",
];

fn disks(
    written: Option<Located<Vec<Located<wire::DataDisk>>>>,
    findings: &mut Vec<Finding>,
) -> Vec<DataDisk> {
    let mut first = BTreeMap::new();
    let mut disks = Vec::new();
    for disk in written.map(|list| list.value).unwrap_or_default() {
        let (Some(name), Some(size)) = (disk.value.name.0, disk.value.size_gb.0) else {
            continue;
        };
        let name = convert(name, |name| name.0);
        if let Some(other) = first.insert(name.value.clone(), name.span) {
            findings.push(
                Finding::new(&LO113, format!("two data disks are named `{}`", name.value))
                    .at(name.span, "again here")
                    .related(other, "first here")
                    .help("give one of the two another name"),
            );
        }
        disks.push(DataDisk {
            name,
            size_gb: convert(size, |size| size.0),
        });
    }
    disks
}
