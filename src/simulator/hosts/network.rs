//! Docker networks: one for each virtual network, one for the internet's side.
//!
//! The engine gives them blocks of 198.18.0.0/15, which the internet does not use and which differ from one simulation to
//! the next, so that two may have servers of the same addresses. The servers' own addresses are the network card's work.

use super::engine::{Engine, is_conflict, is_missing};
use super::names::Simulation;
use crate::simulator::resources::number_of;
use anyhow::{Context as _, bail};
use bollard::errors::Error;
use bollard::models::{Ipam, IpamConfig, NetworkCreateRequest, NetworkInspect};
use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

/// How many blocks of 256 addresses there are.
const BLOCKS: u64 = 512;

/// What a network is on the engine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Transport {
    pub(super) block: Ipv4Net,
    /// The engine's own address in it.
    pub(super) gateway: Ipv4Addr,
}

impl Transport {
    /// `198.18.4.`: what its addresses begin with.
    pub(super) fn prefix(self) -> String {
        let [a, b, c, _] = self.block.network().octets();
        format!("{a}.{b}.{c}.")
    }
}

/// Finds the network or makes it.
pub(super) async fn ensure(
    engine: &Engine,
    simulation: &Simulation,
    network: &str,
    name: &str,
) -> anyhow::Result<Transport> {
    let first = number_of(network) % BLOCKS;
    for turn in 0..BLOCKS {
        if let Some(found) = inspect(engine, network).await? {
            return transport(&found)
                .with_context(|| format!("could not use the network {network}: it is not ours"));
        }
        match create(engine, simulation, network, name, (first + turn) % BLOCKS).await {
            Ok(()) => {}
            // Another server of this simulation wanted it at the same time.
            Err(error) if is_conflict(&error) => {}
            Err(Error::DockerResponseServerError { message, .. })
                if message.contains("overlaps") => {}
            Err(error) => {
                return Err(error).with_context(|| format!("could not make the network {network}"));
            }
        }
    }
    bail!("could not make the network {network}: every block of 198.18.0.0/15 is taken")
}

pub(super) async fn inspect(
    engine: &Engine,
    network: &str,
) -> anyhow::Result<Option<NetworkInspect>> {
    let options = None::<bollard::query_parameters::InspectNetworkOptions>;
    match engine.docker.inspect_network(network, options).await {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => {
            Err(error).with_context(|| format!("could not look at the network {network}"))
        }
    }
}

pub(super) fn transport(found: &NetworkInspect) -> Option<Transport> {
    let config = found.ipam.as_ref()?.config.as_ref()?.first()?;
    let block: Ipv4Net = config.subnet.as_ref()?.parse().ok()?;
    let gateway = config.gateway.as_ref()?.parse().ok()?;
    Some(Transport { block, gateway })
}

async fn create(
    engine: &Engine,
    simulation: &Simulation,
    network: &str,
    name: &str,
    number: u64,
) -> Result<(), Error> {
    let (b, c) = (18 + number / 256, number % 256);
    let is_internet = network == simulation.internet();
    let option = |name: &str, value: bool| (name.to_owned(), value.to_string());
    let request = NetworkCreateRequest {
        name: network.to_owned(),
        driver: Some("bridge".to_owned()),
        ipam: Some(Ipam {
            config: Some(vec![IpamConfig {
                subnet: Some(format!("198.{b}.{c}.0/24")),
                gateway: Some(format!("198.{b}.{c}.1")),
                ..IpamConfig::default()
            }]),
            ..Ipam::default()
        }),
        // Only the internet's side leads anywhere else.
        options: Some(
            [option(
                "com.docker.network.bridge.enable_ip_masquerade",
                is_internet,
            )]
            .into(),
        ),
        labels: Some(simulation.labels("network", name).into_iter().collect()),
        ..NetworkCreateRequest::default()
    };
    engine.docker.create_network(request).await.map(|_| ())
}
