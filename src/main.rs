//! lostops: the servers in the repository are the servers that run, and the ports in the repository are the ports that are open.

mod ansible;
mod cli;
mod compose;
mod context;
mod describer;
mod exit;
mod finding;
mod fleet;
#[cfg(test)]
#[path = "../tests/fuzz/mod.rs"]
mod fuzz;
mod github;
mod pipeline;
mod policy;
mod process;
mod random;
mod reason;
mod redact;
mod rego;
mod report;
mod review;
mod schema;
mod seal;
mod services;
mod simulator;
mod source;
mod ssh;
mod terraform;
mod verify;
mod yaml;

use clap::Parser as _;
use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Terraform starts this program as a provider.
    let argv: Vec<String> = std::env::args_os()
        .take(2)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let mut guarded = report::log::Guarded::default();
    let done = match simulator::as_provider(&argv) {
        Some(provider) => simulator::serve(provider).map(|()| exit::Exit::Clean),
        None => run(cli::Cli::parse(), &mut guarded),
    };
    match done {
        Ok(exit) => exit.into(),
        // Whoever read the answer has read enough.
        Err(error) if exit::is_closed_pipe(&error) => exit::Exit::Clean.into(),
        Err(error) => {
            // Standard error is all that is left to say it on.
            let message = report::paint::inert(&format!("{error:#}"));
            let _ = guarded.write_all(format!("lostops: {message}\n").as_bytes());
            exit::Exit::Failed.into()
        }
    }
}

fn run(cli: cli::Cli, guarded: &mut report::log::Guarded) -> anyhow::Result<exit::Exit> {
    let mut context = context::Context::from_process()?;
    context.set(terraform::program::VARIABLE, cli.global.terraform.word());
    guarded.in_workflow = context.in_workflow();
    guarded.redactor = redact::Redactor::new(context.hidden());
    let writer = guarded.clone();
    // A panic is told as inert as everything else.
    std::panic::set_hook(Box::new(move |panic| {
        let _ = writer
            .clone()
            .write_all(format!("lostops: {panic}\n").as_bytes());
    }));
    let level = match cli.global.verbose {
        // The workflow was started with debug logging.
        0 if context.variable("RUNNER_DEBUG") == Some("1") => "lostops=debug",
        0 => "warn",
        1 => "lostops=info",
        2 => "lostops=debug",
        _ => "trace",
    };
    let writer = guarded.clone();
    tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .with_env_filter(tracing_subscriber::EnvFilter::new(level))
        .without_time()
        .init();
    pipeline::run(&context, cli, &mut std::io::stdout())
}
