//! A machine's network card: a container that owns the network namespace, with its addresses and its security group.

use super::container;
use super::engine::{Engine, is_conflict, is_missing};
use super::names::Simulation;
use super::network::{self, Transport};
use super::wanted::{Card, Wanted};
use anyhow::Context as _;
use bollard::models::{
    ContainerCreateBody, EndpointSettings, HostConfig, NetworkConnectRequest, NetworkingConfig,
    RestartPolicy, RestartPolicyNameEnum,
};
use bollard::query_parameters::{KillContainerOptions, StartContainerOptions};
use std::fmt::Write as _;
use std::net::Ipv4Addr;

const PROGRAM: &str = "/usr/lib/simulated/card";

/// The networks that a card is plugged into.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plugs {
    pub(super) network: Transport,
    pub(super) internet: Transport,
}

pub(super) async fn plugs(
    engine: &Engine,
    simulation: &Simulation,
    card: &Card,
) -> anyhow::Result<Plugs> {
    let name = simulation.network(&card.network);
    Ok(Plugs {
        network: network::ensure(engine, simulation, &name, &card.network).await?,
        internet: network::ensure(engine, simulation, &simulation.internet(), "internet").await?,
    })
}

/// Makes the card unless it is there. It is not started.
pub(super) async fn ensure(
    engine: &Engine,
    simulation: &Simulation,
    wanted: &Wanted,
    image: &str,
) -> anyhow::Result<()> {
    let name = simulation.card(&wanted.name);
    let network = simulation.network(&wanted.card.network);
    if let Some(found) = container::inspect(engine, &name).await? {
        let is_going = container::is_going(&found);
        let plugged = found.network_settings.and_then(|all| all.networks);
        let plugged = plugged.unwrap_or_default();
        if plugged.contains_key(&network) && !is_going {
            if plugged.contains_key(&simulation.internet()) {
                return Ok(());
            }
            // Whoever made it was killed before it had both.
            return plug_in(engine, simulation, &name).await;
        }
        // The machine moved to another network, or whoever removes it is not done.
        container::remove(engine, &name).await?;
    }
    let body = ContainerCreateBody {
        image: Some(image.to_owned()),
        hostname: Some(wanted.name.clone()),
        cmd: Some(vec![PROGRAM.to_owned(), "serve".to_owned()]),
        labels: Some(
            simulation
                .labels("card", &wanted.name)
                .into_iter()
                .collect(),
        ),
        host_config: Some(HostConfig {
            network_mode: Some(network.clone()),
            cap_add: Some(vec!["NET_ADMIN".to_owned()]),
            // Empty at each start: what is there says that this start has come so far.
            tmpfs: Some([("/run".to_owned(), "mode=755".to_owned())].into()),
            sysctls: Some(
                [
                    ("net.ipv4.ip_forward".to_owned(), "1".to_owned()),
                    ("net.ipv6.conf.all.disable_ipv6".to_owned(), "1".to_owned()),
                ]
                .into(),
            ),
            restart_policy: Some(RestartPolicy {
                name: Some(RestartPolicyNameEnum::UNLESS_STOPPED),
                maximum_retry_count: None,
            }),
            ..HostConfig::default()
        }),
        networking_config: Some(NetworkingConfig {
            endpoints_config: Some([(network, EndpointSettings::default())].into()),
        }),
        ..ContainerCreateBody::default()
    };
    container::create(engine, &name, body)
        .await
        .with_context(|| format!("could not make the network card {name}"))?;
    plug_in(engine, simulation, &name).await
}

/// Into the internet's side, which it does not get with its making.
async fn plug_in(engine: &Engine, simulation: &Simulation, name: &str) -> anyhow::Result<()> {
    let request = NetworkConnectRequest {
        container: name.to_owned(),
        ..NetworkConnectRequest::default()
    };
    engine
        .docker
        .connect_network(&simulation.internet(), request)
        .await
        .with_context(|| format!("could not plug in the network card {name}"))
}

/// Starts it anew, as empty as a card that gets current, and tells it everything before the machine is there.
pub(super) async fn power_on(
    engine: &Engine,
    simulation: &Simulation,
    wanted: &Wanted,
    settings: &str,
    rules: &str,
) -> anyhow::Result<()> {
    let name = simulation.card(&wanted.name);
    power_off(engine, simulation, &wanted.name).await?;
    engine
        .docker
        .start_container(&name, None::<StartContainerOptions>)
        .await
        .with_context(|| format!("could not start the network card {name}"))?;
    configure(engine, &name, settings).await?;
    enforce(engine, &name, rules).await
}

pub(super) async fn power_off(
    engine: &Engine,
    simulation: &Simulation,
    machine: &str,
) -> anyhow::Result<()> {
    let name = simulation.card(machine);
    let killed = engine
        .docker
        .kill_container(&name, None::<KillContainerOptions>)
        .await;
    match killed {
        Err(error) if !is_missing(&error) && !is_conflict(&error) => {
            Err(error).with_context(|| format!("could not stop the network card {name}"))
        }
        _ => Ok(()),
    }
}

/// What the card is told of its addresses: one fact on each line.
pub(super) fn settings(card: &Card, plugs: Plugs, runners: &[Ipv4Addr]) -> String {
    let mut text = String::new();
    let private: Vec<String> = card.private.iter().map(Ipv4Addr::to_string).collect();
    let lines = [
        ("network-prefix", plugs.network.prefix()),
        ("internet-prefix", plugs.internet.prefix()),
        ("gateway", plugs.internet.gateway.to_string()),
        ("private", private.join(" ")),
    ];
    let space = card.space.iter().map(|block| ("space", block.to_string()));
    let peers = card.peers.iter().map(|peer| ("peer", peer.to_string()));
    let public = card.public.map(|public| ("public", public.to_string()));
    // Whoever comes first is the one to whom answers to that address go.
    let guests = runners
        .first()
        .map(|runner| ("guest", format!("{runner} {}", card.guest)));
    for (name, value) in lines
        .into_iter()
        .chain(space)
        .chain(peers)
        .chain(public)
        .chain(guests)
    {
        // Writing into a text does not fail.
        let _ = writeln!(text, "{name} {value}");
    }
    text
}

pub(super) async fn configure(
    engine: &Engine,
    container: &str,
    settings: &str,
) -> anyhow::Result<()> {
    tell(engine, container, "configure", settings).await
}

/// Lets the security groups count from now on.
pub(super) async fn enforce(engine: &Engine, container: &str, rules: &str) -> anyhow::Result<()> {
    tell(engine, container, "rules", rules).await
}

async fn tell(engine: &Engine, container: &str, what: &str, text: &str) -> anyhow::Result<()> {
    engine
        .must_run(container, &[PROGRAM, what], text)
        .await
        .map(|_| ())
}
