//! Services that need another one: beside them, on another server, or in the environment.

use crate::describer::codes::{LO107, LO115, LO116, LO117};
use crate::describer::suggest::nearest;
use crate::finding::Finding;
use crate::fleet::environment::Environment;
use crate::fleet::server::{PowerState, Server};
use crate::fleet::service::Database;
use crate::source::{Located, Span};

pub(in crate::describer) fn check(environment: &Environment, servers: &[Server]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for server in servers {
        let mut found = beside(server);
        found.extend(certified(environment, server));
        found.extend(database(server, servers));
        found.extend(collected(server, servers));
        found.extend(ended(server));
        for finding in &mut found {
            finding.server = Some(server.name().to_owned());
        }
        findings.append(&mut found);
    }
    findings
}

fn alone(span: Span, message: String, help: impl Into<String>) -> Finding {
    Finding::new(&LO115, message)
        .at(span, "cannot do its work")
        .help(help)
}

/// What must run on the same server.
fn beside(server: &Server) -> Vec<Finding> {
    let services = &server.services;
    let pairs = [
        (
            "laravel",
            services.laravel.as_ref().map(|one| one.span),
            "traefik",
            services.traefik.is_some(),
        ),
        (
            "grafana",
            services.grafana.as_ref().map(|one| one.span),
            "traefik",
            services.traefik.is_some(),
        ),
        (
            "grafana",
            services.grafana.as_ref().map(|one| one.span),
            "prometheus",
            services.prometheus.is_some(),
        ),
        (
            "mysqld_exporter",
            services.mysqld_exporter.as_ref().map(|one| one.span),
            "mysql",
            services.mysql.is_some(),
        ),
    ];
    let missing = pairs.into_iter().filter(|(_, _, _, is_there)| !is_there);
    missing
        .filter_map(|(name, span, partner, _)| {
            Some(alone(
                span?,
                format!("`{name}` needs `{partner}` on its server"),
                format!("add `{partner}: {{}}` to its `services`"),
            ))
        })
        .collect()
}

/// What must be said in environment.yaml.
fn certified(environment: &Environment, server: &Server) -> Vec<Finding> {
    let services = &server.services;
    let mut findings = Vec::new();
    let own = environment.authority.is_some();
    if let Some(mysql) = services.mysql.as_ref().filter(|_| !own) {
        findings.push(alone(
            mysql.span,
            "`mysql` needs an authority that signs its certificate".to_owned(),
            "add `certificates` to `environment.yaml`, as docs/certificates.md shows",
        ));
    }
    if let Some(traefik) = services.traefik.as_ref()
        && !own
        && environment.acme_email.is_none()
    {
        findings.push(alone(
            traefik.span,
            "`traefik` needs somebody who signs its certificates".to_owned(),
            "add `acme: { email: … }` to `environment.yaml` for Let's Encrypt, or `certificates` for an authority of your own",
        ));
    }
    if let Some(grafana) = &services.grafana
        && grafana.value.discord
        && environment.discord_webhook.is_none()
    {
        findings.push(alone(
            grafana.span,
            "`grafana` is to send alerts to Discord, and the environment names no webhook"
                .to_owned(),
            "add `discord: { webhook: secret:DISCORD_WEBHOOK }` to `environment.yaml`",
        ));
    }
    findings
}

/// The database of an application: that there is one of this name, and that it may be reached from here.
fn database(server: &Server, servers: &[Server]) -> Vec<Finding> {
    let Some(wanted) =
        (server.services.laravel.as_ref()).and_then(|one| one.value.database.as_ref())
    else {
        return Vec::new();
    };
    let found = databases(servers).filter(|(_, database)| database.name.value == wanted.value);
    let found: Vec<(&Server, &Database)> = found.collect();
    let [(home, _)] = found.as_slice() else {
        return vec![unclear(wanted, servers, &found)];
    };
    let name = home.name();
    let address = server.machine.private_ip.value;
    let open = home.ports.iter().any(|port| {
        port.purpose.as_deref() == Some("mysql") && port.sources.addresses.contains(address)
    });
    if open {
        return Vec::new();
    }
    vec![alone(
        wanted.span,
        format!("`{name}` does not let `{}` reach its MySQL", server.name()),
        format!(
            "add `- {{ port: 3306, from: {}, for: mysql, tls: required }}` to the ports of `{name}`",
            server.name()
        ),
    )]
}

fn databases(servers: &[Server]) -> impl Iterator<Item = (&Server, &Database)> {
    servers.iter().flat_map(|server| {
        let databases = server
            .services
            .mysql
            .iter()
            .flat_map(|mysql| &mysql.value.databases);
        databases.map(move |database| (server, database))
    })
}

fn unclear(
    wanted: &Located<String>,
    servers: &[Server],
    found: &[(&Server, &Database)],
) -> Finding {
    if let [(_, first), (_, second), ..] = found {
        return Finding::new(
            &LO107,
            format!("two databases are called `{}`", wanted.value),
        )
        .at(wanted.span, "which one?")
        .related(first.name.span, "one")
        .related(second.name.span, "and another")
        .help("give one of the two another name");
    }
    let names = databases(servers).map(|(_, database)| database.name.value.as_str());
    let label = nearest(&wanted.value, names).map_or_else(
        || "not among the `databases` of any server".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Finding::new(&LO107, format!("no database is called `{}`", wanted.value))
        .at(wanted.span, label)
        .help("name one of `services.mysql.databases` of a server, or add it there")
}

/// An exporter of another server that Prometheus cannot ask.
fn collected(server: &Server, servers: &[Server]) -> Vec<Finding> {
    let collectors = servers.iter().filter(|one| {
        one.services.prometheus.is_some()
            && one.state.value == PowerState::Running
            && one.name() != server.name()
    });
    let services = &server.services;
    let exporters = [
        (
            "traefik",
            "traefik-metrics",
            8082,
            services.traefik.as_ref().map(|one| one.span),
        ),
        (
            "cadvisor",
            "cadvisor",
            8081,
            services.cadvisor.as_ref().map(|one| one.span),
        ),
        (
            "node_exporter",
            "node-exporter",
            9100,
            services.node_exporter,
        ),
        (
            "mysqld_exporter",
            "mysqld-exporter",
            9104,
            services.mysqld_exporter.as_ref().map(|one| one.span),
        ),
    ];
    let mut findings = Vec::new();
    for collector in collectors {
        let address = collector.machine.private_ip.value;
        for (name, purpose, port, span) in exporters {
            let open = server.ports.iter().any(|port| {
                port.purpose.as_deref() == Some(purpose) && port.sources.addresses.contains(address)
            });
            if let (Some(span), false) = (span, open) {
                findings.push(
                    Finding::new(
                        &LO116,
                        format!(
                            "`{}` cannot ask the `{name}` of `{}`",
                            collector.name(),
                            server.name()
                        ),
                    )
                    .at(span, "not collected")
                    .help(format!(
                        "add `- {{ port: {port}, from: {}, for: {purpose} }}` to its `ports`",
                        collector.name()
                    )),
                );
            }
        }
    }
    findings
}

/// MySQL 8.0 ended in April 2026.
fn ended(server: &Server) -> Option<Finding> {
    let mysql = server.services.mysql.as_ref()?;
    // Without a word the pinned one runs, which is the last of that line.
    let (image, span) = match &mysql.value.image {
        Some(image) => (image.value.as_str(), image.span),
        None => ("mysql:8.0", mysql.span),
    };
    let version = image.rsplit_once(':').map_or("", |(_, tag)| tag);
    (version == "8.0" || version.starts_with("8.0.") || version.starts_with("8.0-")).then(|| {
        Finding::new(
            &LO117,
            format!("`{image}` is of a line that ended in April 2026"),
        )
        .at(span, "gets no security fixes any more")
        .help("plan the step to `mysql:8.4.9`; docs/database.md shows it")
    })
}
