//! A server's openings, with what their sources mean in this fleet.

use super::convert;
use super::names::Names;
use super::overlap::{self, Opening};
use crate::describer::wire::server as wire;
use crate::finding::Finding;
use crate::fleet::port::Protocol;
use crate::fleet::server::Port;
use crate::source::Located;

/// Entries that are wrong are reported and left out.
pub(in crate::describer) fn check(
    written: Option<Located<Vec<Located<wire::Port>>>>,
    names: &Names,
    findings: &mut Vec<Finding>,
) -> Vec<Port> {
    let mut ports = Vec::new();
    for port in written.map(|list| list.value).unwrap_or_default() {
        let port = port.value;
        let resolved = port
            .from
            .0
            .as_ref()
            .and_then(|from| names.resolve(from, findings));
        let (Some(numbers), Some(origin), Some((from, sources))) =
            (port.port.0, port.from.0, resolved)
        else {
            continue;
        };
        ports.push(Port {
            protocol: port
                .protocol
                .map_or(Protocol::Tcp, |protocol| protocol.value),
            ports: convert(numbers, |ports| ports.0),
            from: Located::new(from, origin.span),
            sources,
            purpose: port.r#for.map(|purpose| purpose.value.0),
            tls: port.tls.is_some(),
        });
    }
    overlap::check(
        ports.iter().map(|port| Opening {
            protocol: port.protocol,
            from: port.from.value.to_string(),
            ports: &port.ports.value,
            span: port.ports.span,
        }),
        findings,
    );
    ports
}
