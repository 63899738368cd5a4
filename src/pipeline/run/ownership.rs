//! Files that a container makes belong to root; the runner, and the steps after this one, are somebody else.

use super::Step;
use crate::terraform::workspace::FOLDER;
use camino::Utf8Path;
use std::os::unix::fs::{MetadataExt as _, lchown};

/// Gives what we made to whoever owns the folder it lies in. What was there before is not touched.
pub(super) fn give_back(step: &Step<'_>) {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    for folder in [&step.context.folder, &step.context.home] {
        if let Err(error) = give(&folder.join(FOLDER), folder) {
            tracing::warn!(
                "could not give `{folder}/{FOLDER}` to the owner of `{folder}`: {error}"
            );
        }
    }
}

fn give(ours: &Utf8Path, owner: &Utf8Path) -> std::io::Result<()> {
    let owner = fs_err::metadata(owner)?;
    // Others may have put files in there whose names are not UTF-8.
    let mut left = vec![ours.as_std_path().to_owned()];
    while let Some(path) = left.pop() {
        let Ok(found) = fs_err::symlink_metadata(&path) else {
            continue;
        };
        if (found.uid(), found.gid()) != (owner.uid(), owner.gid()) {
            // A link itself, never what it leads to.
            lchown(&path, Some(owner.uid()), Some(owner.gid()))?;
        }
        if found.is_dir() {
            for entry in fs_err::read_dir(&path)? {
                left.push(entry?.path());
            }
        }
    }
    Ok(())
}
