//! A shell on a host, past its network: what a serial console is to a real machine.

use super::engine::Engine;
use anyhow::{Context as _, bail};
use bollard::exec::{StartExecOptions, StartExecResults};
use bollard::models::ExecConfig;
use bollard::query_parameters::ResizeExecOptions;
use futures_util::StreamExt as _;
use nix::sys::termios::{SetArg, Termios, cfmakeraw, tcgetattr, tcsetattr};
use std::io::IsTerminal as _;
use tokio::io::AsyncWriteExt as _;

/// Gives the terminal back as it was.
struct Raw(Termios);

impl Raw {
    fn start() -> nix::Result<Self> {
        let before = tcgetattr(std::io::stdin())?;
        let mut raw = before.clone();
        cfmakeraw(&mut raw);
        tcsetattr(std::io::stdin(), SetArg::TCSANOW, &raw)?;
        Ok(Self(before))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _ = tcsetattr(std::io::stdin(), SetArg::TCSANOW, &self.0);
    }
}

/// Runs the command as root, or a shell when there is none, and returns its exit code.
pub(super) async fn run(
    engine: &Engine,
    container: &str,
    command: &[String],
    out: &mut (dyn std::io::Write + Send),
) -> anyhow::Result<i64> {
    let is_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let command = match command {
        [] => vec!["/bin/bash".to_owned(), "--login".to_owned()],
        words => words.to_vec(),
    };
    let config = ExecConfig {
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        tty: Some(is_terminal),
        env: is_terminal.then(|| vec!["TERM=xterm-256color".to_owned()]),
        cmd: Some(command),
        ..ExecConfig::default()
    };
    let exec = engine
        .docker
        .create_exec(container, config)
        .await
        .with_context(|| format!("could not open a shell in {container}"))?;
    let options = StartExecOptions {
        tty: is_terminal,
        ..StartExecOptions::default()
    };
    let started = engine.docker.start_exec(&exec.id, Some(options)).await?;
    let StartExecResults::Attached {
        mut output,
        mut input,
    } = started
    else {
        bail!("could not open a shell in {container}: the engine did not attach");
    };
    let _raw = is_terminal.then(Raw::start).transpose()?;
    if let Some((width, height)) = size().filter(|_| is_terminal) {
        let options = ResizeExecOptions {
            h: height.into(),
            w: width.into(),
        };
        // A shell of the wrong width is a shell.
        let _ = engine.docker.resize_exec(&exec.id, options).await;
    }
    let typed = tokio::spawn(async move {
        // Ends with the input; the shell may still have something to say.
        let _ = tokio::io::copy(&mut tokio::io::stdin(), &mut input).await;
        let _ = input.shutdown().await;
    });
    while let Some(part) = output.next().await {
        out.write_all(&part?.into_bytes())?;
        out.flush()?;
    }
    typed.abort();
    let ended = engine.docker.inspect_exec(&exec.id).await?;
    Ok(ended.exit_code.unwrap_or(-1))
}

/// Columns and rows of the terminal.
fn size() -> Option<(u16, u16)> {
    let (terminal_size::Width(width), terminal_size::Height(height)) =
        terminal_size::terminal_size()?;
    Some((width, height))
}
