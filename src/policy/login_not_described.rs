//! LO508: somebody can log in whom the describer does not name.

use super::Facts;
use super::measured::servers;
use crate::finding::{Finding, Meta, Severity};

pub(super) static META: Meta = Meta {
    code: "LO508",
    name: "login-not-described",
    severity: Severity::Error,
    summary: "somebody can log in whom the describer does not name",
    why: "A describer names who administers a server and by which keys. Another key, another account with a password or a key of root's is a way in that no review has seen, \
and the first thing that an intruder leaves behind.",
    fix: "Find out whose it is. Remove the key from the file that the finding names, or lock the account (`usermod --lock --shell /usr/sbin/nologin NAME`); a person who is to get in belongs into `vm: admin: ssh_keys`.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (server, measured) in servers(facts) {
        let name = server.name();
        let machine = &server.machine;
        let is_described = |key: &str| {
            machine
                .ssh_keys
                .iter()
                .any(|known| body(known) == body(key))
        };
        let mut say = |message: String, help: String, evidence: String| {
            findings.push(
                Finding::new(&META, message)
                    .on(server)
                    .help(help)
                    .evidence(evidence),
            );
        };
        for person in measured.inside.iter().flat_map(|inside| &inside.people) {
            let admin = person.name == machine.admin_user;
            if person.has_shell && person.has_password {
                say(
                    format!("`{}` can log in to `{name}` with a password", person.name),
                    format!("`passwd --lock {}` on the server", person.name),
                    "a password in /etc/shadow".to_owned(),
                );
            }
            let strange = person
                .keys
                .iter()
                .filter(|(key, _)| !(admin && is_described(key)));
            for (key, file) in strange {
                say(
                    format!(
                        "`{}` can log in to `{name}` with a key that its describer does not name",
                        person.name
                    ),
                    format!("remove it from {file}, or name it under `vm: admin: ssh_keys`"),
                    format!("{file}: {}", shown(key)),
                );
            }
        }
    }
    findings
}

/// `AAAA…` of `ssh-ed25519 AAAA… comment`.
fn body(key: &str) -> Option<&str> {
    key.split_whitespace().find(|word| word.starts_with("AAAA"))
}

/// The kind and the end of a key, by which people tell them apart.
fn shown(key: &str) -> String {
    let (kind, body) = key.split_once(' ').unwrap_or(("", key));
    let characters: Vec<char> = body.chars().collect();
    let tail: String = characters[characters.len().saturating_sub(12)..]
        .iter()
        .collect();
    format!("{kind} …{tail}")
}
