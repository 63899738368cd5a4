//! LO212: a container of the user's own may do to its server whatever root may.

use super::Facts;
use crate::compose::Says;
use crate::finding::{Finding, Meta, Severity};

pub(super) static META: Meta = Meta {
    code: "LO212",
    name: "container-commands-server",
    severity: Severity::Warning,
    summary: "a container may do to its server whatever root may",
    why: "With Docker's socket, `privileged` or the server's own processes a container is no container any more: whoever gets into it \
has the server, opens any port and reads every secret. Some tools need that; it should be known which.",
    fix: "Remove it. What only needs to read Docker's state can ask a proxy that lets nothing else through, as lostops' Traefik does.",
    example: "```yaml\nvolumes: [\"/var/run/docker.sock:/var/run/docker.sock\"]   # root on the server\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    facts.stated(&META, |project, says| {
        // lostops' own files are its own business: the one that has the socket lets others only read.
        let Says::Commands(means) = says else {
            return None;
        };
        project.source?;
        let message = format!(
            "`{}` has `{}` in its hands: {means}",
            project.name, project.server
        );
        Some((
            message,
            "as good as root".to_owned(),
            "remove it, unless it is meant".to_owned(),
        ))
    })
}
