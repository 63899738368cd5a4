//! LO504: a declared port takes no connection from where it should.

use super::Facts;
use super::measured::servers;
use super::port_reached::from;
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::words::and_list;
use crate::verify::reach::{Column, Met, Verdict};
use std::collections::BTreeMap;

pub(super) static META: Meta = Meta {
    code: "LO504",
    name: "port-not-reached",
    severity: Severity::Error,
    summary: "a declared port takes no connection from where it should",
    why: "What is declared does not work: the service does not run, the security group or the firewall keeps out who should get in, or somebody changed it \
by hand. Nor does anything prove that a port is closed to others while nobody at all gets in.",
    fix: "Where nobody listens, look at the service on the server. Where it listens and the connection is dropped, apply and initialise anew; `lostops plan` shows what differs in Azure.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(measured) = facts.measured else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (server, _) in servers(facts) {
        let columns = measured.matrix.columns.iter();
        for column in columns.filter(|column| column.server == server.name()) {
            let mut from_whom: BTreeMap<Met, Vec<String>> = BTreeMap::new();
            for (at, vantage) in measured.matrix.vantages.iter().enumerate() {
                let cell = column.cells[at];
                if let (Some(Verdict::Missing), Some(cell)) = (column.verdict(at), cell) {
                    from_whom.entry(cell.met).or_default().push(from(vantage));
                }
            }
            for (met, from) in from_whom {
                let message = format!(
                    "`{}` is not reached at {} {} from {}: {}",
                    server.name(),
                    column.protocol.word(),
                    column.port,
                    and_list(&from),
                    why(met, column)
                );
                findings.push(
                    Finding::new(&META, message)
                        .on(server)
                        .help(help(met, column))
                        .evidence(if column.listener.is_empty() {
                            "nobody listens there".to_owned()
                        } else {
                            format!("there listens {}", column.listener)
                        }),
                );
            }
        }
    }
    findings
}

fn why(met: Met, column: &Column) -> &'static str {
    match met {
        Met::Refused if column.listener.is_empty() => "nobody listens",
        Met::Refused => "the connection is refused",
        Met::Unreachable => "something on the way forbids it",
        _ => "the connection is dropped",
    }
}

fn help(met: Met, column: &Column) -> &'static str {
    match met {
        _ if column.listener.is_empty() => {
            "see why the service does not run: `systemctl --failed` and `docker ps --all` on the server"
        }
        Met::Refused => "see that the service listens at the address that others come to",
        _ => "apply, which puts security groups and firewall back",
    }
}
