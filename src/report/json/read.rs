//! Reads a report back, to merge it with others. It comes from another job: nothing in it is believed to be as we write it.

use super::part::{CountsV1, PartV1};
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::exposure::{Line, Proof, Stage};
use crate::fleet::port::Protocol;
use crate::reason::Reason;
use crate::report::{
    Counts, Failure, Kept, Part, Power, Report, ServerSheet, ShownExposure, Step, StepEnd,
};
use crate::source::{FileId, Span};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Lines of files that findings point at are counted; so many of all files together are enough.
const LINES: usize = 1 << 22;

#[derive(Deserialize)]
struct Document {
    version: u8,
    command: String,
    #[serde(default)]
    environment: Option<String>,
    #[serde(default)]
    failure: Option<FailureV1>,
    findings: Vec<FindingV1>,
    servers: Vec<Server>,
    #[serde(default)]
    terraform_version: Option<String>,
    #[serde(default)]
    cloud: String,
    notes: Vec<String>,
    applied: bool,
    #[serde(default)]
    steps: Vec<StepV1>,
    part: PartV1,
}

#[derive(Deserialize)]
struct FailureV1 {
    reason: String,
    message: String,
    #[serde(default)]
    help: String,
}

#[derive(Deserialize)]
struct FindingV1 {
    code: String,
    severity: String,
    server: Option<String>,
    message: String,
    help: String,
    place: Option<PlaceV1>,
    evidence: Option<String>,
}

#[derive(Deserialize)]
struct PlaceV1 {
    file: String,
    line: usize,
}

#[derive(Deserialize)]
struct Server {
    name: String,
    address: String,
    state: String,
    #[serde(default)]
    facts: Vec<String>,
    changes: Vec<String>,
    details: Vec<String>,
    exposures: Vec<Exposure>,
}

#[derive(Deserialize)]
struct Exposure {
    stage: String,
    protocol: String,
    ports: String,
    from: Vec<String>,
    proof: String,
    permitted: bool,
}

#[derive(Deserialize)]
struct StepV1 {
    address: String,
    end: String,
}

/// A report that is a part; `meta` knows the codes of findings.
///
/// # Errors
/// What in it cannot be.
pub(crate) fn read(
    bytes: &[u8],
    meta: &dyn Fn(&str) -> Option<&'static Meta>,
) -> Result<Report, String> {
    let document: Document = serde_json::from_slice(bytes)
        .map_err(|error| format!("it is no report that is a part of a comment: {error}"))?;
    if document.version != 1 {
        return Err(format!("its version is {}", document.version));
    }
    let command = known(&document.command, COMMANDS, |word| word)?;
    let mut report = Report::new(command);
    let (kept, counts) = (
        kept(&document.part)?,
        document.part.counts.as_ref().map(counts),
    );
    report.environment = document.environment;
    report.understood = true;
    report.cloud = known(&document.cloud, &["", "azure", "simulated"], |word| word)?;
    report.terraform = document.terraform_version;
    report.notes = document.notes;
    report.applied = document.applied;
    report.counts = counts;
    report.kept = kept;
    report.failure = document.failure.map(failure).transpose()?;
    report.findings = findings(document.findings, meta, &mut report)?;
    report.servers = document
        .servers
        .into_iter()
        .map(server)
        .collect::<Result<_, _>>()?;
    report.steps = document
        .steps
        .into_iter()
        .map(step)
        .collect::<Result<_, _>>()?;
    report.part = Some(Part {
        environment: document.part.environment,
        describers: document.part.describers,
        commit: document.part.commit,
        job: document.part.job,
        notices: document.part.notices,
        words: document.part.words,
    });
    Ok(report)
}

const COMMANDS: &[&str] = &[
    "check", "plan", "apply", "verify", "drift", "start", "stop", "restart", "resize", "destroy",
];

/// The one of these that is called so.
fn known<T: Copy>(word: &str, all: &[T], name: impl Fn(T) -> &'static str) -> Result<T, String> {
    let found = all.iter().find(|one| name(**one) == word);
    found
        .copied()
        .ok_or_else(|| format!("`{word}` is no word of it"))
}

fn kept(part: &PartV1) -> Result<Kept, String> {
    Ok(match part.kept.as_str() {
        "nothing" => Kept::Nothing,
        "record" => Kept::Record(part.reviewed.clone()),
        "as-it-is" => Kept::AsItIs,
        other => return Err(format!("`{other}` is no word of it")),
    })
}

fn counts(counts: &CountsV1) -> Counts {
    Counts {
        add: counts.add,
        change: counts.change,
        destroy: counts.destroy,
        import: counts.import,
        forget: counts.forget,
        moved: counts.moved,
        power: Power {
            change: counts.power,
            ..Power::default()
        },
    }
}

fn failure(failure: FailureV1) -> Result<Failure, String> {
    Ok(Failure {
        reason: known(&failure.reason, Reason::ALL, Reason::word)?,
        message: failure.message,
        help: failure.help,
    })
}

/// Findings, and files of empty lines for them to point into: more than the number of a line is not known.
fn findings(
    found: Vec<FindingV1>,
    meta: &dyn Fn(&str) -> Option<&'static Meta>,
    report: &mut Report,
) -> Result<Vec<Finding>, String> {
    let mut last: BTreeMap<String, usize> = BTreeMap::new();
    for place in found.iter().filter_map(|one| one.place.as_ref()) {
        let line = last.entry(place.file.clone()).or_default();
        *line = place.line.max(*line);
    }
    let mut left = LINES;
    let mut files: BTreeMap<String, FileId> = BTreeMap::new();
    for (file, lines) in last {
        if let Some(less) = left.checked_sub(lines) {
            left = less;
            let text = "\n".repeat(lines);
            files.insert(file.clone(), report.sources.add(file, text));
        }
    }
    let span = |place: &PlaceV1| -> Option<Span> {
        let at = place.line.checked_sub(1)?;
        Some(files.get(&place.file)?.span(at, at))
    };
    found
        .into_iter()
        .map(|one| {
            let meta =
                meta(&one.code).ok_or_else(|| format!("no rule is called `{}`", one.code))?;
            let severities = [Severity::Error, Severity::Warning, Severity::Note];
            Ok(Finding {
                severity: known(&one.severity, &severities, Severity::word)?,
                server: one.server,
                help: one.help,
                span: one.place.as_ref().and_then(span),
                evidence: one.evidence,
                ..Finding::new(meta, one.message)
            })
        })
        .collect()
}

fn server(server: Server) -> Result<ServerSheet, String> {
    let mut sheet = ServerSheet {
        name: server.name,
        address: server.address,
        state: server.state,
        facts: server.facts,
        changes: server.changes,
        sentences: server.details,
        ..ServerSheet::default()
    };
    let mut planned = Vec::new();
    for one in server.exposures {
        let stage = known(&one.stage, &[Stage::Declared, Stage::Planned], Stage::word)?;
        let shown = ShownExposure {
            stage,
            permitted: one.permitted,
            line: line(one)?,
            evidence: String::new(),
            purpose: String::new(),
        };
        match stage {
            Stage::Declared => sheet.declared.push(shown),
            Stage::Planned => planned.push(shown),
        }
    }
    sheet.planned = planned.into();
    Ok(sheet)
}

fn line(one: Exposure) -> Result<Line, String> {
    let line = Line {
        protocol: known(&one.protocol, &Protocol::ALL, Protocol::word)?,
        low: 0,
        high: 0,
        from: one.from,
        proof: known(&one.proof, &[Proof::Open, Proof::CannotProve], Proof::word)?,
        hidden: false,
    };
    if one.ports == "(sensitive)" {
        return Ok(line.hide());
    }
    let (low, high) = one
        .ports
        .split_once('-')
        .unwrap_or((&one.ports, &one.ports));
    match (low.parse(), high.parse()) {
        (Ok(low), Ok(high)) if low <= high => Ok(Line { low, high, ..line }),
        _ => Err(format!("`{}` are no ports", one.ports)),
    }
}

fn step(step: StepV1) -> Result<Step, String> {
    let ends = [StepEnd::Done, StepEnd::Failed, StepEnd::NotStarted];
    Ok(Step {
        address: step.address,
        end: known(&step.end, &ends, StepEnd::word)?,
    })
}
