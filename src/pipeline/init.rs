//! `lostops init`: a repository to begin with, out of the describers of the Lostops infrastructure itself.

use crate::cli::Init;
use crate::describer;
use crate::exit::Exit;
use anyhow::{Context as _, bail};
use include_dir::{Dir, include_dir};
use std::io;

static DESCRIBERS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/describers");

/// Writes `describers/` and `schema/`; what is there already is never touched.
pub(super) fn run(arguments: &Init, out: &mut dyn io::Write) -> anyhow::Result<Exit> {
    let describers = arguments.folder.join("describers");
    let empty = || fs_err::read_dir(&describers).is_ok_and(|mut files| files.next().is_none());
    if describers.exists() && !empty() {
        bail!(
            "could not start a repository: `{describers}` is there already, and nothing in it is overwritten"
        );
    }
    fs_err::create_dir_all(&describers)?;
    for file in DESCRIBERS.files() {
        let name = file.path().to_str().context("could not name a describer")?;
        fs_err::write(describers.join(name), file.contents())?;
        writeln!(out, "wrote {}", describers.join(name))?;
    }
    let schemas = arguments.folder.join("schema");
    fs_err::create_dir_all(&schemas)?;
    for (name, schema) in describer::schemas() {
        let text = format!("{}\n", serde_json::to_string_pretty(&schema)?);
        fs_err::write(schemas.join(name), text)?;
        writeln!(out, "wrote {}", schemas.join(name))?;
    }
    writeln!(
        out,
        "\nNext: replace the SSH key and the addresses in the describers, then\n  lostops check\n  lostops plan --cloud simulated"
    )?;
    Ok(Exit::Clean)
}
