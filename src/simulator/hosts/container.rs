//! Containers of any kind: looked at, made and removed while the engine may still be busy with what a killed run has asked for.

use super::engine::{Engine, gone, is_conflict, is_missing};
use anyhow::Context as _;
use bollard::errors::Error;
use bollard::models::{
    ContainerCreateBody, ContainerInspectResponse, ContainerStateStatusEnum as Status,
};
use bollard::query_parameters::{
    CreateContainerOptions, InspectContainerOptions, RemoveContainerOptions,
};
use std::time::Duration;
use tokio::time::Instant;

/// How long a name may be taken by a container that is not there yet.
const MAKING: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// How long the engine may take to remove what somebody else has told it to remove: all that is on its disk goes too.
const REMOVING: Duration = Duration::from_mins(1);
const ASK_AGAIN: Duration = Duration::from_millis(100);

pub(super) async fn inspect(
    engine: &Engine,
    name: &str,
) -> anyhow::Result<Option<ContainerInspectResponse>> {
    match engine
        .docker
        .inspect_container(name, None::<InspectContainerOptions>)
        .await
    {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("could not look at {name}")),
    }
}

/// It can be looked at and no more: somebody has told the engine to remove it.
pub(super) fn is_going(found: &ContainerInspectResponse) -> bool {
    let status = found.state.as_ref().and_then(|state| state.status);
    matches!(status, Some(Status::REMOVING | Status::DEAD))
}

/// Makes a container of which nothing is there. An engine goes on making what a run has asked for that was killed: at first
/// only the name is taken, then the container is there, never started and perhaps not as it is wanted now. It is made anew.
pub(super) async fn create(
    engine: &Engine,
    name: &str,
    body: ContainerCreateBody,
) -> Result<(), Error> {
    let limit = Instant::now() + MAKING;
    loop {
        let options = CreateContainerOptions {
            name: Some(name.to_owned()),
            ..CreateContainerOptions::default()
        };
        let made = engine.docker.create_container(Some(options), body.clone());
        match Box::pin(made).await {
            Err(error) if is_conflict(&error) && Instant::now() < limit => {}
            made => return made.map(|_| ()),
        }
        take_away(engine, name).await?;
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

pub(super) async fn remove(engine: &Engine, container: &str) -> anyhow::Result<()> {
    let removed = take_away(engine, container).await;
    removed.with_context(|| format!("could not remove {container}"))
}

/// Until it is gone: an engine that removes it already, for a run that was cancelled, refuses to be told again.
async fn take_away(engine: &Engine, container: &str) -> Result<(), Error> {
    let limit = Instant::now() + REMOVING;
    loop {
        let options = RemoveContainerOptions {
            force: true,
            v: true,
            ..RemoveContainerOptions::default()
        };
        let removed = engine
            .docker
            .remove_container(container, Some(options))
            .await;
        match gone(removed) {
            Err(error) if is_conflict(&error) && Instant::now() < limit => {}
            done => return done,
        }
        tokio::time::sleep(ASK_AGAIN).await;
    }
}
