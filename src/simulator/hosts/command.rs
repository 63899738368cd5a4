//! Hosts for those who do not wait for futures: bring them up, find them, look into them, take them down.

use super::security::dropped as dropped_by_groups;
use super::settle::{Look, Say, address_in, is_running};
use super::sweep::Swept;
use super::{Hosts, card, engine, key, shell, wanted};
use crate::simulator::arm::Kind;
use crate::simulator::{list, portal, store::Store};
use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use std::collections::BTreeMap;
use std::io::Write;
use std::net::IpAddr;
use std::sync::Mutex;

/// Where lostops reaches a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    /// Which machine it is: another one after a replacement.
    pub(crate) machine: String,
}

/// The engine's address that counts: what `DOCKER_HOST` says, or the usual one.
pub(crate) fn address(docker_host: Option<&str>) -> &str {
    docker_host.unwrap_or(engine::USUAL)
}

/// Whether an engine answers there.
pub(crate) fn answers(address: &str) -> anyhow::Result<()> {
    block(async { engine::Engine::connect(address).await.map(|_| ()) })
}

/// Boots what is to run, stops what is not, and removes what is left of earlier runs.
pub(crate) fn up(address: &str, cloud: &Utf8Path, say: Say<'_>) -> anyhow::Result<()> {
    block(async {
        let hosts = Hosts::connect(address, cloud).await?;
        hosts.clean().await?;
        hosts.settle(Look::Everything, say).await
    })
}

/// Removes everything that the simulation has made on the engine.
pub(crate) fn down(address: &str, cloud: &Utf8Path) -> anyhow::Result<Swept> {
    block(async { Hosts::connect(address, cloud).await?.down().await })
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
                };
                contacts.insert(host.name, contact);
            }
        }
        Ok(contacts)
    })
}

/// Lets the hosts, where the cloud has any, follow what was done to it by hand. Returns what a person should know.
pub(crate) fn follow(address: &str, cloud: &Utf8Path) -> anyhow::Result<Option<String>> {
    if Store::new(cloud).read()?.hosts.is_empty() {
        return Ok(None);
    }
    if let Err(error) = answers(address) {
        return Ok(Some(format!("The hosts do not follow yet: {error:#}.")));
    }
    block(async {
        let hosts = Hosts::connect(address, cloud).await?;
        hosts
            .settle(Look::Changes, &Mutex::new(|_: &str| {}))
            .await?;
        hosts.clean().await
    })?;
    Ok(None)
}

/// A shell or a command on a host, as root, past its network. Returns the exit code.
pub(crate) fn shell(
    address: &str,
    cloud: &Utf8Path,
    name: &str,
    command: &[String],
    out: &mut (dyn Write + Send),
) -> anyhow::Result<i64> {
    block(async {
        let (hosts, container) = host(address, cloud, name).await?;
        shell::run(&hosts.engine, &container, command, out).await
    })
}

/// What the machine has logged since it was started, and whom its security groups kept out within the last hour.
pub(crate) fn logs(
    address: &str,
    cloud: &Utf8Path,
    name: &str,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    let command = ["journalctl", "--boot", "--no-pager", "--quiet"].map(str::to_owned);
    shell(address, cloud, name, &command, out)?;
    let dropped = block(async {
        let (hosts, container) = host(address, cloud, name).await?;
        let card = format!("{container}-card");
        let command = ["nft", "-j", "list", "set", "inet", "azure", "dropped"];
        hosts.engine.must_run(&card, &command, "").await
    })?;
    list::dropped(&dropped_by_groups(&dropped)?, out).context("could not write the list")
}

/// A running host by the name of its machine.
async fn host(address: &str, cloud: &Utf8Path, name: &str) -> anyhow::Result<(Hosts, String)> {
    let read = Store::new(cloud).read()?;
    let machine = portal::find(&read, name, Some(Kind::VirtualMachine))?.name();
    let hosts = Hosts::connect(address, cloud).await?;
    let container = hosts.simulation.machine(&machine);
    match card::inspect(&hosts.engine, &container).await? {
        Some(found) if is_running(&found) => Ok((hosts, container)),
        Some(_) => bail!(
            "the host of `{machine}` is stopped: `lostops simulator start {machine}` starts it"
        ),
        None => bail!("`{machine}` has no host: `lostops simulator up` boots it"),
    }
}

/// The private key that every host of the cloud lets in.
pub(crate) fn key_file(cloud: &Utf8Path) -> Utf8PathBuf {
    key::file(cloud.parent().unwrap_or(Utf8Path::new(".")))
}

fn block<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("could not start to work with the engine")?;
    let done = runtime.block_on(work);
    // A read of the terminal cannot be called off, and nobody waits for it.
    runtime.shutdown_background();
    done
}
