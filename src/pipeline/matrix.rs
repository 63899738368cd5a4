//! `lostops matrix`: the environments as a JSON list, so that a workflow runs one job for each.

use super::describe;
use crate::cli::{Describers, Matrix};
use crate::context::Context;
use crate::exit::Exit;
use crate::report::Report;
use anyhow::bail;
use std::collections::BTreeSet;
use std::io;

/// Prints one line. What is wrong inside an environment is for its own job to say.
pub(super) fn run(
    context: &Context,
    arguments: &Matrix,
    out: &mut dyn io::Write,
) -> anyhow::Result<Exit> {
    let describers = Describers {
        describers: arguments.describers.clone(),
        environment: None,
    };
    let mut report = Report::new("matrix");
    match describe::load(context, &describers, &mut report) {
        Ok(environments) => {
            let names: BTreeSet<String> = environments.into_iter().map(|one| one.name).collect();
            writeln!(out, "{}", serde_json::json!(names))?;
            Ok(Exit::Clean)
        }
        Err(failure) => bail!("{}; {}", failure.message, failure.help),
    }
}
