//! The environment's certificate authority: certificates that may sign others, and have not ended.

use super::convert;
use crate::describer::codes::LO118;
use crate::describer::wire::environment as wire;
use crate::finding::{Finding, Severity};
use crate::fleet::environment::Authority;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use x509_parser::pem::Pem;

/// From how many days before its end on it is told.
const SOON: i64 = 60;

pub(in crate::describer) fn check(
    written: wire::Certificates,
    today: Date,
    findings: &mut Vec<Finding>,
) -> Option<Authority> {
    let certificate = written.authority.0?;
    let finding = |what: &str, label: &str| {
        Finding::new(&LO118, format!("the authority's certificate {what}"))
            .at(certificate.span, label)
    };
    match days_left(&certificate.value.0, today) {
        Ok(days) if days > SOON => {}
        Ok(days) => findings.push(
            finding(&format!("ends in {days} days"), "ends soon")
                .severity(Severity::Warning)
                .help("make the next authority, and put its certificate before this one, as docs/certificates.md shows"),
        ),
        Err(why) => findings.push(
            finding(&why, "cannot be used")
                .help("paste the certificate of an authority; docs/certificates.md shows how to make one"),
        ),
    }
    Some(Authority {
        certificate: certificate.value.0,
        key: convert(written.key.0?, |key| key.0),
    })
}

/// Of the first, which signs; the others are still trusted.
fn days_left(text: &str, today: Date) -> Result<i64, String> {
    let mut first = None;
    for pem in Pem::iter_from_buffer(text.as_bytes()) {
        let pem = pem.map_err(|_| "is no PEM".to_owned())?;
        if pem.label != "CERTIFICATE" {
            return Err("has something else than certificates in it".to_owned());
        }
        let certificate = pem.parse_x509().map_err(|_| "cannot be read".to_owned())?;
        if !certificate.is_ca() {
            return Err("may not sign others (no `CA:TRUE`)".to_owned());
        }
        let today = TimeZone::UTC
            .to_timestamp(today.at(0, 0, 0, 0))
            .map_err(|error| error.to_string())?;
        let seconds = certificate.validity().not_after.timestamp() - today.as_second();
        first.get_or_insert(seconds.div_euclid(86_400));
    }
    match first {
        None => Err("is no PEM".to_owned()),
        Some(days) if days < 0 => Err("has ended".to_owned()),
        Some(days) => Ok(days),
    }
}
