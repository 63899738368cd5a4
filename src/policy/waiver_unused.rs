//! LO312: a waiver that accepts nothing that was found.

use super::{Facts, RULES};
use crate::finding::{Finding, Meta, Severity};

pub(super) static META: Meta = Meta {
    code: "LO312",
    name: "waiver-unused",
    severity: Severity::Warning,
    summary: "a waiver accepts nothing that was found",
    why: "A waiver that nothing needs any more still opens the way for what it once accepted, and nobody will be told when that comes back.",
    fix: "Remove the waiver. Where what it is to accept is still to come, as in a pull request of its own, leave it.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let Some(fleet) = facts.fleet else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (at, waiver) in fleet.policy.waivers.iter().enumerate() {
        let (code, server) = (waiver.code.value.as_str(), waiver.server.value.as_str());
        let rule = RULES.iter().find(|rule| rule.meta.code == code);
        let Some(rule) = rule.filter(|_| is_judged(facts, code, server)) else {
            continue;
        };
        if waiver.until.value < facts.today {
            continue;
        }
        let mut without = fleet.clone();
        without.policy.waivers.remove(at);
        if (rule.check)(&facts.of(&without)) != (rule.check)(facts) {
            continue;
        }
        let message = format!("nothing was found that the waiver for {code} of `{server}` accepts");
        findings.push(
            Finding::new(&META, message)
                .server(server)
                .at(waiver.span, "this waiver")
                .help("remove it, unless what it is to accept is still to come"),
        );
    }
    findings
}

/// Whether these facts are what the rule of this code looks at.
fn is_judged(facts: &Facts<'_>, code: &str, server: &str) -> bool {
    match (facts.measured, facts.configured) {
        (Some(measured), _) => {
            let server = measured.server(server);
            // Names are looked up where there are any.
            let has_names = server.is_some_and(|server| !server.names.is_empty());
            code.starts_with("LO5") && server.is_some() && (code != "LO520" || has_names)
        }
        (None, Some(_)) => false,
        (None, None) => {
            facts.plan.is_some() && (code.starts_with("LO2") || code.starts_with("LO3"))
        }
    }
}
