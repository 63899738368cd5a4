//! Who reaches which port as lostops judges a plan.

use super::random::block;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// One line of what a server exposes.
#[derive(Debug, PartialEq)]
struct Line {
    is_certain: bool,
    protocol: String,
    low: u16,
    high: u16,
    from: Vec<String>,
}

/// What one server exposes as planned.
#[derive(Debug, PartialEq)]
pub(super) struct Exposed(Vec<Line>);

/// What a plan says of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(super) enum Verdict {
    Closed,
    /// It cannot be shown closed.
    Unproven,
    Open,
}

/// What every machine of an answer exposes, by its name.
pub(super) fn exposed(answer: &Value) -> BTreeMap<String, Exposed> {
    let servers = answer["servers"].as_array().expect("servers").iter();
    let named = servers.map(|server| {
        let address = server["address"].as_str().expect("an address");
        let name = address.rsplit('.').next().unwrap_or_default().to_owned();
        let exposures = server["exposures"].as_array().expect("exposures").iter();
        (name, Exposed(exposures.map(line).collect()))
    });
    named.collect()
}

fn line(exposure: &Value) -> Line {
    let is_certain = exposure["proof"] == "open";
    assert!(
        is_certain || exposure["proof"] == "cannot-prove",
        "{exposure:#}"
    );
    let ports = exposure["ports"].as_str().expect("ports");
    let (low, high) = ports.split_once('-').unwrap_or((ports, ports));
    let from = exposure["from"].as_array().expect("from").iter();
    Line {
        is_certain,
        protocol: exposure["protocol"]
            .as_str()
            .expect("a protocol")
            .to_owned(),
        low: low.parse().expect("a port"),
        high: high.parse().expect("a port"),
        from: from.filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}

impl Exposed {
    /// Whether a word names the source: `internet` names everyone outside the network, though not for certain.
    pub(super) fn says(&self, source: Ipv4Addr, protocol: &str, port: u16) -> Verdict {
        let is_inside = source.octets()[..2] == [10, 20];
        let names = |word: &String| match word.as_str() {
            "vnet" => is_inside,
            "internet" => true,
            text => block(text).is_some_and(|block| block.contains(&source)),
        };
        let mut lines: Vec<&Line> = self.0.iter().collect();
        lines.retain(|line| line.protocol == protocol && (line.low..=line.high).contains(&port));
        lines.retain(|line| line.from.iter().any(names));
        match lines.iter().any(|line| line.is_certain) {
            true => Verdict::Open,
            false if lines.is_empty() => Verdict::Closed,
            false => Verdict::Unproven,
        }
    }

    /// Whether nothing is left that cannot be shown closed.
    pub(super) fn is_proven(&self) -> bool {
        self.0.iter().all(|line| line.is_certain)
    }

    pub(super) fn says_internet(&self) -> bool {
        self.0
            .iter()
            .flat_map(|line| &line.from)
            .any(|word| word == "internet")
    }
}
