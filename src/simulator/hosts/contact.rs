//! Where hosts are reached, and with which key.

use super::command::block;
use super::settle::{address_in, is_running};
use super::{Hosts, card, key, wanted};
use camino::{Utf8Path, Utf8PathBuf};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Where lostops reaches a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    /// Which machine it is: another one after a replacement.
    pub(crate) machine: String,
    /// What the cloud calls its public address, which the engine does not know.
    pub(crate) public: Option<IpAddr>,
}

/// Running hosts by server.
pub(crate) fn contacts(
    address: &str,
    cloud: &Utf8Path,
) -> anyhow::Result<BTreeMap<String, Contact>> {
    block(async {
        let hosts = Hosts::connect(address, cloud).await?;
        let mut contacts = BTreeMap::new();
        for host in wanted::hosts(&hosts.store.read()?) {
            let card = card::inspect(&hosts.engine, &hosts.simulation.card(&host.name)).await?;
            let machine =
                card::inspect(&hosts.engine, &hosts.simulation.machine(&host.name)).await?;
            let (Some(card), Some(machine)) = (card, machine) else {
                continue;
            };
            let address = address_in(&card, &hosts.simulation.internet());
            if let Some(address) = address.filter(|_| is_running(&machine)) {
                let contact = Contact {
                    address: address.into(),
                    port: 22,
                    machine: machine.id.unwrap_or_default(),
                    public: host.card.public.map(IpAddr::from),
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
