//! From everywhere: what each server, and whoever measures, reaches of every other.

use super::parallel::each;
use crate::fleet::Fleet;
use crate::fleet::address::Addresses;
use crate::fleet::port::Protocol;
use crate::fleet::reach::Reach;
use crate::fleet::server::Server;
use crate::fleet::sources::SourceSet;
use crate::ssh::Ssh;
use crate::ssh::target::Target;
use crate::verify::outcome::{Inside, Outside};
use crate::verify::reach::{Cell, Column, Matrix, Met, Tried, Vantage, attempt};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Servers from which connections are tried at the same time. They wait for answers most of the time, and so do we.
const AT_ONCE: usize = 48;

/// Ports by server.
pub(super) type Ports = BTreeMap<String, Vec<(Protocol, u16)>>;
/// What came of the attempts of each server; in words why there were none.
pub(super) type From = BTreeMap<String, Result<Tried, String>>;

/// The addresses at which the other servers may find this one: its private one, and whatever else it says it has in the
/// same network or as an address of IPv6.
pub(super) fn addresses(
    fleet: &Fleet,
    server: &Server,
    inside: Option<&Inside>,
) -> BTreeSet<IpAddr> {
    let network = Addresses::net(fleet.environment.network.address_space.value);
    let own = inside.into_iter().flat_map(|inside| &inside.addresses);
    let own = own.filter(|address| address.is_ipv6() || network.contains(**address));
    own.copied()
        .chain([server.machine.private_ip.value])
        .collect()
}

/// Tries the ports from each of these servers.
pub(super) fn attempts(
    fleet: &Fleet,
    ssh: &Ssh,
    from: &[Target],
    to: &[&Server],
    ports: &Ports,
    inside: &BTreeMap<String, Result<Inside, String>>,
    word: &str,
) -> From {
    let tried = each(from, AT_ONCE, |target| {
        let mut places = Vec::new();
        for server in to.iter().filter(|server| server.name() != target.name) {
            let said = inside
                .get(server.name())
                .and_then(|inside| inside.as_ref().ok());
            for address in addresses(fleet, server, said) {
                let ports = ports.get(server.name()).into_iter().flatten();
                let tcp = ports.filter(|(protocol, _)| *protocol == Protocol::Tcp);
                places.extend(tcp.map(|(_, port)| SocketAddr::new(address, *port)));
            }
        }
        if places.is_empty() {
            return Ok(Tried::new());
        }
        attempt(ssh, target, &places, word).map_err(|trouble| trouble.words())
    });
    let names = from.iter().map(|target| target.name.clone());
    names.zip(tried).collect()
}

/// Everything that was tried, as one picture.
pub(super) fn matrix(
    fleet: &Fleet,
    servers: &[&Server],
    ports: &Ports,
    inside: &BTreeMap<String, Result<Inside, String>>,
    outside: &BTreeMap<String, Result<Outside, String>>,
    from: &From,
) -> Matrix {
    let seen = inside
        .values()
        .flatten()
        .find_map(|inside| inside.seen_from);
    let mut vantages = vec![Vantage {
        name: here(fleet, seen),
        address: seen,
        is_here: true,
        trouble: None,
    }];
    vantages.extend(from.iter().map(|(name, tried)| {
        Vantage {
            name: name.clone(),
            address: fleet
                .server(name)
                .map(|server| server.machine.private_ip.value),
            is_here: false,
            trouble: tried.as_ref().err().cloned(),
        }
    }));
    let mut columns = Vec::new();
    for server in servers {
        let said = inside
            .get(server.name())
            .and_then(|inside| inside.as_ref().ok());
        let scanned = outside
            .get(server.name())
            .and_then(|scan| scan.as_ref().ok());
        let declared = server.declared();
        let own = addresses(fleet, server, said);
        for (protocol, port) in ports.get(server.name()).into_iter().flatten() {
            let cells = vantages.iter().map(|vantage| {
                if vantage.name == server.name() && !vantage.is_here {
                    return None;
                }
                let address = if vantage.is_here {
                    // Each server has its own view of whoever comes from far away.
                    said.and_then(|said| said.seen_from).or(vantage.address)
                } else {
                    vantage.address
                };
                let (met, at, took) = if vantage.is_here {
                    let (met, at) =
                        scanned.map_or((Met::Unknown, None), |scan| scan.met(*protocol, *port));
                    (met, at, Duration::ZERO)
                } else {
                    met_there(from.get(&vantage.name), &own, *protocol, *port)
                };
                Some(Cell {
                    declared: is_declared(&declared, *protocol, *port, address),
                    met,
                    at,
                    took,
                })
            });
            columns.push(Column {
                server: server.name().to_owned(),
                protocol: *protocol,
                port: *port,
                purpose: purpose(server, *protocol, *port),
                listener: said
                    .map(|said| listener(said, *protocol, *port))
                    .unwrap_or_default(),
                cells: cells.collect(),
            });
        }
    }
    Matrix { vantages, columns }
}

/// What whoever measures is called: the group of the environment that its address is in, else it is anybody.
fn here(fleet: &Fleet, seen: Option<IpAddr>) -> String {
    let Some(address) = seen else {
        return "here".to_owned();
    };
    let mut groups = fleet.environment.sources.iter();
    let group = groups.find(|(_, nets)| nets.iter().any(|net| net.contains(&address)));
    let network = fleet.environment.network.address_space.value;
    match group {
        Some((name, _)) => name.clone(),
        None if network.contains(&address) => "vnet".to_owned(),
        None => "internet".to_owned(),
    }
}

fn is_declared(declared: &Reach, protocol: Protocol, port: u16, from: Option<IpAddr>) -> bool {
    let sources = match from {
        Some(address) => SourceSet::addresses(Addresses::one(address)),
        // Nobody has seen us: we are anybody.
        None => SourceSet::anyone(),
    };
    let one = Reach::new(
        Some(protocol),
        &crate::fleet::port::PortSet::one(port),
        &sources,
    );
    one.is_subset(declared)
}

/// The most open of what was met at any of its addresses.
fn met_there(
    from: Option<&Result<Tried, String>>,
    at: &BTreeSet<IpAddr>,
    protocol: Protocol,
    port: u16,
) -> (Met, Option<IpAddr>, Duration) {
    let tried = from.and_then(|tried| tried.as_ref().ok());
    let tried = tried.filter(|_| protocol == Protocol::Tcp);
    let met = at.iter().filter_map(|address| {
        let (met, took) = tried?.get(&SocketAddr::new(*address, port))?;
        Some((*met, Some(*address), *took))
    });
    met.max_by_key(|(met, ..)| *met)
        .unwrap_or((Met::Unknown, None, Duration::ZERO))
}

fn purpose(server: &Server, protocol: Protocol, port: u16) -> String {
    let mut ports = server.ports.iter();
    let entry = ports.find(|entry| entry.protocol == protocol && entry.ports.value.contains(port));
    entry
        .and_then(|entry| entry.purpose.clone())
        .unwrap_or_default()
}

/// Who listens there, where others can come to.
fn listener(inside: &Inside, protocol: Protocol, port: u16) -> String {
    let socket = inside
        .sockets
        .iter()
        .find(|one| one.protocol == protocol && one.port == port && one.is_exposed());
    let translated = inside
        .translated
        .iter()
        .find(|one| one.protocol == protocol && (one.low..=one.high).contains(&port));
    match (socket, translated) {
        (Some(socket), _) => format!("{} at {}", socket.owner(), socket.place()),
        (None, Some(rule)) if !rule.container.is_empty() => {
            format!(
                "the container {} behind a rule of the packet filter",
                rule.container
            )
        }
        (None, Some(rule)) => format!("a rule of the packet filter, to {}", rule.to),
        (None, None) => String::new(),
    }
}
