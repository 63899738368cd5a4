//! LO210: a container shares the network of its server.

use super::Facts;
use crate::compose::Says;
use crate::finding::{Finding, Meta, Severity};

pub(super) static META: Meta = Meta {
    code: "LO210",
    name: "host-network",
    severity: Severity::Error,
    summary: "a container shares the network of its server",
    why: "With `network_mode: host` whatever a container listens to is a port of the server, and no file says which: what its \
image does in its next version is open where the describer happens to declare that port. It also reaches what listens to this machine alone.",
    fix: "Remove `network_mode: host`, or the network called `host`, and publish the ports that are needed with `ports:`.",
    example: "```yaml\nnetwork_mode: host       # wrong: every port that it listens to\nports: [\"8025:8025\"]    # right: this one, which the describer declares\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    facts.stated(&META, |project, says| {
        let message = format!(
            "`{}` shares the network of `{}`",
            project.name, project.server
        );
        (*says == Says::SharesNetwork).then(|| {
            let label = "every port that it listens to is the server's".to_owned();
            (
                message,
                label,
                "remove it, and publish with `ports:` what must be reached".to_owned(),
            )
        })
    })
}
