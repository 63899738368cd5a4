//! Hosts: containers that are small servers, one for each virtual machine of the simulated cloud.

mod archives;
mod card;
pub(crate) mod command;
pub(crate) mod contact;
mod container;
mod disk;
mod engine;
mod image;
mod kept;
mod key;
mod machine;
mod names;
mod network;
pub(crate) mod offer;
mod place;
pub(super) mod security;
pub(crate) mod settle;
mod shell;
pub(crate) mod sweep;
mod wanted;

use super::cloud::{Cloud, Resource};
use super::store::Store;
use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use engine::Engine;
use kept::Folder;
use names::Simulation;
use std::net::Ipv4Addr;
use tokio::sync::OnceCell;

/// The variable that tells a simulated provider which engine its machines boot on. Without it they have no hosts.
pub(crate) const ENGINE: &str = "LOSTOPS_SIMULATED_ENGINE";

/// The hosts of one simulated cloud.
#[derive(Debug)]
pub(crate) struct Hosts {
    engine: Engine,
    simulation: Simulation,
    store: Store,
    /// Where all that is kept beside the cloud lies.
    room: Utf8PathBuf,
    folder: Folder,
    image: OnceCell<String>,
    surroundings: OnceCell<Surroundings>,
}

/// What is the same for all hosts.
#[derive(Debug)]
struct Surroundings {
    /// The simulation's own public key.
    key: String,
    /// From which addresses this process reaches the internet's side.
    runners: Vec<Ipv4Addr>,
}

impl Hosts {
    /// Fails when no engine answers.
    pub(crate) async fn connect(address: &str, cloud: &Utf8Path) -> anyhow::Result<Self> {
        let engine = Engine::connect(address).await?;
        let store = Store::new(cloud);
        let room = cloud
            .parent()
            .filter(|folder| !folder.as_str().is_empty())
            .unwrap_or(Utf8Path::new("."));
        fs_err::create_dir_all(room)?;
        let room = Utf8PathBuf::try_from(fs_err::canonicalize(room)?)
            .context("could not use the folder of the simulated cloud: its path is not UTF-8")?;
        let mut word = store.read()?.hosts.clone();
        if word.is_empty() {
            let new = crate::random::word().context("could not read random bytes")?;
            word = store.change(|cloud| {
                // Another process may have been faster.
                if cloud.hosts.is_empty() {
                    new.get(..8).unwrap_or(&new).clone_into(&mut cloud.hosts);
                }
                Ok(cloud.hosts.clone())
            })?;
        }
        let place = place::place(&engine, &room, cloud.file_name().unwrap_or_default()).await?;
        Ok(Self {
            engine,
            simulation: Simulation { word, place },
            store,
            folder: Folder(room.join("hosts")),
            room,
            image: OnceCell::new(),
            surroundings: OnceCell::new(),
        })
    }
}

/// Its interfaces: either may be the one on the internet's side.
pub(super) const INTERFACES: [&str; 2] = ["eth0", "eth1"];

/// The packet filter that the machine's security groups amount to.
pub(super) fn rules(cloud: &Cloud, machine: &Resource) -> String {
    security::filter(cloud, machine).nft(&INTERFACES)
}
