//! Every server from outside: all TCP ports of its address, under one rate for all, and the UDP ports that are declared.

use super::parallel::each;
use crate::fleet::port::{PortSet, Protocol};
use crate::fleet::server::Server;
use crate::fleet::words::thousands;
use crate::pipeline::configure::Contacts;
use crate::verify::outcome::Outside;
use crate::verify::scan::{Limits, scan};
use crate::verify::udp;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

/// Servers whose ports are asked at the same time.
const AT_ONCE: usize = 8;
/// Questions that wait for their answers, of all servers together.
const WAITING: usize = 8192;
/// A server that takes longer is not worth the wait: what is not known by then is said to be so.
const DEADLINE: Duration = Duration::from_mins(3);

pub(super) fn measure(
    servers: &[&Server],
    contacts: &Contacts,
    rate: u32,
    say: &(dyn Fn(&str) + Sync),
) -> BTreeMap<String, Result<Outside, String>> {
    let known: Vec<(&Server, IpAddr, u16)> = servers
        .iter()
        .filter_map(|server| {
            let contact = contacts.get(server.name())?;
            Some((*server, contact.address, contact.port))
        })
        .collect();
    let at_once = known.len().clamp(1, AT_ONCE);
    let limits = Limits {
        rate: (rate / u32::try_from(at_once).unwrap_or(1)).max(1),
        at_once: (WAITING / at_once).max(1),
        deadline: DEADLINE,
    };
    let found = each(&known, AT_ONCE, |(server, address, ssh)| {
        of(server, *address, *ssh, limits, say).map_err(|error| error.to_string())
    });
    let names = known.iter().map(|(server, ..)| server.name().to_owned());
    names.zip(found).collect()
}

fn of(
    server: &Server,
    address: IpAddr,
    ssh: u16,
    limits: Limits,
    say: &(dyn Fn(&str) + Sync),
) -> std::io::Result<Outside> {
    let name = server.name();
    let say = |done: usize, of: usize| {
        say(&format!(
            "{name}: {} of {} ports",
            thousands(done),
            thousands(of)
        ));
    };
    let tcp = scan(address, &PortSet::range(1, u16::MAX), limits, &say)?;
    // Whoever is let in by SSH and is so no more was shut out on the way: by something that takes a scan for an attack.
    let control = PortSet::one(ssh);
    let shut_out =
        !tcp.filtered.is_empty() && scan(address, &control, limits, &|_, _| ())?.open != control;
    let declared = server
        .ports
        .iter()
        .filter(|port| port.protocol == Protocol::Udp);
    let ports = declared.flat_map(|port| port.ports.value.ranges().collect::<Vec<_>>());
    let ports = ports.flat_map(|(low, high)| low..=high).take(64);
    let udp = ports.map(|port| Ok((port, udp::ask(address, port)?)));
    Ok(Outside {
        tcp,
        udp: udp.collect::<std::io::Result<_>>()?,
        shut_out,
    })
}
