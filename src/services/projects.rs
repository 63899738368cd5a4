//! The Compose projects of a server: for each the file that is its own, and the values of the file's variables.

use super::images::Images;
use super::listen;
use crate::fleet::server::Server;
use std::collections::BTreeMap;

/// One project of lostops' own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Project {
    pub(crate) name: &'static str,
    /// Its file in the roles, `roles/database/files/mysql/compose.yaml`.
    pub(crate) file: &'static str,
    /// The values of its `${VARIABLES}`; none is a secret.
    pub(crate) variables: BTreeMap<String, String>,
}

fn project<const N: usize>(
    name: &'static str,
    file: &'static str,
    variables: [(&str, String); N],
) -> Project {
    let variables = variables.into_iter();
    Project {
        name,
        file,
        variables: variables
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    }
}

/// Every project of the server, in the order in which they are started.
pub(crate) fn of(server: &Server, images: &Images) -> Vec<Project> {
    let services = &server.services;
    let image =
        |service: &str, described: &Option<String>| images.of(service, described.as_deref());
    let mut projects = Vec::new();
    if let Some(mysql) = &services.mysql {
        let described = mysql.value.image.as_ref().map(|image| image.value.as_str());
        projects.push(project(
            "mysql",
            "roles/database/files/mysql/compose.yaml",
            [
                ("MYSQL_IMAGE", images.of("mysql", described)),
                ("MYSQL_LISTEN", listen(server, "mysql", 3306)),
            ],
        ));
    }
    if let Some(exporter) = &services.mysqld_exporter {
        projects.push(project(
            "mysqld_exporter",
            "roles/database/files/mysqld_exporter/compose.yaml",
            [
                (
                    "MYSQLD_EXPORTER_IMAGE",
                    image("mysqld_exporter", &exporter.value.image),
                ),
                (
                    "MYSQLD_EXPORTER_LISTEN",
                    listen(server, "mysqld-exporter", 9104),
                ),
            ],
        ));
    }
    if let Some(traefik) = &services.traefik {
        projects.push(project(
            "traefik",
            "roles/traefik/files/traefik/compose.yaml",
            [
                ("TRAEFIK_IMAGE", image("traefik", &traefik.value.image)),
                ("SOCKET_PROXY_IMAGE", images.of("socket_proxy", None)),
                (
                    "TRAEFIK_METRICS_LISTEN",
                    listen(server, "traefik-metrics", 8082),
                ),
            ],
        ));
    }
    if let Some(cadvisor) = &services.cadvisor {
        projects.push(project(
            "cadvisor",
            "roles/cadvisor/files/cadvisor/compose.yaml",
            [
                ("CADVISOR_IMAGE", image("cadvisor", &cadvisor.value.image)),
                ("CADVISOR_LISTEN", listen(server, "cadvisor", 8081)),
            ],
        ));
    }
    if let Some(laravel) = &services.laravel {
        let laravel = &laravel.value;
        let profiles = [("queue", laravel.queue), ("scheduler", laravel.scheduler)];
        let profiles = profiles.iter().filter(|(_, wanted)| *wanted);
        let profiles: Vec<&str> = profiles.map(|(name, _)| *name).collect();
        projects.push(project(
            "laravel",
            "roles/backend/files/laravel/compose.yaml",
            [
                (
                    "LARAVEL_IMAGE",
                    images.of("laravel", Some(&laravel.image.value)),
                ),
                ("LARAVEL_DOMAIN", laravel.domain.value.clone()),
                ("LARAVEL_PORT", laravel.port.to_string()),
                ("LARAVEL_HEALTH", laravel.health.clone()),
                ("LARAVEL_STORAGE", laravel.storage.clone()),
                ("LARAVEL_MIGRATE", laravel.migrate.to_string()),
                ("COMPOSE_PROFILES", profiles.join(",")),
            ],
        ));
    }
    if let Some(prometheus) = &services.prometheus {
        projects.push(project(
            "prometheus",
            "roles/monitoring/files/prometheus/compose.yaml",
            [
                (
                    "PROMETHEUS_IMAGE",
                    image("prometheus", &prometheus.value.image),
                ),
                ("PROMETHEUS_LISTEN", "127.0.0.1:9090".to_owned()),
                ("PROMETHEUS_RETENTION", prometheus.value.retention.clone()),
            ],
        ));
    }
    if let Some(grafana) = &services.grafana {
        projects.push(project(
            "grafana",
            "roles/monitoring/files/grafana/compose.yaml",
            [
                ("GRAFANA_IMAGE", image("grafana", &grafana.value.image)),
                ("GRAFANA_DOMAIN", grafana.value.domain.value.clone()),
            ],
        ));
    }
    projects
}

#[cfg(test)]
mod tests {
    use crate::fleet::service::OWN_PROJECTS;

    /// `of` needs a whole server, and this file alone says which projects there are.
    #[test]
    fn every_project_of_lostops_has_a_name_that_describers_cannot_take() {
        let text = include_str!("projects.rs");
        let mut named: Vec<&str> = text
            .split("projects.push(project(\n")
            .skip(1)
            .filter_map(|rest| rest.split('"').nth(1))
            .filter(|name| !name.contains('\\'))
            .collect();
        named.sort_unstable();
        assert_eq!(named, OWN_PROJECTS);
    }
}
