//! What the simulated cloud has instead of the real thing: images that stand in for others.

use crate::context::Context;
use crate::fleet::Fleet;
use crate::process::cancelled;
use crate::reason::Reason;
use crate::report::Failure;
use crate::report::progress::Progress;
use crate::services::{compose, images, projects};
use crate::simulator::hosts::command as hosts;
use crate::simulator::hosts::offer::Images;
use crate::terraform::workspace::Workspace;
use std::sync::Mutex;

/// The images of each server's projects, as they are named on the simulated cloud.
pub(super) fn images(fleet: &Fleet) -> Images {
    let images = images::Images::new(fleet.environment.rehearsal_images.clone());
    let servers = fleet.servers.iter().map(|server| {
        let projects = projects::of(server, &images).into_iter();
        let variables = projects.flat_map(|project| project.variables);
        let named = variables.filter(|(name, _)| name.ends_with("_IMAGE"));
        let described = server.services.compose.iter();
        let described = described.flat_map(|project| compose::images(project, &images));
        (
            server.name().to_owned(),
            named
                .map(|(_, image)| image)
                .chain(described.map(|(_, _, gets)| gets))
                .collect(),
        )
    });
    servers.collect()
}

/// Hands them to the hosts that are up.
pub(super) fn hand_out(
    context: &Context,
    fleet: &Fleet,
    workspace: &Workspace,
    progress: &mut Progress,
) -> Result<(), Failure> {
    let engine = hosts::address(context.variable("DOCKER_HOST"));
    let say = Mutex::new(|words: &str| progress.say(words));
    hosts::offer(engine, &workspace.cloud(), &images(fleet), &say).map_err(|error| failed(&error))
}

/// Hosts are not as they should be.
pub(super) fn failed(error: &anyhow::Error) -> Failure {
    if cancelled() {
        return super::failure::of_anything(error);
    }
    Failure {
        reason: Reason::HostsFailed,
        message: format!("{error:#}"),
        help: "mend the cause and apply again: what is there is kept, the rest is made; `lostops simulator down` takes it all away".to_owned(),
    }
}
