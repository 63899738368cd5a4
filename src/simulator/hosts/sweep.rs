//! Takes away what a simulation has made on the engine, or what is left of one that is no more.

use super::names::{CLOUD, KIND, Labelled as _, NAME, PLACE, Simulation};
use super::{Hosts, container, disk, image};
use crate::fleet::words::count;
use crate::simulator::arm::Kind;
use anyhow::Context as _;
use bollard::models::{NetworkDisconnectRequest, NetworkInspect};
use bollard::query_parameters::{ListContainersOptions, ListNetworksOptions, ListVolumesOptions};
use futures_util::future::try_join_all;
use std::collections::{BTreeMap, BTreeSet};

/// Held while something is taken away: two who do it at once would remove each other's helpers. No machine has such a name.
const SWEEP: &str = ".sweep";

/// How much there was to take away.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Swept {
    pub(crate) hosts: usize,
    pub(crate) networks: usize,
    pub(crate) disks: usize,
}

impl Swept {
    fn add(&mut self, other: Self) {
        self.hosts += other.hosts;
        self.networks += other.networks;
        self.disks += other.disks;
    }
}

impl std::fmt::Display for Swept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if *self == Self::default() {
            return f.write_str("There was nothing on the engine.");
        }
        write!(
            f,
            "Removed from the engine: {}, {}, {}.",
            count(self.hosts, "host"),
            count(self.networks, "network"),
            count(self.disks, "data disk")
        )
    }
}

impl Hosts {
    /// Removes hosts, networks and disks, everything of this simulation and of those whose cloud is no more. The cloud stays
    /// what it was.
    pub(crate) async fn down(&self) -> anyhow::Result<Swept> {
        let _held = self.folder.lock(SWEEP).await?;
        let mut swept = self.remove(&self.simulation, None).await?;
        swept.add(self.forget_left_behind().await?);
        for name in self.folder.names() {
            self.folder.forget(&name)?;
        }
        self.folder.forget_offered()?;
        Ok(swept)
    }

    /// Removes what other simulations of this very folder have left, and disks that the cloud no longer has.
    pub(crate) async fn clean(&self) -> anyhow::Result<()> {
        let _held = self.folder.lock(SWEEP).await?;
        self.forget_left_behind().await?;
        let cloud = self.store.read()?;
        let disks: BTreeSet<String> = cloud
            .of(Kind::ManagedDisk)
            .map(|disk| self.simulation.disk(&disk.name()))
            .collect();
        self.remove(&self.simulation, Some(&disks)).await?;
        Ok(())
    }

    /// What other simulations of this very folder have left, whose file was removed.
    async fn forget_left_behind(&self) -> anyhow::Result<Swept> {
        let mut swept = Swept::default();
        for word in self.left_behind().await? {
            let other = Simulation {
                word,
                place: self.simulation.place.clone(),
            };
            swept.add(self.remove(&other, None).await?);
        }
        Ok(swept)
    }

    async fn left_behind(&self) -> anyhow::Result<BTreeSet<String>> {
        let filter = format!("{PLACE}={}", self.simulation.place);
        let containers = self
            .engine
            .docker
            .list_containers(Some(ListContainersOptions {
                all: true,
                filters: Some([("label".to_owned(), vec![filter.clone()])].into()),
                ..ListContainersOptions::default()
            }));
        let volumes = self.engine.docker.list_volumes(Some(ListVolumesOptions {
            filters: Some([("label".to_owned(), vec![filter.clone()])].into()),
        }));
        let networks = self.engine.docker.list_networks(Some(ListNetworksOptions {
            filters: Some([("label".to_owned(), vec![filter])].into()),
        }));
        let (containers, volumes, networks) = (containers.await?, volumes.await?, networks.await?);
        let words = containers
            .iter()
            .filter_map(|found| found.label(CLOUD))
            .chain(
                volumes
                    .volumes
                    .iter()
                    .flatten()
                    .filter_map(|found| found.label(CLOUD)),
            )
            .chain(networks.iter().filter_map(|found| found.label(CLOUD)));
        Ok(words
            .filter(|word| *word != self.simulation.word)
            .map(str::to_owned)
            .collect())
    }

    /// With a set of disks: only volumes of other disks go.
    async fn remove(
        &self,
        simulation: &Simulation,
        disks: Option<&BTreeSet<String>>,
    ) -> anyhow::Result<Swept> {
        let filters: BTreeMap<String, Vec<String>> = BTreeMap::from([(
            "label".to_owned(),
            vec![format!("{CLOUD}={}", simulation.word)],
        )]);
        let mut swept = Swept::default();
        if disks.is_none() {
            let options = ListContainersOptions {
                all: true,
                filters: Some(filters.clone().into_iter().collect()),
                ..ListContainersOptions::default()
            };
            let found = self.engine.docker.list_containers(Some(options)).await?;
            let machines = found
                .iter()
                .filter(|one| one.label(KIND) == Some("machine"));
            swept.hosts += machines.count();
            // All at once: each takes seconds, for what is on its disk goes with it.
            let ids = found.iter().map(|one| one.id.clone().unwrap_or_default());
            try_join_all(ids.map(|id| async move { container::remove(&self.engine, &id).await }))
                .await?;
        }
        let options = ListVolumesOptions {
            filters: Some(filters.clone().into_iter().collect()),
        };
        let found = self.engine.docker.list_volumes(Some(options)).await?;
        let mut plain = Vec::new();
        for volume in found.volumes.unwrap_or_default() {
            let is_disk = volume.label(KIND) == Some("disk");
            if disks.is_some_and(|disks| !is_disk || disks.contains(&volume.name)) {
                continue;
            }
            if is_disk {
                let name = volume.label(NAME).unwrap_or_default();
                if let Some(image) = image::made(&self.engine).await? {
                    let file = simulation.disk_file(name);
                    disk::detach(&self.engine, simulation, &file, &image).await?;
                }
                swept.disks += 1;
            }
            plain.push(volume.name);
        }
        let engine = &self.engine;
        try_join_all(plain.iter().map(|name| disk::remove_volume(engine, name))).await?;
        if disks.is_none() {
            let options = ListNetworksOptions {
                filters: Some(filters.into_iter().collect()),
            };
            for found in self.engine.docker.list_networks(Some(options)).await? {
                // Not by its name: Docker lets several networks have one.
                let (id, name) = (found.id.unwrap_or_default(), found.name.unwrap_or_default());
                self.unplug(&id).await?;
                super::engine::gone(self.engine.docker.remove_network(&id).await)
                    .with_context(|| format!("could not remove the network {name}"))?;
                swept.networks += 1;
            }
        }
        Ok(swept)
    }

    /// Who still is in the network, such as the container that this program runs in.
    async fn unplug(&self, network: &str) -> anyhow::Result<()> {
        let Some(NetworkInspect {
            containers: Some(containers),
            ..
        }) = super::network::inspect(&self.engine, network).await?
        else {
            return Ok(());
        };
        let plugged: BTreeSet<String> = containers.into_keys().collect();
        for container in plugged {
            let request = NetworkDisconnectRequest {
                container,
                force: Some(true),
            };
            super::engine::gone(
                self.engine
                    .docker
                    .disconnect_network(network, request)
                    .await,
            )?;
        }
        Ok(())
    }
}
