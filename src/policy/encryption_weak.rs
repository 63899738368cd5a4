//! LO515: HTTPS speaks a version of TLS that is broken, or does not insist on itself.

use super::Facts;
use super::measured::{https, servers};
use crate::finding::{Finding, Meta, Severity};
use crate::verify::web::Tls;

/// What browsers should remember at least, in seconds: half a year.
const HSTS: u64 = 15_768_000;

pub(super) static META: Meta = Meta {
    code: "LO515",
    name: "encryption-weak",
    severity: Severity::Error,
    summary: "HTTPS speaks a version of TLS that is broken, or does not insist on itself",
    why: "TLS 1.0 and 1.1 have been withdrawn (RFC 8996). Without `Strict-Transport-Security` a browser asks over HTTP first, where somebody in between can answer in the server's place; \
and a page that sends visitors back to HTTP undoes all of it.",
    fix: "Initialise the server anew (`lostops configure --all`): the front door that lostops sets up speaks TLS 1.2 and 1.3 alone and sends the header for a year.",
    example: "```http\nStrict-Transport-Security: max-age=31536000\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (server, measured) in servers(facts) {
        for web in &measured.web {
            let (Some(name), Some(Ok(tls))) = (&web.name, &web.tls) else {
                continue;
            };
            for (message, evidence) in wrong(tls, &https(name, web, measured)) {
                findings.push(
                    Finding::new(&META, format!("`{}`: {message}", server.name()))
                        .on(server)
                        .help("put the front door back: `lostops configure --all`")
                        .evidence(evidence),
                );
            }
        }
    }
    findings
}

fn wrong(tls: &Tls, asked: &str) -> Vec<(String, String)> {
    let mut wrong = Vec::new();
    if tls.speaks_old {
        wrong.push((
            format!("{asked} speaks TLS 1.1"),
            "it answered a greeting that offers TLS 1.1 at best".to_owned(),
        ));
    }
    if let Some(back) = &tls.back {
        wrong.push((
            format!("{asked} sends visitors back to `{back}`"),
            format!("Location: {back}"),
        ));
    }
    let Some(status) = tls.status else {
        wrong.push((
            format!("{asked} gives no answer"),
            "TLS was spoken, and HTTP was not".to_owned(),
        ));
        return wrong;
    };
    let seconds = tls.hsts.as_deref().and_then(max_age).unwrap_or(0);
    // What fails answers as it can.
    if seconds < HSTS && status < 500 {
        wrong.push(match &tls.hsts {
            None => (
                format!("{asked} does not tell browsers to insist on HTTPS"),
                "no header Strict-Transport-Security".to_owned(),
            ),
            Some(header) => (
                format!("{asked} tells browsers to insist on HTTPS for too short a time"),
                format!("Strict-Transport-Security: {header}"),
            ),
        });
    }
    wrong
}

fn max_age(header: &str) -> Option<u64> {
    let mut parts = header.split(';').map(str::trim);
    parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.eq_ignore_ascii_case("max-age")
            .then(|| value.trim_matches('"').parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::tls::Certificate;
    use jiff::Timestamp;

    type Change = fn(&mut Tls);

    fn said(change: impl FnOnce(&mut Tls)) -> Vec<String> {
        let mut tls = Tls {
            certificate: Certificate {
                fault: None,
                ends: Timestamp::MAX,
                names: Vec::new(),
                issuer: String::new(),
                version: String::new(),
            },
            speaks_old: false,
            hsts: Some("max-age=31536000; includeSubDomains".to_owned()),
            status: Some(200),
            back: None,
        };
        change(&mut tls);
        let wrong = wrong(&tls, "https://app.example").into_iter();
        wrong.map(|(message, _)| message).collect()
    }

    #[test]
    fn https_is_modern_and_insists_on_itself_or_it_is_told() {
        assert_eq!(said(|_| ()), Vec::<String>::new());
        let cases: [(Change, &str); 5] = [
            (|tls| tls.speaks_old = true, "TLS 1.1"),
            (
                |tls| tls.back = Some("http://app.example/".to_owned()),
                "back to",
            ),
            (|tls| tls.hsts = None, "does not tell browsers"),
            (|tls| tls.hsts = Some("max-age=300".to_owned()), "too short"),
            (|tls| tls.status = None, "gives no answer"),
        ];
        for (change, words) in cases {
            let said = said(change);
            assert!(
                said.len() == 1 && said[0].contains(words),
                "{words}: {said:?}"
            );
        }
        // What fails answers as it can.
        assert_eq!(
            said(|tls| {
                tls.hsts = None;
                tls.status = Some(502);
            }),
            Vec::<String>::new()
        );
    }
}
