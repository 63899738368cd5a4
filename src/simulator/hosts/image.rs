//! The image that hosts boot from: a plain Ubuntu made into a server, once, and found again by its content.

use super::container;
use super::engine::{Engine, is_missing};
use super::names::{CLOUD, KIND, NAME, PLACE, Simulation};
use crate::process::Invocation;
use crate::simulator::resources::number_of;
use anyhow::{Context as _, bail};
use bollard::models::{ContainerConfig, ContainerCreateBody, HostConfig};
use bollard::query_parameters::{
    CommitContainerOptions, CreateImageOptions, StartContainerOptions,
};
use camino::Utf8Path;
use fs_err as fs;
use futures_util::TryStreamExt as _;
use std::collections::BTreeMap;
use std::time::Duration;

/// Ubuntu's image, and the release's name.
const BASE: (&str, &str) = ("ubuntu:24.04", "noble");
const REPOSITORY: &str = "lostops/host";
const PULL: Duration = Duration::from_mins(3);

/// Files of the image, by name; all but `setup` stay in it.
const FILES: [(&str, &str); 5] = [
    ("boot", include_str!("image/boot")),
    ("disks", include_str!("image/disks")),
    ("card", include_str!("image/card")),
    ("load", include_str!("image/load")),
    ("setup", include_str!("image/setup")),
];
const BASE_SCRIPT: &str = include_str!("image/base");

/// Finds the image, or makes it. `folder` is for what is made on the way; the internet's side leads to Ubuntu's archive and is
/// there; `say` is told what takes long.
pub(super) async fn ensure(
    engine: &Engine,
    simulation: &Simulation,
    folder: &Utf8Path,
    say: &mut (dyn FnMut(&str) + Send),
) -> anyhow::Result<String> {
    let image = name();
    if is_here(engine, &image).await? {
        return Ok(image);
    }
    if !is_here(engine, BASE.0).await? {
        base(engine, folder, say).await?;
    }
    say("making the image of the hosts: systemd, sshd and what else a server has");
    // Two simulations may make it at once: each in a container of its own, and the last one counts.
    let name = simulation.image_maker();
    // Whoever was interrupted has left it.
    container::remove(engine, &name).await?;
    let made = make(engine, simulation, &name, &image).await;
    container::remove(engine, &name).await?;
    made?;
    Ok(image)
}

async fn is_here(engine: &Engine, image: &str) -> anyhow::Result<bool> {
    match engine.docker.inspect_image(image).await {
        Ok(_) => Ok(true),
        Err(error) if is_missing(&error) => Ok(false),
        Err(error) => Err(error).with_context(|| format!("could not look at the image {image}")),
    }
}

/// Ubuntu as its makers publish it, or from its archive.
async fn base(
    engine: &Engine,
    folder: &Utf8Path,
    say: &mut (dyn FnMut(&str) + Send),
) -> anyhow::Result<()> {
    let (image, release) = BASE;
    say(&format!("pulling {image}"));
    let options = CreateImageOptions {
        from_image: Some(image.to_owned()),
        ..CreateImageOptions::default()
    };
    let pull = engine.docker.create_image(Some(options), None, None);
    let pulled = tokio::time::timeout(PULL, pull.try_for_each(|_| async { Ok(()) })).await;
    let why = match pulled {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("nothing came within {} s", PULL.as_secs()),
    };
    say(&format!(
        "{image} cannot be pulled: making it from Ubuntu's archive with debootstrap"
    ));
    fs::create_dir_all(folder)?;
    let (script, archive) = (folder.join("base"), folder.join(format!("{release}.tar")));
    fs::write(&script, BASE_SCRIPT)?;
    let made = Invocation::new("/bin/bash")
        .arguments([script.as_str(), release, archive.as_str()])
        .environment(BTreeMap::from([(
            "PATH".to_owned(),
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
        )]))
        .output()?;
    if !made.success() {
        bail!(
            "could not get {image}: the engine could not pull it ({why}), and it could not be made here: {}; \
             load the image into the engine, or run this as root on Debian or Ubuntu with debootstrap",
            made.stderr.trim()
        );
    }
    import(engine, &archive, image).await?;
    fs::remove_file(&archive)?;
    Ok(())
}

async fn import(engine: &Engine, archive: &Utf8Path, image: &str) -> anyhow::Result<()> {
    let file = tokio::fs::File::open(archive)
        .await
        .with_context(|| format!("could not read {archive}"))?;
    let parts = futures_util::stream::try_unfold(file, |mut file| async move {
        use tokio::io::AsyncReadExt as _;
        let mut part = bytes::BytesMut::with_capacity(1 << 20);
        let read = file.read_buf(&mut part).await?;
        Ok::<_, std::io::Error>((read > 0).then(|| (part.freeze(), file)))
    });
    let (repository, tag) = image.split_once(':').unwrap_or((image, "latest"));
    let options = CreateImageOptions {
        from_src: Some("-".to_owned()),
        repo: Some(repository.to_owned()),
        tag: Some(tag.to_owned()),
        ..CreateImageOptions::default()
    };
    engine
        .docker
        .create_image(Some(options), Some(bollard::body_try_stream(parts)), None)
        .try_for_each(|_| async { Ok(()) })
        .await
        .with_context(|| format!("could not import {image}"))
}

async fn make(
    engine: &Engine,
    simulation: &Simulation,
    name: &str,
    image: &str,
) -> anyhow::Result<()> {
    let words = |all: &[&str]| all.iter().map(|&word| word.to_owned()).collect();
    let body = ContainerCreateBody {
        image: Some(BASE.0.to_owned()),
        cmd: Some(words(&["sleep", "infinity"])),
        labels: Some(simulation.labels("helper", "image").into_iter().collect()),
        host_config: Some(HostConfig {
            network_mode: Some(simulation.internet()),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    };
    container::create(engine, name, body)
        .await
        .context("could not make a container for the image of the hosts")?;
    engine
        .docker
        .start_container(name, None::<StartContainerOptions>)
        .await
        .context("could not start the container for the image of the hosts")?;
    for (file, text) in FILES {
        let put = format!("mkdir -p /usr/lib/simulated && cat >/usr/lib/simulated/{file}");
        engine.must_run(name, &["bash", "-c", &put], text).await?;
    }
    engine
        .must_run(name, &["bash", "/usr/lib/simulated/setup"], "")
        .await
        .context("could not make the image of the hosts")?;
    engine
        .must_run(name, &["rm", "/usr/lib/simulated/setup"], "")
        .await?;
    let (repository, tag) = image.split_once(':').unwrap_or((image, "latest"));
    let options = CommitContainerOptions {
        container: Some(name.to_owned()),
        repo: Some(repository.to_owned()),
        tag: Some(tag.to_owned()),
        ..CommitContainerOptions::default()
    };
    // The engine adds the container's labels to those that are named, and the image is no simulation's own.
    let labels = [(CLOUD, ""), (PLACE, ""), (KIND, "image"), (NAME, "")];
    let config = ContainerConfig {
        cmd: Some(words(&["/sbin/init"])),
        labels: Some(
            labels
                .map(|(label, value)| (label.to_owned(), value.to_owned()))
                .into(),
        ),
        ..ContainerConfig::default()
    };
    engine
        .docker
        .commit_container(options, config)
        .await
        .map(|_| ())
        .context("could not keep the image of the hosts")
}

/// The image, when it was made before.
pub(super) async fn made(engine: &Engine) -> anyhow::Result<Option<String>> {
    let image = name();
    Ok(is_here(engine, &image).await?.then_some(image))
}

fn name() -> String {
    let content: String = FILES.iter().map(|(_, text)| *text).collect();
    format!("{REPOSITORY}:{}-{:016x}", BASE.1, number_of(&content))
}
