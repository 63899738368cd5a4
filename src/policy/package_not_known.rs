//! LO506: a package is installed that nobody has agreed to.

use super::Facts;
use super::measured::{beyond, servers};
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::words::and_list;
use std::collections::BTreeSet;

/// More names than this are counted.
const NAMED: usize = 12;

pub(super) static META: Meta = Meta {
    code: "LO506",
    name: "package-not-known",
    severity: Severity::Error,
    summary: "a package is installed that is neither the image's, the roles' nor permitted",
    why: "A server may carry what was on it when lostops met it (its baseline, in `/etc/lostops/baseline`), what its Ansible roles install, what its describer names and \
the policy permits, and whatever these need. Everything else is code that nobody has agreed to. What came as a dependency and is needed by nothing any more is a warning.",
    fix: "Remove it (`apt purge NAME`), or name it in the describer's `packages` and have the policy's owners add it to `packages.allow` of the role.",
    example: "```sh\nsudo apt purge NAME && sudo apt autoremove --purge\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (server, measured) in servers(facts) {
        let Ok(inside) = &measured.inside else {
            continue;
        };
        let profile = facts
            .fleet
            .and_then(|fleet| fleet.policy.roles.get(&server.role.value));
        let allowed = profile.into_iter().flat_map(|profile| &profile.packages);
        let allowed: BTreeSet<&str> = allowed.map(|package| package.value.as_str()).collect();
        let named = server.packages.iter().map(|package| package.value.as_str());
        let own = measured.expected.packages.iter().map(String::as_str);
        // Without one LO505 says so.
        let Some(baseline) = &inside.installed.baseline else {
            continue;
        };
        let roots = named.filter(|name| allowed.contains(name)).chain(own);
        for package in beyond(&inside.installed.packages, baseline, roots) {
            let (message, severity, help) = if package.auto {
                (
                    format!(
                        "`{}` still has the package `{}`, which nothing needs any more",
                        server.name(),
                        package.name
                    ),
                    Severity::Warning,
                    "`apt autoremove --purge` on the server".to_owned(),
                )
            } else {
                let allowed: Vec<&str> = allowed.iter().copied().take(NAMED).collect();
                let may = if allowed.is_empty() {
                    "none".to_owned()
                } else {
                    and_list(&allowed)
                };
                (
                    format!(
                        "`{}` has the package `{}` installed",
                        server.name(),
                        package.name
                    ),
                    Severity::Error,
                    format!(
                        "`apt purge {}` on the server, or have it permitted: `packages.allow` of the role `{}` has {may}",
                        package.name,
                        server.role.value.word()
                    ),
                )
            };
            findings.push(
                Finding::new(&META, message)
                    .severity(severity)
                    .on(server)
                    .help(help)
                    .evidence(format!(
                        "dpkg: {} {}, {}",
                        package.name,
                        package.version,
                        if package.auto {
                            "installed automatically"
                        } else {
                            "installed by hand"
                        }
                    )),
            );
        }
    }
    findings
}
