//! What Ansible did, in the frozen JSON.

use crate::ansible::outcome::{Configured, PackageChange, TaskPlace};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Ansible<'a> {
    check: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    version: &'a str,
    servers: Vec<Server<'a>>,
}

#[derive(Serialize)]
struct Server<'a> {
    name: &'a str,
    end: &'a str,
    why: &'a str,
    seconds: f64,
    roles: Vec<Role<'a>>,
    changes: Vec<Task<'a>>,
    failures: Vec<Task<'a>>,
    packages: Vec<Package<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    packages_cut: bool,
}

#[derive(Serialize)]
struct Role<'a> {
    name: &'a str,
    end: &'a str,
    ok: usize,
    changed: usize,
    failed: usize,
    skipped: usize,
    seconds: f64,
}

#[derive(Serialize)]
struct Task<'a> {
    role: &'a str,
    #[serde(rename = "task")]
    name: &'a str,
    place: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    message: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    diff: &'a [String],
}

#[derive(Serialize)]
struct Package<'a> {
    name: &'a str,
    how: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    version: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    before: &'a str,
    role: &'a str,
    task: &'a str,
    place: &'a str,
}

pub(super) fn ansible(configured: &Configured) -> Ansible<'_> {
    let servers = configured.servers.iter().map(|one| Server {
        name: &one.name,
        end: one.end.word(),
        why: &one.why,
        seconds: tenths(one.seconds),
        roles: one
            .roles
            .iter()
            .map(|role| Role {
                name: &role.name,
                end: role.end.word(),
                ok: role.ok,
                changed: role.changed,
                failed: role.failed,
                skipped: role.skipped,
                seconds: tenths(role.seconds),
            })
            .collect(),
        changes: one
            .changes
            .iter()
            .map(|change| task(&change.at, "", &change.diff))
            .collect(),
        failures: one
            .failures
            .iter()
            .map(|failure| task(&failure.at, &failure.message, &[]))
            .collect(),
        packages: one.packages.iter().map(package).collect(),
        packages_cut: one.packages_cut,
    });
    Ansible {
        check: configured.check,
        version: &configured.version,
        servers: servers.collect(),
    }
}

fn task<'a>(at: &'a TaskPlace, message: &'a str, diff: &'a [String]) -> Task<'a> {
    Task {
        role: &at.role,
        name: &at.task,
        place: &at.place,
        message,
        diff,
    }
}

fn package(change: &PackageChange) -> Package<'_> {
    Package {
        name: &change.name,
        how: change.how.word(),
        version: &change.version,
        before: &change.before,
        role: &change.at.role,
        task: &change.at.task,
        place: &change.at.place,
    }
}

/// More digits would say more than was measured.
fn tenths(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}
