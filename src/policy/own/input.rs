//! What rules are asked of: `input`. Fields may be added; none is renamed or removed.

use super::super::Facts;
use crate::fleet::exposure::{Line, Proof, lines};
use crate::fleet::reach::Reach;
use crate::fleet::server::{Ownership, PowerState, Server};
use crate::fleet::sources::Directory;
use crate::terraform::subject::Subject;
use schemars::JsonSchema;
use serde::Serialize;

/// What a rule in Rego sees as `input`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "input")]
pub(crate) struct Input {
    /// 1.
    version: u8,
    /// The environment's name; nothing where a plan is judged without describers.
    environment: Option<String>,
    /// The day in UTC, `2026-12-31`.
    today: String,
    /// Terraform's plan is known too, not just what is written.
    planned: bool,
    /// By name.
    servers: Vec<ServerInput>,
    /// What the plan does to each resource that it does not leave as it is.
    resources: Vec<ResourceInput>,
}

/// A server as it is written, and what the plan does to it.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "server")]
struct ServerInput {
    /// The describer's name; of a machine that no describer names, its address in the plan.
    name: String,
    /// A describer names it. Of others only `open`, `changes` and `address` are known.
    described: bool,
    /// Its address in Terraform's plan; empty before there is one.
    address: String,
    /// `backend`, `database`, `monitoring`
    role: String,
    /// `running`, `stopped`, `absent`, as its describer says.
    state: String,
    /// `managed`, `adopted`
    ownership: String,
    /// `Standard_B2ms`
    size: String,
    /// `Canonical:ubuntu-24_04-lts:server:latest`
    image: String,
    private_ip: String,
    public_ip: bool,
    /// Of its system disk.
    disk_gb: u32,
    data_disks: Vec<DiskInput>,
    /// Packages beyond those of its role.
    packages: Vec<String>,
    /// What its describer opens, a range in each.
    ports: Vec<PortInput>,
    /// What its security groups leave open once the plan is applied, in the words of reports.
    open: Vec<OpenInput>,
    changes: Vec<ChangeInput>,
}

/// A data disk.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "disk")]
struct DiskInput {
    name: String,
    size_gb: u32,
}

/// A range of ports, and to whom its describer opens it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "port")]
struct PortInput {
    /// `tcp`, `udp`
    protocol: String,
    low: u16,
    high: u16,
    /// As it is written: `internet`, `operators`, `role:backend`, `203.0.113.0/24`.
    from: String,
    /// The addresses that this comes to, in CIDR blocks.
    sources: Vec<String>,
    /// What it is for; may be empty.
    purpose: String,
}

/// A range of ports that is open once the plan is applied.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "open")]
struct OpenInput {
    protocol: String,
    low: u16,
    high: u16,
    /// Names of groups and servers, or addresses.
    from: Vec<String>,
    /// `open`; `cannot-prove` where values that are not known yet may open it.
    proof: String,
}

/// A change of a server's machine.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "change")]
struct ChangeInput {
    /// `create`, `destroy`, `replace`, `resize`, `update`, `start`, `stop`, `import`, `forget`
    action: String,
    /// The same in a sentence, `resize from Standard_B2ms to Standard_B4ms`.
    sentence: String,
}

/// A resource of the plan.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "resource")]
struct ResourceInput {
    address: String,
    /// `azurerm_network_security_group`
    #[serde(rename = "type")]
    kind: String,
    /// `create`, `update`, `replace`, `destroy`, `forget`, `import`, `move`
    action: String,
    /// Names of attributes that differ or force a replacement; never their values.
    attributes: Vec<String>,
}

impl Input {
    pub(super) fn of(facts: &Facts<'_>) -> Self {
        let servers = facts.fleet.iter().flat_map(|fleet| &fleet.servers);
        let mut all: Vec<ServerInput> = Vec::new();
        for server in servers {
            let mut subjects = facts.subjects_of(server.name()).map(Some).peekable();
            let none = subjects.peek().is_none().then_some(None);
            all.extend(
                subjects
                    .chain(none)
                    .map(|subject| written(server).with(subject, facts.directory)),
            );
        }
        let others = facts.subjects.iter().filter(|subject| !subject.described);
        all.extend(others.map(|subject| {
            let other = ServerInput {
                name: subject.name.clone(),
                ..ServerInput::default()
            };
            other.with(Some(subject), facts.directory)
        }));
        let resources = facts.plan.iter().flat_map(|plan| &plan.resources);
        Self {
            version: 1,
            environment: facts
                .fleet
                .map(|fleet| fleet.environment.name.value.clone()),
            today: facts.today.to_string(),
            planned: facts.plan.is_some(),
            servers: all,
            resources: resources
                .map(|resource| ResourceInput {
                    address: resource.address.clone(),
                    kind: resource.kind.clone(),
                    action: resource.words.clone(),
                    attributes: resource.attributes.clone(),
                })
                .collect(),
        }
    }
}

fn written(server: &Server) -> ServerInput {
    let machine = &server.machine;
    let ports = server.ports.iter().flat_map(|port| {
        port.ports.value.ranges().map(|(low, high)| PortInput {
            protocol: port.protocol.word().to_owned(),
            low,
            high,
            from: port.from.value.to_string(),
            sources: port
                .sources
                .addresses
                .cidrs()
                .iter()
                .map(ToString::to_string)
                .collect(),
            purpose: port.purpose.clone().unwrap_or_default(),
        })
    });
    ServerInput {
        name: server.name().to_owned(),
        described: true,
        role: server.role.value.word().to_owned(),
        state: match server.state.value {
            PowerState::Running => "running",
            PowerState::Stopped => "stopped",
            PowerState::Absent => "absent",
        }
        .to_owned(),
        ownership: match machine.ownership.value {
            Ownership::Managed => "managed",
            Ownership::Adopted => "adopted",
        }
        .to_owned(),
        size: machine.size.value.clone(),
        image: machine.image.value.to_string(),
        private_ip: machine.private_ip.value.to_string(),
        public_ip: machine.public_ip,
        disk_gb: machine.disk_gb.value,
        data_disks: machine
            .data_disks
            .iter()
            .map(|disk| DiskInput {
                name: disk.name.value.clone(),
                size_gb: disk.size_gb.value,
            })
            .collect(),
        packages: server
            .packages
            .iter()
            .map(|package| package.value.clone())
            .collect(),
        ports: ports.collect(),
        ..ServerInput::default()
    }
}

impl ServerInput {
    fn with(mut self, subject: Option<&Subject>, directory: &Directory) -> Self {
        let Some(subject) = subject else { return self };
        self.address.clone_from(&subject.address);
        let shown = |reach: &Reach, proof| {
            let all = lines(reach, directory, proof).into_iter();
            // What follows from a sensitive value is judged, and said to nobody.
            all.filter(|line| !is_sensitive(subject, line))
                .map(open)
                .collect::<Vec<_>>()
        };
        self.open = shown(&subject.open, Proof::Open);
        self.open
            .extend(shown(&subject.unproven, Proof::CannotProve));
        let changes = subject.changes.iter().map(|change| ChangeInput {
            action: change.word().to_owned(),
            sentence: change.sentence(),
        });
        self.changes = changes.collect();
        self
    }
}

fn is_sensitive(subject: &Subject, line: &Line) -> bool {
    let ports = crate::fleet::port::PortSet::range(line.low, line.high);
    let rule = subject.evidence_of(line.protocol, &ports);
    line.hidden || rule.is_some_and(|rule| rule.sensitive)
}

fn open(line: Line) -> OpenInput {
    OpenInput {
        protocol: line.protocol.word().to_owned(),
        low: line.low,
        high: line.high,
        from: line.from,
        proof: line.proof.word().to_owned(),
    }
}
