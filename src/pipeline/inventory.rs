//! `lostops inventory`: the servers as Ansible's own commands take them, by hand.

use super::configure::inventory_entries;
use super::describe;
use crate::ansible::inventory;
use crate::cli::Inventory as Arguments;
use crate::context::Context;
use crate::exit::Exit;
use crate::report::Report;
use anyhow::{Context as _, bail};
use std::io;

pub(super) fn run(
    context: &Context,
    arguments: &Arguments,
    out: &mut dyn io::Write,
) -> anyhow::Result<Exit> {
    crate::process::forward_interrupts().context("could not listen for interrupts")?;
    let mut report = Report::new("inventory");
    let told = |failure: crate::report::Failure| match failure.help.as_str() {
        "" => anyhow::anyhow!("{}", failure.message),
        help => anyhow::anyhow!("{}; {help}", failure.message),
    };
    let fleet = describe::one(context, &arguments.describers, &mut report).map_err(told)?;
    let Some(fleet) = fleet else {
        bail!("the describers cannot be understood: `lostops check` says where");
    };
    let entries = inventory_entries(context, &fleet, arguments.cloud).map_err(told)?;
    let answer = match &arguments.host {
        Some(name) => inventory::host(&entries, name),
        None if arguments.list => inventory::list(&entries),
        None => inventory::file(&entries),
    };
    writeln!(out, "{answer:#}")?;
    Ok(Exit::Clean)
}
