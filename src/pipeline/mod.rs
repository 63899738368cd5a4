//! The operations: what each command does, in the order in which it does it.

mod apply;
mod ask;
mod check;
mod configure;
mod describe;
mod doctor;
mod drift;
mod errored;
mod exposures;
mod failure;
mod forget;
#[cfg(test)]
mod fuzz;
mod init;
mod inventory;
mod matrix;
mod operate;
mod partial;
mod plan;
mod prepare;
mod projects;
mod push_state;
mod reference;
mod rehearse;
mod reviewed;
mod run;
mod scan;
mod sheets;
mod simulate;
mod stand_ins;
mod unlock;
mod verify;

use crate::cli::{Cli, Color, Command, Format, Operate};
use crate::context::{Context, Reader};
use crate::exit::Exit;
use crate::finding;
use crate::fleet::Fleet;
use crate::redact::Redactor;
use crate::report::progress::Progress;
use crate::report::{self, Outcome, Report};
use anyhow::Context as _;
use operate::What;
use std::io;

/// Does what was asked.
pub(crate) fn run(
    context: &Context,
    cli: Cli,
    out: &mut (dyn io::Write + Send),
) -> anyhow::Result<Exit> {
    let colours = match cli.global.color {
        Color::Auto => context.colours(context.stdout_is_terminal),
        Color::Always => true,
        Color::Never => false,
    };
    match cli.command {
        Command::Check(arguments) => show(
            context,
            check::run(context, &arguments),
            arguments.output.format,
            colours,
            out,
        ),
        Command::Plan(arguments) => {
            let report = interruptible(|| plan::run(context, &arguments))?;
            show(context, report, arguments.output.format, colours, out)
        }
        Command::Apply(arguments) => {
            let report = interruptible(|| apply::run(context, &arguments))?;
            show(context, report, arguments.output.format, colours, out)
        }
        Command::Start(arguments) => operation(context, &What::Start, &arguments, colours, out),
        Command::Stop(arguments) => operation(context, &What::Stop, &arguments, colours, out),
        Command::Restart(arguments) => operation(context, &What::Restart, &arguments, colours, out),
        Command::Resize(arguments) => {
            let what = What::Resize(arguments.to);
            operation(context, &what, &arguments.operate, colours, out)
        }
        Command::Destroy(arguments) => {
            let what = What::Destroy(arguments.confirm);
            operation(context, &what, &arguments.operate, colours, out)
        }
        Command::Unlock(arguments) => {
            let report = interruptible(|| unlock::run(context, &arguments))?;
            show(context, report, arguments.state.output.format, colours, out)
        }
        Command::PushState(arguments) => {
            let report = interruptible(|| push_state::run(context, &arguments))?;
            show(context, report, arguments.state.output.format, colours, out)
        }
        Command::Forget(arguments) => {
            let report = interruptible(|| forget::run(context, &arguments))?;
            show(context, report, arguments.state.output.format, colours, out)
        }
        Command::Configure(arguments) => {
            let report = interruptible(|| configure::run(context, &arguments))?;
            show(context, report, arguments.output.format, colours, out)
        }
        Command::Drift(arguments) => {
            let report = interruptible(|| drift::run(context, &arguments))?;
            show(context, report, arguments.output.format, colours, out)
        }
        Command::Rehearse(arguments) => {
            let report = interruptible(|| rehearse::run(context, &arguments))?;
            show(context, report, arguments.output.format, colours, out)
        }
        Command::Verify(arguments) => {
            let report = interruptible(|| verify::run(context, &arguments))?;
            show(context, report, arguments.output.format, colours, out)
        }
        Command::Inventory(arguments) => inventory::run(context, &arguments, out),
        Command::Run(arguments) => run::run(context, &arguments, colours, out),
        Command::Init(arguments) => init::run(&arguments, out),
        Command::Scan(arguments) => scan::run(context, &arguments, out),
        Command::Graph(arguments) => reference::graph(context, &arguments, colours, out),
        Command::Matrix(arguments) => matrix::run(context, &arguments, out),
        Command::Explain(arguments) => reference::explain(&arguments, colours, out),
        Command::Schema(arguments) => reference::schema(&arguments, out),
        Command::Doctor(arguments) => doctor::run(context, &arguments, colours, out),
        Command::Simulator(arguments) => simulate::run(context, arguments, out),
    }
}

/// One change of servers that are there.
fn operation(
    context: &Context,
    what: &What,
    arguments: &Operate,
    colours: bool,
    out: &mut (dyn io::Write + Send),
) -> anyhow::Result<Exit> {
    let report = interruptible(|| operate::run(context, what, arguments))?;
    show(context, report, arguments.output.format, colours, out)
}

/// Work that an interrupt must end gracefully.
fn interruptible(work: impl FnOnce() -> Report) -> anyhow::Result<Report> {
    crate::process::forward_interrupts().context("could not listen for interrupts")?;
    Ok(work())
}

fn exit(report: &Report) -> Exit {
    match report.outcome() {
        Outcome::Clean => Exit::Clean,
        Outcome::Violations => Exit::Violations,
        Outcome::Failed => Exit::Failed,
    }
}

/// What tells a person how far a long command has come.
fn progress(context: &Context) -> Progress {
    progress_of(context, None)
}

/// The same, and what the describers of a fleet call secret is hidden.
fn progress_of(context: &Context, fleet: Option<&Fleet>) -> Progress {
    let names = fleet.map(Fleet::secret_names).unwrap_or_default();
    let declared = names.into_iter().filter_map(|name| context.variable(name));
    let redactor = Redactor::new(context.hidden().chain(declared));
    if context.reader == Reader::GitHub {
        Progress::in_workflow(redactor)
    } else {
        Progress::on_terminal(context.stderr_is_terminal, redactor)
    }
}

/// Hides what is secret by its name, and what the describers of a report call so.
fn redactor(context: &Context, report: &Report) -> Redactor {
    let declared = report.secrets.iter();
    let declared = declared.filter_map(|name| context.variable(name));
    Redactor::new(context.hidden().chain(declared))
}

fn show(
    context: &Context,
    mut report: Report,
    format: Format,
    colours: bool,
    out: &mut dyn io::Write,
) -> anyhow::Result<Exit> {
    finding::sort(&mut report.findings);
    report.redact(&redactor(context, &report));
    match format {
        Format::Human => report::human::render(&report, colours, out),
        Format::Json => report::json::render(&report, out),
        Format::Markdown => report::comment::print(&report, out),
        Format::Html => report::html::render(&report, out),
        Format::Sarif => report::sarif::render(&report, out),
    }
    .context("could not write the answer")?;
    let exit = exit(&report);
    // Nothing comes after this: the system frees faster than we do.
    std::mem::forget(report);
    Ok(exit)
}
