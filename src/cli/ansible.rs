//! What can be asked of the servers themselves.

use super::{Cloud, Describers, Output};
use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};
use std::time::Duration;

#[derive(Debug, Args)]
#[command(
    after_help = "The SSH key comes from --ssh-key, LOSTOPS_SSH_KEY_FILE (its file) or LOSTOPS_SSH_KEY (the key itself, which is\n\
    never written to a disk)."
)]
pub(crate) struct Configure {
    #[command(flatten)]
    pub(crate) describers: Describers,
    #[command(flatten)]
    pub(crate) output: Output,
    /// In which cloud the servers run.
    #[arg(long, value_enum, default_value_t, value_name = "CLOUD")]
    pub(crate) cloud: Cloud,
    /// Only these servers, separated by commas.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) servers: Vec<String>,
    /// Show what would be changed, and change nothing.
    #[arg(long)]
    pub(crate) check: bool,
    #[command(flatten)]
    pub(crate) initialise: Initialise,
}

/// How servers are initialised.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Initialise {
    /// Also initialise the servers for which nothing has changed.
    #[arg(long)]
    pub(crate) all: bool,
    /// File of the private SSH key.
    #[arg(long, value_name = "FILE")]
    pub(crate) ssh_key: Option<Utf8PathBuf>,
    /// How long to wait for SSH, such as 90s or 5m [default: 5m for a new machine, 1m for one that is known]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
}

/// Some of the stages of an apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Only {
    /// What Azure has: machines, disks, addresses, security groups.
    Terraform,
    /// What is on the servers.
    Ansible,
    /// Terraform and Ansible, and nothing is measured afterwards.
    Both,
    /// Whether what runs is what is written.
    Verify,
}

#[derive(Debug, Args)]
#[command(
    after_help = "For `ansible -i`, an executable file with: #!/bin/sh\nexec lostops inventory --cloud azure \"$@\""
)]
pub(crate) struct Inventory {
    #[command(flatten)]
    pub(crate) describers: Describers,
    /// In which cloud the servers run.
    #[arg(long, value_enum, default_value_t, value_name = "CLOUD")]
    pub(crate) cloud: Cloud,
    /// As an inventory script prints it; without it: a file for `ansible -i`.
    #[arg(long, conflicts_with = "host")]
    pub(crate) list: bool,
    /// The variables of one server.
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Option<String>,
}

/// `90s`, `5m`, `1h`
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let split = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => 0,
    };
    match number.parse::<u32>() {
        Ok(number) if seconds > 0 => Ok(Duration::from_secs(u64::from(number) * seconds)),
        _ => Err("it takes a time such as 90s or 5m".to_owned()),
    }
}
