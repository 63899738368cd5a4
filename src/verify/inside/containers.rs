//! The containers of a server, and which of its ports are theirs.

use super::answers::Answers;
use crate::verify::outcome::{Container, Gap, Socket, Translated};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A line of `docker inspect` as the script asks for it.
#[derive(Deserialize)]
struct Line {
    name: String,
    image: String,
    status: String,
    exit_code: i64,
    health: String,
    project: Option<String>,
    network: String,
    networks: Option<BTreeMap<String, Network>>,
}

#[derive(Deserialize)]
struct Network {
    #[serde(rename = "IPAddress", default)]
    v4: String,
    #[serde(rename = "GlobalIPv6Address", default)]
    v6: String,
}

pub(super) fn read(answers: &Answers<'_>, gaps: &mut Vec<Gap>) -> Option<Vec<Container>> {
    let Some(said) = answers.get("containers") else {
        gaps.push(Gap::new("Docker does not say which containers it runs"));
        return None;
    };
    let mut lines = said.lines();
    if lines.next() != Some("docker") {
        return None;
    }
    let lines: Result<Vec<Line>, _> = lines
        .filter(|line| !line.is_empty())
        .map(serde_json::from_str)
        .collect();
    let Ok(lines) = lines else {
        gaps.push(Gap::new(
            "what Docker says of its containers is not understood",
        ));
        return None;
    };
    let mut containers: Vec<Container> = lines
        .into_iter()
        .map(|line| Container {
            name: line.name.trim_start_matches('/').to_owned(),
            image: line.image,
            status: line.status,
            exit_code: line.exit_code,
            health: line.health,
            project: line.project.unwrap_or_default(),
            host_network: line.network == "host",
            addresses: line
                .networks
                .unwrap_or_default()
                .values()
                .flat_map(|network| [&network.v4, &network.v6])
                .filter_map(|address| address.parse().ok())
                .collect(),
        })
        .collect();
    containers.sort_by(|a, b| a.name.cmp(&b.name));
    Some(containers)
}

/// Names the container behind each port that is handed on, and behind the socket that stands in for it.
pub(super) fn name(
    containers: Option<&[Container]>,
    translated: &mut [Translated],
    sockets: &mut [Socket],
) {
    let containers = containers.unwrap_or_default();
    for port in translated.iter_mut() {
        let address = port
            .to
            .rsplit_once(':')
            .map_or(port.to.as_str(), |(host, _)| host);
        let address = address.trim_start_matches('[').trim_end_matches(']');
        let address = address.parse::<IpAddr>().ok();
        let behind = containers
            .iter()
            .find(|container| address.is_some_and(|at| container.addresses.contains(&at)));
        port.container = behind.map(|one| one.name.clone()).unwrap_or_default();
    }
    for socket in sockets
        .iter_mut()
        .filter(|one| one.process == "docker-proxy")
    {
        let same = translated.iter().find(|port| {
            port.protocol == socket.protocol && (port.low..=port.high).contains(&socket.port)
        });
        socket.container = same.map(|port| port.container.clone()).unwrap_or_default();
    }
}
