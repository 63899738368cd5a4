//! `lostops doctor`: what is here, which version, and what is missing for which command.

use crate::context::Context;
use crate::exit::Exit;
use crate::report::paint::Paint;
use crate::terraform::credentials;
use crate::terraform::run::{OLDEST, Terraform, TerraformError};
use std::io;

/// Reports; the exit code is 1 when nothing can be planned on this machine.
pub(super) fn run(
    context: &Context,
    colours: bool,
    out: &mut dyn io::Write,
) -> anyhow::Result<Exit> {
    let paint = Paint(colours);
    writeln!(
        out,
        "{} lostops    {}",
        paint.green("ok     "),
        env!("CARGO_PKG_VERSION")
    )?;
    let found = Terraform::new(context.allowed(&["PATH", "HOME"]));
    match &found {
        Ok(terraform) => writeln!(
            out,
            "{} terraform  {} ({})",
            paint.green("ok     "),
            terraform.version,
            terraform.program
        )?,
        Err(error) => {
            let words = match error {
                TerraformError::Other(error) => format!("{error:#}"),
                error => error.to_string(),
            };
            writeln!(out, "{} terraform  {words}", paint.red("missing"))?;
            writeln!(
                out,
                "                   needed by plan and apply: version {}.{} or newer on PATH",
                OLDEST.0, OLDEST.1
            )?;
        }
    }
    let missing = credentials::missing(|name| context.variable(name));
    if missing.is_empty() {
        writeln!(
            out,
            "{} azure      credentials are set",
            paint.green("ok     ")
        )?;
    } else {
        writeln!(
            out,
            "{} azure      needed by plan and apply with --cloud azure:",
            paint.yellow("missing")
        )?;
        for one in &missing {
            writeln!(out, "                   {}: {}", one.variable, one.what)?;
            for line in one.workflow.lines() {
                writeln!(out, "                     {}", paint.dim(line))?;
            }
        }
    }
    writeln!(out)?;
    let ready = |yes: bool| {
        if yes {
            paint.green("ready")
        } else {
            paint.red("not ready")
        }
    };
    writeln!(out, "check, graph, explain, schema     {}", ready(true))?;
    writeln!(out, "plan --from FILE                  {}", ready(true))?;
    writeln!(
        out,
        "plan, apply --cloud simulated     {}",
        ready(found.is_ok())
    )?;
    writeln!(
        out,
        "plan, apply --cloud azure         {}",
        ready(found.is_ok() && missing.is_empty())
    )?;
    Ok(if found.is_ok() {
        Exit::Clean
    } else {
        Exit::Failed
    })
}
