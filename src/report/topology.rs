//! Who may reach which port of whom, as a picture needs it.

use crate::fleet::Fleet;
use crate::fleet::server::{From, PowerState, Server};

/// One arrow's end at a server: a row of its box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opening {
    /// `443`, `8000-8010`
    pub(crate) ports: String,
    pub(crate) protocol: &'static str,
    pub(crate) purpose: String,
    /// Names of servers, groups, `internet` or blocks.
    pub(crate) from: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Box {
    pub(crate) name: String,
    /// `backend · running · 10.10.0.4`
    pub(crate) words: String,
    pub(crate) openings: Vec<Opening>,
}

/// The whole picture: whoever is outside, and the servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Topology {
    pub(crate) environment: String,
    /// `internet` first, then groups and blocks in the order in which they occur.
    pub(crate) outside: Vec<String>,
    pub(crate) servers: Vec<Box>,
}

/// Nobody sees more servers than this in one picture, and a comment draws none.
const DRAWN: usize = 30;

/// The picture beside a report, where there is one worth drawing.
pub(crate) fn beside(fleet: &Fleet) -> Option<Topology> {
    (fleet.servers.len() <= DRAWN).then(|| topology(fleet))
}

/// What the describers declare; absent servers are left out.
pub(crate) fn topology(fleet: &Fleet) -> Topology {
    let present = || {
        fleet
            .servers
            .iter()
            .filter(|server| server.state.value != PowerState::Absent)
    };
    let servers: Vec<Box> = present().map(|server| of_server(fleet, server)).collect();
    let names: Vec<&str> = present().map(Server::name).collect();
    let mut outside: Vec<String> = Vec::new();
    for from in servers
        .iter()
        .flat_map(|server| &server.openings)
        .flat_map(|opening| &opening.from)
    {
        if !names.contains(&from.as_str()) && !outside.contains(from) {
            outside.push(from.clone());
        }
    }
    outside.sort_by_key(|name| name != "internet");
    Topology {
        environment: fleet.environment.name.value.clone(),
        outside,
        servers,
    }
}

fn of_server(fleet: &Fleet, server: &Server) -> Box {
    let openings = server.ports.iter().map(|port| Opening {
        ports: port.ports.value.words().join(", "),
        protocol: port.protocol.word(),
        purpose: port.purpose.clone().unwrap_or_default(),
        from: match port.from.value {
            From::Role(role) => {
                let of_role = fleet
                    .servers
                    .iter()
                    .filter(|other| other.role.value == role);
                of_role.map(|other| other.name().to_owned()).collect()
            }
            ref from => vec![from.to_string()],
        },
    });
    Box {
        name: server.name().to_owned(),
        words: [
            server.role.value.word(),
            server.state.value.word(),
            &server.machine.private_ip.value.to_string(),
        ]
        .join(" · "),
        openings: openings.collect(),
    }
}
