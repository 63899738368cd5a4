//! The describers of a commit, out of git and into a folder, and the work tree is left as it is.

use crate::context::Context;
use crate::pipeline::prepare::PLAIN;
use crate::process::Invocation;
use anyhow::{Context as _, bail};
use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

/// Writes the describers of a commit into a folder.
pub(super) fn checked_out(
    context: &Context,
    describers: &Utf8Path,
    commit: &str,
    folder: &Utf8Path,
) -> anyhow::Result<()> {
    let git = |arguments: &[&str]| -> anyhow::Result<Vec<u8>> {
        let ended = Invocation::new("git")
            .arguments(arguments.iter().copied())
            .folder(describers)
            .environment(context.allowed(PLAIN))
            .output()
            .context("a base is read with git")?;
        if !ended.success() {
            bail!("could not read `{commit}`: {}", ended.stderr.trim());
        }
        Ok(ended.stdout)
    };
    if commit.starts_with('-') {
        bail!("`{commit}` is no commit");
    }
    // Relative to the folder that git is started in.
    let names = git(&["ls-tree", "-r", "-z", "--name-only", commit, "./"])?;
    let names = String::from_utf8(names).context("a name of the base is not UTF-8")?;
    let mut names = names.split_terminator('\0').peekable();
    if names.peek().is_none() {
        bail!("`{commit}` has no folder `{describers}`");
    }
    let texts: Vec<(&str, Vec<u8>)> = names
        .map(|name| Ok((name, git(&["show", &format!("{commit}:./{name}")])?)))
        .collect::<anyhow::Result<_>>()?;
    write(
        folder,
        texts.iter().map(|(name, text)| (*name, text.as_slice())),
    )
}

/// Writes files into a folder of their own; whatever would lie outside of it is left out.
pub(super) fn write<'a>(
    folder: &Utf8Path,
    files: impl Iterator<Item = (&'a str, &'a [u8])>,
) -> anyhow::Result<()> {
    if folder.exists() {
        fs_err::remove_dir_all(folder)?;
    }
    fs_err::create_dir_all(folder)?;
    for (name, text) in files {
        let path = Utf8PathBuf::from(name);
        let mut parts = path.components();
        if !parts.all(|part| matches!(part, Utf8Component::Normal(_))) {
            continue;
        }
        let to = folder.join(path);
        if let Some(parent) = to.parent() {
            fs_err::create_dir_all(parent)?;
        }
        fs_err::write(to, text)?;
    }
    Ok(())
}
