//! The accounts of a MySQL server: each may come from where the describer lets MySQL be reached from, and from nowhere else.

use crate::fleet::server::{From, Server};
use ipnet::IpNet;

/// From where MySQL's users may come, in MySQL's own notation: `10.10.0.4`, `10.10.0.0/255.255.255.0`, `%`.
pub(crate) fn hosts(server: &Server) -> Vec<String> {
    let openings = server
        .ports
        .iter()
        .filter(|port| port.purpose.as_deref() == Some("mysql"));
    let mut hosts = Vec::new();
    for port in openings {
        if port.from.value == From::Internet {
            return vec!["%".to_owned()];
        }
        for block in port.sources.addresses.cidrs() {
            hosts.push(match block {
                IpNet::V4(net) if net.prefix_len() < 32 => {
                    format!("{}/{}", net.addr(), net.netmask())
                }
                // MySQL knows no blocks of IPv6: whoever gets past the security group may try.
                IpNet::V6(net) if net.prefix_len() < 128 => "%".to_owned(),
                one => one.addr().to_string(),
            });
        }
    }
    hosts.sort();
    hosts.dedup();
    hosts
}

/// The names by which others and the server itself know its MySQL, for its certificate.
pub(crate) fn names(server: &Server) -> Vec<String> {
    let private = server.machine.private_ip.value;
    vec![
        format!("IP:{private}"),
        format!("DNS:{}", server.name()),
        "DNS:mysql".to_owned(),
        "DNS:localhost".to_owned(),
        "IP:127.0.0.1".to_owned(),
    ]
}
