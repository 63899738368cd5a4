//! LO520: the name of a web application does not lead to its server, or not to it alone.

use super::Facts;
use super::measured::servers;
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::port::PortSet;
use crate::verify::outcome::Server;
use std::collections::BTreeSet;
use std::net::IpAddr;

pub(super) static META: Meta = Meta {
    code: "LO520",
    name: "name-leads-elsewhere",
    severity: Severity::Warning,
    summary: "the name of a web application does not lead to its server, or not to it alone",
    why: "Visitors go where the name leads them. Where that is another address, perhaps one of IPv6 that nobody remembers, they meet something that no describer knows; and a name that \
leads to an address given up long ago belongs to whoever gets that address next. Names are looked up where lostops runs, and not in a simulation, whose names nobody has.",
    fix: "Let the name's A record be the server's public address and remove every other. Where a proxy or a content delivery network stands before the server on purpose, accept it with a waiver.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (server, measured) in servers(facts) {
        for name in &measured.names {
            let (what, evidence) = match &name.leads_to {
                Err(why) => ("leads nowhere".to_owned(), why.clone()),
                Ok(found) => match beyond(found, measured) {
                    None => continue,
                    Some(what) => (what, words(found)),
                },
            };
            if facts.accepts(META.code, server.name(), &PortSet::default()) {
                continue;
            }
            findings.push(
                Finding::new(
                    &META,
                    format!("`{}`: the name {} {what}", server.name(), name.name),
                )
                .on(server)
                .help("let the name lead to the server's public address alone, or accept it with a waiver")
                .evidence(format!("looked up: {evidence}")),
            );
        }
    }
    findings
}

/// What is wrong with where a name leads.
fn beyond(found: &BTreeSet<IpAddr>, measured: &Server) -> Option<String> {
    let inside = measured.inside.iter();
    let own: BTreeSet<IpAddr> = inside
        .flat_map(|inside| inside.addresses.iter().copied())
        .chain(measured.address)
        .collect();
    let others: BTreeSet<IpAddr> = found.difference(&own).copied().collect();
    if others.is_empty() {
        None
    } else if others.len() == found.len() {
        Some(format!("does not lead to it, but to {}", words(found)))
    } else {
        Some(format!("leads to {} too, not to it alone", words(&others)))
    }
}

fn words(addresses: &BTreeSet<IpAddr>) -> String {
    let words: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::outcome::Expected;

    fn said(leads_to: &[&str]) -> Option<String> {
        let addresses = |list: &[&str]| -> BTreeSet<IpAddr> {
            list.iter()
                .map(|one| one.parse().expect("an address"))
                .collect()
        };
        let measured = Server {
            name: "backend".to_owned(),
            address: Some([203, 0, 113, 4].into()),
            inside: Err("it was not asked".to_owned()),
            expected: Expected::default(),
            outside: None,
            web: Vec::new(),
            names: Vec::new(),
            databases: Vec::new(),
            targets: None,
        };
        beyond(&addresses(leads_to), &measured)
    }

    #[test]
    fn a_name_leads_to_its_server_alone_or_it_is_told_where_else() {
        assert_eq!(said(&["203.0.113.4"]), None);
        let too = said(&["203.0.113.4", "2001:db8::4"]).expect("words");
        assert_eq!(too, "leads to 2001:db8::4 too, not to it alone");
        let elsewhere = said(&["198.51.100.9"]).expect("words");
        assert_eq!(elsewhere, "does not lead to it, but to 198.51.100.9");
    }
}
