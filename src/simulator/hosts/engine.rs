//! The Docker engine: what hosts need of it, in words that say what could not be done.

use anyhow::{Context as _, bail};
use bollard::Docker;
use bollard::errors::Error;
use bollard::exec::{StartExecOptions, StartExecResults};
use bollard::models::ExecConfig;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;

/// Where an engine listens unless told otherwise.
pub(super) const USUAL: &str = "unix:///var/run/docker.sock";

/// How long an engine may take to say that it is there.
const GREETING: Duration = Duration::from_secs(5);

/// An engine that answers.
#[derive(Debug, Clone)]
pub(super) struct Engine {
    pub(super) docker: Docker,
}

/// What a command in a container came to.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) code: i64,
    /// Standard output and standard error, as they came.
    pub(super) text: String,
}

impl Engine {
    /// Fails when nothing answers at that address.
    pub(super) async fn connect(address: &str) -> anyhow::Result<Self> {
        let docker = Docker::connect_with_host(address)
            .with_context(|| format!("no Docker engine answers at {address}"))?;
        let docker = tokio::time::timeout(GREETING, docker.negotiate_version())
            .await
            .with_context(|| format!("no Docker engine answers at {address} within 5 s"))?
            .with_context(|| format!("no Docker engine answers at {address}"))?;
        Ok(Self { docker })
    }

    /// Runs a command in a container that runs, with that text as its standard input.
    pub(super) async fn run(
        &self,
        container: &str,
        command: &[&str],
        input: &str,
    ) -> anyhow::Result<Ran> {
        let text = Bytes::copy_from_slice(input.as_bytes());
        let input = futures_util::stream::iter([Ok::<_, Error>(text)]);
        let (ran, _) = self.pour(container, command, input).await?;
        Ok(ran)
    }

    /// The same with a stream as its standard input. Also returns how many bytes went in.
    pub(super) async fn pour(
        &self,
        container: &str,
        command: &[&str],
        input: impl Stream<Item = Result<Bytes, Error>>,
    ) -> anyhow::Result<(Ran, u64)> {
        let config = ExecConfig {
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            cmd: Some(command.iter().map(|&word| word.to_owned()).collect()),
            ..ExecConfig::default()
        };
        let words = || format!("could not run `{}` in {container}", command.join(" "));
        let exec = self
            .docker
            .create_exec(container, config)
            .await
            .with_context(words)?;
        let started = self
            .docker
            .start_exec(&exec.id, None::<StartExecOptions>)
            .await
            .with_context(words)?;
        let StartExecResults::Attached {
            mut output,
            input: mut to,
        } = started
        else {
            bail!("{}: the engine did not attach", words());
        };
        let mut input = std::pin::pin!(input);
        let mut poured = 0;
        while let Some(part) = input.next().await {
            let part = part.with_context(words)?;
            to.write_all(&part).await.with_context(words)?;
            poured += part.len() as u64;
        }
        to.shutdown().await.with_context(words)?;
        let mut text = String::new();
        while let Some(part) = output.next().await {
            text.push_str(&String::from_utf8_lossy(
                &part.with_context(words)?.into_bytes(),
            ));
        }
        let ended = self
            .docker
            .inspect_exec(&exec.id)
            .await
            .with_context(words)?;
        let ran = Ran {
            code: ended.exit_code.unwrap_or(-1),
            text,
        };
        Ok((ran, poured))
    }

    /// The same, where anything but success is a failure.
    pub(super) async fn must_run(
        &self,
        container: &str,
        command: &[&str],
        input: &str,
    ) -> anyhow::Result<String> {
        let ran = self.run(container, command, input).await?;
        if ran.code != 0 {
            bail!(
                "could not run `{}` in {container}: exit code {}: {}",
                command.join(" "),
                ran.code,
                last(&ran.text)
            );
        }
        Ok(ran.text)
    }
}

/// The last lines, where the reason stands.
pub(super) fn last(text: &str) -> String {
    let lines: Vec<&str> = text.trim().lines().rev().take(3).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("; ")
}

/// The engine says that there is no such thing.
pub(super) fn is_missing(error: &Error) -> bool {
    status(error) == Some(404)
}

/// The engine says that it is so already, or that something else is of that name.
pub(super) fn is_conflict(error: &Error) -> bool {
    matches!(status(error), Some(304 | 409))
}

fn status(error: &Error) -> Option<u16> {
    match error {
        Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}

/// What is gone already was to go.
pub(super) fn gone<T>(result: Result<T, Error>) -> Result<(), Error> {
    match result {
        Err(error) if !is_missing(&error) => Err(error),
        _ => Ok(()),
    }
}
