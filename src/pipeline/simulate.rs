//! `lostops simulator`: the simulated cloud of one environment, looked at or changed by hand.

use super::describe;
use crate::cli::{Simulated, Simulator};
use crate::context::Context;
use crate::exit::Exit;
use crate::report::Report;
use crate::simulator;
use crate::terraform::workspace::Workspace;
use anyhow::bail;
use std::io;

pub(super) fn run(
    context: &Context,
    arguments: Simulator,
    out: &mut (dyn io::Write + Send),
) -> anyhow::Result<Exit> {
    let command = match arguments.command {
        Simulated::Cloud(command) => command,
        Simulated::Providers { folder } => {
            simulator::mirror::write(&folder, &context.program)?;
            writeln!(out, "{}", folder.join("terraform.rc"))?;
            return Ok(Exit::Clean);
        }
    };
    let file = match &arguments.file {
        Some(file) => file.clone(),
        None => {
            let mut report = Report::new("simulator");
            if let Err(failure) = describe::one(context, &arguments.describers, &mut report) {
                bail!("{}; {}", failure.message, failure.help);
            }
            let Some(environment) = report.environment else {
                bail!(
                    "could not find out which environment is meant: name its cloud's file with --file"
                );
            };
            Workspace::new(&context.home, &environment, "simulated").cloud()
        }
    };
    let engine = simulator::hosts::command::address(context.variable("DOCKER_HOST"));
    match simulator::command::run(command, &file, engine, out)? {
        0 => Ok(Exit::Clean),
        _ => Ok(Exit::Failed),
    }
}
