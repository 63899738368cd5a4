//! The simulation's own SSH key: the machines of a describer know keys of people, and this program has none of those.

use crate::process::Invocation;
use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use std::collections::BTreeMap;
use std::os::unix::fs::DirBuilderExt as _;

/// Where the private key lies.
pub(crate) fn file(room: &Utf8Path) -> Utf8PathBuf {
    room.join("ssh").join("id_ed25519")
}

/// The public key; the pair is made the first time.
pub(super) fn public(room: &Utf8Path) -> anyhow::Result<String> {
    let private = file(room);
    let public = Utf8PathBuf::from(format!("{private}.pub"));
    if !public.exists() {
        let folder = room.join("ssh");
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .with_context(|| format!("could not make the folder {folder}"))?;
        let lock = fs::File::create(folder.join("lock"))?;
        fs4::FileExt::lock(lock.file())?;
        if !public.exists() {
            make(&private)?;
        }
    }
    Ok(fs::read_to_string(&public)?.trim().to_owned())
}

fn make(private: &Utf8Path) -> anyhow::Result<()> {
    // One that was interrupted may have left half of a pair.
    let _ = fs::remove_file(private);
    let made = Invocation::new("ssh-keygen")
        .arguments([
            "-q",
            "-t",
            "ed25519",
            "-N",
            "",
            "-C",
            "lostops simulation",
            "-f",
            private.as_str(),
        ])
        .environment(BTreeMap::from([(
            "PATH".to_owned(),
            "/usr/local/bin:/usr/bin:/bin".to_owned(),
        )]))
        .output()
        .context("could not make the simulation's SSH key: is OpenSSH's client installed?")?;
    if !made.success() {
        bail!(
            "could not make the simulation's SSH key: {}",
            made.stderr.trim()
        );
    }
    Ok(())
}
