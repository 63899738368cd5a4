//! `lostops matrix`: the environments as a JSON list, so that a workflow runs one job for each.

use super::describe;
use crate::cli::Matrix;
use crate::context::Context;
use crate::exit::Exit;
use anyhow::bail;
use std::io;

/// Prints one line.
pub(super) fn run(
    context: &Context,
    arguments: &Matrix,
    out: &mut dyn io::Write,
) -> anyhow::Result<Exit> {
    match describe::names(context, arguments.describers.as_ref()) {
        Ok(names) => {
            writeln!(out, "{}", serde_json::json!(names))?;
            Ok(Exit::Clean)
        }
        Err(failure) => bail!("{}; {}", failure.message, failure.help),
    }
}
