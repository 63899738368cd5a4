//! The volume of images that hosts are handed: a whole archive for each, or nothing of it.

use super::container;
use super::engine::{Engine, last};
use super::names::Simulation;
use super::settle::{Say, tell};
use anyhow::{Context as _, ensure};
use bollard::models::{ContainerCreateBody, HostConfig, VolumeCreateRequest};
use bollard::query_parameters::StartContainerOptions;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Where hosts see the volume.
pub(super) const PLACE: &str = "/usr/lib/simulated/images";

/// Reads the names of archives that stay. Prints those that are there, whoever has written them.
const TIDY: &str = "cd /images; cat >/tmp/stay; for file in *; do \
                    grep -qxF -- \"$file\" /tmp/stay && echo \"$file\" || rm -f -- \"$file\"; done";
const POUR: &str = "cat >\"/images/$1.part\"";
/// An engine that fails halfway through an archive only ends it. The list of what is in it is its end.
const WHOLE: &str = "set -o pipefail; cd /images; [ \"$(stat -c %s \"$1.part\")\" = \"$2\" ] && \
                     tar -tf \"$1.part\" | grep -xE '(manifest|index).json' >/dev/null && mv \"$1.part\" \"$1\"";

/// The archive of an image by its id.
pub(super) fn file(id: &str) -> String {
    format!("{}.tar", id.strip_prefix("sha256:").unwrap_or(id))
}

/// Makes the volume, unless it is there. When the engine made it.
pub(super) async fn volume(engine: &Engine, simulation: &Simulation) -> anyhow::Result<String> {
    let name = simulation.images();
    let request = VolumeCreateRequest {
        name: Some(name.clone()),
        labels: Some(simulation.labels("images", "images").into_iter().collect()),
        ..VolumeCreateRequest::default()
    };
    let made = engine.docker.create_volume(request).await;
    let made = made.with_context(|| format!("could not make the volume {name}"))?;
    Ok(made.created_at.unwrap_or_default())
}

/// Has the archives of these images, and no other, in the volume: by archive the image's name and id. `helper` is the image
/// of the container that writes them.
pub(super) async fn keep(
    engine: &Engine,
    simulation: &Simulation,
    helper: &str,
    images: &BTreeMap<String, (&str, &str)>,
    say: Say<'_>,
) -> anyhow::Result<()> {
    let name = format!("{}-keeper", simulation.images());
    start(engine, simulation, &name, helper).await?;
    let kept = write(engine, &name, images, say).await;
    container::remove(engine, &name).await?;
    kept
}

async fn start(
    engine: &Engine,
    simulation: &Simulation,
    name: &str,
    helper: &str,
) -> anyhow::Result<()> {
    let words = |all: &[&str]| all.iter().map(|&word| word.to_owned()).collect();
    // Whoever was killed has left it, and perhaps a half-written archive.
    container::remove(engine, name).await?;
    let body = ContainerCreateBody {
        image: Some(helper.to_owned()),
        cmd: Some(words(&["sleep", "infinity"])),
        labels: Some(simulation.labels("helper", "images").into_iter().collect()),
        host_config: Some(HostConfig {
            network_mode: Some("none".to_owned()),
            binds: Some(vec![format!("{}:/images", simulation.images())]),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    };
    let made = container::create(engine, name, body).await;
    made.context("could not make the container that keeps images for the hosts")?;
    let started = engine
        .docker
        .start_container(name, None::<StartContainerOptions>);
    started
        .await
        .context("could not start the container that keeps images for the hosts")
}

async fn write(
    engine: &Engine,
    keeper: &str,
    images: &BTreeMap<String, (&str, &str)>,
    say: Say<'_>,
) -> anyhow::Result<()> {
    let mut stay = String::new();
    for archive in images.keys() {
        // Writing into a text does not fail.
        let _ = writeln!(stay, "{archive}");
    }
    let there = engine
        .must_run(keeper, &["bash", "-c", TIDY], &stay)
        .await?;
    let there: BTreeSet<&str> = there.lines().collect();
    for (archive, (image, id)) in images {
        if there.contains(archive.as_str()) {
            continue;
        }
        tell(say, &format!("keeping {image} for the hosts"));
        pour(engine, keeper, archive, id)
            .await
            .with_context(|| format!("could not keep the image {image} for the hosts"))?;
    }
    Ok(())
}

async fn pour(engine: &Engine, keeper: &str, archive: &str, id: &str) -> anyhow::Result<()> {
    let image = engine.docker.export_image(id);
    let command = ["bash", "-c", POUR, "pour", archive];
    let (ran, size) = engine.pour(keeper, &command, image).await?;
    ensure!(ran.code == 0, "{}", last(&ran.text));
    let size = size.to_string();
    let command = ["bash", "-c", WHOLE, "whole", archive, &size];
    let ran = engine.run(keeper, &command, "").await?;
    ensure!(
        ran.code == 0,
        "what came of it is no image: {}",
        last(&ran.text)
    );
    Ok(())
}
