//! The simulated Azure, as somebody at its portal.

use super::Describers;
use camino::Utf8PathBuf;
use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct Simulator {
    #[command(flatten)]
    pub(crate) describers: Describers,
    /// The simulated cloud's file; found from the describers when not given.
    #[arg(
        long,
        value_name = "FILE",
        env = "LOSTOPS_SIMULATED_CLOUD",
        hide_env_values = true
    )]
    pub(crate) file: Option<Utf8PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Simulated,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Simulated {
    #[command(flatten)]
    Cloud(crate::simulator::command::Command),
    /// Write the simulated providers into a folder, for a Terraform configuration of your own:
    /// `TF_CLI_CONFIG_FILE=FOLDER/terraform.rc` and `LOSTOPS_SIMULATED_CLOUD=FILE` make Terraform use them.
    Providers {
        /// Where to write them.
        #[arg(value_name = "FOLDER")]
        folder: Utf8PathBuf,
    },
}
