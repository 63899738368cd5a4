//! LO505: something could not be measured.

use super::Facts;
use super::measured::servers;
use super::port_reached::from;
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::port::{PortSet, Protocol};
use crate::verify::outcome::{Measured as All, Server as Measured};
use crate::verify::reach::{Column, Met, Vantage, Verdict};

pub(super) static META: Meta = Meta {
    code: "LO505",
    name: "not-measured",
    severity: Severity::Error,
    summary: "something could not be measured, so nobody can say that it is as written",
    why: "lostops says that a server is as described only where it has looked. A server that hangs, a tool that is missing, a network that shuts out who measures: \
each leaves a hole in which anything may be. A hole that was filled in another way is a warning.",
    fix: "Mend what the finding names and verify again.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(all) = facts.measured else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (server, measured) in servers(facts) {
        let name = server.name();
        let mut say = |severity, what: &str, help: &str| {
            findings.push(
                Finding::new(&META, format!("`{name}`: {what}"))
                    .severity(severity)
                    .on(server)
                    .help(help),
            );
        };
        if let Err(why) = &measured.inside {
            let what = format!("it could not be measured from within: {why}");
            say(
                Severity::Error,
                &what,
                "see that the machine runs and lets lostops in by SSH, then verify again",
            );
        }
        for gap in measured.inside.iter().flat_map(|inside| &inside.gaps) {
            let severity = if gap.made_up_for {
                Severity::Warning
            } else {
                Severity::Error
            };
            say(
                severity,
                &gap.words,
                "mend it on the server, then verify again",
            );
        }
        let inside = measured.inside.as_ref().ok();
        if inside.is_some_and(|inside| inside.installed.baseline.is_none()) {
            say(
                Severity::Warning,
                "it has no baseline (`/etc/lostops/baseline`), so what was installed later cannot be told",
                "initialise it anew, which keeps what is there now: `lostops configure --all`",
            );
        }
        for (what, help) in outside(measured) {
            say(Severity::Error, &what, help);
        }
        if let Some(Err(why)) = &measured.targets {
            let what = format!("its Prometheus does not say how its targets are: {why}");
            say(
                Severity::Error,
                &what,
                "`docker logs prometheus` on the server",
            );
        }
        for (vantage, ports) in not_tried(all, name) {
            let what = format!("tcp {ports} could not be tried from {}", from(vantage));
            say(
                Severity::Error,
                &what,
                "see that the machine has memory and processes to spare, then verify again",
            );
        }
        let columns = all.matrix.columns.iter();
        let own =
            columns.filter(|column| column.server == name && column.protocol == Protocol::Tcp);
        let unknown: Vec<u16> = own
            .filter(|column| {
                let missing = |at| column.verdict(at) == Some(Verdict::Missing);
                // That somebody should get in and does not is LO504's to say.
                !(0..column.cells.len()).any(missing)
            })
            .filter(|column| {
                // What could not be tried from a place is told of the place.
                let mut vantages = all.matrix.vantages.iter().enumerate();
                vantages.any(|(at, vantage)| {
                    column.verdict(at) == Some(Verdict::Unknown)
                        && vantage.trouble.is_none()
                        && !vantage.is_here
                        && !is_untried(column, at)
                })
            })
            .map(|column| column.port)
            .collect();
        if !unknown.is_empty() && measured.inside.is_ok() {
            let ports: PortSet = unknown.iter().map(|port| (*port, *port)).collect();
            let what = format!(
                "nobody answers at tcp {ports}, so that others do not either proves nothing"
            );
            say(
                Severity::Warning,
                &what,
                "see whether the service is to run there at all",
            );
        }
    }
    for (name, why) in &all.unseen {
        let message =
            format!("`{name}` is described as stopped, and whether it is could not be seen: {why}");
        let finding = Finding::new(&META, message)
            .server(name)
            .help("verify from where the server is reached when it runs");
        findings.push(match facts.fleet.and_then(|fleet| fleet.server(name)) {
            Some(server) => finding.at(server.state.span, "stopped, as described"),
            None => finding,
        });
    }
    for vantage in all
        .matrix
        .vantages
        .iter()
        .filter(|vantage| !vantage.is_here)
    {
        // One that could not be measured at all has been told of.
        let told = all
            .server(&vantage.name)
            .is_some_and(|server| server.inside.is_err());
        if let Some(trouble) = vantage.trouble.as_ref().filter(|_| !told) {
            let message = format!("nothing could be tried from {}: {trouble}", from(vantage));
            findings.push(
                Finding::new(&META, message).server(&vantage.name).help(
                    "see that the machine runs and lets lostops in by SSH, then verify again",
                ),
            );
        }
    }
    findings
}

/// From where which TCP ports of a server were not tried although its login works; where nothing was, is told of the place.
fn not_tried<'a>(all: &'a All, server: &str) -> Vec<(&'a Vantage, PortSet)> {
    let vantages = all.matrix.vantages.iter().enumerate();
    let vantages = vantages.filter(|(_, vantage)| !vantage.is_here && vantage.trouble.is_none());
    let of = |(at, vantage): (usize, &'a Vantage)| {
        let columns = all.matrix.columns.iter();
        let untried = columns.filter(|column| {
            column.server == server && column.protocol == Protocol::Tcp && is_untried(column, at)
        });
        let ports: PortSet = untried.map(|column| (column.port, column.port)).collect();
        (!ports.is_empty()).then_some((vantage, ports))
    };
    vantages.filter_map(of).collect()
}

fn is_untried(column: &Column, at: usize) -> bool {
    let cell = column.cells.get(at).copied().flatten();
    cell.is_some_and(|cell| cell.met == Met::Unknown)
}

fn outside(measured: &Measured) -> Vec<(String, &'static str)> {
    let mut all = Vec::new();
    match &measured.outside {
        None => {}
        Some(Err(why)) => all.push((
            format!("its ports could not be asked from here: {why}"),
            "verify from where the server is reached",
        )),
        Some(Ok(outside)) => {
            if outside.shut_out {
                all.push((
                    "it let us in by SSH, and after its ports were asked it did so no more: it takes the questions for an attack, and what was silent may be open to others".to_owned(),
                    "have whatever bans on the server (fail2ban, sshguard) leave the address of lostops alone, or ask more slowly with `--rate`",
                ));
            }
            for side in &outside.sides {
                if !side.tcp.unknown.is_empty() {
                    all.push((
                        format!(
                            "not all ports of {} could be asked in time: tcp {} are not known",
                            side.address, side.tcp.unknown
                        ),
                        "verify again, or allow more at once with `--rate`",
                    ));
                }
            }
            all.extend(outside.not_asked.iter().map(|(address, why)| {
                (
                    format!("its ports at {address} could not be asked from here: {why}"),
                    "verify from where that address is reached",
                )
            }));
        }
    }
    all
}
