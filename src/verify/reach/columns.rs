//! Which ports are worth a column: what is declared, what listens, what is handed on, and what answered from outside.

use crate::fleet::port::Protocol;
use crate::fleet::server::Server;
use crate::verify::outcome::{Inside, Outside};
use std::collections::BTreeSet;

/// More ports of one declared range are not tried one by one: its ends, and whatever else is found open.
const OF_A_RANGE: u16 = 16;
/// More ports than this of one server are not tried from everywhere: declared ones come first.
const OF_A_SERVER: usize = 256;

/// The ports of a server, TCP first, ascending. What cannot be reached from anywhere else is none.
pub(crate) fn columns(
    server: &Server,
    inside: Option<&Inside>,
    outside: Option<&Outside>,
) -> Vec<(Protocol, u16)> {
    let mut declared = BTreeSet::new();
    for port in &server.ports {
        for (low, high) in port.ports.value.ranges() {
            let all = high - low < OF_A_RANGE;
            let ports = if all {
                (low..=high).collect()
            } else {
                vec![low, high]
            };
            declared.extend(ports.into_iter().map(|number| (port.protocol, number)));
        }
    }
    let mut found = BTreeSet::new();
    for socket in inside.into_iter().flat_map(|inside| &inside.sockets) {
        // Of UDP only what is declared can be told from silence.
        if socket.is_exposed() && socket.protocol == Protocol::Tcp {
            found.insert((socket.protocol, socket.port));
        }
    }
    for port in inside.into_iter().flat_map(|inside| &inside.translated) {
        if port.protocol == Protocol::Tcp {
            let ports = if port.high - port.low < OF_A_RANGE {
                port.low..=port.high
            } else {
                port.low..=port.low
            };
            found.extend(ports.map(|number| (Protocol::Tcp, number)));
        }
    }
    let open = outside.map(Outside::open).unwrap_or_default();
    let open = open.ranges().flat_map(|(low, high)| low..=high);
    found.extend(open.map(|number| (Protocol::Tcp, number)));
    let room = OF_A_SERVER.saturating_sub(declared.len());
    let more: Vec<_> = found.difference(&declared).take(room).copied().collect();
    declared.extend(more);
    declared.into_iter().collect()
}
