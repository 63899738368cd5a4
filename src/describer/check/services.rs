//! The services of one server: those that its role runs, with their domain names resolved.

use super::convert;
use super::environment::Ground;
use crate::describer::codes::{LO107, LO115};
use crate::describer::suggest::nearest;
use crate::describer::wire::names::{Domain, DomainOrName};
use crate::describer::wire::services as wire;
use crate::describer::wire::text::Shaped as _;
use crate::finding::Finding;
use crate::fleet::server::Role;
use crate::fleet::service::{
    Database, Grafana, Laravel, Mysql, MysqldExporter, Plain, Prometheus, Services,
};
use crate::fleet::words::and_list;
use crate::source::Located;

/// What a describer need not say.
const APPLICATION: (u16, &str, &str) = (8080, "/up", "/var/www/html/storage");
const KEEP_BACKUPS: u16 = 14;
const RETENTION: &str = "15d";

/// Services that lack something needed are reported and left out.
pub(in crate::describer) fn check(
    written: wire::Services,
    role: Option<&Located<Role>>,
    ground: &Ground,
    findings: &mut Vec<Finding>,
) -> Services {
    let services = Services {
        traefik: written.traefik.map(|one| convert(one, plain)),
        cadvisor: written.cadvisor.map(|one| convert(one, plain)),
        node_exporter: written.node_exporter.map(|one| one.span),
        laravel: written
            .laravel
            .and_then(|one| whole(one, |one| laravel(one, ground, findings))),
        mysql: written.mysql.map(|one| convert(one, mysql)),
        mysqld_exporter: written
            .mysqld_exporter
            .and_then(|one| whole(one, mysqld_exporter)),
        prometheus: written.prometheus.map(|one| convert(one, prometheus)),
        grafana: written
            .grafana
            .and_then(|one| whole(one, |one| grafana(one, ground, findings))),
        compose: Vec::new(),
    };
    if let Some(role) = role {
        for (name, span) in services.names() {
            if role.value.services().contains(&name) {
                continue;
            }
            let word = role.value.word();
            let runs: Vec<String> = role
                .value
                .services()
                .iter()
                .map(|name| format!("`{name}`"))
                .collect();
            let at_home = Role::ALL
                .into_iter()
                .find(|role| role.services().contains(&name));
            let home = at_home.map_or_else(String::new, |role| {
                format!(" to a server of the role `{}`", role.word())
            });
            findings.push(
                Finding::new(
                    &LO115,
                    format!("a server of the role `{word}` runs no `{name}`"),
                )
                .at(span, "not of this role")
                .related(role.span, "the role")
                .help(format!(
                    "move it{home}; this one may run {}",
                    and_list(&runs)
                )),
            );
        }
    }
    services
}

/// The same place with what was made of it.
fn whole<T, U>(written: Located<T>, make: impl FnOnce(T) -> Option<U>) -> Option<Located<U>> {
    let span = written.span;
    make(written.value).map(|made| Located::new(made, span))
}

fn plain(written: wire::Plain) -> Plain {
    Plain {
        image: written.image.map(|image| image.value.0),
    }
}

fn laravel(
    written: wire::Laravel,
    ground: &Ground,
    findings: &mut Vec<Finding>,
) -> Option<Laravel> {
    let (port, health, storage) = APPLICATION;
    let has_database = written.database.is_some();
    let environment = written.environment.map(|table| table.value.entries);
    let domain = domain(written.domain.0, ground, findings);
    Some(Laravel {
        image: convert(written.image.0?, |image| image.0),
        domain: domain?,
        port: written.port.map_or(port, |port| port.value.0),
        health: written
            .health
            .map_or(health.to_owned(), |path| path.value.0),
        storage: written
            .storage
            .map_or(storage.to_owned(), |path| path.value.0),
        database: written.database.map(|name| convert(name, |name| name.0)),
        queue: written.queue.is_none_or(|queue| queue.value),
        scheduler: written.scheduler.is_none_or(|scheduler| scheduler.value),
        migrate: written
            .migrate
            .map_or(has_database, |migrate| migrate.value),
        environment: environment.unwrap_or_default(),
    })
}

fn mysql(written: wire::Mysql) -> Mysql {
    let databases = written.databases.map(|list| list.value).unwrap_or_default();
    let backup = written.backup.and_then(|backup| backup.value.keep_days);
    Mysql {
        image: written.image.map(|image| convert(image, |image| image.0)),
        databases: databases
            .into_iter()
            .filter_map(|database| {
                Some(Database {
                    name: convert(database.value.name.0?, |name| name.0),
                    user: convert(database.value.user.0?, |user| user.0),
                    password: convert(database.value.password.0?, |secret| secret.0),
                })
            })
            .collect(),
        keep_backups: backup.map_or(KEEP_BACKUPS, |days| days.value.0),
    }
}

fn mysqld_exporter(written: wire::MysqldExporter) -> Option<MysqldExporter> {
    Some(MysqldExporter {
        image: written.image.map(|image| image.value.0),
        password: convert(written.password.0?, |secret| secret.0),
    })
}

fn prometheus(written: wire::Prometheus) -> Prometheus {
    Prometheus {
        image: written.image.map(|image| image.value.0),
        retention: written
            .retention
            .map_or(RETENTION.to_owned(), |retention| retention.value.0),
    }
}

fn grafana(
    written: wire::Grafana,
    ground: &Ground,
    findings: &mut Vec<Finding>,
) -> Option<Grafana> {
    let domain = domain(written.domain.0, ground, findings);
    Some(Grafana {
        image: written.image.map(|image| image.value.0),
        domain: domain?,
        admin_password: convert(written.admin_password.0?, |secret| secret.0),
        discord: written.discord.is_some_and(|discord| discord.value),
    })
}

/// What has a dot is a domain name, everything else a name of `domains`.
fn domain(
    written: Option<Located<DomainOrName>>,
    ground: &Ground,
    findings: &mut Vec<Finding>,
) -> Option<Located<String>> {
    let written = convert(written?, |written| written.0);
    if written.value.contains('.') {
        if Domain::SHAPE.fits(&written.value) {
            return Some(written);
        }
        findings.push(
            Finding::new(&LO107, format!("`{}` is no domain name", written.value))
                .at(written.span, "not lower-case letters, digits, `-` and `.`")
                .help("write a name such as `app.example.org`"),
        );
        return None;
    }
    let domains = ground.domains.as_ref()?;
    if let Some(domain) = domains.get(&written.value) {
        return Some(Located::new(domain.clone(), written.span));
    }
    let near = nearest(&written.value, domains.keys().map(String::as_str));
    let label = near.map_or_else(
        || "not among `domains` in `environment.yaml`".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    findings.push(
        Finding::new(&LO107, format!("no domain is called `{}`", written.value))
            .at(written.span, label)
            .help("name one of `domains` in `environment.yaml`, or write the domain name itself"),
    );
    None
}
