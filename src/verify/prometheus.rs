//! What a Prometheus says of its targets, asked on its own server.

use super::dial::{From, dial};
use super::http::get;
use super::outcome::ScrapeTarget;
use crate::process::pause;
use crate::ssh::Ssh;
use crate::ssh::target::Target;
use serde::Deserialize;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

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

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Active {
    labels: Labels,
    health: String,
    last_error: String,
    last_scrape: String,
}

#[derive(Clone, PartialEq, Eq, Deserialize)]
struct Labels {
    #[serde(default)]
    job: String,
    #[serde(default)]
    instance: String,
}

/// A target that is down is asked for again by Prometheus soon; so long is waited for that.
const PATIENCE: Duration = Duration::from_secs(75);
const AGAIN: Duration = Duration::from_secs(1);

/// What its targets are now: one that was down when Prometheus last asked may have come up since.
///
/// # Errors
/// In words: it does not answer, or not as Prometheus does.
pub(crate) fn targets(ssh: &Ssh, server: &Target) -> Result<Vec<ScrapeTarget>, String> {
    let first = active(ssh, server)?;
    let now = settled(&first, AGAIN, || active(ssh, server));
    let mut targets: Vec<ScrapeTarget> = now
        .into_iter()
        .map(|target| ScrapeTarget {
            // One that was not asked yet is neither up nor down; the next look tells.
            is_up: !down(&target),
            job: target.labels.job,
            instance: target.labels.instance,
            error: target.last_error,
        })
        .collect();
    targets.sort_by(|a, b| (&a.job, &a.instance).cmp(&(&b.job, &b.instance)));
    Ok(targets)
}

/// What is said once Prometheus has asked every target anew that was down at first. One look that takes too long says nothing of
/// the targets: what was said before it still holds.
fn settled(
    first: &[Active],
    again: Duration,
    mut look: impl FnMut() -> Result<Vec<Active>, String>,
) -> Vec<Active> {
    let begun = Instant::now();
    let is_old = |target: &Active| {
        let mut before = first.iter().filter(|one| down(one));
        before.any(|one| one.labels == target.labels && one.last_scrape == target.last_scrape)
    };
    let mut now = first.to_owned();
    while now.iter().any(|target| down(target) && is_old(target))
        && begun.elapsed() < PATIENCE
        && pause(again).is_ok()
    {
        if let Ok(said) = look() {
            now = said;
        }
    }
    now
}

fn down(target: &Active) -> bool {
    target.health == "down"
}

fn active(ssh: &Ssh, server: &Target) -> Result<Vec<Active>, String> {
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
    Ok(answer.data.active)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(health: &str, last_scrape: &str) -> Vec<Active> {
        vec![Active {
            labels: Labels {
                job: "node".to_owned(),
                instance: "10.10.0.5:9100".to_owned(),
            },
            health: health.to_owned(),
            last_error: String::new(),
            last_scrape: last_scrape.to_owned(),
        }]
    }

    #[test]
    fn one_look_that_takes_too_long_loses_nothing_of_the_others() {
        let mut looks = [
            Err("timed out".to_owned()),
            Ok(one("down", "12:00")),
            Err("timed out".to_owned()),
            Ok(one("up", "12:01")),
        ]
        .into_iter();
        let now = settled(&one("down", "12:00"), Duration::ZERO, || {
            looks.next().expect("it is up by now")
        });
        assert_eq!(now[0].health, "up");
        assert!(looks.next().is_none());
    }
}
