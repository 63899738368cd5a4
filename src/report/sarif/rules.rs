//! What is known of each code that was found.

use super::model::{Configuration, Help, Properties, Rule, Text};
use crate::finding::{Finding, Meta, Severity};
use std::collections::BTreeMap;

/// The rules of these findings, by code.
pub(super) fn rules(found: &[&Finding]) -> Vec<Rule> {
    let metas: BTreeMap<&str, &'static Meta> = found
        .iter()
        .map(|found| (found.meta.code, found.meta))
        .collect();
    metas.into_values().map(rule).collect()
}

pub(super) fn level(severity: Severity) -> &'static str {
    severity.word()
}

fn rule(meta: &'static Meta) -> Rule {
    let markdown = [
        format!("**{}**", sentence(meta.summary)),
        meta.why.to_owned(),
        format!("**Fix:** {}", meta.fix),
        meta.example.to_owned(),
    ];
    let written: Vec<&str> = markdown.iter().map(|part| part.trim()).collect();
    let (kind, security) = chapter(meta);
    Rule {
        id: meta.code,
        name: pascal(meta.name),
        short_description: Text {
            text: sentence(meta.summary),
        },
        full_description: Text {
            text: plain(meta.why),
        },
        help_uri: format!(
            "{}/blob/main/docs/findings.md#{}-{}",
            env!("CARGO_PKG_REPOSITORY"),
            meta.code.to_lowercase(),
            meta.name
        ),
        help: Help {
            text: format!("{}\n\nFix: {}", plain(meta.why), plain(meta.fix)),
            markdown: written.join("\n\n").trim_end().to_owned(),
        },
        default_configuration: Configuration {
            level: level(meta.severity),
        },
        properties: Properties {
            tags: security
                .map(|_| "security")
                .into_iter()
                .chain(["infrastructure", kind])
                .collect(),
            precision: "high",
            problem: match meta.severity {
                Severity::Note => "recommendation",
                other => other.word(),
            },
            security,
        },
    }
}

/// What a code is about, and how severe it is where it concerns security: 7 and more is high.
fn chapter(meta: &Meta) -> (&'static str, Option<&'static str>) {
    let is_error = meta.severity == Severity::Error;
    match meta.code.get(..3) {
        Some("LO2") => ("exposure", Some(if is_error { "8.0" } else { "5.0" })),
        Some("LO3") => ("nature", None),
        Some("LO4") => ("packages", Some(if is_error { "6.0" } else { "4.0" })),
        Some("LO5") => ("verification", None),
        Some("LO6") => ("operation", None),
        Some("LO7") => ("own-rules", None),
        _ => ("describers", None),
    }
}

/// `port-not-permitted` as `PortNotPermitted`.
fn pascal(name: &str) -> String {
    name.split('-')
        .map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            first.to_uppercase() + rest
        })
        .collect()
}

fn sentence(phrase: &str) -> String {
    let mut characters = phrase.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).chain(['.']).collect()
}

/// A paragraph of Markdown as one line of text.
fn plain(markdown: &str) -> String {
    let words: Vec<&str> = markdown.split_whitespace().collect();
    words.join(" ").replace(['`', '*'], "")
}
