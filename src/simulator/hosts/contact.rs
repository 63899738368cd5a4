//! Where hosts are reached, and with which key.

use super::command::block;
use super::settle::{Look, address_in, is_container, is_running};
use super::{Hosts, container, key, wanted};
use crate::simulator::store::Store;
use camino::{Utf8Path, Utf8PathBuf};
use ipnet::Ipv4Net;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Mutex;

/// Where lostops reaches a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    /// Its public address in the cloud, which only machines of the simulation reach.
    pub(crate) public: Option<IpAddr>,
    /// Which machine it is: another one after a replacement.
    pub(crate) machine: String,
}

/// The engine's network that a host's address belongs to: no address of it is anybody's but of the same simulation.
pub(crate) fn neighbours(address: IpAddr) -> Option<Ipv4Net> {
    let all = Ipv4Net::new_assert(Ipv4Addr::new(198, 18, 0, 0), 15);
    match address {
        IpAddr::V4(address) if all.contains(&address) => Ipv4Net::new(address, 24).ok(),
        _ => None,
    }
}

/// Running hosts by server.
pub(crate) fn contacts(
    address: &str,
    cloud: &Utf8Path,
) -> anyhow::Result<BTreeMap<String, Contact>> {
    if Store::new(cloud).read()?.hosts.is_empty() {
        return Ok(BTreeMap::new());
    }
    block(async {
        let hosts = Hosts::connect(address, cloud).await?;
        if is_container() {
            // It may be another container than the one that was here before, and hosts must know whom to answer.
            let say = Mutex::new(|_: &str| {});
            hosts.settle(Look::Everything, &say).await?;
        }
        let mut contacts = BTreeMap::new();
        for host in wanted::hosts(&*hosts.store.read()?) {
            let card =
                container::inspect(&hosts.engine, &hosts.simulation.card(&host.name)).await?;
            let machine =
                container::inspect(&hosts.engine, &hosts.simulation.machine(&host.name)).await?;
            let (Some(card), Some(machine)) = (card, machine) else {
                continue;
            };
            let address = address_in(&card, &hosts.simulation.internet());
            if let Some(address) = address.filter(|_| is_running(&machine)) {
                let contact = Contact {
                    address: address.into(),
                    port: 22,
                    public: host.card.public.map(IpAddr::from),
                    machine: machine.id.unwrap_or_default(),
                };
                contacts.insert(host.name, contact);
            }
        }
        Ok(contacts)
    })
}

/// The private key that every host of the cloud lets in.
pub(crate) fn key_file(cloud: &Utf8Path) -> Utf8PathBuf {
    key::file(cloud.parent().unwrap_or(Utf8Path::new(".")))
}
