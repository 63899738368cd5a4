//! LO202: values that are not known yet may open a port.

use super::Facts;
use super::phrase::{Phrases, planned};
use crate::finding::{Finding, Meta, Severity};

pub(super) static META: Meta = Meta {
    code: "LO202",
    name: "port-not-provable",
    severity: Severity::Error,
    summary: "a port cannot be shown to stay closed",
    why: "A plan holds values that are known only after the apply. lostops follows the references of the \
configuration to find out what they will be; where that is not possible (a local value, an attribute of something \
that is not in the plan) the rule may open anything. What cannot be shown safe is not called safe.",
    fix: "Write the address, port or id as a value that is known at plan time (a static private address, a literal \
prefix), or refer to the resource directly instead of through a local value.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let help = "make the value known at plan time, or refer to the resource directly";
    let mut findings = Vec::new();
    let mut phrases = Phrases::default();
    for subject in facts.subjects.iter().filter(|subject| subject.planned) {
        let leave = || facts.unaccounted(META.code, subject, &subject.unproven);
        for phrase in &*phrases.of(facts, subject, &subject.unproven, leave) {
            let says = "cannot be shown to keep closed";
            findings.push(planned(&META, facts, subject, phrase, says).help(help));
        }
    }
    findings
}
