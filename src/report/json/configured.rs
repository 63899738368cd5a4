//! What Ansible did, in the frozen JSON.

use crate::ansible::outcome::{Configured, TaskPlace};
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

/// More digits would say more than was measured.
fn tenths(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}
