//! lostops: the servers in the repository are the servers that run.
mod finding;
mod fleet;
mod simulator;
mod source;

use clap::Parser;

#[derive(Parser)]
enum Cli {
    /// Look at the simulated cloud and change it by hand
    Simulator {
        /// The cloud's file
        #[arg(long, env = "LOSTOPS_SIMULATED_CLOUD")]
        cloud: camino::Utf8PathBuf,
        #[command(subcommand)]
        command: simulator::command::Command,
    },
}

fn main() -> std::process::ExitCode {
    match run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let argv0 = std::env::args().next().unwrap_or_default();
    if let Some(provider) = simulator::plugin_name(&argv0) {
        return simulator::serve(provider);
    }
    match Cli::parse() {
        Cli::Simulator { cloud, command } => {
            simulator::command::run(command, &cloud, &mut std::io::stdout())
        }
    }
}
