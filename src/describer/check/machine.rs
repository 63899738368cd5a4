//! The machine of a server: values that Azure takes, and that fit each other.

use super::environment::Ground;
use super::{convert, disks, keys, subnet, value};
use crate::describer::codes::{LO104, LO106, LO113};
use crate::describer::read::Maybe;
use crate::describer::wire::names::AzureName;
use crate::describer::wire::server as wire;
use crate::finding::Finding;
use crate::fleet::server::{Machine, Ownership};
use crate::source::Located;

pub(super) fn check(
    written: wire::Vm,
    name: Option<&Located<String>>,
    ground: &Ground,
    findings: &mut Vec<Finding>,
) -> Option<Machine> {
    fit(&written, findings);
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
    let named = |suffix: &str| name.map(|name| format!("{}-{suffix}", name.value));
    let or_named = |given: Maybe<AzureName>, suffix: &str| {
        given.map_or_else(|| named(suffix), |given| Some(given.value.0))
    };
    let data_disks = disks::check(written.data_disks, &or_named, findings);
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
        import: written.import.is_some_and(|import| import.value),
        size: convert(written.size.0?, |size| size.0),
        image: written.image.0?,
        private_ip: private_ip?,
        public_ip: written.public_ip.is_some_and(|public| public.value),
        disk_gb: convert(value(written.disk)?.size_gb.0?, |size| size.0),
        data_disks,
        admin_user: user?.value.0,
        ssh_keys: ssh_keys?.into_iter().map(text).collect(),
        network_interface: or_named(written.network_interface, "nic")?,
        public_ip_name: or_named(written.public_ip_name, "ip")?,
        security_group: written.security_group.map(|group| group.value.0),
        host_keys: host_keys.into_iter().map(text).collect(),
    })
}

/// What a machine cannot bring along, made or found.
fn fit(written: &wire::Vm, findings: &mut Vec<Finding>) {
    let Some(ownership) = &written.ownership.0 else {
        return;
    };
    let import = written.import.as_ref().filter(|import| import.value);
    if let (Ownership::Adopted, Some(import)) = (ownership.value, import) {
        findings.push(
            Finding::new(
                &LO113,
                "an adopted server is not imported: its nature is not ours",
            )
            .at(import.span, "to be taken over")
            .related(ownership.span, "adopted")
            .help("write `ownership: managed` to take it over, or remove `import`"),
        );
    }
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
