//! Hosts for those who do not wait for futures: bring them up, find them, look into them, take them down.

use super::contact::contacts;
use super::offer::Images;
use super::security::dropped as dropped_by_groups;
use super::settle::{Look, Say, is_running};
use super::sweep::Swept;
use super::{Hosts, container, engine, shell};
use crate::process::{Cancelled, interrupted};
use crate::simulator::arm::Kind;
use crate::simulator::{list, portal, store::Store};
use anyhow::{Context as _, bail};
use camino::Utf8Path;
use std::io::Write;
use std::sync::Mutex;
use std::time::Duration;

/// What a cancelled run has left to take its hosts down: its runner kills it ten seconds after the first interrupt.
const LAST: Duration = Duration::from_secs(4);

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Boot a host for every virtual machine that runs, on the Docker engine that `DOCKER_HOST` names
    Up,
    /// Remove every host, network and disk from the Docker engine; the simulated cloud stays
    Down,
    /// Open a shell on a host, as root and past its network, or run a command there
    Shell {
        /// The virtual machine's name
        name: String,
        /// What to run instead of a shell
        #[arg(trailing_var_arg = true, value_name = "COMMAND")]
        command: Vec<String>,
    },
    /// Print what a host has logged since it was started, and what its security groups kept out
    Logs {
        /// The virtual machine's name
        name: String,
    },
}

/// Does what was asked. Returns the exit code of a command on a host.
pub(crate) fn run(
    command: Command,
    cloud: &Utf8Path,
    engine: &str,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<i64> {
    match command {
        Command::Up => {
            let words = Mutex::new(|words: &str| tracing::info!("{words}"));
            up(engine, cloud, None, &words)?;
            list(engine, cloud, out)?;
        }
        Command::Down => {
            let swept = down(engine, cloud)?;
            writeln!(out, "{swept}").context("could not say what was done")?;
        }
        Command::Shell { name, command } => return shell(engine, cloud, &name, &command, out),
        Command::Logs { name } => logs(engine, cloud, &name, out)?,
    }
    Ok(0)
}

/// Running hosts as a table; nothing where the cloud never had any.
pub(crate) fn list(
    engine: &str,
    cloud: &Utf8Path,
    out: &mut (dyn Write + Send),
) -> anyhow::Result<()> {
    if Store::new(cloud).read()?.hosts.is_empty() {
        return Ok(());
    }
    match answers(engine) {
        Ok(()) => list::hosts(&contacts(engine, cloud)?, out),
        Err(error) => writeln!(out, "\nThe hosts cannot be asked: {error:#}.")
            .context("could not write the list"),
    }
}

/// Before the cloud is forgotten: without it nobody would find its hosts again.
pub(crate) fn forget(engine: &str, cloud: &Utf8Path) -> anyhow::Result<()> {
    if Store::new(cloud).read()?.hosts.is_empty() {
        return Ok(());
    }
    down(engine, cloud)
        .map(|_| ())
        .context("the cloud has hosts, which must go first")
}

/// The engine's address that counts: what `DOCKER_HOST` says, or the usual one.
pub(crate) fn address(docker_host: Option<&str>) -> &str {
    docker_host.unwrap_or(engine::USUAL)
}

/// Whether an engine answers there.
pub(crate) fn answers(address: &str) -> anyhow::Result<()> {
    block(async { engine::Engine::connect(address).await.map(|_| ()) })
}

/// Boots what is to run, stops what is not, and removes what is left of earlier runs. Without images, hosts have those that
/// were last named.
pub(crate) fn up(
    address: &str,
    cloud: &Utf8Path,
    images: Option<&Images>,
    say: Say<'_>,
) -> anyhow::Result<()> {
    block(async {
        let hosts = Hosts::connect(address, cloud).await?;
        hosts.clean().await?;
        if let Some(images) = images {
            hosts.offer(images, say).await?;
        }
        hosts.settle(Look::Everything, say).await
    })
}

/// Hands those of the images that the engine has to the hosts, at once to those that run; boots nothing. All machines are to
/// be in it: what was named before counts no more.
pub(crate) fn offer(
    address: &str,
    cloud: &Utf8Path,
    images: &Images,
    say: Say<'_>,
) -> anyhow::Result<()> {
    if Store::new(cloud).read()?.hosts.is_empty() {
        return Ok(());
    }
    block(async {
        let hosts = Hosts::connect(address, cloud).await?;
        hosts.offer(images, say).await?;
        hosts.hand_out(say).await
    })
}

/// Removes everything that the simulation has made on the engine.
pub(crate) fn down(address: &str, cloud: &Utf8Path) -> anyhow::Result<Swept> {
    block_with(LAST, async {
        Hosts::connect(address, cloud).await?.down().await
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
    match container::inspect(&hosts.engine, &container).await? {
        Some(found) if is_running(&found) => Ok((hosts, container)),
        Some(_) => bail!(
            "the host of `{machine}` is stopped: `lostops simulator start {machine}` starts it"
        ),
        None => bail!("`{machine}` has no host: `lostops simulator up` boots it"),
    }
}

/// Until an interrupt: what is half done then, the next run finds.
pub(super) fn block<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    block_with(Duration::ZERO, work)
}

/// So much longer than until an interrupt.
fn block_with<T>(
    grace: Duration,
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("could not start to work with the engine")?;
    let done = runtime.block_on(async {
        tokio::select! {
            done = work => done,
            () = interrupted(grace) => Err(Cancelled.into()),
        }
    });
    // A read of the terminal cannot be called off, and nobody waits for it.
    runtime.shutdown_background();
    done
}
