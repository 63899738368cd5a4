//! Images for the Docker engines inside hosts, which cannot pull what only the engine that the hosts themselves run on has.
//!
//! Each is an archive in one volume that every host sees, named after the image's id; a host is told which of them are its.

use super::engine::{Engine, is_missing, last};
use super::names::Simulation;
use super::settle::{Look, Say, is_running, tell};
use super::{Hosts, archives, container, wanted};
use anyhow::Context as _;
use bollard::models::ContainerInspectResponse;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The images that the services of each machine are made of, by the machine's name.
pub(crate) type Images = BTreeMap<String, BTreeSet<String>>;

/// What hosts are handed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Offered {
    /// When the engine made the volume: in another one of that name nothing is.
    volume: String,
    /// By machine: each image's archive by its name.
    machines: BTreeMap<String, BTreeMap<String, String>>,
}

impl Offered {
    fn archives(&self) -> BTreeSet<&str> {
        let all = self.machines.values().flat_map(BTreeMap::values);
        all.map(String::as_str).collect()
    }

    /// What a machine is handed; `None` when nothing was ever said of it.
    pub(super) fn to(&self, machine: &str) -> Option<&BTreeMap<String, String>> {
        self.machines.get(machine)
    }
}

impl Hosts {
    /// From now on hosts have those of the images that the engine has; what it does not have they pull themselves. Hosts
    /// that run get them when they are settled.
    pub(super) async fn offer(&self, images: &Images, say: Say<'_>) -> anyhow::Result<()> {
        let _held = self.folder.lock(".images").await?;
        let before = self.folder.offered();
        let mut offered = Offered::default();
        let mut ids: BTreeMap<&str, Option<String>> = BTreeMap::new();
        for (machine, images) in images {
            let own = offered.machines.entry(machine.clone()).or_default();
            for image in images {
                if !ids.contains_key(image.as_str()) {
                    ids.insert(image, id(&self.engine, image).await?);
                }
                if let Some(Some(id)) = ids.get(image.as_str()) {
                    own.insert(image.clone(), archives::file(id));
                }
            }
        }
        if offered.archives().is_empty() && before.is_none() {
            return Ok(());
        }
        offered.volume = archives::volume(&self.engine, &self.simulation).await?;
        let same_volume = before.filter(|before| before.volume == offered.volume);
        if same_volume.is_none_or(|before| before.archives() != offered.archives()) {
            let wanted: BTreeMap<String, (&str, &str)> = ids
                .iter()
                .filter_map(|(name, id)| Some((*name, id.as_deref()?)))
                .map(|(name, id)| (archives::file(id), (name, id)))
                .collect();
            let image = self.image(say).await?;
            archives::keep(&self.engine, &self.simulation, image, &wanted, say).await?;
        }
        // Last: what stands there is there.
        self.folder.offer(&offered)
    }

    /// Hosts that run get the images now.
    pub(super) async fn hand_out(&self, say: Say<'_>) -> anyhow::Result<()> {
        let all = wanted::hosts(&*self.store.read()?);
        let each = all.iter().map(|host| async {
            let container = self.simulation.machine(&host.name);
            match container::inspect(&self.engine, &container).await? {
                Some(found) if is_running(&found) => {
                    self.host(&host.name, Look::Everything, say).await
                }
                _ => Ok(()),
            }
        });
        join_all(each).await.into_iter().collect()
    }
}

/// The engine's id of an image; `None` when it has none of that name. A name with a digest cannot be given to an image, only
/// pulled.
async fn id(engine: &Engine, image: &str) -> anyhow::Result<Option<String>> {
    if image.contains('@') {
        return Ok(None);
    }
    match engine.docker.inspect_image(image).await {
        Ok(found) => Ok(found.id),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("could not look at the image {image}")),
    }
}

/// Tells a host which images are its; where Docker runs, they are loaded.
pub(super) async fn hand(
    engine: &Engine,
    simulation: &Simulation,
    machine: &str,
    images: &BTreeMap<String, String>,
    say: Say<'_>,
) -> anyhow::Result<()> {
    let host = simulation.machine(machine);
    let mut list = String::new();
    for (image, archive) in images {
        // Writing into a text does not fail.
        let _ = writeln!(list, "{archive} {image}");
    }
    let script = "cat >/etc/simulated/images.next && mv /etc/simulated/images.next /etc/simulated/images && \
                  { ! systemctl is-active --quiet docker || /usr/lib/simulated/load missing; }";
    let missing = engine
        .must_run(&host, &["bash", "-c", script], &list)
        .await?;
    let missing: Vec<&str> = missing
        .lines()
        .filter(|line| images.contains_key(*line))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    for image in &missing {
        tell(say, &format!("handing {image} to {machine}"));
    }
    let ran = engine.run(&host, &["/usr/lib/simulated/load"], "").await?;
    anyhow::ensure!(
        ran.code == 0,
        "could not hand {} to `{machine}`: {}",
        missing.join(", "),
        last(&ran.text)
    );
    Ok(())
}

/// Whether images can be handed to this host: those of earlier releases have no place for them.
pub(super) fn has_place(found: &ContainerInspectResponse) -> bool {
    let mut mounts = found.mounts.iter().flatten();
    mounts.any(|mount| mount.destination.as_deref() == Some(archives::PLACE))
}
