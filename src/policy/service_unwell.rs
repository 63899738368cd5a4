//! LO510: a described service does not run as it should.

use super::Facts;
use super::measured::servers;
use crate::finding::{Finding, Meta, Severity};
use crate::verify::outcome::Container;

pub(super) static META: Meta = Meta {
    code: "LO510",
    name: "service-unwell",
    severity: Severity::Error,
    summary: "a described service does not run as it should",
    why: "A service that is described and does not run, a container whose own health check fails, a target that Prometheus cannot ask: something that people count on is not there, \
or nobody would see it fail.",
    fix: "Look at it on the server: `docker ps --all`, `docker logs NAME`, `systemctl status lostops-project@NAME`. `lostops configure --all` starts what is described.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (server, measured) in servers(facts) {
        let name = server.name();
        let mut say = |message: String, help: String, evidence: String| {
            findings.push(
                Finding::new(&META, message)
                    .on(server)
                    .help(help)
                    .evidence(evidence),
            );
        };
        let Ok(inside) = &measured.inside else {
            continue;
        };
        let containers = inside.containers.as_deref().unwrap_or_default();
        // Without Docker nothing of it runs; where Docker does not answer, LO505 says so.
        let known = inside.containers.is_some() || inside.gaps.is_empty();
        for (project, _) in measured.expected.projects.iter().filter(|_| known) {
            let own: Vec<&Container> = containers
                .iter()
                .filter(|one| one.project == *project)
                .collect();
            if !own.iter().any(|one| one.status == "running") {
                say(
                    format!("`{name}`: nothing of `{project}` runs"),
                    format!("`systemctl status lostops-project@{project}` on the server says why"),
                    match own.first() {
                        None => "there is no container of the project".to_owned(),
                        Some(one) => {
                            format!("docker: {} of {}, {}", one.name, one.image, one.status)
                        }
                    },
                );
                continue;
            }
            for one in own {
                let Some(wrong) = wrong(one) else {
                    continue;
                };
                say(
                    format!(
                        "`{name}`: the container `{}` is not well: {wrong}",
                        one.name
                    ),
                    format!("`docker logs {}` on the server says why", one.name),
                    format!(
                        "docker: {} of {}, {} {}",
                        one.name, one.image, one.status, one.health
                    )
                    .trim_end()
                    .to_owned(),
                );
            }
        }
        for target in measured
            .targets
            .iter()
            .flatten()
            .flatten()
            .filter(|target| !target.is_up)
        {
            say(
                format!("`{name}`: its Prometheus gets no answer from `{}` at {}", target.job, target.instance),
                "see that the exporter runs there, and that its port is open to the monitoring server".to_owned(),
                format!("Prometheus: {}", target.error),
            );
        }
    }
    findings
}

/// What is wrong with a container; one that has done its work and ended is well.
fn wrong(one: &Container) -> Option<String> {
    match (one.status.as_str(), one.health.as_str()) {
        ("running", "unhealthy") => Some("its health check fails".to_owned()),
        ("restarting" | "dead" | "paused", _) => Some(format!("it is {}", one.status)),
        ("exited", _) if one.exit_code != 0 => Some(format!("it has ended with {}", one.exit_code)),
        // Whoever is asked for its health is there to stay.
        ("exited", health) if !health.is_empty() => Some("it has been stopped".to_owned()),
        _ => None,
    }
}
