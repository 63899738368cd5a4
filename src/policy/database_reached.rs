//! LO503: somebody beside the backend really reaches the database.

use super::Facts;
use super::exposure::data_ports;
use super::port_reached;
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::port::Protocol;

pub(super) static META: Meta = Meta {
    code: "LO503",
    name: "database-reached",
    severity: Severity::Error,
    summary: "somebody beside the backend really reaches the database",
    why: "The same as LO204, and measured: a connection to MySQL was made from a place that is not to have one. Who reaches a database can try passwords, \
use a hole in MySQL, or take it down.",
    fix: "Close it at once: restore the security group (`lostops apply`), see that `lostops-firewall` is loaded on the server, and look for a container or a rule that publishes the port past it. Then find out since when it was open.",
    example: "```sh\nlostops apply                          # puts the security group back\nsudo systemctl status lostops-firewall # on the server\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    port_reached::found(facts, &META, |server, protocol, port| {
        protocol == Protocol::Tcp && data_ports(server).contains(port)
    })
}
