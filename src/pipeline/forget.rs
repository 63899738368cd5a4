//! `lostops forget`: adopted servers that no describer names any more are let go of, with the group that guards them in place.

use super::prepare::of_state;
use super::{errored, failure};
use crate::cli::Forget;
use crate::context::Context;
use crate::fleet::Fleet;
use crate::reason::Reason;
use crate::report::{Failure, Report};

pub(super) fn run(context: &Context, arguments: &Forget) -> Report {
    let mut report = Report::new("forget");
    if let Err(failure) = forgotten(context, arguments, &mut report) {
        report.failure = Some(failure);
    }
    report
}

fn forgotten(context: &Context, arguments: &Forget, report: &mut Report) -> Result<(), Failure> {
    let Some((fleet, ready, mut progress)) = of_state(context, &arguments.state, report)? else {
        return Ok(());
    };
    errored::refuse(&ready.workspace)?;
    let terraform = |error| failure::of_terraform(&error);
    progress.step("terraform state list");
    let held = ready.terraform.held(&ready.workspace).map_err(terraform)?;
    let mut all = Vec::new();
    for server in &arguments.servers {
        all.extend(addresses(server, &fleet, &held)?);
    }
    all.sort();
    all.dedup();
    progress.step("terraform state rm");
    ready
        .terraform
        .forget(&ready.workspace, &all)
        .map_err(terraform)?;
    let notes = all
        .iter()
        .map(|address| format!("{address} is no longer Terraform's, and stays in Azure as it is"));
    report.notes.extend(notes);
    Ok(())
}

/// What the state holds of a server; refused where that is more than what surrounds a machine of somebody else's.
fn addresses(server: &str, fleet: &Fleet, held: &[String]) -> Result<Vec<String>, Failure> {
    let refused = |message: String, help: &str| Failure {
        reason: Reason::Refused,
        message,
        help: help.to_owned(),
    };
    if fleet.server(server).is_some() {
        return Err(refused(
            format!("`{server}` is described, and the next apply would take it over again"),
            "remove its describer first; nothing was changed",
        ));
    }
    let key = format!(".this[{server:?}]");
    let power = format!(".power[{server:?}]");
    let its = |address: &&String| {
        !address.starts_with("data.") && (address.ends_with(&key) || address.ends_with(&power))
    };
    let own: Vec<String> = held.iter().filter(its).cloned().collect();
    if own.is_empty() {
        return Err(refused(
            format!("the state holds nothing of `{}`", server.escape_default()),
            "it is let go of already, or has another name",
        ));
    }
    let managed = format!("azurerm_linux_virtual_machine{key}");
    if own.contains(&managed) {
        return Err(refused(
            format!("`{server}` is managed: its machine is Terraform's own"),
            "only an adopted server is let go of; a managed one ends with `state: absent`, or `lostops destroy`",
        ));
    }
    Ok(own)
}
