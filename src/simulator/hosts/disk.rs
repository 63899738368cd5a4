//! Data disks: a volume with one file, behind a loop device. They outlive the machines that they are attached to.

use super::container;
use super::engine::{Engine, gone};
use super::names::Simulation;
use super::wanted::{Disk, Wanted};
use anyhow::{Context as _, bail};
use bollard::models::{ContainerCreateBody, HostConfig, VolumeCreateRequest};
use bollard::query_parameters::{
    LogsOptions, RemoveVolumeOptions, StartContainerOptions, WaitContainerOptions,
};
use futures_util::StreamExt as _;
use std::fmt::Write as _;

/// Makes the loop device of one disk, or finds it. The kernel's devices are everybody's: another may take the free one first.
const ATTACH: &str = include_str!("image/attach");
const DETACH: &str = include_str!("image/detach");

/// Gives the machine its disks as device nodes.
pub(super) async fn attach(
    engine: &Engine,
    simulation: &Simulation,
    wanted: &Wanted,
    image: &str,
) -> anyhow::Result<()> {
    let host = simulation.machine(&wanted.name);
    let mut list = String::new();
    for disk in &wanted.disks {
        // Writing into a text does not fail.
        let _ = writeln!(list, "{} {}", disk.lun, simulation.disk_file(&disk.name));
    }
    for disk in &wanted.disks {
        plug(engine, simulation, disk, image).await?;
    }
    let script = "cat >/etc/simulated/disks && /usr/lib/simulated/disks";
    engine
        .must_run(&host, &["bash", "-c", script], &list)
        .await
        .map(|_| ())
}

async fn plug(
    engine: &Engine,
    simulation: &Simulation,
    disk: &Disk,
    image: &str,
) -> anyhow::Result<()> {
    let volume = simulation.disk(&disk.name);
    let request = VolumeCreateRequest {
        name: Some(volume.clone()),
        labels: Some(simulation.labels("disk", &disk.name).into_iter().collect()),
        ..VolumeCreateRequest::default()
    };
    engine
        .docker
        .create_volume(request)
        .await
        .with_context(|| format!("could not make the volume {volume}"))?;
    let environment = vec![
        format!("FILE={}", simulation.disk_file(&disk.name)),
        format!("SIZE={}", disk.size_gb),
    ];
    let name = format!("{volume}-attach");
    let labels = simulation.labels("helper", &disk.name);
    help(
        engine,
        &name,
        image,
        ATTACH,
        environment,
        vec![format!("{volume}:/disk")],
        labels.into_iter().collect::<Vec<_>>(),
    )
    .await
    .with_context(|| format!("could not attach the disk {}", disk.name))
}

/// Frees the loop devices whose files begin like this.
pub(super) async fn detach(
    engine: &Engine,
    simulation: &Simulation,
    prefix: &str,
    image: &str,
) -> anyhow::Result<()> {
    let name = format!("lostops-{}-detach", simulation.word);
    let labels = simulation.labels("helper", prefix);
    let environment = vec![format!("PREFIX={prefix}")];
    help(
        engine,
        &name,
        image,
        DETACH,
        environment,
        Vec::new(),
        labels.into_iter().collect::<Vec<_>>(),
    )
    .await
    .context("could not free the devices of data disks")
}

/// Runs a script in a container that may make loop devices, and nothing else.
async fn help(
    engine: &Engine,
    name: &str,
    image: &str,
    script: &str,
    environment: Vec<String>,
    binds: Vec<String>,
    labels: Vec<(String, String)>,
) -> anyhow::Result<()> {
    let words = |all: &[&str]| all.iter().map(|&word| word.to_owned()).collect();
    container::remove(engine, name).await?;
    let body = ContainerCreateBody {
        image: Some(image.to_owned()),
        cmd: Some(words(&["bash", "-c", script])),
        env: Some(environment),
        labels: Some(labels.into_iter().collect()),
        host_config: Some(HostConfig {
            network_mode: Some("none".to_owned()),
            cap_add: Some(words(&["SYS_ADMIN", "MKNOD"])),
            security_opt: Some(words(&["seccomp=unconfined", "apparmor=unconfined"])),
            device_cgroup_rules: Some(words(&["b 7:* rwm", "c 10:237 rwm"])),
            masked_paths: Some(Vec::new()),
            readonly_paths: Some(Vec::new()),
            binds: Some(binds),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    };
    container::create(engine, name, body).await?;
    engine
        .docker
        .start_container(name, None::<StartContainerOptions>)
        .await?;
    let ended = engine
        .docker
        .wait_container(name, None::<WaitContainerOptions>)
        .next()
        .await;
    let said = logs(engine, name, "20").await.unwrap_or_default();
    container::remove(engine, name).await?;
    match ended {
        Some(Ok(_)) => Ok(()),
        _ => bail!("{}", said.trim()),
    }
}

/// The last lines that a container has printed.
pub(super) async fn logs(engine: &Engine, container: &str, tail: &str) -> anyhow::Result<String> {
    let options = LogsOptions {
        stdout: true,
        stderr: true,
        tail: tail.to_owned(),
        ..LogsOptions::default()
    };
    let mut lines = engine.docker.logs(container, Some(options));
    let mut text = String::new();
    while let Some(line) = lines.next().await {
        text.push_str(&String::from_utf8_lossy(&line?.into_bytes()));
    }
    Ok(text)
}

pub(super) async fn remove_volume(engine: &Engine, volume: &str) -> anyhow::Result<()> {
    let removed = engine
        .docker
        .remove_volume(volume, None::<RemoveVolumeOptions>)
        .await;
    gone(removed).with_context(|| format!("could not remove the volume {volume}"))
}
