//! Puts the files of one folder together: environment, policy and servers become a fleet.

use super::check::environment::{self as environments, Ground};
use super::check::fleet::{Unique, secrets};
use super::check::names::Names;
use super::check::partners;
use super::check::policy as policies;
use super::check::server::{self as servers, Context};
use super::codes::LO105;
use super::compose::ComposeFiles;
use super::document::{Content, Document};
use super::folder;
use super::wire::policy::Policy as WrittenPolicy;
use super::wire::server::Server as WrittenServer;
use super::{LoadedEnvironment, parallel};
use crate::finding::{Finding, Severity, sort};
use crate::fleet::Fleet;
use crate::fleet::server::{PowerState, Role, Server};
use crate::source::{FileId, Located};
use camino::{Utf8Path, Utf8PathBuf};
use ipnet::IpNet;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// One server's file, taken apart.
struct ServerFile {
    file: FileId,
    path: Utf8PathBuf,
    written: Option<Box<WrittenServer>>,
    findings: Vec<Finding>,
}

/// The policy's file, taken apart.
struct PolicyFile {
    file: FileId,
    written: Option<Box<WrittenPolicy>>,
    is_given: bool,
    sources: Option<BTreeMap<String, Vec<IpNet>>>,
}

/// The files of one folder by kind.
#[derive(Default)]
struct Parts {
    ground: Option<Ground>,
    policy: Option<PolicyFile>,
    servers: Vec<ServerFile>,
    findings: Vec<Finding>,
}

pub(super) fn environment(
    folder: &Utf8Path,
    documents: Vec<Document>,
    compose: &ComposeFiles,
    is_set: &dyn Fn(&str) -> bool,
    today: Date,
) -> LoadedEnvironment {
    let Parts {
        ground,
        policy,
        servers,
        mut findings,
    } = parts(documents, today);
    folder::missing(
        folder,
        ground.is_some(),
        policy.is_some(),
        !servers.is_empty(),
        &mut findings,
    );
    let ground = ground.unwrap_or_default();
    let names = everyone(&ground, &servers);
    let mut unique = Unique::default();
    for group in &ground.group_names {
        unique.group(group);
    }
    for file in &servers {
        if let Some(written) = &file.written {
            if let Some(name) = &written.server.0 {
                unique.name(
                    &Located::new(name.value.0.clone(), name.span),
                    &mut findings,
                );
            }
            if let (Some(name), Some(address)) = (called(file), address(written)) {
                unique.address(name, &address, &mut findings);
            }
        }
    }
    let profiles = policy
        .as_ref()
        .and_then(|policy| policies::profiles(policy.written.as_ref()?));
    let context = Context {
        ground: &ground,
        names: &names,
        compose,
        profiles,
    };
    let checked = parallel::map(servers, |file| server(file, &context));
    let mut fleet_servers = Vec::with_capacity(checked.len());
    for (server, of_server) in checked {
        findings.extend(of_server);
        fleet_servers.extend(server);
    }
    for server in &fleet_servers {
        unique.resources(server, &mut findings);
    }
    let policy = policy.and_then(|policy| {
        let (written, before) = (*policy.written?, findings.len());
        let others = policy.sources.map(|sources| names.with_groups(&sources));
        let names = others.as_ref().unwrap_or(&names);
        let checked = policies::check(policy.file, written, names, today, &mut findings);
        if policy.is_given {
            policies::forgive(&mut findings[before..]);
        }
        Some(checked)
    });
    let wrong = is_wrong(&findings);
    if let Some(environment) = &ground.environment {
        // Of a server that could not be read whole nothing can be said to be missing; and what is missing does not keep
        // the policy from being heard.
        if !wrong {
            findings.extend(partners::check(environment, &fleet_servers));
        }
        findings.extend(secrets(environment, &fleet_servers, is_set));
    }
    fleet_servers.sort_by(|a, b| a.name().cmp(b.name()));
    sort(&mut findings);
    let name = ground
        .name
        .or_else(|| folder.file_name().map(str::to_owned))
        .unwrap_or_else(|| folder.to_string());
    let fleet = match (ground.environment, policy) {
        (Some(environment), Some(policy)) if !wrong => Some(Fleet {
            environment,
            policy,
            servers: fleet_servers,
        }),
        _ => None,
    };
    LoadedEnvironment {
        name,
        fleet,
        findings,
    }
}

fn is_wrong(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Error)
}

/// Sorts the files by kind; a second file of a kind (`.yaml` beside `.yml`) is a finding.
fn parts(documents: Vec<Document>, today: Date) -> Parts {
    let mut parts = Parts::default();
    for Document {
        file,
        path,
        text: _,
        content,
        findings,
        is_given,
        sources,
    } in documents
    {
        match content {
            Content::Environment(written) => {
                parts.findings.extend(findings);
                if parts.ground.is_some() {
                    parts.findings.push(second(file, &path));
                    continue;
                }
                let checked = written
                    .map(|written| environments::check(file, *written, today, &mut parts.findings));
                parts.ground = Some(checked.unwrap_or_default());
            }
            Content::Policy(written) => {
                parts.findings.extend(findings);
                if parts.policy.is_some() {
                    parts.findings.push(second(file, &path));
                    continue;
                }
                parts.policy = Some(PolicyFile {
                    file,
                    written,
                    is_given,
                    sources,
                });
            }
            Content::Server(written) => parts.servers.push(ServerFile {
                file,
                path,
                written,
                findings,
            }),
        }
    }
    parts
}

fn second(file: FileId, path: &Utf8Path) -> Finding {
    let name = path.file_stem().unwrap_or_default();
    Finding::new(
        &LO105,
        format!("`{name}` is there as `.yaml` and as `.yml`"),
    )
    .at(file.start(), "the second")
    .help("keep one of the two files")
}

/// Everyone that `from:` may name. A file that could not be read still lends its name.
fn everyone(ground: &Ground, files: &[ServerFile]) -> Names {
    let mut names = Names::new(ground.groups.as_ref());
    let mut roles: BTreeMap<Role, BTreeSet<IpAddr>> = BTreeMap::new();
    for file in files {
        let address = file
            .written
            .as_ref()
            .and_then(|written| address(written))
            .map(|address| address.value);
        if let Some(name) = called(file) {
            names.add_server(name, address);
        }
        let Some(written) = &file.written else {
            continue;
        };
        let absent = written
            .state
            .as_ref()
            .is_some_and(|state| state.value == PowerState::Absent);
        if let (Some(role), Some(address), false) = (&written.role.0, address, absent) {
            roles.entry(role.value).or_default().insert(address);
        }
    }
    for (role, addresses) in &roles {
        names.add_role(*role, addresses);
    }
    names
}

fn address(written: &WrittenServer) -> Option<Located<IpAddr>> {
    let address = written.vm.0.as_ref()?.value.private_ip.0.as_ref()?;
    Some(Located::new(address.value.0, address.span))
}

/// The server's name as it is written, or else as the file says.
fn called(file: &ServerFile) -> Option<&str> {
    let written = file
        .written
        .as_ref()
        .and_then(|written| written.server.0.as_ref());
    written
        .map(|name| name.value.0.as_str())
        .or_else(|| file.path.file_stem())
}

fn server(file: ServerFile, context: &Context<'_>) -> (Option<Server>, Vec<Finding>) {
    let name = called(&file).unwrap_or_default().to_owned();
    let ServerFile {
        file,
        path,
        written,
        mut findings,
    } = file;
    let written_name = written
        .as_ref()
        .and_then(|written| written.server.0.as_ref());
    if let (Some(written), Some(stem)) = (written_name, path.file_stem())
        && written.value.0 != stem
    {
        let finding = Finding::new(&LO105, format!("the file of `{name}` is named `{stem}`"))
            .at(written.span, "the server's name")
            .help(format!("rename the file to `{name}.yaml`"))
            .severity(Severity::Warning);
        findings.push(finding);
    }
    let server = written.and_then(|written| servers::check(file, *written, context, &mut findings));
    for finding in &mut findings {
        finding.server.get_or_insert_with(|| name.clone());
    }
    (server, findings)
}
