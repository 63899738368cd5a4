//! LO211: what a Compose file publishes cannot be shown.

use super::Facts;
use crate::compose::Says;
use crate::finding::{Finding, Meta, Severity};

pub(super) static META: Meta = Meta {
    code: "LO211",
    name: "published-port-not-provable",
    severity: Severity::Error,
    summary: "a Compose file says something by which it cannot be shown what it publishes",
    why: "lostops reads Compose files before anything is started, and judges every port in them. Where a file leads elsewhere \
(`include`, `extends` with a file), uses a variable that has no value or is a secret, or says what Compose itself would refuse, what it \
would publish is not known. To take that for nothing would let everything pass.",
    fix: "Write into the file what the message says is missing. docs/compose.md lists what is followed.",
    example: "```yaml\nports: [\"${PORT}:80\"]         # wrong, when nothing gives PORT a value\nports: [\"${PORT:-8080}:80\"]   # right\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    facts.stated(&META, |project, says| {
        let Says::Unclear { why, help } = says else {
            return None;
        };
        let message = format!(
            "it cannot be shown which ports `{}` publishes: {why}",
            project.name
        );
        Some((message, "cannot be followed".to_owned(), (*help).to_owned()))
    })
}
