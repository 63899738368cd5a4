//! What a server may have because of the roles that run there: the lists in their defaults, from which the play installs.

use super::content;
use super::outcome::{End, ServerOutcome};
use std::collections::BTreeSet;

/// What the roles that ran on a server may install. One on which the play ended early did not come to all of its roles, and
/// the first has installed for all of them: there every role counts.
pub(crate) fn packages(server: &ServerOutcome) -> BTreeSet<String> {
    let ran = |role: &str| {
        server.end.is_bad()
            || server
                .roles
                .iter()
                .any(|one| one.name == role && one.end != End::Skipped)
    };
    content::roles()
        .filter(|role| ran(role))
        .flat_map(of)
        .collect()
}

/// What the roles of a server may install: all of them, but those whose service it does not have.
pub(crate) fn of_server(has: impl Fn(&str) -> bool) -> BTreeSet<String> {
    content::roles()
        .filter(|role| !matches!(*role, "docker" | "node_exporter") || has(role))
        .flat_map(of)
        .collect()
}

/// Where roles leave programs of ours on a server.
const PROGRAMS: &str = "/usr/local/lib/lostops/";

/// The programs that any role leaves there, as its files name them.
pub(crate) fn programs() -> BTreeSet<String> {
    let named = content::texts().flat_map(|text| text.split(PROGRAMS).skip(1));
    named
        .map(|rest| {
            let ends = |c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c));
            format!("{PROGRAMS}{}", rest.split(ends).next().unwrap_or_default())
        })
        .collect()
}

/// What a role may install: `NAME_packages: [one, another]`, each such list on a line of its own.
fn of(role: &str) -> Vec<String> {
    let defaults = content::text(&format!("roles/{role}/defaults/main.yml")).unwrap_or_default();
    defaults.lines().filter_map(list).flatten().collect()
}

fn list(line: &str) -> Option<Vec<String>> {
    let (name, list) = line.split_once("_packages: [")?;
    let is_name = name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let (list, _) = list.split_once(']').filter(|_| is_name)?;
    Some(list.split(", ").map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ansible::outcome::RoleOutcome;

    fn server(end: End, roles: &[(&str, End)]) -> ServerOutcome {
        let roles = roles.iter().map(|(name, end)| RoleOutcome {
            name: (*name).to_owned(),
            end: *end,
            ok: 0,
            changed: 0,
            failed: 0,
            skipped: 0,
            seconds: 0.0,
        });
        ServerOutcome {
            roles: roles.collect(),
            ..ServerOutcome::new("backend", end, "")
        }
    }

    fn may(end: End, roles: &[(&str, End)]) -> Vec<String> {
        packages(&server(end, roles)).into_iter().collect()
    }

    /// Every file of the play that says what is done, with its path.
    fn said() -> Vec<(String, &'static str)> {
        let mut said = vec![("site.yml".to_owned(), content::text("site.yml").unwrap())];
        for role in content::roles() {
            for file in ["tasks", "defaults", "vars", "handlers"] {
                let path = format!("roles/{role}/{file}/main.yml");
                said.extend(content::text(&path).map(|text| (path, text)));
            }
        }
        said
    }

    #[test]
    fn a_server_may_have_what_the_roles_that_ran_there_declare() {
        let ran = [
            ("base", End::Ok),
            ("firewall", End::Changed),
            ("docker", End::Skipped),
        ];
        assert_eq!(
            may(End::Changed, &ran),
            ["nftables", "systemd-timesyncd", "unattended-upgrades"]
        );
    }

    #[test]
    fn where_the_play_ended_early_every_role_counts() {
        let all = may(End::Failed, &[("base", End::Failed)]);
        assert!(all.contains(&"docker.io".to_owned()), "{all:?}");
        assert!(
            all.contains(&"prometheus-node-exporter".to_owned()),
            "{all:?}"
        );
    }

    #[test]
    fn every_list_of_packages_is_one_that_is_read_here() {
        for (path, text) in said() {
            for line in text.lines().filter(|line| line.contains("_packages:")) {
                let read = list(line).unwrap_or_default();
                let plain = |name: &String| {
                    name.chars()
                        .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
                };
                assert!(
                    path.ends_with("/defaults/main.yml")
                        && !read.is_empty()
                        && read.iter().all(plain),
                    "{path}: {line}"
                );
            }
        }
    }

    #[test]
    fn the_play_asks_apt_for_those_lists_and_the_describer_s_and_nothing_else() {
        let mut asked = Vec::new();
        for (path, text) in said() {
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            for (at, line) in lines.iter().enumerate() {
                let comment = line.starts_with('#');
                let others = [
                    "package:",
                    "apt-get ",
                    "apt install",
                    "apt_key",
                    "apt_repository",
                    "deb822_repository",
                    "dpkg -i",
                    "dpkg --install",
                    "dpkg --unpack",
                    "snap",
                    "flatpak",
                    "pip:",
                    "pip install",
                    "npm",
                    "curl ",
                    "wget ",
                    "get_url",
                ];
                let other = others.iter().find(|other| line.contains(**other));
                assert!(comment || other.is_none(), "{path}: {line}: {other:?}");
                if line.ends_with("apt:") {
                    let task = &lines[at..lines.len().min(at + 12)];
                    assert!(
                        task.contains(&"fail_on_autoremove: true"),
                        "{path}: {task:?}"
                    );
                    asked.push(lines[at + 1]);
                }
            }
        }
        asked.sort_unstable();
        assert_eq!(
            asked,
            [
                r#"name: "{{ base_wanted }}""#,
                r#"name: "{{ lostops_packages }}""#
            ]
        );
    }
}
