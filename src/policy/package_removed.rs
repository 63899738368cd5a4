//! LO403: a task removes a package from a server.

use super::Facts;
use super::package_added_beyond_role::evidence;
use crate::ansible::outcome::How;
use crate::finding::{Finding, Meta, Severity};

pub(super) static META: Meta = Meta {
    code: "LO403",
    name: "package-removed",
    severity: Severity::Error,
    summary: "a task removes a package from a server",
    why: "Roles add what they need and leave alone what is there: whoever installed the package relies on it. Each task that \
asks apt says `fail_on_autoremove`, so that apt refuses to take one package away to make room for another. Where one is \
removed all the same, a task does not say it, or asks for the removal.",
    fix: "Give the task that the finding names `fail_on_autoremove: true`, and take `state: absent` and `autoremove` out of it. \
Install the package again where it was needed.",
    example: "```yaml\n- name: Install what the role needs\n  ansible.builtin.apt:\n    name: \"{{ firewall_packages }}\"\n    fail_on_autoremove: true\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(configured) = facts.configured else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let removes = if configured.check {
        "would remove"
    } else {
        "removed"
    };
    for server in &configured.servers {
        for package in server.packages.iter().filter(|one| one.how == How::Removed) {
            let message = format!(
                "`{}` {removes} `{}` from `{}`",
                package.at.title(),
                package.name,
                server.name
            );
            findings.push(
                Finding::new(&META, message)
                    .server(&server.name)
                    .help("give the task `fail_on_autoremove: true`, and let it remove nothing")
                    .evidence(evidence(package)),
            );
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::package_added_beyond_role::tests::found;
    use super::*;

    #[test]
    fn a_removal_names_its_task_and_line_and_what_was_there() {
        let packages: [(&str, How, &[&str]); 2] =
            [("chrony", How::Removed, &[]), ("cowsay", How::Asked, &[])];
        let found = found(check, false, &packages);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            found[0].message,
            "`base : Install` removed `chrony` from `database`"
        );
        assert_eq!(
            found[0].evidence.as_deref(),
            Some("ansible/roles/base/tasks/main.yml:27: chrony 1.0-2")
        );
    }

    #[test]
    fn in_a_preview_it_would_remove_it() {
        let found = found(check, true, &[("chrony", How::Removed, &[])]);
        assert_eq!(
            found[0].message,
            "`base : Install` would remove `chrony` from `database`"
        );
    }
}
