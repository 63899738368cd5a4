//! What is remembered of each host between two processes, and who may work on it.

use super::offer::Offered;
use super::wanted::Wanted;
use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Between two looks whether whoever works on a host is done.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Not the name of a host's file, which ends otherwise.
const OFFERED: &str = "offered";

/// A host as it was left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) wanted: Wanted,
    /// The packet filter that was put in force.
    pub(super) rules: String,
    /// What the network card was told.
    pub(super) settings: String,
    /// When the network card was started, as the engine says it.
    pub(super) card_started: String,
}

/// A folder with a file for each host.
#[derive(Debug, Clone)]
pub(super) struct Folder(pub(super) Utf8PathBuf);

/// Held while somebody works on a host.
#[derive(Debug)]
pub(super) struct Held {
    _file: fs::File,
}

impl Folder {
    fn file(&self, machine: &str, ending: &str) -> Utf8PathBuf {
        self.0.join(format!("{}.{ending}", machine.to_lowercase()))
    }

    /// Waits until nobody else works on this host. Never blocks the thread: the other one may be a task on it.
    pub(super) async fn lock(&self, machine: &str) -> anyhow::Result<Held> {
        fs::create_dir_all(&self.0)?;
        let file = fs::File::create(self.file(machine, "lock"))?;
        loop {
            if fs4::FileExt::try_lock(file.file()).is_ok() {
                return Ok(Held { _file: file });
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// What was kept; nothing when there is nothing or it makes no sense, which only means to look closer.
    pub(super) fn read(&self, machine: &str) -> Option<Kept> {
        serde_json::from_slice(&fs::read(self.file(machine, "json")).ok()?).ok()
    }

    pub(super) fn write(&self, machine: &str, kept: &Kept) -> anyhow::Result<()> {
        write(&self.file(machine, "json"), kept)
    }

    pub(super) fn forget(&self, machine: &str) -> anyhow::Result<()> {
        remove(&self.file(machine, "json"))
    }

    /// The images that hosts are handed; `None` when there never were any.
    pub(super) fn offered(&self) -> Option<Offered> {
        serde_json::from_slice(&fs::read(self.0.join(OFFERED)).ok()?).ok()
    }

    pub(super) fn offer(&self, offered: &Offered) -> anyhow::Result<()> {
        fs::create_dir_all(&self.0)?;
        write(&self.0.join(OFFERED), offered)
    }

    pub(super) fn forget_offered(&self) -> anyhow::Result<()> {
        remove(&self.0.join(OFFERED))
    }

    /// Names of hosts that something is kept of.
    pub(super) fn names(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(&self.0) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .flatten()
            .filter_map(|entry| {
                Some(
                    entry
                        .file_name()
                        .to_str()?
                        .strip_suffix(".json")?
                        .to_owned(),
                )
            })
            .collect();
        names.sort();
        names
    }
}

fn write(path: &Utf8Path, kept: &impl Serialize) -> anyhow::Result<()> {
    let next = Utf8PathBuf::from(format!("{path}.next"));
    let text = serde_json::to_vec_pretty(kept).context("could not write down a host")?;
    fs::write(&next, text)?;
    fs::rename(&next, path)?;
    Ok(())
}

fn remove(path: &Utf8Path) -> anyhow::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
