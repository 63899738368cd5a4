//! What Prometheus asks: every exporter of every running server, at the port that is open for it.

use super::place;
use crate::fleet::Fleet;
use crate::fleet::server::{PowerState, Server};
use std::collections::BTreeSet;

/// One exporter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target<'a> {
    /// Of the scrape configuration: `node`, `cadvisor`, `traefik`, `mysqld`, `prometheus`, `grafana`.
    pub(crate) job: &'static str,
    /// `10.10.0.5:9104`; of a container beside Prometheus its name, `cadvisor:8080`.
    pub(crate) address: String,
    pub(crate) server: &'a Server,
}

/// An exporter: its job, what its port is for, its usual port, and its place for a Prometheus on the same server.
const EXPORTERS: [(&str, &str, u16, Option<&str>); 4] = [
    ("node", "node-exporter", 9100, None),
    ("cadvisor", "cadvisor", 8081, Some("cadvisor:8080")),
    ("traefik", "traefik-metrics", 8082, Some("traefik:8082")),
    (
        "mysqld",
        "mysqld-exporter",
        9104,
        Some("mysqld_exporter:9104"),
    ),
];

/// The targets of the Prometheus that runs on `home`; none where none does.
pub(crate) fn of<'a>(fleet: &'a Fleet, home: &'a Server) -> Vec<Target<'a>> {
    if home.services.prometheus.is_none() {
        return Vec::new();
    }
    let mut targets = Vec::new();
    let running = fleet.servers.iter();
    for server in running.filter(|server| server.state.value == PowerState::Running) {
        let own = server.name() == home.name();
        for (job, purpose, port, beside) in EXPORTERS {
            if !runs(server, job) {
                continue;
            }
            let address = server.machine.private_ip.value;
            let address = match (own, beside) {
                (true, Some(name)) => Some(name.to_owned()),
                (true, None) => Some(place(address, server.port_for(purpose).unwrap_or(port))),
                // A port that is not open would only be an alert that never ends; the describers say so (LO116).
                (false, _) => server
                    .port_for(purpose)
                    .filter(|_| open(server, purpose, home))
                    .map(|port| place(address, port)),
            };
            targets.extend(address.map(|address| Target {
                job,
                address,
                server,
            }));
        }
    }
    let mut beside = |job, address: &str| {
        targets.push(Target {
            job,
            address: address.to_owned(),
            server: home,
        });
    };
    beside("prometheus", "localhost:9090");
    if home.services.grafana.is_some() {
        beside("grafana", "grafana:3000");
    }
    targets
}

/// The TCP ports at which the services of a server listen, whether anybody else is let in or not.
pub(crate) fn ports(server: &Server) -> BTreeSet<u16> {
    let exporters = EXPORTERS.iter().filter(|(job, ..)| runs(server, job));
    let exporters = exporters.map(|(_, purpose, port, _)| (*purpose, *port));
    let services = &server.services;
    let others = [
        (services.traefik.is_some(), "http", 80),
        (services.traefik.is_some(), "https", 443),
        (services.mysql.is_some(), "mysql", 3306),
    ];
    let others = others.into_iter().filter(|(runs, ..)| *runs);
    exporters
        .chain(others.map(|(_, purpose, port)| (purpose, port)))
        .map(|(purpose, port)| server.port_for(purpose).unwrap_or(port))
        .collect()
}

fn runs(server: &Server, job: &str) -> bool {
    let services = &server.services;
    match job {
        "node" => services.node_exporter.is_some(),
        "cadvisor" => services.cadvisor.is_some(),
        "traefik" => services.traefik.is_some(),
        _ => services.mysqld_exporter.is_some(),
    }
}

fn open(server: &Server, purpose: &str, to: &Server) -> bool {
    server.ports.iter().any(|port| {
        port.purpose.as_deref() == Some(purpose)
            && port.sources.addresses.contains(to.machine.private_ip.value)
    })
}
