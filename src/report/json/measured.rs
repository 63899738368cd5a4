//! What was measured, in the frozen JSON.

use crate::fleet::port::PortSet;
use crate::verify::outcome::{Inside, Measured, Server, Socket};
use crate::verify::reach::{Column, Matrix};
use serde::Serialize;
use std::net::IpAddr;

#[derive(Serialize)]
pub(super) struct Verify<'a> {
    /// RFC 3339.
    at: String,
    servers: Vec<ServerV1<'a>>,
    reachability: Vec<Way<'a>>,
}

#[derive(Serialize)]
struct ServerV1<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<IpAddr>,
    /// Why it could not be measured from within.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inside: Option<InsideV1<'a>>,
    /// At `address`.
    #[serde(skip_serializing_if = "Option::is_none")]
    outside: Option<OutsideV1>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    other_addresses: Vec<OutsideV1>,
}

#[derive(Serialize)]
struct InsideV1<'a> {
    release: &'a str,
    kernel: &'a str,
    uptime_seconds: u64,
    reboot_pending: bool,
    packages: usize,
    sockets: Vec<SocketV1<'a>>,
    containers: Vec<ContainerV1<'a>>,
}

#[derive(Serialize)]
struct SocketV1<'a> {
    protocol: &'a str,
    at: String,
    port: u16,
    process: &'a str,
    user: &'a str,
    unit: &'a str,
    container: &'a str,
    /// Others than the server itself may come to it.
    exposed: bool,
}

#[derive(Serialize)]
struct ContainerV1<'a> {
    name: &'a str,
    image: &'a str,
    status: &'a str,
    health: &'a str,
    project: &'a str,
}

/// Ranges as they are written: `22`, `80-442`.
#[derive(Serialize)]
struct OutsideV1 {
    address: IpAddr,
    open: Vec<String>,
    closed: usize,
    filtered: usize,
    unknown: usize,
}

/// One port of one server, and everybody who tried it.
#[derive(Serialize)]
struct Way<'a> {
    server: &'a str,
    protocol: &'a str,
    port: u16,
    purpose: &'a str,
    listener: &'a str,
    from: Vec<From<'a>>,
}

#[derive(Serialize)]
struct From<'a> {
    #[serde(rename = "from")]
    name: &'a str,
    here: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<IpAddr>,
    declared: bool,
    met: &'a str,
    verdict: &'a str,
}

pub(super) fn verify(measured: &Measured) -> Verify<'_> {
    let columns = measured.matrix.columns.iter();
    Verify {
        at: measured.at.to_string(),
        servers: measured.servers.iter().map(server).collect(),
        reachability: columns
            .map(|column| way(&measured.matrix, column))
            .collect(),
    }
}

fn server(server: &Server) -> ServerV1<'_> {
    let outside = server.outside.iter().flatten();
    let sides = outside.flat_map(|outside| &outside.sides);
    let mut sides = sides.map(|side| OutsideV1 {
        address: side.address,
        open: side.tcp.open.words(),
        closed: size(&side.tcp.closed),
        filtered: size(&side.tcp.filtered),
        unknown: size(&side.tcp.unknown),
    });
    ServerV1 {
        name: &server.name,
        address: server.address,
        trouble: server.inside.as_ref().err().map(String::as_str),
        inside: server.inside.as_ref().ok().map(inside),
        outside: sides.next(),
        other_addresses: sides.collect(),
    }
}

fn size(ports: &PortSet) -> usize {
    let sizes = ports
        .ranges()
        .map(|(low, high)| usize::from(high - low) + 1);
    sizes.sum()
}

fn inside(inside: &Inside) -> InsideV1<'_> {
    let containers = inside.containers.iter().flatten();
    InsideV1 {
        release: &inside.release,
        kernel: &inside.kernel,
        uptime_seconds: inside.uptime_seconds,
        reboot_pending: inside.reboot.is_some(),
        packages: inside.installed.packages.len(),
        sockets: inside.sockets.iter().map(socket).collect(),
        containers: containers
            .map(|one| ContainerV1 {
                name: &one.name,
                image: &one.image,
                status: &one.status,
                health: &one.health,
                project: &one.project,
            })
            .collect(),
    }
}

fn socket(socket: &Socket) -> SocketV1<'_> {
    SocketV1 {
        protocol: socket.protocol.word(),
        at: socket.place(),
        port: socket.port,
        process: &socket.process,
        user: &socket.user,
        unit: &socket.unit,
        container: &socket.container,
        exposed: socket.is_exposed(),
    }
}

fn way<'a>(matrix: &'a Matrix, column: &'a Column) -> Way<'a> {
    let vantages = matrix.vantages.iter().enumerate();
    Way {
        server: &column.server,
        protocol: column.protocol.word(),
        port: column.port,
        purpose: &column.purpose,
        listener: &column.listener,
        from: vantages
            .filter_map(|(at, vantage)| {
                let cell = column.cells[at]?;
                Some(From {
                    name: &vantage.name,
                    here: vantage.is_here,
                    address: vantage.address,
                    declared: cell.declared,
                    met: cell.met.word(),
                    verdict: column.verdict(at)?.word(),
                })
            })
            .collect(),
    }
}
