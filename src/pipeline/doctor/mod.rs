//! `lostops doctor`: what is here, which version, and what is missing for which command.

mod identity;
mod roles;

use super::run::decided;
use super::{configure, describe};
use crate::ansible::toolbox::Toolbox;
use crate::cli::{Describers, Doctor};
use crate::context::Context;
use crate::exit::Exit;
use crate::fleet::words::{and_list, or_list};
use crate::github::decision::{Decision, Refusal};
use crate::github::inputs::Inputs;
use crate::github::runner::Runner;
use crate::report::Report;
use crate::report::paint::{Paint, inert};
use crate::simulator::hosts::command as hosts;
use crate::terraform::credentials::{self, Missing};
use crate::terraform::program::{self, OLDEST, Program};
use crate::terraform::run::{Terraform, TerraformError};
use camino::Utf8Path;
use std::io;

/// Reports; the exit code is 1 when nothing can be planned on this machine.
pub(super) fn run(
    context: &Context,
    arguments: &Doctor,
    colours: bool,
    out: &mut dyn io::Write,
) -> anyhow::Result<Exit> {
    if arguments.azure_roles {
        return roles::show(context, &arguments.describers, out);
    }
    let paint = Paint(colours);
    let mut sheet = Sheet { paint, out };
    sheet.line(Mark::Ok, "lostops", env!("CARGO_PKG_VERSION"))?;
    let terraform = terraform(context, &mut sheet)?;
    let described = describers(context, &arguments.describers, &mut sheet)?;
    let missing = credentials::missing(|name| context.variable(name));
    azure(&missing, &mut sheet)?;
    identity::show(context, &mut sheet)?;
    let can_log_in = servers(context, &mut sheet)?;
    let has_engine = engine(context, &mut sheet)?;
    if context.in_workflow() {
        action(context, &mut sheet)?;
    }
    let ready = |yes: bool| {
        if yes {
            paint.green("ready")
        } else {
            paint.red("not ready")
        }
    };
    let planned = described && terraform;
    let rows = [
        ("init, explain, schema", true),
        ("plan --from FILE", true),
        ("check, graph, matrix", described),
        ("plan, apply --cloud simulated", planned),
        ("  with hosts that boot; rehearse", planned && has_engine),
        ("plan --cloud azure", planned && missing.is_empty()),
        (
            "apply, configure, verify, drift",
            planned && missing.is_empty() && can_log_in,
        ),
    ];
    writeln!(out)?;
    for (commands, is_ready) in rows {
        writeln!(out, "{commands:34}{}", ready(is_ready))?;
    }
    Ok(if terraform { Exit::Clean } else { Exit::Failed })
}

#[derive(Debug, Clone, Copy)]
enum Mark {
    Ok,
    /// Something cannot be done without it.
    Missing,
    /// Nothing but one command needs it.
    Wanted,
}

/// A line for each thing, and below it what to do about it.
struct Sheet<'a> {
    paint: Paint,
    out: &'a mut dyn io::Write,
}

impl Sheet<'_> {
    fn line(&mut self, mark: Mark, name: &str, words: &str) -> io::Result<()> {
        let mark = match mark {
            Mark::Ok => self.paint.green("ok     "),
            Mark::Missing => self.paint.red("missing"),
            Mark::Wanted => self.paint.yellow("missing"),
        };
        writeln!(self.out, "{mark} {name:10} {words}")
    }

    fn below(&mut self, words: &str) -> io::Result<()> {
        words
            .lines()
            .try_for_each(|line| writeln!(self.out, "                   {line}"))
    }
}

fn terraform(context: &Context, sheet: &mut Sheet<'_>) -> io::Result<bool> {
    let kind = Program::of(context.variable(program::VARIABLE));
    match Terraform::new(kind, context.allowed(&["PATH", "HOME"])) {
        Ok(found) => {
            let words = format!("{} ({})", found.version, found.program);
            sheet.line(Mark::Ok, kind.word(), &words)?;
            Ok(true)
        }
        Err(error) => {
            let words = match error {
                TerraformError::Other(error) => format!("{error:#}"),
                error => error.to_string(),
            };
            sheet.line(Mark::Missing, kind.word(), &words)?;
            sheet.below(&format!(
                "needed by plan and apply: version {}.{} or newer on PATH",
                OLDEST.0, OLDEST.1
            ))?;
            Ok(false)
        }
    }
}

/// Whether there is something to read; what is wrong in it, `lostops check` says.
fn describers(context: &Context, asked: &Describers, sheet: &mut Sheet<'_>) -> io::Result<bool> {
    let of_inputs = || inputs(context).ok().map(|inputs| inputs.describers);
    let asked = Describers {
        describers: asked.describers.clone().or_else(of_inputs),
        environment: asked.environment.clone(),
    };
    let folder = describe::folder(&asked);
    match describe::load(context, &asked, &mut Report::new("doctor")) {
        Ok(environments) => {
            let names: Vec<String> = environments.iter().map(|one| inert(&one.name)).collect();
            let words = format!("`{}`: {}", inert(folder.as_str()), and_list(&names));
            sheet.line(Mark::Ok, "describers", &words)?;
            Ok(true)
        }
        Err(failure) => {
            sheet.line(Mark::Missing, "describers", &inert(&failure.message))?;
            sheet.below(&failure.help)?;
            Ok(false)
        }
    }
}

fn azure(missing: &[Missing], sheet: &mut Sheet<'_>) -> io::Result<()> {
    if missing.is_empty() {
        return sheet.line(Mark::Ok, "azure", "credentials are set");
    }
    let words = "needed by plan and apply with --cloud azure:";
    sheet.line(Mark::Wanted, "azure", words)?;
    for one in missing {
        sheet.below(&format!("{}: {}", one.variable, one.what))?;
    }
    sheet.below("in the workflow's job:")?;
    for line in credentials::workflow(missing).lines() {
        let line = format!("  {}", sheet.paint.dim(line));
        sheet.below(&line)?;
    }
    Ok(())
}

/// What initialising servers needs; whether all of it is there.
fn servers(context: &Context, sheet: &mut Sheet<'_>) -> io::Result<bool> {
    let environment = context.allowed(&["PATH", "HOME"]);
    match Toolbox::installed(&environment) {
        Some(found) => sheet.line(Mark::Ok, "ansible", &found.version)?,
        None => {
            sheet.line(
                Mark::Wanted,
                "ansible",
                "not on PATH: lostops installs its own when it is first needed",
            )?;
            sheet.below("that takes Python 3.11 or newer and a package index")?;
        }
    }
    let path = environment.get("PATH").map_or("", String::as_str);
    let has_ssh = path
        .split(':')
        .any(|folder| Utf8Path::new(folder).join("ssh").is_file());
    if has_ssh {
        sheet.line(Mark::Ok, "ssh", "is on PATH")?;
    } else {
        let words = "needed by apply, configure, verify and rehearse: OpenSSH's client on PATH";
        sheet.line(Mark::Missing, "ssh", words)?;
    }
    let has_key = configure::KEY_VARIABLES
        .iter()
        .any(|name| context.variable(name).is_some());
    if has_key {
        sheet.line(Mark::Ok, "ssh key", "is given")?;
    } else {
        sheet.line(
            Mark::Wanted,
            "ssh key",
            "needed by apply, configure and verify with --cloud azure:",
        )?;
        sheet.below(&format!(
            "set {}",
            or_list(&configure::KEY_VARIABLES.map(str::to_owned))
        ))?;
    }
    Ok(has_ssh && has_key)
}

/// The Docker engine on which simulated machines boot.
fn engine(context: &Context, sheet: &mut Sheet<'_>) -> io::Result<bool> {
    let address = hosts::address(context.variable("DOCKER_HOST"));
    match hosts::answers(address) {
        Ok(()) => sheet.line(
            Mark::Ok,
            "engine",
            &format!("answers at {}", inert(address)),
        )?,
        Err(error) => {
            sheet.line(Mark::Wanted, "engine", &inert(&format!("{error:#}")))?;
            sheet.below("without one the machines of the simulated cloud do not boot")?;
            return Ok(false);
        }
    }
    Ok(true)
}

fn inputs(context: &Context) -> Result<Inputs, Vec<String>> {
    Inputs::read(|name| context.variable(name))
}

/// What a workflow lets its steps see: inputs, event and token. Whether it may ask for an identity, Azure's line says.
fn action(context: &Context, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let runner = Runner::new(|name| context.variable(name));
    let inputs = match inputs(context) {
        Ok(inputs) => inputs,
        Err(wrong) => {
            sheet.line(Mark::Missing, "inputs", "what they say cannot be read:")?;
            return wrong.iter().try_for_each(|one| sheet.below(&inert(one)));
        }
    };
    let event = inert(&runner.event_name);
    match decided(&runner, &inputs) {
        Decision::Do(task) => {
            let words = format!(
                "`{event}`, which starts `{}`: {}",
                task.operation.word(),
                inert(&task.because)
            );
            sheet.line(Mark::Ok, "event", &words)?;
            for notice in &task.notices {
                sheet.below(&inert(notice))?;
            }
        }
        Decision::Nothing(why) => {
            let words = format!(
                "`{event}`, on which there is nothing to do: {}",
                inert(&why)
            );
            sheet.line(Mark::Ok, "event", &words)?;
        }
        Decision::Refuse(Refusal { message, help, .. }) => {
            sheet.line(Mark::Missing, "event", &inert(&message))?;
            sheet.below(&inert(&help))?;
        }
    }
    if inputs.token.is_empty() {
        let words = "needed for the comment; the action has it, any other step is given it:";
        sheet.line(Mark::Wanted, "token", words)?;
        sheet.below("with:\n  github-token: ${{ github.token }}")?;
    } else {
        sheet.line(Mark::Ok, "token", "is given")?;
    }
    sheet.below("what it may do shows when it is used: `pull-requests: write` comments, `issues: write` keeps the issue of drift, `security-events: write` uploads SARIF")
}
