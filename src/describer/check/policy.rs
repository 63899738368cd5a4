//! The policy: profiles by role, verdicts on every operation, exceptions that name servers that are there.

use super::names::Names;
use super::overlap::{self, Opening};
use super::{convert, value};
use crate::describer::codes::{LO104, LO107, LO113};
use crate::describer::wire::names::Until;
use crate::describer::wire::policy as wire;
use crate::finding::{Finding, Severity};
use crate::fleet::policy::{Grant, Operation, PermittedPort, Policy, RoleProfile, Verdict, Waiver};
use crate::fleet::port::Protocol;
use crate::fleet::server::Role;
use crate::source::{FileId, Located};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Roles that the policy has a profile for.
pub(in crate::describer) fn profiles(written: &wire::Policy) -> Option<BTreeSet<Role>> {
    let roles = &written.roles.0.as_ref()?.value;
    let present = [
        (Role::Backend, roles.backend.is_some()),
        (Role::Database, roles.database.is_some()),
        (Role::Monitoring, roles.monitoring.is_some()),
    ];
    Some(
        present
            .into_iter()
            .filter(|(_, there)| *there)
            .map(|(role, _)| role)
            .collect(),
    )
}

pub(in crate::describer) fn check(
    file: FileId,
    written: wire::Policy,
    names: &Names,
    today: Date,
    findings: &mut Vec<Finding>,
) -> Policy {
    let mut roles = BTreeMap::new();
    if let Some(written) = written.roles.0 {
        let span = written.span;
        let written = written.value;
        for (role, profile) in [
            (Role::Backend, written.backend),
            (Role::Database, written.database),
            (Role::Monitoring, written.monitoring),
        ] {
            if let Some(written) = profile {
                roles.insert(role, self::profile(role, written, names, findings));
            }
        }
        if roles.is_empty() {
            findings.push(
                Finding::new(&LO104, "the policy has a profile for no role")
                    .at(span, "nothing is permitted here")
                    .help("add `backend:`, `database:` or `monitoring:` with its ports"),
            );
        }
    }
    let grants = written.grants.map(|list| list.value).unwrap_or_default();
    let waivers = written.waivers.map(|list| list.value).unwrap_or_default();
    Policy {
        file,
        roles,
        nature: nature(written.nature, file),
        grants: grants
            .into_iter()
            .filter_map(|grant| self::grant(grant, names, today, findings))
            .collect(),
        waivers: waivers
            .into_iter()
            .filter_map(|waiver| self::waiver(waiver, names, today, findings))
            .collect(),
        rules: Vec::new(),
    }
}

/// A policy that was written for other files may speak of servers and sources that are no more. What does so permits nothing,
/// which is all that there is to say.
pub(in crate::describer) fn forgive(findings: &mut [Finding]) {
    for finding in findings.iter_mut().filter(|one| one.meta == &LO107) {
        finding.severity = Severity::Warning;
        "it permits nothing: the policy that judges is not the one beside these describers"
            .clone_into(&mut finding.help);
    }
}

fn profile(
    role: Role,
    written: Located<wire::Profile>,
    names: &Names,
    findings: &mut Vec<Finding>,
) -> RoleProfile {
    let role = Located::new(role, written.span);
    let written = written.value;
    let mut ports = Vec::new();
    for port in written.ports.map(|list| list.value).unwrap_or_default() {
        let port = port.value;
        let resolved = port
            .from
            .0
            .as_ref()
            .and_then(|from| names.resolve(from, findings));
        let (Some(numbers), Some(origin), Some((from, sources))) =
            (port.port.0, port.from.0, resolved)
        else {
            continue;
        };
        ports.push(PermittedPort {
            protocol: port
                .protocol
                .map_or(Protocol::Tcp, |protocol| protocol.value),
            ports: convert(numbers, |ports| ports.0),
            from: Located::new(from, origin.span),
            sources,
            must: port.must.map(|must| must.value),
        });
    }
    overlap::check(
        ports.iter().map(|port| Opening {
            protocol: port.protocol,
            from: port.from.value.to_string(),
            ports: &port.ports.value,
            span: port.ports.span,
        }),
        findings,
    );
    let allowed = written
        .packages
        .and_then(|packages| value(packages.value.allow))
        .unwrap_or_default();
    let packages = allowed
        .into_iter()
        .map(|package| convert(package, |package| package.0))
        .collect();
    RoleProfile {
        role,
        ports,
        packages,
    }
}

/// Every operation: what the file does not name is denied, but to start and to stop.
fn nature(
    written: Option<Located<wire::Nature>>,
    file: FileId,
) -> BTreeMap<Operation, Located<Verdict>> {
    let span = written
        .as_ref()
        .map_or(file.start(), |written| written.span);
    let mut written = written.map(|written| written.value);
    let mut verdict = |operation| {
        let nature = written.as_mut()?;
        match operation {
            Operation::Create => nature.create.take(),
            Operation::Destroy => nature.destroy.take(),
            Operation::Resize => nature.resize.take(),
            Operation::Reimage => nature.reimage.take(),
            Operation::Disk => nature.disk.take(),
            Operation::Start => nature.start.take(),
            Operation::Stop => nature.stop.take(),
        }
    };
    Operation::ALL
        .into_iter()
        .map(|operation| {
            let unless_said = match operation {
                Operation::Start | Operation::Stop => Verdict::Allow,
                _ => Verdict::Deny,
            };
            (
                operation,
                verdict(operation).unwrap_or_else(|| Located::new(unless_said, span)),
            )
        })
        .collect()
}

fn grant(
    written: Located<wire::Grant>,
    names: &Names,
    today: Date,
    findings: &mut Vec<Finding>,
) -> Option<Grant> {
    let (span, written) = (written.span, written.value);
    let operation = written.operation.0;
    let server = written
        .server
        .0
        .map(|server| convert(server, |server| server.0));
    // To destroy a server its describer may be gone already.
    if let Some(server) = &server
        && operation
            .as_ref()
            .is_none_or(|operation| operation.value != Operation::Destroy)
    {
        known(server, names, findings);
    }
    if let (Some(to), Some(operation)) = (&written.to, &operation)
        && !matches!(operation.value, Operation::Resize | Operation::Reimage)
    {
        findings.push(
            Finding::new(
                &LO113,
                format!("`{}` has no target", operation.value.word()),
            )
            .at(to.span, "only `resize` and `reimage` go to something")
            .related(operation.span, "the operation")
            .help("remove `to`"),
        );
    }
    let until = written.until.0.map(|until| end(until, today, findings));
    Some(Grant {
        span,
        server: server?,
        operation: operation?,
        to: written.to.map(|to| convert(to, |to| to.0)),
        reason: value(written.reason)?.0,
        until: until?,
    })
}

fn waiver(
    written: Located<wire::Waiver>,
    names: &Names,
    today: Date,
    findings: &mut Vec<Finding>,
) -> Option<Waiver> {
    let (span, written) = (written.span, written.value);
    let server = written
        .server
        .0
        .map(|server| convert(server, |server| server.0));
    if let Some(server) = &server {
        known(server, names, findings);
    }
    let until = written.until.0.map(|until| end(until, today, findings));
    Some(Waiver {
        span,
        code: convert(written.code.0?, |code| code.0),
        server: server?,
        port: written.port.map(|ports| convert(ports, |ports| ports.0)),
        reason: value(written.reason)?.0,
        until: until?,
    })
}

fn known(server: &Located<String>, names: &Names, findings: &mut Vec<Finding>) {
    if names.has_server(&server.value) {
        return;
    }
    let label = match names.near_server(&server.value) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "no describer has this name".to_owned(),
    };
    findings.push(
        Finding::new(&LO107, format!("unknown server `{}`", server.value))
            .at(server.span, label)
            .help("name a server as its describer does, or remove the entry"),
    );
}

/// An exception that outlives everybody is a rule, or a mistyped year.
fn end(until: Located<Until>, today: Date, findings: &mut Vec<Finding>) -> Located<Date> {
    let until = convert(until, |until| until.0);
    let years = i32::from(until.value.year()) - i32::from(today.year());
    if years > 5 {
        findings.push(
            Finding::new(&LO104, format!("this ends in {years} years"))
                .at(until.span, "far away")
                .help("check the year; an exception without an end belongs into the policy itself")
                .severity(Severity::Warning),
        );
    }
    until
}
