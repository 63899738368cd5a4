//! LO507: a program is installed that no package of the system brings.

use super::Facts;
use super::measured::servers;
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::port::PortSet;
use crate::verify::outcome::Kind;

pub(super) static META: Meta = Meta {
    code: "LO507",
    name: "program-not-packaged",
    severity: Severity::Error,
    summary: "a program is installed that no package of the system brings",
    why: "Snaps, modules of Python and Node, and programs copied to /usr/local or /opt are in no list of packages: nobody updates them, and nobody sees them. \
What was there when lostops met the server is in its baseline.",
    fix: "Remove it. What a server is to run belongs into a container or a package; what was there for good reason and only came later can be kept by a waiver of LO507.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (server, measured) in servers(facts) {
        let Ok(inside) = &measured.inside else {
            continue;
        };
        // Without one LO505 says so.
        let Some(baseline) = &inside.installed.baseline else {
            continue;
        };
        if facts.accepts(META.code, server.name(), &PortSet::default()) {
            continue;
        }
        let others = inside.installed.others.difference(&baseline.others);
        let strange = others.filter(|other| {
            other.kind != Kind::Program || !measured.expected.programs.contains(&other.name)
        });
        for other in strange {
            let message = format!(
                "`{}` has {} `{}`, which no package of the system brings",
                server.name(),
                other.kind.words(),
                other.name
            );
            findings.push(
                Finding::new(&META, message)
                    .on(server)
                    .help("remove it from the server")
                    .evidence(match other.kind {
                        Kind::Program => format!(
                            "an executable file, not in /etc/lostops/baseline: {}",
                            other.name
                        ),
                        kind => format!(
                            "found installed, not in /etc/lostops/baseline: {} {}",
                            kind.word(),
                            other.name
                        ),
                    }),
            );
        }
    }
    findings
}
