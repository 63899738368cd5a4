//! LO517: MySQL lets clients in without TLS, or cannot be asked.

use super::Facts;
use super::measured::servers;
use crate::finding::{Finding, Meta, Severity};
use crate::verify::database::{Conduct, Plain};

pub(super) static META: Meta = Meta {
    code: "LO517",
    name: "database-without-tls",
    severity: Severity::Error,
    summary: "MySQL lets clients in without TLS, or cannot be asked",
    why: "Without TLS passwords and data go over the network for whoever is on it to read. MySQL must offer TLS and refuse everybody who comes without (`require_secure_transport`), \
which is tried from a server that the network lets in: from anywhere else nothing would be proven.",
    fix: "Initialise the server anew (`lostops configure --all`), which puts MySQL's configuration back; `docker logs mysql` says why it does not answer.",
    example: "```ini\n[mysqld]\nrequire_secure_transport = ON\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (server, measured) in servers(facts) {
        for database in &measured.databases {
            let (severity, wrong, evidence) = match &database.met {
                Err(why) => (Severity::Error, "cannot be asked", why.clone()),
                Ok(met) => match wrong(met) {
                    Some((severity, wrong, why)) => {
                        (severity, wrong, format!("MySQL {}: {why}", met.version))
                    }
                    None => continue,
                },
            };
            let message = format!(
                "`{}`: its MySQL {wrong}, as `{}` meets it",
                server.name(),
                database.from
            );
            findings.push(
                Finding::new(&META, message)
                    .severity(severity)
                    .on(server)
                    .help("put its configuration back: `lostops configure --all`")
                    .evidence(format!(
                        "from `{}` to port {}: {evidence}",
                        database.from, database.port
                    )),
            );
        }
    }
    findings
}

fn wrong(met: &Conduct) -> Option<(Severity, &'static str, &str)> {
    match (met.offers_tls, &met.plain) {
        (false, _) => Some((
            Severity::Error,
            "offers no TLS",
            "its greeting does not name it",
        )),
        (true, Plain::LetIn) => Some((
            Severity::Error,
            "lets clients log in without TLS",
            "an account got in without it",
        )),
        (true, Plain::NotTried(why)) => Some((
            Severity::Warning,
            "offers TLS, and whether it insists on it is not proven",
            why,
        )),
        (true, Plain::Refused(_)) => None,
    }
}
