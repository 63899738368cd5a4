//! A security group decides like a machine that goes through its rules one by one.

use super::*;
use crate::fleet::port::Protocol;
use proptest::prelude::*;
use std::net::IpAddr;

const SOURCES: [(&str, &[usize]); 6] = [
    ("*", &[0, 1, 2, 3]),
    ("10.0.0.4", &[0]),
    ("10.0.0.0/24", &[0, 1]),
    ("VirtualNetwork", &[0, 1, 2]),
    ("Internet", &[3]),
    ("8.8.0.0/16", &[3]),
];
const CALLERS: [&str; 4] = ["10.0.0.4", "10.0.0.5", "192.168.1.1", "8.8.8.8"];
const PORTS: [(&str, &[u16]); 5] = [
    ("*", &[22, 80, 443, 8080]),
    ("22", &[22]),
    ("80-443", &[80, 443]),
    ("22,8080", &[22, 8080]),
    ("0-100", &[22, 80]),
];
const PROTOCOLS: [&str; 4] = ["*", "Tcp", "Udp", "Icmp"];

/// Indices into the tables above, whether it allows, and whether it is inbound.
type Drawn = (usize, usize, usize, bool, bool);

fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
    prop::collection::vec(
        (
            0..SOURCES.len(),
            0..PORTS.len(),
            0..PROTOCOLS.len(),
            any::<bool>(),
            prop::bool::weighted(0.9),
        ),
        0..7,
    )
}

/// Azure's own words: rules by priority, the first that matches decides, then the default rules.
fn decides(rules: &[Drawn], protocol: Protocol, port: u16, caller: usize) -> bool {
    for &(source, ports, carried, allow, inbound) in rules {
        let carries = match PROTOCOLS[carried] {
            "*" => true,
            "Tcp" => protocol == Protocol::Tcp,
            "Udp" => protocol == Protocol::Udp,
            _ => false,
        };
        if inbound
            && carries
            && PORTS[ports].1.contains(&port)
            && SOURCES[source].1.contains(&caller)
        {
            return allow;
        }
    }
    caller < 3
}

proptest! {
    #[test]
    fn the_first_rule_that_matches_decides_for_every_connection(rules in drawn(), turn in 0usize..7) {
        let mut written: Vec<Value> = rules
            .iter()
            .enumerate()
            .map(|(position, &(source, ports, protocol, allow, inbound))| {
                rule(&format!("r{position}"), 100 + position as u64, &json!({
                    "source_address_prefix": SOURCES[source].0, "destination_port_range": PORTS[ports].0,
                    "protocol": PROTOCOLS[protocol], "access": if allow { "Allow" } else { "Deny" },
                    "direction": if inbound { "Inbound" } else { "Outbound" },
                }))
            })
            .collect();
        // The order in which they are written says nothing.
        let middle = turn.min(written.len());
        written.rotate_left(middle);
        let plan = Doc::default().create(GROUP, group(&written)).read();
        prop_assert!(plan.groups[0].unproven.is_empty());
        for protocol in Protocol::ALL {
            for port in [22, 80, 443, 8080] {
                let from = plan.groups[0].open.at(protocol, port);
                for (caller, address) in CALLERS.iter().enumerate() {
                    let found = from.addresses.contains(address.parse::<IpAddr>().unwrap());
                    prop_assert_eq!(found, decides(&rules, protocol, port, caller), "{} {} {}", protocol.word(), port, address);
                }
            }
        }
    }
}
