//! What belongs to a server because of its roles and services.

use crate::ansible::own;
use crate::fleet::server::Server;
use crate::services::images::Images;
use crate::services::{compose, projects, targets};
use crate::verify::outcome::Expected;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn of(server: &Server, images: &Images, ssh: u16) -> Expected {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for project in projects::of(server, images) {
        let variables = project.variables.into_iter();
        let named = variables.filter(|(name, _)| name.ends_with("_IMAGE"));
        all.insert(
            project.name.to_owned(),
            named.map(|(_, image)| image).collect(),
        );
    }
    for project in &server.services.compose {
        let described = compose::images(project, images).into_iter();
        all.insert(
            project.name.value.clone(),
            described.map(|(_, _, gets)| gets).collect(),
        );
    }
    let has = |role: &str| match role {
        "docker" => !all.is_empty(),
        _ => server.services.node_exporter.is_some(),
    };
    let mut ports = targets::ports(server);
    ports.insert(ssh);
    Expected {
        packages: own::of_server(has),
        programs: own::programs(),
        ports,
        projects: all,
    }
}
