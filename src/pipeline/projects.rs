//! The Compose projects of every server, lostops' own and the user's, read for what they publish.

use crate::ansible::content;
use crate::compose::{File, Project, Value};
use crate::fleet::Fleet;
use crate::fleet::server::Server;
use crate::fleet::service::Project as Described;
use crate::services::compose;
use crate::services::images::Images;
use crate::services::projects;
use std::collections::BTreeMap;

/// Server by server, each project with what its file says.
pub(super) fn of(fleet: &Fleet) -> Vec<Project<'_>> {
    // Which image runs opens no port.
    let images = Images::new(BTreeMap::new());
    // Thousands of servers have the same files of lostops' own.
    let mut files = Files::new();
    let servers = fleet.servers.iter();
    servers
        .flat_map(|server| {
            let described = server.services.compose.iter();
            let described = described.map(|project| described_project(server, project));
            own(server, &images, &mut files)
                .into_iter()
                .chain(described)
        })
        .collect()
}

/// By their paths in the roles.
type Files = BTreeMap<&'static str, File<'static>>;

/// Those of lostops itself: their files are in this program.
fn own<'a>(server: &'a Server, images: &Images, files: &mut Files) -> Vec<Project<'a>> {
    let names = server.services.names();
    let mut all = Vec::new();
    for project in projects::of(server, images) {
        // A project whose file is not there yet is not put on a server either.
        let Some(text) = content::text(project.file) else {
            continue;
        };
        let file = files.entry(project.file).or_insert_with(|| File::new(text));
        let known = |name: &str| project.variables.get(name).cloned().map(Value::Text);
        let described = names.iter().find(|(name, _)| *name == project.name);
        all.push(Project {
            server: server.name(),
            name: project.name,
            path: format!("{}/{}", content::FOLDER, project.file),
            text,
            source: None,
            described: described.map_or(server.name.span, |(_, span)| *span),
            statements: file.says(&known),
        });
    }
    all
}

fn described_project<'a>(server: &'a Server, project: &'a Described) -> Project<'a> {
    let known = |name: &str| compose::value(project, name);
    Project {
        server: server.name(),
        name: &project.name.value,
        path: project.path.to_string(),
        text: &project.text,
        source: Some(project.source),
        described: project.name.span,
        statements: File::new(&project.text).says(&known),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::Says;
    use crate::describer;

    #[test]
    fn every_project_of_lostops_has_its_file_in_the_program() {
        let images = Images::new(BTreeMap::new());
        let fleet = describer::own_fleet();
        let all = fleet
            .servers
            .iter()
            .flat_map(|server| projects::of(server, &images));
        let mut names = Vec::new();
        for project in all {
            names.push(project.name);
            let is_there = content::text(project.file).is_some();
            assert!(is_there, "{}", project.file);
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names, crate::fleet::service::OWN_PROJECTS);
    }

    #[test]
    fn what_lostops_own_files_publish_is_shown_whole() {
        let fleet = describer::own_fleet();
        let projects = of(&fleet);
        assert!(projects.len() >= 8, "{}", projects.len());
        for project in &projects {
            for statement in &project.statements {
                let evidence = project.evidence(statement);
                let is_socket_proxy = evidence.ends_with("service socket-proxy");
                assert!(
                    matches!(statement.says, Says::Publishes(..)) || is_socket_proxy,
                    "{evidence}: {:?}",
                    statement.says
                );
            }
        }
        let mysql = projects
            .iter()
            .find(|project| project.name == "mysql")
            .unwrap();
        let evidence = mysql.evidence(&mysql.statements[0]);
        let (place, by) = evidence.split_once(", ").unwrap();
        assert!(
            place.starts_with("ansible/roles/database/files/mysql/compose.yaml:"),
            "{evidence}"
        );
        assert_eq!(by, "service mysql");
    }
}
