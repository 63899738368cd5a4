//! What a Prometheus says of its targets, asked on its own server.

use super::dial::{From, dial};
use super::http::get;
use super::outcome::ScrapeTarget;
use crate::ssh::Ssh;
use crate::ssh::target::Target;
use serde::Deserialize;
use std::net::{Ipv4Addr, SocketAddr};

/// Where Prometheus listens on its server, for the server alone.
const PLACE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9090);

#[derive(Deserialize)]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "activeTargets")]
    active: Vec<Active>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Active {
    labels: Labels,
    health: String,
    last_error: String,
}

#[derive(Deserialize)]
struct Labels {
    #[serde(default)]
    job: String,
    #[serde(default)]
    instance: String,
}

/// # Errors
/// In words: it does not answer, or not as Prometheus does.
pub(crate) fn targets(ssh: &Ssh, server: &Target) -> Result<Vec<ScrapeTarget>, String> {
    let answer = dial(From::Server(ssh, server), PLACE)
        .and_then(|mut stream| {
            get(
                &mut stream,
                "localhost:9090",
                "/api/v1/targets?state=active",
            )
        })
        .map_err(|error| error.to_string())?;
    if answer.status != 200 {
        return Err(format!("it answers {}", answer.status));
    }
    let answer: Answer = serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
    let mut targets: Vec<ScrapeTarget> = answer
        .data
        .active
        .into_iter()
        .map(|target| ScrapeTarget {
            job: target.labels.job,
            instance: target.labels.instance,
            // One that was not asked yet is neither; the next look tells.
            is_up: target.health != "down",
            error: target.last_error,
        })
        .collect();
    targets.sort_by(|a, b| (&a.job, &a.instance).cmp(&(&b.job, &b.instance)));
    Ok(targets)
}
