//! Operations on servers that are there: one change, by the words that people have for it.

use super::{Cloud, Describers, Output};
use camino::Utf8PathBuf;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Operate {
    /// Names of the servers.
    #[arg(value_name = "SERVER", required = true)]
    pub(crate) servers: Vec<String>,
    #[command(flatten)]
    pub(crate) describers: Describers,
    #[command(flatten)]
    pub(crate) output: Output,
    /// Which cloud to change.
    #[arg(long, value_enum, default_value_t, value_name = "CLOUD")]
    pub(crate) cloud: Cloud,
    /// How long to wait for somebody else's lock on the state, such as 30s or 5m.
    #[arg(long, default_value = "5m", value_name = "TIME")]
    pub(crate) lock_timeout: String,
}

/// The state, and nothing of a server.
#[derive(Debug, Args)]
pub(crate) struct OfState {
    #[command(flatten)]
    pub(crate) describers: Describers,
    #[command(flatten)]
    pub(crate) output: Output,
    /// Whose state it is.
    #[arg(long, value_enum, default_value_t, value_name = "CLOUD")]
    pub(crate) cloud: Cloud,
}

#[derive(Debug, Args)]
pub(crate) struct Unlock {
    /// The lock's exact id. Without it: who holds the lock, and since when.
    #[arg(value_name = "ID")]
    pub(crate) lock: Option<String>,
    #[command(flatten)]
    pub(crate) state: OfState,
}

#[derive(Debug, Args)]
pub(crate) struct PushState {
    /// The file with the state, sealed or not [default: the one that lies in .lostops]
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<Utf8PathBuf>,
    #[command(flatten)]
    pub(crate) state: OfState,
}

#[derive(Debug, Args)]
pub(crate) struct Forget {
    /// Names of the servers, whose describers are gone.
    #[arg(value_name = "SERVER", required = true)]
    pub(crate) servers: Vec<String>,
    #[command(flatten)]
    pub(crate) state: OfState,
}

#[derive(Debug, Args)]
pub(crate) struct Resize {
    #[command(flatten)]
    pub(crate) operate: Operate,
    /// The new size, such as `Standard_B4ms`.
    #[arg(long, value_name = "SIZE")]
    pub(crate) to: String,
}

#[derive(Debug, Args)]
pub(crate) struct Destroy {
    #[command(flatten)]
    pub(crate) operate: Operate,
    /// The server's name once more: what was on its disks is gone afterwards.
    #[arg(long, value_name = "SERVER")]
    pub(crate) confirm: Option<String>,
}
