//! The machine itself: a container that boots systemd, with its network card's namespace and disks of its own.

use super::engine::{Engine, is_conflict};
use super::names::{SERIAL, Simulation};
use super::wanted::{Wanted, limits};
use super::{archives, container, disk};
use anyhow::{Context as _, bail};
use bollard::models::{
    ContainerCreateBody, ContainerUpdateBody, HostConfig, HostConfigCgroupnsModeEnum,
    RestartPolicy, RestartPolicyNameEnum, VolumeCreateRequest,
};
use bollard::query_parameters::{StartContainerOptions, StopContainerOptions};

/// What systemd and a Docker engine inside need; never all privileges.
const CAPABILITIES: [&str; 7] = [
    "SYS_ADMIN",
    "NET_ADMIN",
    "NET_RAW",
    "MKNOD",
    "SYS_PTRACE",
    "AUDIT_WRITE",
    "SYS_BOOT",
];
/// Folders of the system disk that must not lie on the container's own layers, and what their volumes are called.
const VOLUMES: [(&str, &str); 2] = [
    ("docker", "/var/lib/docker"),
    ("containerd", "/var/lib/containerd"),
];
/// Seconds that a machine has to shut down.
const PATIENCE: i32 = 30;
const PERIOD: i64 = 100_000;

/// Makes it; it does not run yet.
pub(super) async fn create(
    engine: &Engine,
    simulation: &Simulation,
    wanted: &Wanted,
    image: &str,
    own_key: &str,
) -> anyhow::Result<()> {
    let name = simulation.machine(&wanted.name);
    let mut labels = simulation.labels("machine", &wanted.name);
    labels.insert(SERIAL.to_owned(), wanted.serial.clone());
    let mut binds = vec!["/sys/fs/cgroup:/sys/fs/cgroup:rw".to_owned()];
    for (what, path) in VOLUMES {
        let volume = simulation.volume(&wanted.name, what);
        let request = VolumeCreateRequest {
            name: Some(volume.clone()),
            labels: Some(
                simulation
                    .labels("system-disk", &wanted.name)
                    .into_iter()
                    .collect(),
            ),
            ..VolumeCreateRequest::default()
        };
        engine
            .docker
            .create_volume(request)
            .await
            .with_context(|| format!("could not make the volume {volume}"))?;
        binds.push(format!("{volume}:{path}"));
    }
    archives::volume(engine, simulation).await?;
    binds.push(format!("{}:{}:ro", simulation.images(), archives::PLACE));
    let (cpus, memory) = limits(&wanted.size);
    let words = |all: &[&str]| all.iter().map(|&word| word.to_owned()).collect();
    let body = ContainerCreateBody {
        image: Some(image.to_owned()),
        cmd: Some(words(&["/sbin/init"])),
        env: Some(vec![
            format!("SIMULATED_USER={}", wanted.user),
            format!("SIMULATED_KEYS={}", wanted.keys.join("\n")),
            format!("SIMULATED_OWN_KEY={own_key}"),
        ]),
        stop_signal: Some("SIGRTMIN+3".to_owned()),
        labels: Some(labels.into_iter().collect()),
        host_config: Some(HostConfig {
            network_mode: Some(format!("container:{}", simulation.card(&wanted.name))),
            cap_add: Some(words(&CAPABILITIES)),
            security_opt: Some(words(&["seccomp=unconfined", "apparmor=unconfined"])),
            // What the command line calls systempaths=unconfined.
            masked_paths: Some(Vec::new()),
            readonly_paths: Some(Vec::new()),
            device_cgroup_rules: Some(words(&["a *:* rwm"])),
            cgroupns_mode: Some(HostConfigCgroupnsModeEnum::HOST),
            binds: Some(binds),
            tmpfs: Some(
                ["/run", "/run/lock", "/tmp"]
                    .map(|path| (path.to_owned(), "exec,mode=1777".to_owned()))
                    .into(),
            ),
            cpu_period: Some(PERIOD),
            cpu_quota: Some(quota(cpus)),
            memory: Some(bytes(memory)),
            // A machine that restarts itself comes back.
            restart_policy: Some(RestartPolicy {
                name: Some(RestartPolicyNameEnum::UNLESS_STOPPED),
                maximum_retry_count: None,
            }),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    };
    container::create(engine, &name, body)
        .await
        .with_context(|| format!("could not make the host {name}"))
}

fn quota(cpus: u64) -> i64 {
    i64::try_from(cpus).unwrap_or(1) * PERIOD
}

fn bytes(mebibytes: u64) -> i64 {
    i64::try_from(mebibytes).unwrap_or(1024) << 20
}

/// Gives it the processors and memory of another size.
pub(super) async fn resize(
    engine: &Engine,
    simulation: &Simulation,
    wanted: &Wanted,
) -> anyhow::Result<()> {
    let name = simulation.machine(&wanted.name);
    let (cpus, memory) = limits(&wanted.size);
    let body = ContainerUpdateBody {
        cpu_period: Some(PERIOD),
        cpu_quota: Some(quota(cpus)),
        memory: Some(bytes(memory)),
        memory_swap: Some(bytes(memory) * 2),
        ..ContainerUpdateBody::default()
    };
    engine
        .docker
        .update_container(&name, body)
        .await
        .with_context(|| format!("could not resize the host {name}"))
}

/// Starts it and waits until it has booted. Its card is on already.
pub(super) async fn start(
    engine: &Engine,
    simulation: &Simulation,
    wanted: &Wanted,
) -> anyhow::Result<()> {
    let name = simulation.machine(&wanted.name);
    engine
        .docker
        .start_container(&name, None::<StartContainerOptions>)
        .await
        .with_context(|| format!("could not start the host {name}"))?;
    // The bus is not there in the first moment.
    let wait = "for turn in $(seq 100); do state=$(systemctl is-system-running --wait 2>/dev/null); case $state in \
                running | degraded) exit 0 ;; esac; sleep 0.1; done; echo \"systemd says: $state\"; exit 1";
    let ran = engine.run(&name, &["bash", "-c", wait], "").await?;
    if ran.code != 0 {
        bail!("the host {name} did not boot: {}", ran.text.trim());
    }
    Ok(())
}

/// Shuts it down; its system disk and everything on it stays.
pub(super) async fn stop(
    engine: &Engine,
    simulation: &Simulation,
    machine: &str,
) -> anyhow::Result<()> {
    let name = simulation.machine(machine);
    let options = StopContainerOptions {
        t: Some(PATIENCE),
        signal: None,
    };
    match engine.docker.stop_container(&name, Some(options)).await {
        Err(error) if !is_conflict(&error) => {
            Err(error).with_context(|| format!("could not stop the host {name}"))
        }
        _ => Ok(()),
    }
}

/// Removes it with its card and its system disk. Data disks stay.
pub(super) async fn remove(
    engine: &Engine,
    simulation: &Simulation,
    machine: &str,
) -> anyhow::Result<()> {
    container::remove(engine, &simulation.machine(machine)).await?;
    container::remove(engine, &simulation.card(machine)).await?;
    for (what, _) in VOLUMES {
        disk::remove_volume(engine, &simulation.volume(machine, what)).await?;
    }
    Ok(())
}
