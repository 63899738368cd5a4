//! LO401: a describer asks for a package that the policy does not permit its role.

use super::Facts;
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::words::or_list;

pub(super) static META: Meta = Meta {
    code: "LO401",
    name: "package-not-permitted",
    severity: Severity::Error,
    summary: "a describer installs a package that the policy does not permit",
    why: "Every package is code that runs as root while it is installed, and one more thing to keep patched. The policy \
says, for each role, which packages a server may carry beyond its image's and its role's own.",
    fix: "Remove the package from the describer, or have the policy's owners add it to the role's `packages.allow`.",
    example: "```yaml\n# describers/policy.yaml\nroles:\n  backend:\n    packages: { allow: [htop] }\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let servers = facts
        .fleet
        .map(|fleet| fleet.servers.as_slice())
        .unwrap_or_default();
    let mut findings = Vec::new();
    for server in servers {
        let profile = facts
            .fleet
            .and_then(|fleet| fleet.policy.roles.get(&server.role.value));
        let allowed: Vec<&str> = profile
            .map(|profile| {
                profile
                    .packages
                    .iter()
                    .map(|package| package.value.as_str())
                    .collect()
            })
            .unwrap_or_default();
        for package in server
            .packages
            .iter()
            .filter(|package| !allowed.contains(&package.value.as_str()))
        {
            let role = server.role.value.word();
            let help = if allowed.is_empty() {
                format!("remove it; the role `{role}` may have no package of its own")
            } else {
                format!(
                    "remove it; the role `{role}` may have {}",
                    or_list(&allowed)
                )
            };
            let message = format!("`{}` installs `{}`", server.name(), package.value);
            findings.push(
                Finding::new(&META, message)
                    .server(server.name())
                    .at(package.span, format!("not permitted to the role `{role}`"))
                    .help(help),
            );
        }
    }
    findings
}
