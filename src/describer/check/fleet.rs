//! What must hold between servers: names, addresses and interfaces that are nobody else's, and secrets that are set.

use crate::describer::codes::{LO105, LO106, LO111};
use crate::finding::Finding;
use crate::fleet::environment::Environment;
use crate::fleet::server::Server;
use crate::fleet::words::count;
use crate::source::{Located, Span};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Values that only one server may have, and where the first was met.
#[derive(Debug, Default)]
pub(in crate::describer) struct Unique {
    addresses: BTreeMap<IpAddr, Span>,
    names: BTreeMap<String, Span>,
    resources: BTreeMap<(&'static str, String), (Span, String)>,
}

impl Unique {
    /// A group's name, which no server may have.
    pub(in crate::describer) fn group(&mut self, name: &Located<String>) {
        self.names.insert(name.value.clone(), name.span);
    }

    pub(in crate::describer) fn name(
        &mut self,
        name: &Located<String>,
        findings: &mut Vec<Finding>,
    ) {
        if matches!(name.value.as_str(), "internet" | "localhost") {
            findings.push(
                Finding::new(
                    &LO105,
                    format!("the name `{}` has a meaning already", name.value),
                )
                .server(&name.value)
                .at(name.span, "cannot be a server")
                .help("give the server another name"),
            );
        }
        if let Some(first) = self.names.get(&name.value) {
            findings.push(
                Finding::new(&LO105, format!("the name `{}` is given twice", name.value))
                    .server(&name.value)
                    .at(name.span, "again here")
                    .related(*first, "first here")
                    .help("give one of the two another name"),
            );
        } else {
            self.names.insert(name.value.clone(), name.span);
        }
    }

    pub(in crate::describer) fn address(
        &mut self,
        server: &str,
        address: &Located<IpAddr>,
        findings: &mut Vec<Finding>,
    ) {
        if let Some(first) = self.addresses.get(&address.value) {
            findings.push(
                Finding::new(
                    &LO106,
                    format!("two servers have the address {}", address.value),
                )
                .server(server)
                .at(address.span, "again here")
                .related(*first, "first here")
                .help("give one of the two a free address"),
            );
        } else {
            self.addresses.insert(address.value, address.span);
        }
    }

    /// What has a name of its own in Azure and belongs to one machine.
    pub(in crate::describer) fn resources(&mut self, server: &Server, findings: &mut Vec<Finding>) {
        let machine = &server.machine;
        self.resource(
            "network interface",
            Some(&machine.network_interface),
            server,
            findings,
        );
        self.resource(
            "security group",
            machine.security_group.as_ref(),
            server,
            findings,
        );
        let address = machine.public_ip.then_some(&machine.public_ip_name);
        self.resource("public address", address, server, findings);
        for disk in &machine.data_disks {
            self.resource("disk", Some(&disk.managed_disk), server, findings);
        }
    }

    fn resource(
        &mut self,
        kind: &'static str,
        name: Option<&String>,
        server: &Server,
        findings: &mut Vec<Finding>,
    ) {
        let Some(name) = name else { return };
        // Azure's names ignore case.
        if let Some((first, other)) = self.resources.get(&(kind, name.to_lowercase())) {
            // Two servers of one name are reported as that.
            if other == server.name() {
                return;
            }
            findings.push(
                Finding::new(
                    &LO105,
                    format!("the {kind} `{name}` is that of `{other}` already"),
                )
                .server(server.name())
                .at(server.name.span, "also used by this server")
                .related(*first, "first used by this server")
                .help(format!("name the {kind} of `{}` itself", server.name())),
            );
        } else {
            let first = (server.name.span, server.name().to_owned());
            self.resources.insert((kind, name.to_lowercase()), first);
        }
    }
}

/// A warning for each variable that is not set, at its first use.
pub(in crate::describer) fn secrets<'a>(
    environment: &'a Environment,
    servers: &'a [Server],
    is_set: &dyn Fn(&str) -> bool,
) -> Vec<Finding> {
    let mut uses: BTreeMap<&str, Vec<(Span, Option<&str>)>> = BTreeMap::new();
    for (name, span) in environment.secrets() {
        uses.entry(name).or_default().push((span, None));
    }
    for server in servers {
        for (name, span) in server.services.secrets() {
            let place = (span, Some(server.name()));
            uses.entry(name).or_default().push(place);
        }
    }
    let mut findings = Vec::new();
    for (name, mut places) in uses {
        places.sort_unstable();
        let Some(((span, server), others)) = places.split_first() else {
            continue;
        };
        if is_set(name) {
            continue;
        }
        let label = match others.len() {
            0 => "not set here".to_owned(),
            more => format!("not set here, and used in {}", count(more, "more place")),
        };
        let mut finding = Finding::new(
            &LO111,
            format!("the environment variable `{name}` is not set"),
        )
        .at(*span, label)
        .help(format!("set `{name}` before servers are configured"));
        finding.server = server.map(str::to_owned);
        findings.push(finding);
    }
    findings
}
