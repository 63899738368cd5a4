//! LO703: rules of the user's own could not be answered.

use super::Facts;
use crate::finding::{Finding, Meta, Severity};

pub(super) static META: Meta = Meta {
    code: "LO703",
    name: "own-rule-not-answered",
    severity: Severity::Error,
    summary: "a rule of your own could not be answered",
    why: "A rule that fails has said nothing, which is not the same as having nothing against it. A built-in function that fails is an error here, and so are rules that take longer than ten seconds together. Rules reach no file, no network and no clock.",
    fix: "Mend the rule at the place that is shown.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    facts.unheard(&META)
}
