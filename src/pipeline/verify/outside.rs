//! Every server from outside: all TCP ports of each of its addresses, under one rate for all, and the UDP ports that are declared.

use super::everywhere;
use super::parallel::each;
use crate::fleet::Fleet;
use crate::fleet::port::{PortSet, Protocol};
use crate::fleet::server::Server;
use crate::fleet::words::thousands;
use crate::pipeline::configure::Contacts;
use crate::simulator::hosts::contact::neighbours;
use crate::verify::outcome::{Inside, Outside, Side};
use crate::verify::scan::{Limits, scan};
use crate::verify::udp;
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

/// Servers whose ports are asked at the same time.
const AT_ONCE: usize = 8;
/// Questions that wait for their answers, of all servers together.
const WAITING: usize = 8192;
/// An address that takes longer is not worth the wait: what is not known by then is said to be so.
const DEADLINE: Duration = Duration::from_mins(3);

/// A server, and where it is asked.
struct Place<'a> {
    server: &'a Server,
    /// The one by which lostops gets in comes first.
    addresses: Vec<IpAddr>,
    ssh: u16,
}

pub(super) fn measure(
    fleet: &Fleet,
    servers: &[&Server],
    contacts: &Contacts,
    inside: &BTreeMap<String, Result<Inside, String>>,
    rate: u32,
    say: &(dyn Fn(&str) + Sync),
) -> BTreeMap<String, Result<Outside, String>> {
    let places: Vec<Place<'_>> = servers
        .iter()
        .filter_map(|server| {
            let contact = contacts.get(server.name())?;
            let inside = inside.get(server.name());
            let inside = inside.and_then(|inside| inside.as_ref().ok());
            let mut addresses = vec![contact.address];
            addresses.extend(&contact.others);
            addresses.extend(others(fleet, server, contact.address, inside));
            let mut seen = BTreeSet::new();
            addresses.retain(|address| seen.insert(*address));
            Some(Place {
                server,
                addresses,
                ssh: contact.port,
            })
        })
        .collect();
    let at_once = places.len().clamp(1, AT_ONCE);
    let limits = Limits {
        rate: (rate / u32::try_from(at_once).unwrap_or(1)).max(1),
        at_once: (WAITING / at_once).max(1),
        deadline: DEADLINE,
    };
    let found = each(&places, AT_ONCE, |place| {
        of(place, limits, say).map_err(|error| error.to_string())
    });
    let names = places.iter().map(|place| place.server.name().to_owned());
    names.zip(found).collect()
}

/// What else a server says it has and leads to nobody but it: in a simulation what the engine has given it, and whatever is of
/// the servers' own network when this machine is a part of that. Any other address may be a stranger's.
fn others(fleet: &Fleet, server: &Server, first: IpAddr, inside: Option<&Inside>) -> Vec<IpAddr> {
    let Some(inside) = inside else {
        return Vec::new();
    };
    let network = fleet.environment.network.address_space.value;
    let is_member = inside.seen_from.is_some_and(|seen| network.contains(&seen));
    let own = everywhere::addresses(fleet, server, Some(inside));
    let given = inside.addresses.iter().copied();
    let block = neighbours(first).map(IpNet::V4);
    let given = given.filter(|address| block.is_some_and(|block| block.contains(address)));
    given
        .chain(
            own.into_iter()
                .filter(|own| is_member && network.contains(own)),
        )
        .collect()
}

fn of(place: &Place<'_>, limits: Limits, say: &(dyn Fn(&str) + Sync)) -> std::io::Result<Outside> {
    let mut outside = Outside::default();
    for (number, address) in place.addresses.iter().enumerate() {
        match side(place, *address, limits, say) {
            Ok(side) => outside.sides.push(side),
            Err(error) if number == 0 => return Err(error),
            Err(error) => outside.not_asked.push((*address, error.to_string())),
        }
    }
    // Whoever is let in by SSH and is so no more was shut out on the way: by something that takes a scan for an attack.
    let control = PortSet::one(place.ssh);
    let is_silent = |side: &Side| !side.tcp.filtered.is_empty();
    outside.shut_out = outside.sides.iter().any(is_silent)
        && scan(place.addresses[0], &control, limits, &|_, _| ())?.open != control;
    Ok(outside)
}

fn side(
    place: &Place<'_>,
    address: IpAddr,
    limits: Limits,
    say: &(dyn Fn(&str) + Sync),
) -> std::io::Result<Side> {
    let name = match place.addresses.len() {
        1 => place.server.name().to_owned(),
        _ => format!("{} at {address}", place.server.name()),
    };
    let say = |done: usize, of: usize| {
        let (done, of) = (thousands(done), thousands(of));
        say(&format!("{name}: {done} of {of} ports"));
    };
    let tcp = scan(address, &PortSet::range(1, u16::MAX), limits, &say)?;
    let declared = place.server.ports.iter();
    let declared = declared.filter(|port| port.protocol == Protocol::Udp);
    let ports = declared.flat_map(|port| port.ports.value.ranges().collect::<Vec<_>>());
    let ports = ports.flat_map(|(low, high)| low..=high).take(64);
    let udp = ports.map(|port| Ok((port, udp::ask(address, port)?)));
    Ok(Side {
        address,
        tcp,
        udp: udp.collect::<std::io::Result<_>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::describer;
    use crate::verify::reach::Met;
    use std::net::TcpListener;

    #[test]
    fn what_is_open_at_the_second_address_alone_is_found_there() {
        let fleet = describer::own_fleet();
        // Loopback has more addresses than the one at which other tests listen.
        let second = TcpListener::bind("127.77.0.3:0").unwrap();
        let port = second.local_addr().unwrap().port();
        let place = Place {
            server: &fleet.servers[0],
            addresses: vec!["127.77.0.2".parse().unwrap(), "127.77.0.3".parse().unwrap()],
            ssh: 22,
        };
        let limits = Limits {
            rate: 1_000_000,
            at_once: 1000,
            deadline: DEADLINE,
        };
        let outside = of(&place, limits, &|_| ()).unwrap();
        let met = outside.met(Protocol::Tcp, port);
        assert_eq!(met, (Met::Open, Some("127.77.0.3".parse().unwrap())));
        assert!(!outside.sides[0].tcp.open.contains(port));
    }

    #[test]
    fn an_address_that_only_the_server_claims_is_nobody_to_be_asked() {
        let fleet = describer::own_fleet();
        let server = &fleet.servers[0];
        let said = |seen: &str, addresses: &[&str]| {
            let inside = Inside {
                seen_from: seen.parse().ok(),
                addresses: addresses.iter().map(|one| one.parse().unwrap()).collect(),
                ..Inside::default()
            };
            let first = "198.18.4.2".parse().unwrap();
            let all = others(&fleet, server, first, Some(&inside)).into_iter();
            all.map(|one| one.to_string()).collect::<Vec<_>>()
        };
        let own = server.machine.private_ip.value.to_string();
        let claims = [
            "198.51.100.8",
            "2001:db8::8",
            "192.168.1.1",
            "198.18.5.1",
            "10.10.0.99",
        ];
        assert!(said("198.51.100.7", &claims).is_empty());
        // From within the servers' network those of the network are theirs.
        assert_eq!(said("10.10.7.7", &claims), [own.as_str(), "10.10.0.99"]);
        assert_eq!(said("203.0.113.1", &["198.18.4.200"]), ["198.18.4.200"]);
    }
}
