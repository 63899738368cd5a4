//! Compose projects of the user's own: a name that is nobody else's, a file that is there, variables that lead nobody astray.

use super::convert;
use crate::describer::codes::{LO104, LO105, LO112, LO113};
use crate::describer::compose::ComposeFiles;
use crate::describer::wire::collection::Table;
use crate::describer::wire::names::{ProjectName, VariableName};
use crate::describer::wire::services as wire;
use crate::finding::Finding;
use crate::fleet::server::Setting;
use crate::fleet::service::{OWN_PROJECTS, Project};
use crate::source::Located;

/// Variables that Compose itself obeys would have it read other files; of these one only picks services.
const OF_COMPOSE: &[&str] = &["COMPOSE_", "DOCKER_"];
const HARMLESS: &str = "COMPOSE_PROFILES";

/// Projects that are wrong are reported and left out.
pub(in crate::describer) fn check(
    written: Option<Located<Table<ProjectName, wire::ComposeProject>>>,
    files: &ComposeFiles,
    findings: &mut Vec<Finding>,
) -> Vec<Project> {
    let entries = written.map(|table| table.value.entries).unwrap_or_default();
    let projects = entries.into_iter();
    projects
        .filter_map(|(name, written)| project(name, written.value, files, findings))
        .collect()
}

fn project(
    name: Located<String>,
    written: wire::ComposeProject,
    files: &ComposeFiles,
    findings: &mut Vec<Finding>,
) -> Option<Project> {
    if OWN_PROJECTS.contains(&name.value.as_str()) {
        findings.push(
            Finding::new(
                &LO105,
                format!("`{}` is a project of lostops' own", name.value),
            )
            .at(name.span, "taken already")
            .help(format!(
                "give it another name, such as `my-{}`",
                name.value.replace('_', "-")
            )),
        );
    }
    let environment = variables(written.environment, findings);
    let named = convert(written.file.0?, |path| path.0);
    let file = match files.get(&named.value) {
        Some(Ok(file)) => file,
        Some(Err(refused)) => {
            findings.push(refused.as_ref().clone().at(named.span, "named here"));
            return None;
        }
        None => {
            let message = format!("`{}` has not been read", named.value);
            findings.push(
                Finding::new(&LO112, message)
                    .at(named.span, "named here")
                    .help("add the file"),
            );
            return None;
        }
    };
    findings.extend(file.findings.iter().cloned());
    if let Some(other) = file.name.as_ref().filter(|other| other.value != name.value) {
        findings.push(
            Finding::new(
                &LO113,
                format!(
                    "the project `{}` gives itself another name in its file",
                    name.value
                ),
            )
            .at(
                other.span,
                "Compose would take it for this project, and remove what else runs in it",
            )
            .related(name.span, "its name")
            .help(format!("remove `name`, or write `name: {}`", name.value)),
        );
    }
    Some(Project {
        name,
        file: convert(named, Into::into),
        source: file.source,
        path: file.path.clone(),
        text: file.text.clone(),
        environment,
    })
}

fn variables(
    written: Option<Located<Table<VariableName, Setting>>>,
    findings: &mut Vec<Finding>,
) -> Vec<(Located<String>, Located<Setting>)> {
    let variables = written.map(|table| table.value.entries).unwrap_or_default();
    for (name, _) in &variables {
        let obeyed = OF_COMPOSE.iter().any(|start| name.value.starts_with(start));
        if obeyed && name.value != HARMLESS {
            findings.push(
                Finding::new(
                    &LO104,
                    format!("`{}` is a variable that Compose itself obeys", name.value),
                )
                .at(
                    name.span,
                    "would change which files it reads, or where it works",
                )
                .help("give the variable another name, here and in the file"),
            );
        }
    }
    variables
}
