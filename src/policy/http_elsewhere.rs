//! LO516: a port beside 80 and 443 speaks HTTP to everyone.

use super::Facts;
use super::measured::servers;
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::port::{PortSet, Protocol};
use crate::fleet::server::Server;

pub(super) static META: Meta = Meta {
    code: "LO516",
    name: "http-elsewhere",
    severity: Severity::Error,
    summary: "a port beside 80 and 443 speaks HTTP to everyone",
    why: "A web page on another port goes past the front door: no certificate, no redirect, no header of it. Most often it is a debug server, a dashboard or an exporter.",
    fix: "Put it behind the front door (a label of Traefik's on its container), or bind it to the address that only its own clients come to.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (server, measured) in servers(facts) {
        for web in &measured.web {
            for (port, answer) in &web.elsewhere {
                // Whoever is let in by name knows what is there.
                if is_for_some(server, *port)
                    || facts.accepts(META.code, server.name(), &PortSet::one(*port))
                {
                    continue;
                }
                findings.push(
                    Finding::new(
                        &META,
                        format!("`{}` speaks HTTP at port {port}", server.name()),
                    )
                    .on(server)
                    .help("put it behind the front door, or close the port")
                    .evidence(format!(
                        "a request to {}:{port} was answered {answer}",
                        web.address
                    )),
                );
            }
        }
    }
    findings
}

/// Whether the describer opens the port to some and not to the internet.
fn is_for_some(server: &Server, port: u16) -> bool {
    let mut entries = server
        .ports
        .iter()
        .filter(|entry| entry.protocol == Protocol::Tcp && entry.ports.value.contains(port))
        .peekable();
    entries.peek().is_some() && entries.all(|entry| !entry.sources.is_internet())
}
