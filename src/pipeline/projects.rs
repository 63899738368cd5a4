//! The Compose projects of every server, lostops' own and the user's, read for what they publish.

use crate::ansible::content;
use crate::compose::{self, Project, Value};
use crate::fleet::Fleet;
use crate::fleet::server::{Server, Setting};
use crate::fleet::service::Project as Described;
use crate::services::images::Images;
use crate::services::projects;
use std::collections::BTreeMap;

/// Server by server, each project with what its file says.
pub(super) fn of(fleet: &Fleet) -> Vec<Project<'_>> {
    // Which image runs opens no port.
    let images = Images::new(BTreeMap::new());
    let servers = fleet.servers.iter();
    servers
        .flat_map(|server| {
            let described = server.services.compose.iter();
            let described = described.map(|project| described_project(server, project));
            own(server, &images).into_iter().chain(described)
        })
        .collect()
}

/// Those of lostops itself: their files are in this program.
fn own<'a>(server: &'a Server, images: &Images) -> Vec<Project<'a>> {
    let names = server.services.names();
    let mut all = Vec::new();
    for project in projects::of(server, images) {
        // A project whose file is not there yet is not put on a server either.
        let Some(text) = content::text(project.file) else {
            continue;
        };
        let known = |name: &str| project.variables.get(name).cloned().map(Value::Text);
        let described = names.iter().find(|(name, _)| *name == project.name);
        all.push(Project {
            server: server.name(),
            name: project.name,
            path: format!("{}/{}", content::FOLDER, project.file),
            text,
            source: None,
            described: described.map_or(server.name.span, |(_, span)| *span),
            statements: compose::read(text, &known),
        });
    }
    all
}

fn described_project<'a>(server: &'a Server, project: &'a Described) -> Project<'a> {
    let known = |name: &str| {
        let mut variables = project.environment.iter();
        let (_, setting) = variables.find(|(known, _)| known.value == name)?;
        Some(match &setting.value {
            Setting::Plain(text) => Value::Text(text.clone()),
            Setting::Secret(_) => Value::Secret,
        })
    };
    Project {
        server: server.name(),
        name: &project.name.value,
        path: project.path.to_string(),
        text: &project.text,
        source: Some(project.source),
        described: project.name.span,
        statements: compose::read(&project.text, &known),
    }
}
