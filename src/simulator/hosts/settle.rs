//! Makes hosts what the cloud says they are. Whatever was left half done is finished or made anew.

use super::kept::Kept;
use super::names::SERIAL;
use super::wanted::{self, Wanted, limits};
use super::{Hosts, Surroundings, card, container, disk, image, key, machine, network, offer};
use anyhow::Context as _;
use bollard::models::{ContainerInspectResponse, NetworkConnectRequest};
use futures_util::future::join_all;
use std::net::Ipv4Addr;
use std::sync::{Mutex, PoisonError};

/// Held while networks are made. No machine has such a name.
const NETWORKS: &str = ".networks";

/// How closely to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// What was done before is taken for granted.
    Changes,
    /// The engine is asked.
    Everything,
}

/// Told what takes long.
pub(crate) type Say<'a> = &'a Mutex<dyn FnMut(&str) + Send + 'a>;

pub(super) fn tell(say: Say<'_>, words: &str) {
    (say.lock().unwrap_or_else(PoisonError::into_inner))(words);
}

impl Hosts {
    /// Every host becomes what the cloud says; one that fails does not stop the others.
    pub(crate) async fn settle(&self, look: Look, say: Say<'_>) -> anyhow::Result<()> {
        let cloud = self.store.read()?;
        let mut names: Vec<String> = wanted::hosts(&cloud)
            .into_iter()
            .map(|host| host.name)
            .collect();
        let known = |name: &String| names.iter().any(|other| other.eq_ignore_ascii_case(name));
        let gone: Vec<String> = self
            .folder
            .names()
            .into_iter()
            .filter(|name| !known(name))
            .collect();
        names.extend(gone);
        let done = join_all(names.iter().map(|name| self.host(name, look, say))).await;
        let mut failures = done.into_iter().filter_map(Result::err);
        let Some(first) = failures.next() else {
            return Ok(());
        };
        Err(failures.fold(first, |all, next| anyhow::anyhow!("{all:#}; {next:#}")))
    }

    /// The host of one machine becomes what the cloud says; without the machine it goes.
    pub(crate) async fn host(&self, name: &str, look: Look, say: Say<'_>) -> anyhow::Result<()> {
        let _held = self.folder.lock(name).await?;
        // Only now: whoever held it may have done more than was known before.
        let cloud = self.store.read()?;
        let found = cloud
            .of(crate::simulator::arm::Kind::VirtualMachine)
            .find(|machine| machine.name().eq_ignore_ascii_case(name));
        let kept = self.folder.read(name);
        let Some((found, wanted)) =
            found.and_then(|found| Some((found, wanted::host(&cloud, found)?)))
        else {
            machine::remove(&self.engine, &self.simulation, name).await?;
            return self.folder.forget(name);
        };
        let rules = super::rules(&cloud, found);
        let same = |kept: &Kept| kept.wanted == wanted && kept.rules == rules;
        if look == Look::Changes && kept.as_ref().is_some_and(same) {
            return Ok(());
        }
        Box::pin(self.make(&wanted, &rules, kept, say))
            .await
            .with_context(|| format!("could not bring the host of `{name}` to what the cloud says"))
    }

    async fn make(
        &self,
        wanted: &Wanted,
        rules: &str,
        kept: Option<Kept>,
        say: Say<'_>,
    ) -> anyhow::Result<()> {
        let (engine, simulation) = (&self.engine, &self.simulation);
        let mut found = container::inspect(engine, &simulation.machine(&wanted.name)).await?;
        let offered = self.folder.offered().unwrap_or_default();
        let images = offered.to(&wanted.name);
        let has_no_place = |found: &ContainerInspectResponse| {
            images.is_some_and(|images| !images.is_empty()) && !offer::has_place(found)
        };
        if let Some(old) = &found
            && (serial(old) != wanted.serial || has_no_place(old) || container::is_going(old))
        {
            if has_no_place(old) {
                let name = &wanted.name;
                tell(
                    say,
                    &format!(
                        "making the host of {name} anew: an earlier lostops made it without a place for images"
                    ),
                );
            }
            machine::remove(engine, simulation, &wanted.name).await?;
            found = None;
        }
        let plugs = {
            // Docker lets several networks have one name.
            let _held = self.folder.lock(NETWORKS).await?;
            card::plugs(engine, simulation, &wanted.card).await?
        };
        let image = self.image(say).await?;
        let around = self.surroundings(plugs.internet).await?;
        card::ensure(engine, simulation, wanted, image).await?;
        let settings = card::settings(&wanted.card, plugs, &around.runners);
        if found.is_none() {
            tell(say, &format!("booting the host of {}", wanted.name));
            machine::create(engine, simulation, wanted, image, &around.key).await?;
        }
        let runs = found.as_ref().is_some_and(is_running);
        let resized = found
            .as_ref()
            .is_some_and(|found| !has_size(found, &wanted.size));
        let told = kept
            .as_ref()
            .is_some_and(|kept| kept.wanted.restarts != wanted.restarts);
        let current = container::inspect(engine, &simulation.card(&wanted.name)).await?;
        let has_current = current.as_ref().is_some_and(is_running);
        let must_stop = runs && (!wanted.running || resized || told || !has_current);
        if must_stop {
            machine::stop(engine, simulation, &wanted.name).await?;
        }
        if resized {
            machine::resize(engine, simulation, wanted).await?;
        }
        if !wanted.running {
            card::power_off(engine, simulation, &wanted.name).await?;
        } else if !runs || must_stop {
            card::power_on(engine, simulation, wanted, &settings, rules).await?;
            machine::start(engine, simulation, wanted).await?;
        } else {
            let name = simulation.card(&wanted.name);
            let started = current.as_ref().map(started).unwrap_or_default();
            let kept = kept.as_ref().filter(|kept| kept.card_started == started);
            if kept.is_none_or(|kept| kept.settings != settings) {
                card::configure(engine, &name, &settings).await?;
            }
            if kept.is_none_or(|kept| kept.rules != rules) {
                card::enforce(engine, &name, rules).await?;
            }
        }
        let current = container::inspect(engine, &simulation.card(&wanted.name)).await?;
        let since = current.as_ref().map(started).unwrap_or_default();
        // A machine that others have started, as the engine does after the computer itself has, lost its loop devices.
        let disks = kept
            .as_ref()
            .filter(|kept| kept.card_started == since)
            .map(|kept| &kept.wanted.disks);
        if wanted.running && (must_stop || !runs || disks != Some(&wanted.disks)) {
            disk::attach(engine, simulation, wanted, image).await?;
        }
        if let Some(images) = images.filter(|_| wanted.running) {
            offer::hand(engine, simulation, &wanted.name, images, say).await?;
        }
        let kept = Kept {
            wanted: wanted.clone(),
            rules: rules.to_owned(),
            settings,
            card_started: since,
        };
        self.folder.write(&wanted.name, &kept)
    }

    pub(super) async fn image(&self, say: Say<'_>) -> anyhow::Result<&str> {
        let made = self.image.get_or_try_init(|| async {
            // The first of several processes makes it, the others wait.
            let _held = self.folder.lock(".image").await?;
            {
                // Its packages come through it.
                let _held = self.folder.lock(NETWORKS).await?;
                let internet = self.simulation.internet();
                network::ensure(&self.engine, &self.simulation, &internet, "internet").await?;
            }
            image::ensure(
                &self.engine,
                &self.simulation,
                &self.room.join("image"),
                &mut |words| tell(say, words),
            )
            .await
        });
        made.await.map(String::as_str)
    }

    async fn surroundings(&self, internet: network::Transport) -> anyhow::Result<&Surroundings> {
        self.surroundings
            .get_or_try_init(|| async {
                let joined = join(self).await?;
                Ok(Surroundings {
                    key: key::public(&self.room)?,
                    runners: joined.into_iter().chain([internet.gateway]).collect(),
                })
            })
            .await
    }
}

/// This program runs in a container of its own.
pub(super) fn is_container() -> bool {
    camino::Utf8Path::new("/.dockerenv").exists()
}

/// Plugs the container that this program runs in, if it does and the engine is its own, into the internet's side.
async fn join(hosts: &Hosts) -> anyhow::Result<Option<Ipv4Addr>> {
    if !is_container() {
        return Ok(None);
    }
    let own = nix::unistd::gethostname().unwrap_or_default();
    let own = own.to_string_lossy().into_owned();
    let Some(found) = container::inspect(&hosts.engine, &own).await? else {
        return Ok(None);
    };
    let internet = hosts.simulation.internet();
    if let Some(address) = address_in(&found, &internet) {
        return Ok(Some(address));
    }
    let request = NetworkConnectRequest {
        container: own.clone(),
        ..NetworkConnectRequest::default()
    };
    hosts
        .engine
        .docker
        .connect_network(&internet, request)
        .await
        .context("could not join the simulated networks")?;
    let found = container::inspect(&hosts.engine, &own).await?;
    Ok(found.and_then(|found| address_in(&found, &internet)))
}

pub(super) fn address_in(found: &ContainerInspectResponse, network: &str) -> Option<Ipv4Addr> {
    let networks = found.network_settings.as_ref()?.networks.as_ref()?;
    networks.get(network)?.ip_address.as_ref()?.parse().ok()
}

pub(super) fn is_running(found: &ContainerInspectResponse) -> bool {
    found.state.as_ref().and_then(|state| state.running) == Some(true)
}

fn started(found: &ContainerInspectResponse) -> String {
    let state = found.state.as_ref();
    state
        .and_then(|state| state.started_at.as_ref())
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn serial(found: &ContainerInspectResponse) -> &str {
    let labels = found
        .config
        .as_ref()
        .and_then(|config| config.labels.as_ref());
    labels
        .and_then(|labels| labels.get(SERIAL))
        .map_or("", String::as_str)
}

fn has_size(found: &ContainerInspectResponse, size: &str) -> bool {
    let (_, memory) = limits(size);
    let held = found.host_config.as_ref().and_then(|config| config.memory);
    let held = held.and_then(|held| u64::try_from(held).ok());
    // None: this engine cannot limit memory and has left it out, so that another attempt would change nothing.
    held == Some(memory << 20) || held == Some(0)
}
