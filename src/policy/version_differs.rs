//! LO518: a service runs in another version than its describer names.

use super::Facts;
use super::measured::servers;
use crate::finding::{Finding, Meta, Severity};

pub(super) static META: Meta = Meta {
    code: "LO518",
    name: "version-differs",
    severity: Severity::Error,
    summary: "a service runs in another version than its describer names",
    why: "The describer's image says 8.0.46, and what answers says something else: the container was started by hand, or from an image whose tag was moved.",
    fix: "Initialise the server anew (`lostops configure --all`). Where the tag was moved, name a version that stays, or a digest.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (server, measured) in servers(facts) {
        let Some(images) = measured.expected.projects.get("mysql") else {
            continue;
        };
        for database in &measured.databases {
            let Ok(met) = &database.met else {
                continue;
            };
            let Some(wanted) = images.iter().find_map(|image| version(image)) else {
                continue;
            };
            if is_of(&met.version, wanted) {
                continue;
            }
            let message = format!(
                "`{}` runs MySQL {}, and {wanted} is described",
                server.name(),
                met.version
            );
            findings.push(
                Finding::new(&META, message)
                    .on(server)
                    .help("put it back: `lostops configure --all`")
                    .evidence(format!("its greeting to `{}`", database.from)),
            );
            // One place tells of all.
            break;
        }
    }
    findings
}

/// `8.0.46` of `mysql:8.0.46` and of `mysql:8.0.46-debian@sha256:…`; `None` where a tag is no number.
fn version(image: &str) -> Option<&str> {
    let (name, _) = image.split_once('@').unwrap_or((image, ""));
    let (_, tag) = name.rsplit_once(':')?;
    let end = tag
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(tag.len());
    let version = tag[..end].trim_end_matches('.');
    (!version.is_empty()).then_some(version)
}

/// 8.0.46 and 8.0.46-log are of 8.0.46 and of 8.0.
fn is_of(says: &str, wanted: &str) -> bool {
    says.strip_prefix(wanted)
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_the_tag_where_there_is_one() {
        assert_eq!(version("mysql:8.0.46"), Some("8.0.46"));
        assert_eq!(
            version("host:5000/mysql:8.4.9-oracle@sha256:ab"),
            Some("8.4.9")
        );
        assert_eq!(version("mysql:lts"), None);
        assert_eq!(version("mysql"), None);
        assert!(is_of("8.0.46-0ubuntu0.24.04.1", "8.0.46") && is_of("8.0.46", "8.0"));
        assert!(!is_of("8.0.46", "8.0.4") && !is_of("8.4.9", "8.0"));
    }
}
