//! LO502: a port takes a connection from where no describer lets it in.

use super::Facts;
use super::exposure::data_ports;
use super::measured::servers;
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::port::{PortSet, Protocol};
use crate::fleet::server::Server;
use crate::verify::reach::{Column, Vantage, Verdict};

pub(super) static META: Meta = Meta {
    code: "LO502",
    name: "port-reached",
    severity: Severity::Error,
    summary: "a port takes a connection from where no describer lets it in",
    why: "This was tried: a connection was made from the place that the finding names, and the server took it. Whatever the plan and the security \
groups say, the port is open to it.",
    fix: "Look first at what lets it through: a rule that somebody made in the portal (`lostops plan` shows it as drift), a firewall that is not loaded on the server, or a container that is published past it. Close it there, or declare the port for this source.",
    example: "```sh\nlostops plan                 # a rule that was made by hand shows as drift\nsudo nft list table inet lostops   # on the server: the firewall that the describer amounts to\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    found(facts, &META, |server, protocol, port| {
        protocol != Protocol::Tcp || !data_ports(server).contains(port)
    })
}

/// Connections that were made and that no describer declares, of the ports that this rule judges.
pub(super) fn found(
    facts: &Facts<'_>,
    meta: &'static Meta,
    judges: impl Fn(&Server, Protocol, u16) -> bool,
) -> Vec<Finding> {
    let Some(measured) = facts.measured else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (server, _) in servers(facts) {
        let columns = measured.matrix.columns.iter();
        for column in columns.filter(|column| column.server == server.name()) {
            let accepted = facts.accepts(meta.code, server.name(), &PortSet::one(column.port));
            if accepted || !judges(server, column.protocol, column.port) {
                continue;
            }
            for (at, vantage) in measured.matrix.vantages.iter().enumerate() {
                if column.verdict(at) == Some(Verdict::Extra) {
                    findings.push(one(meta, server, column, vantage, at));
                }
            }
        }
    }
    findings
}

fn one(
    meta: &'static Meta,
    server: &Server,
    column: &Column,
    vantage: &Vantage,
    at: usize,
) -> Finding {
    let protocol = column.protocol.word();
    let message = format!(
        "`{}` is reached at {protocol} {} from {}, which no describer lets in",
        server.name(),
        column.port,
        from(vantage)
    );
    let cell = column.cells[at];
    let took = cell.map(|cell| cell.took).unwrap_or_default();
    let to = cell.and_then(|cell| cell.at);
    let to = to.map_or_else(String::new, |to| format!(" to {to}"));
    let time = if took.is_zero() {
        String::new()
    } else {
        format!(", {:.1} ms", took.as_secs_f64() * 1000.0)
    };
    let address = vantage
        .address
        .map_or_else(String::new, |address| format!(" ({address}{time})"));
    let listener = match column.listener.as_str() {
        "" => String::new(),
        listener => format!("; there listens {listener}"),
    };
    let evidence = format!(
        "a connection from {}{address}{to} was taken{listener}",
        from(vantage)
    );
    Finding::new(meta, message)
        .on(server)
        .help(format!(
            "find what lets {} through to {protocol} {}: a rule of the portal, or a firewall that is not loaded",
            from(vantage),
            column.port
        ))
        .evidence(evidence)
}

/// The server's name in backticks, or the word for where we stand.
pub(super) fn from(vantage: &Vantage) -> String {
    if vantage.is_here {
        match vantage.name.as_str() {
            "internet" => "the internet".to_owned(),
            name => format!("`{name}` (where lostops runs)"),
        }
    } else {
        format!("`{}`", vantage.name)
    }
}
