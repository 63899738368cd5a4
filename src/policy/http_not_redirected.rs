//! LO512: port 80 answers with something else than a permanent redirect to HTTPS.

use super::Facts;
use super::measured::servers;
use crate::finding::{Finding, Meta, Severity};
use crate::verify::web::{Plain, Web};

pub(super) static META: Meta = Meta {
    code: "LO512",
    name: "http-not-redirected",
    severity: Severity::Error,
    summary: "port 80 answers with something else than a permanent redirect to HTTPS",
    why: "What goes over HTTP can be read and changed on the way: passwords, cookies, the page itself. Port 80 is there only to send browsers to HTTPS: with 301 or 308, to the same name, \
for every path, and by whatever name or address they come.",
    fix: "Initialise the server anew, which puts the front door's configuration back (`lostops configure --all`). Where another process answers, LO501 names it.",
    example: "```http\nHTTP/1.1 301 Moved Permanently\nLocation: https://app.lostops.example/\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (server, measured) in servers(facts) {
        for web in &measured.web {
            // The first that is wrong says enough of one name.
            let wrong = web
                .plain
                .iter()
                .find_map(|(path, plain)| Some((path, wrong(plain, web)?)));
            let Some((path, wrong)) = wrong else {
                continue;
            };
            let asked = web.name.clone().unwrap_or_else(|| web.address.to_string());
            findings.push(
                Finding::new(
                    &META,
                    format!("`{}`: http://{asked}{path} {wrong}", server.name()),
                )
                .on(server)
                .help("put the front door back: `lostops configure --all`")
                .evidence(format!(
                    "GET {path} with Host: {asked} at {}:80",
                    web.address
                )),
            );
        }
    }
    findings
}

fn wrong(plain: &Plain, web: &Web) -> Option<String> {
    match plain {
        Plain::Serves(status) => Some(format!("serves content ({status})")),
        Plain::Elsewhere { status, to, why } if web.name.is_some() || !to.starts_with("https:") => {
            Some(format!("answers {status} to `{to}`: {why}"))
        }
        Plain::Other => Some("answers with something that is not HTTP".to_owned()),
        Plain::Refuses(status) if web.name.is_some() => {
            Some(format!("answers {status} and redirects nobody"))
        }
        // Who answers nobody on port 80 sends nothing in clear; and by its bare address nobody need be sent anywhere.
        Plain::Closed | Plain::Redirect | Plain::Elsewhere { .. } | Plain::Refuses(_) => None,
    }
}
