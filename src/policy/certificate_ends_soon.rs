//! LO514: a certificate ends soon and was not renewed.

use super::Facts;
use super::measured::{certificates, servers};
use crate::finding::{Finding, Meta, Severity};

/// Days: below the first it is worth a warning, below the second an error. Renewal begins with thirty left.
const SOON: i64 = 21;
const VERY_SOON: i64 = 7;

pub(super) static META: Meta = Meta {
    code: "LO514",
    name: "certificate-ends-soon",
    severity: Severity::Warning,
    summary: "a certificate ends soon and was not renewed",
    why: "Certificates are renewed by themselves a month before they end, Let's Encrypt's as well as the environment's own. One with less than three weeks left says that renewal does not work; \
with less than a week it is an error, for soon nobody gets in.",
    fix: "Look why it was not renewed: `docker logs traefik` for web applications, `systemctl status lostops-certificates.timer` for MySQL.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(all) = facts.measured else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (server, measured) in servers(facts) {
        for (what, shown) in certificates(measured) {
            let Ok(certificate) = shown else {
                continue;
            };
            let left = certificate.days_left(all.at);
            // One that has ended is not valid, and told of so.
            if !(0..SOON).contains(&left) {
                continue;
            }
            let days = crate::fleet::words::count(usize::try_from(left).unwrap_or(0), "day");
            findings.push(
                Finding::new(&META, format!("`{}`: the certificate of {what} ends in {days}", server.name()))
                    .severity(if left < VERY_SOON { Severity::Error } else { Severity::Warning })
                    .on(server)
                    .help("see why it was not renewed: `docker logs traefik`, `systemctl status lostops-certificates.timer` on the server")
                    .evidence(format!("it ends at {}, issued by {}", certificate.ends, certificate.issuer)),
            );
        }
    }
    findings
}
