//! LO513: a certificate is not valid for its name.

use super::Facts;
use super::measured::{certificates, servers};
use crate::finding::{Finding, Meta, Severity};

pub(super) static META: Meta = Meta {
    code: "LO513",
    name: "certificate-not-valid",
    severity: Severity::Error,
    summary: "a certificate is not valid for its name",
    why: "Whoever meets a certificate that is not valid cannot know with whom they speak, and learns to click warnings away. It must name the host, lead to an authority that is trusted, and not have ended.",
    fix: "For web applications look at the front door's log (`docker logs traefik`): Let's Encrypt must reach port 80 under the name, which must lead to this server. MySQL's certificate is made by the server itself: `systemctl start lostops-certificates`, and see that `certificates.authority` is the one that is meant.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (server, measured) in servers(facts) {
        for (what, shown) in certificates(measured) {
            let (message, evidence) = match shown {
                Ok(certificate) => {
                    let Some(fault) = &certificate.fault else {
                        continue;
                    };
                    (
                        format!(
                            "`{}`: the certificate of {what} is not valid: {fault}",
                            server.name()
                        ),
                        format!(
                            "issued by {}, for {}, until {}",
                            certificate.issuer,
                            certificate.names.join(", "),
                            certificate.ends
                        ),
                    )
                }
                Err(why) => (
                    format!("`{}`: {what} shows no certificate: {why}", server.name()),
                    format!("a handshake with {what}"),
                ),
            };
            findings.push(
                Finding::new(&META, message)
                    .on(server)
                    .help("see why it was not issued or renewed: `docker logs traefik`, `systemctl status lostops-certificates` on the server")
                    .evidence(evidence),
            );
        }
    }
    findings
}
