//! LO402: a task asks for a package that is neither its roles' own nor permitted to the server.

use super::Facts;
use crate::ansible::outcome::{How, PackageChange, ServerOutcome};
use crate::finding::{Finding, Meta, Severity};
use std::collections::BTreeSet;

pub(super) static META: Meta = Meta {
    code: "LO402",
    name: "package-added-beyond-role",
    severity: Severity::Error,
    summary: "a task installs a package that is neither the server's roles' own nor permitted",
    why: "A server may carry what its image brings, what the Ansible roles that run there declare as theirs (the `…_packages` \
in each one's `defaults/main.yml`), what the policy permits to its role, and whatever these need. What apt adds on its own to \
satisfy a dependency is shown and is no finding; what a task *asks* for beyond that is code that runs as root and that \
nobody has agreed to. In a preview nothing is installed yet: the finding says what would be.",
    fix: "Take the package out of the task that the finding names. Where a server is to have it, name it in the describer and have \
the policy's owners add it to the role's `packages.allow`. Where it belongs to an Ansible role, declare it in the role's own list.",
    example: "```yaml\n# ansible/roles/firewall/defaults/main.yml\nfirewall_packages: [nftables]   # what the role may install, and all that it asks for\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(configured) = facts.configured else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let (adds, more) = if configured.check {
        ("would add", "would add more packages")
    } else {
        ("added", "added more packages")
    };
    for server in &configured.servers {
        let (role, allowed) = permitted(facts, server);
        let asked = server.packages.iter().filter(|one| one.how == How::Asked);
        for package in asked.filter(|one| !is_permitted(one, server, &allowed)) {
            let message = format!(
                "`{}` {adds} `{}` to `{}`",
                package.at.title(),
                package.name,
                server.name
            );
            findings.push(
                Finding::new(&META, message)
                    .server(&server.name)
                    .help(format!(
                        "take it out of the task, or have the policy's owners add it to `packages.allow` of the role `{role}`"
                    ))
                    .evidence(evidence(package)),
            );
        }
        if server.packages_cut {
            // What is not seen cannot be shown to be permitted.
            let message = format!(
                "Ansible {more} to `{}` than can be looked through",
                server.name
            );
            findings.push(Finding::new(&META, message).server(&server.name).help(
                "look on the server what was installed: `/var/log/apt/history.log` has all of it",
            ));
        }
    }
    findings
}

/// `ansible/roles/base/tasks/main.yml:27`, and the version that apt has chosen.
pub(super) fn evidence(package: &PackageChange) -> String {
    let version = match package.version.as_str() {
        "" => String::new(),
        version => format!(": {} {version}", package.name),
    };
    format!("{}{version}", package.at.place)
}

/// The server's role, and what the policy allows it.
fn permitted<'a>(facts: &Facts<'a>, server: &ServerOutcome) -> (&'a str, BTreeSet<&'a str>) {
    let described = facts.fleet.and_then(|fleet| {
        let servers = &mut fleet.servers.iter();
        let described = servers.find(|one| one.name() == server.name)?;
        Some((fleet, described.role.value))
    });
    let Some((fleet, role)) = described else {
        return ("", BTreeSet::new());
    };
    let profile = fleet.policy.roles.get(&role);
    let packages = profile.into_iter().flat_map(|profile| &profile.packages);
    let allowed = packages.map(|package| package.value.as_str());
    (role.word(), allowed.collect())
}

/// By its own name, of whatever architecture, or by the names under which the task may have asked for it.
fn is_permitted(package: &PackageChange, server: &ServerOutcome, allowed: &BTreeSet<&str>) -> bool {
    let is = |name: &str| server.own.contains(name) || allowed.contains(name);
    let bare = package.name.split(':').next().unwrap_or_default();
    is(bare) || (!package.called.is_empty() && package.called.iter().all(|name| is(name)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::ansible::outcome::{Configured, End, TaskPlace};
    use crate::fleet::sources::Directory;
    use jiff::civil::Date;

    /// What a rule finds where one task has done this to packages of a server whose roles own `nftables`.
    pub(in crate::policy) fn found(
        rule: fn(&Facts<'_>) -> Vec<Finding>,
        check: bool,
        packages: &[(&str, How, &[&str])],
    ) -> Vec<Finding> {
        let packages = packages.iter().map(|(name, how, called)| PackageChange {
            version: "1.0-2".to_owned(),
            called: called.iter().map(ToString::to_string).collect(),
            at: TaskPlace {
                role: "base".to_owned(),
                task: "Install".to_owned(),
                place: "ansible/roles/base/tasks/main.yml:27".to_owned(),
            },
            ..PackageChange::new(name, *how)
        });
        let server = ServerOutcome {
            packages: packages.collect(),
            own: ["nftables".to_owned()].into(),
            ..ServerOutcome::new("database", End::Changed, "")
        };
        let configured = Configured {
            check,
            servers: vec![server],
            ..Configured::default()
        };
        let directory = Directory::default();
        let mut facts = Facts::new(None, None, &[], &directory, Date::MAX);
        facts.configured = Some(&configured);
        rule(&facts)
    }

    #[test]
    fn a_package_beyond_the_roles_names_its_task_line_and_version() {
        let found = found(
            check,
            false,
            &[("nftables", How::Asked, &[]), ("cowsay", How::Asked, &[])],
        );
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            found[0].message,
            "`base : Install` added `cowsay` to `database`"
        );
        assert_eq!(
            found[0].evidence.as_deref(),
            Some("ansible/roles/base/tasks/main.yml:27: cowsay 1.0-2")
        );
    }

    #[test]
    fn in_a_preview_it_would_add_it() {
        let found = found(check, true, &[("cowsay", How::Asked, &[])]);
        assert_eq!(
            found[0].message,
            "`base : Install` would add `cowsay` to `database`"
        );
    }

    #[test]
    fn what_others_need_and_what_was_there_before_is_no_finding() {
        let packages: [(&str, How, &[&str]); 3] = [
            ("libnftables1", How::Dependency, &[]),
            ("jq", How::Upgraded, &[]),
            ("sl", How::Removed, &[]),
        ];
        assert_eq!(found(check, false, &packages), []);
    }

    #[test]
    fn a_package_of_another_architecture_or_another_name_is_the_same_package() {
        let packages: [(&str, How, &[&str]); 2] = [
            ("nftables:i386", How::Asked, &[]),
            ("ack", How::Asked, &["nftables"]),
        ];
        assert_eq!(found(check, false, &packages), []);
        assert_eq!(
            found(check, false, &[("ack", How::Asked, &["nftables", "nft*"])]).len(),
            1
        );
    }
}
