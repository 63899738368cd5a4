//! lostops: the servers in the repository are the servers that run, and the ports in the repository are the ports that are open.

mod cli;
mod context;
mod describer;
mod exit;
mod finding;
mod fleet;
mod github;
mod pipeline;
mod policy;
mod process;
mod reason;
mod redact;
mod report;
mod simulator;
mod source;
mod terraform;

use clap::Parser as _;
use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Terraform starts this program under the name of a provider.
    let name = std::env::args().next().unwrap_or_default();
    let done = match simulator::plugin_name(&name) {
        Some(provider) => simulator::serve(provider).map(|()| exit::Exit::Clean),
        None => run(cli::Cli::parse()),
    };
    match done {
        Ok(exit) => exit.into(),
        // Whoever read the answer has read enough.
        Err(error) if is_closed_pipe(&error) => exit::Exit::Clean.into(),
        Err(error) => {
            // Standard error is all that is left to say it on.
            let _ = writeln!(
                std::io::stderr(),
                "lostops: {}",
                report::paint::inert(&format!("{error:#}"))
            );
            exit::Exit::Failed.into()
        }
    }
}

fn run(cli: cli::Cli) -> anyhow::Result<exit::Exit> {
    let level =
        ["warn", "lostops=info", "lostops=debug", "trace"][usize::from(cli.global.verbose.min(3))];
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(tracing_subscriber::EnvFilter::new(level))
        .without_time()
        .init();
    let context = context::Context::from_process()?;
    let mut out = std::io::stdout().lock();
    pipeline::run(&context, cli, &mut out)
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = error
        .chain()
        .find_map(|cause| cause.downcast_ref::<std::io::Error>());
    io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
