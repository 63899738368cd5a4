//! LO501: a process listens on a port that no describer declares.

use super::Facts;
use super::measured::{is_own, servers};
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::port::{PortSet, Protocol};
use crate::fleet::server::Server;
use crate::verify::outcome::Inside;
use std::collections::BTreeMap;

pub(super) static META: Meta = Meta {
    code: "LO501",
    name: "socket-not-declared",
    severity: Severity::Error,
    summary: "a process listens on a port that no describer declares",
    why: "A describer is where a team reads what a server offers. Whatever else listens there is one mistake of a firewall away from everyone, \
and often the first trace of something that nobody has agreed to. It is looked for from within, so that a firewall in front of it does not hide it: \
sockets of every address but loopback, and ports that Docker or the packet filter hands on without any socket.",
    fix: "Find out what it is: the finding names process, user, unit and container. Stop it, bind it to 127.0.0.1 when only the server itself needs it, or declare the port in the describer and have the policy's owners permit it.",
    example: "```sh\nss -tulnp                     # on the server: who listens\nsystemctl disable --now UNIT  # and ends it\n```",
};

/// Clients of DHCP listen for the answers of servers.
const OF_THE_SYSTEM: [(Protocol, u16); 2] = [(Protocol::Udp, 68), (Protocol::Udp, 546)];

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (server, measured) in servers(facts) {
        let Ok(inside) = &measured.inside else {
            continue;
        };
        for ((protocol, port), who) in listeners(inside) {
            let known = is_declared(server, protocol, port)
                || is_own(measured, protocol, port)
                || OF_THE_SYSTEM.contains(&(protocol, port))
                || facts.accepts(META.code, server.name(), &PortSet::one(port));
            if known {
                continue;
            }
            let message = format!(
                "`{}` listens on {} {port}, which no describer declares",
                server.name(),
                protocol.word()
            );
            findings.push(
                Finding::new(&META, message)
                    .on(server)
                    .help(format!(
                        "stop it on the server, or declare {port} under `ports:` and have the policy permit it"
                    ))
                    .evidence(who.join("; ")),
            );
        }
    }
    findings
}

/// Who waits at each port that others may come to.
fn listeners(inside: &Inside) -> BTreeMap<(Protocol, u16), Vec<String>> {
    let mut all: BTreeMap<(Protocol, u16), Vec<String>> = BTreeMap::new();
    for socket in inside.sockets.iter().filter(|socket| socket.is_exposed()) {
        let words = format!("{} at {}", socket.owner(), socket.place());
        let who = all.entry((socket.protocol, socket.port)).or_default();
        if !who.contains(&words) {
            who.push(words);
        }
    }
    for rule in &inside.translated {
        for port in rule.low..=rule.high {
            let who = all.entry((rule.protocol, port)).or_default();
            if who.is_empty() {
                let whose = match rule.container.as_str() {
                    "" => "the packet filter".to_owned(),
                    name => format!("the container {name}"),
                };
                who.push(format!(
                    "{whose}: no socket, a rule hands it on to {}",
                    rule.to
                ));
            }
        }
    }
    all
}

fn is_declared(server: &Server, protocol: Protocol, port: u16) -> bool {
    let mut ports = server.ports.iter();
    ports.any(|entry| entry.protocol == protocol && entry.ports.value.contains(port))
}
