//! What can be measured.

use super::{Cloud, Describers, Output};
use camino::Utf8PathBuf;
use clap::Args;
use std::net::IpAddr;
use std::time::Duration;

#[derive(Debug, Args)]
#[command(
    after_help = "Every server is measured from within over SSH, from here (every TCP port), and from every other server. It takes\n\
    bash on the servers and nothing else; nothing is installed or left there.\n\n\
    The SSH key comes from --ssh-key, LOSTOPS_SSH_KEY_FILE (its file) or LOSTOPS_SSH_KEY (the key itself, which is\n\
    never written to a disk)."
)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) describers: Describers,
    #[command(flatten)]
    pub(crate) output: Output,
    /// In which cloud the servers run.
    #[arg(long, value_enum, default_value_t, value_name = "CLOUD")]
    pub(crate) cloud: Cloud,
    /// Only these servers, separated by commas; it is measured from all of them all the same.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) servers: Vec<String>,
    /// File of the private SSH key.
    #[arg(long, value_name = "FILE")]
    pub(crate) ssh_key: Option<Utf8PathBuf>,
    /// How long to wait for SSH, such as 90s or 5m [default: 5m for a new machine, 1m for one that is known]
    #[arg(long, value_name = "TIME", value_parser = super::ansible::duration)]
    pub(crate) timeout: Option<Duration>,
    /// Ports that are asked in a second, of all servers together; never more.
    #[arg(long, value_name = "NUMBER", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rate: u32,
}

#[derive(Debug, Args)]
#[command(
    after_help = "It ends with 0 where nothing differs. In a workflow a schedule does the same, and keeps one issue of what it finds."
)]
pub(crate) struct Drift {
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
    /// File of the private SSH key.
    #[arg(long, value_name = "FILE")]
    pub(crate) ssh_key: Option<Utf8PathBuf>,
    /// How long to wait for SSH, such as 90s or 5m [default: 15s to see what Ansible would change]
    #[arg(long, value_name = "TIME", value_parser = super::ansible::duration)]
    pub(crate) timeout: Option<Duration>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "It needs a Docker engine (`DOCKER_HOST`, else the usual socket), and no account and no key. Secrets are invented: servers of\n\
    a rehearsal never see a real one. Roles and Compose files are run as they are: rehearse what you would run as root here."
)]
pub(crate) struct Rehearse {
    #[command(flatten)]
    pub(crate) describers: Describers,
    #[command(flatten)]
    pub(crate) output: Output,
    /// Build the servers of this commit's describers first, such as `origin/main`: then it is seen what the change does to
    /// servers that run.
    #[arg(long, value_name = "COMMIT")]
    pub(crate) from_base: Option<String>,
    /// Leave the servers up.
    #[arg(long)]
    pub(crate) keep: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Scan {
    /// An IPv4 or IPv6 address.
    #[arg(value_name = "ADDRESS")]
    pub(crate) address: IpAddr,
    /// Questions a second, never more.
    #[arg(long, value_name = "NUMBER", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rate: u32,
    /// When to end, whatever was asked by then, such as 30s or 5m.
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = super::ansible::duration)]
    pub(crate) deadline: Duration,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
