//! What the services of a server are set up with: derived from the whole fleet, so that nothing is written twice.

pub(crate) mod application;
pub(crate) mod compose;
pub(crate) mod database;
pub(crate) mod images;
pub(crate) mod projects;
pub(crate) mod supply;
pub(crate) mod targets;
mod variables;

pub(crate) use variables::variables;

use crate::fleet::server::Server;
use std::net::IpAddr;

/// Where a container's port is published: the private address at the port that the describer opens for the purpose, else
/// this machine alone.
fn listen(server: &Server, purpose: &str, otherwise: u16) -> String {
    match server.port_for(purpose) {
        Some(port) => place(server.machine.private_ip.value, port),
        None => format!("127.0.0.1:{otherwise}"),
    }
}

/// `10.10.0.5:3306`, `[2001:db8::5]:3306`
fn place(address: IpAddr, port: u16) -> String {
    std::net::SocketAddr::new(address, port).to_string()
}
