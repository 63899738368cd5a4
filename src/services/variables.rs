//! What Ansible is told of a server's services: variables of the inventory. A secret stays `secret:NAME`.

use super::images::Images;
use super::supply::Supply;
use super::{application, database, projects, targets};
use crate::fleet::Fleet;
use crate::fleet::server::{Server, Setting};
use crate::fleet::service::Project;
use serde_json::{Map, Value, json};

/// docs/roles.md lists them.
pub(crate) fn variables(fleet: &Fleet, server: &Server, supply: &Supply) -> Map<String, Value> {
    let mut variables = Map::new();
    let mut say = |name: &str, value: Value| {
        variables.insert(name.to_owned(), value);
    };
    let projects = projects::of(server, &supply.images).into_iter();
    let mut projects: Map<String, Value> = projects
        .map(|project| (project.name.to_owned(), json!(project.variables)))
        .collect();
    let own = &server.services.compose;
    // So that Docker is there for them, and that one which is described no more goes away.
    projects.extend(
        own.iter()
            .map(|project| (project.name.value.clone(), json!({}))),
    );
    say("lostops_projects", projects.into());
    say(
        "lostops_compose",
        own.iter()
            .map(|project| compose(project, &supply.images))
            .collect::<Map<String, Value>>()
            .into(),
    );
    say("lostops_services", services(fleet, server).into());
    let own = &server.services;
    if own.prometheus.is_some() {
        let targets = targets::of(fleet, server).into_iter().map(|target| {
            let server = target.server;
            let (name, role) = (server.name(), server.role.value.word());
            json!({ "job": target.job, "address": target.address, "server": name, "role": role })
        });
        say("lostops_targets", targets.collect());
    }
    if let Some(grafana) = &own.grafana {
        let webhook = fleet.environment.discord_webhook.as_ref();
        let webhook = webhook.filter(|_| grafana.value.discord);
        let webhook = webhook.map_or_else(String::new, |name| secret(&name.value));
        say("lostops_discord", webhook.into());
    }
    if own.traefik.is_some() || own.laravel.is_some() || own.mysql.is_some() {
        say("lostops_authority", supply.authority.trim().into());
    }
    // Only who has certificates made here has the key.
    let acme = supply.acme_email.as_deref().unwrap_or_default();
    if own.mysql.is_some() || (own.traefik.is_some() && acme.is_empty()) {
        say(
            "lostops_authority_key",
            secret(&supply.authority_key).into(),
        );
    }
    if own.traefik.is_some() {
        say("lostops_acme_email", acme.into());
    }
    variables
}

/// A project of the user's own: the file that is brought to the server, the values of its variables, and by service the images
/// that are not those of the file.
fn compose(project: &Project, images: &Images) -> (String, Value) {
    let text = project.text.trim_start_matches('\u{feff}');
    let content = format!(
        "# Written by lostops: {} of the describers.\n{text}",
        project.file.value
    );
    let environment = project.environment.iter();
    let environment: Map<String, Value> = environment
        .map(|(name, setting)| (name.value.clone(), written(&setting.value).into()))
        .collect();
    let others = super::compose::images(project, images).into_iter();
    let others: Map<String, Value> = others
        .filter(|(_, named, gets)| named != gets)
        .map(|(service, _, gets)| (service, gets.into()))
        .collect();
    let value = json!({ "content": content, "environment": environment, "images": others });
    (project.name.value.clone(), value)
}

fn written(setting: &Setting) -> String {
    match setting {
        Setting::Plain(text) => text.clone(),
        Setting::Secret(name) => secret(name),
    }
}

fn secret(name: &str) -> String {
    format!("secret:{name}")
}

fn services(fleet: &Fleet, server: &Server) -> Map<String, Value> {
    let own = &server.services;
    let mut services = Map::new();
    let mut say = |name: &str, value: Value| {
        services.insert(name.to_owned(), value);
    };
    if own.node_exporter.is_some() {
        let private = super::place(
            server.machine.private_ip.value,
            server.port_for("node-exporter").unwrap_or(9100),
        );
        say("node_exporter", json!({ "listen": private }));
    }
    if own.cadvisor.is_some() {
        say("cadvisor", json!({}));
    }
    if own.traefik.is_some() {
        let laravel = own.laravel.iter().map(|one| &one.value.domain.value);
        let grafana = own.grafana.iter().map(|one| &one.value.domain.value);
        let mut domains: Vec<String> = laravel.chain(grafana).cloned().collect();
        // A certificate has a name, also where nothing is served yet.
        if domains.is_empty() {
            domains.push(server.name().to_owned());
        }
        say("traefik", json!({ "domains": domains }));
    }
    if let Some(laravel) = &own.laravel {
        let environment = application::environment(fleet, &laravel.value);
        let environment: Map<String, Value> = environment
            .into_iter()
            .map(|(name, setting)| (name, written(&setting).into()))
            .collect();
        say("laravel", json!({ "environment": environment }));
    }
    if let Some(mysql) = &own.mysql {
        let databases = mysql.value.databases.iter().map(|one| {
            let password = secret(&one.password.value);
            json!({ "name": one.name.value, "user": one.user.value, "password": password })
        });
        say(
            "mysql",
            json!({
                "databases": databases.collect::<Value>(),
                "hosts": database::hosts(server),
                "names": database::names(server),
                "keep_backups": mysql.value.keep_backups,
            }),
        );
    }
    if let Some(exporter) = &own.mysqld_exporter {
        let password = secret(&exporter.value.password.value);
        say("mysqld_exporter", json!({ "password": password }));
    }
    if own.prometheus.is_some() {
        say("prometheus", json!({}));
    }
    if let Some(grafana) = &own.grafana {
        let password = secret(&grafana.value.admin_password.value);
        say("grafana", json!({ "admin_password": password }));
    }
    services
}
