//! LO509: a container runs that no describer names.

use super::Facts;
use super::measured::servers;
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::port::PortSet;
use crate::fleet::words::or_list;

pub(super) static META: Meta = Meta {
    code: "LO509",
    name: "container-not-described",
    severity: Severity::Error,
    summary: "a container runs that no describer names",
    why: "A container is a program with all its packages, and often with a port that Docker publishes past the firewall. The containers of a server are the services of its describer and \
its Compose projects, with the images named there.",
    fix: "Stop and remove it (`docker rm --force NAME`), or describe it: a service, or a Compose project under `services: compose`. Where the image differs, initialise the server anew.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (server, measured) in servers(facts) {
        let name = server.name();
        if facts.accepts(META.code, name, &PortSet::default()) {
            continue;
        }
        let containers = measured
            .inside
            .iter()
            .flat_map(|inside| &inside.containers)
            .flatten();
        for container in containers.filter(|one| one.status != "exited" && one.status != "created")
        {
            let images = measured.expected.projects.get(&container.project);
            let (message, help) = match images {
                None => (
                    format!(
                        "`{name}` runs the container `{}`, which no describer names",
                        container.name
                    ),
                    format!(
                        "`docker rm --force {}` on the server, or describe it",
                        container.name
                    ),
                ),
                Some(images) if !images.is_empty() && !images.contains(&container.image) => (
                    format!(
                        "`{name}` runs the container `{}` with the image `{}`, which is not the one that is described",
                        container.name, container.image
                    ),
                    format!(
                        "initialise it anew (`lostops configure --all`): `{}` is to run {}",
                        container.project,
                        or_list(
                            &images
                                .iter()
                                .map(|image| format!("`{image}`"))
                                .collect::<Vec<_>>()
                        )
                    ),
                ),
                Some(_) => continue,
            };
            let network = if container.host_network {
                ", in the network of the server itself"
            } else {
                ""
            };
            findings.push(
                Finding::new(&META, message)
                    .on(server)
                    .help(help)
                    .evidence(format!(
                        "docker: {} of {}, {}{network}",
                        container.name, container.image, container.status
                    )),
            );
        }
    }
    findings
}
