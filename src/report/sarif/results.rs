//! The findings with their places and what they are known by.

use super::model::{Area, Artifact, Found, Location, Physical, Rule, Text};
use super::rules::level;
use crate::finding::Finding;
use crate::report::Report;
use crate::report::comment::place::is_inside;
use crate::report::comment::safe::path;
use crate::report::paint::inert;
use crate::report::region::Regions;
use crate::source::{SourceMap, Span};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// More places than this of one finding are left out.
const RELATED: usize = 50;

/// A result for each finding, in their order. `rules` are sorted by code.
pub(super) fn results(
    report: &Report,
    found: &[&Finding],
    rules: &[Rule],
    regions: &Regions<'_>,
) -> Vec<Found> {
    let homes = Homes::of(&report.sources);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    found
        .iter()
        .map(|found| {
            let code = found.meta.code;
            // GitHub refuses a result without a place.
            let span = found.span.or_else(|| homes.of_finding(found));
            let mut fingerprint = fingerprint(found, span, regions);
            let times = seen.entry(fingerprint.clone()).or_default();
            *times += 1;
            fingerprint = format!("{fingerprint}:{times}");
            Found {
                rule_id: code,
                rule_index: rules
                    .binary_search_by(|rule| rule.id.cmp(code))
                    .unwrap_or_default(),
                level: level(found.severity),
                message: Text {
                    text: message(found),
                },
                locations: span
                    .map(|span| location(span, None, "", regions))
                    .into_iter()
                    .collect(),
                related_locations: found
                    .related
                    .iter()
                    .take(RELATED)
                    .enumerate()
                    .map(|(number, one)| location(one.span, Some(number + 1), &one.label, regions))
                    .collect(),
                partial_fingerprints: BTreeMap::from([("lostops/v1", fingerprint)]),
            }
        })
        .collect()
}

fn message(found: &Finding) -> String {
    let mut text = inert(&found.message).replace('`', "'");
    text.push('.');
    if let Some(evidence) = &found.evidence {
        let _ = write!(text, " Evidence: {}.", inert(evidence));
    }
    if !found.help.is_empty() {
        let help = inert(&found.help).replace('`', "'");
        let mut characters = help.chars();
        let first = characters.next().into_iter().flat_map(char::to_uppercase);
        text.push(' ');
        text.extend(first.chain(characters));
        text.push('.');
    }
    // SARIF reads `[…](…)` as a link and braces as places for arguments.
    text.replace("](", "] (")
        .replace('{', "{{")
        .replace('}', "}}")
}

fn location(span: Span, id: Option<usize>, label: &str, regions: &Regions<'_>) -> Location {
    let region = regions.region(span);
    let file = regions.file(span);
    Location {
        id,
        physical: Physical {
            artifact_location: if is_inside(file) {
                Artifact {
                    uri: path(file),
                    uri_base_id: Some("%SRCROOT%"),
                }
            } else {
                Artifact {
                    uri: if file.starts_with('/') {
                        format!("file://{}", path(file))
                    } else {
                        path(file)
                    },
                    uri_base_id: None,
                }
            },
            region: Area {
                start_line: region.line,
                start_column: region.column,
                end_line: region.end_line,
                end_column: region.end_column,
            },
        },
        message: (!label.is_empty()).then(|| Text {
            text: inert(label).replace('`', "'"),
        }),
    }
}

/// What a finding is known by when lines move: the code, the server, the file and what its line says.
fn fingerprint(found: &Finding, span: Option<Span>, regions: &Regions<'_>) -> String {
    let file = span.map(|span| regions.file(span)).unwrap_or_default();
    let line = found
        .span
        .map_or(found.message.as_str(), |span| regions.line(span));
    let server = found.server.as_deref().unwrap_or_default();
    let parts = [found.meta.code, server, file, line];
    // FNV-1a: the same on every machine and in every version, which is all that is asked of it.
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// Files that stand for what has no line of its own.
struct Homes<'a> {
    by_server: BTreeMap<&'a str, Span>,
    environment: Option<Span>,
    first: Option<Span>,
}

impl<'a> Homes<'a> {
    fn of(sources: &'a SourceMap) -> Self {
        let mut homes = Self {
            by_server: BTreeMap::new(),
            environment: None,
            first: None,
        };
        for (id, file) in sources.files() {
            let start = id.start();
            homes.first.get_or_insert(start);
            if file.path.file_stem() == Some("environment") {
                homes.environment.get_or_insert(start);
            }
            let server = file
                .text
                .lines()
                .find_map(|line| line.strip_prefix("server:"));
            if let Some(name) = server.and_then(|rest| rest.split_whitespace().next()) {
                let name = name.trim_matches(['"', '\'']);
                homes.by_server.entry(name).or_insert(start);
            }
        }
        homes
    }

    fn of_finding(&self, found: &Finding) -> Option<Span> {
        let own = found
            .server
            .as_deref()
            .and_then(|server| self.by_server.get(server).copied());
        let related = found.related.first().map(|related| related.span);
        own.or(related).or(self.environment).or(self.first)
    }
}
