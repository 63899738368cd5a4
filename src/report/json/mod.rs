//! JSON, version 1: frozen. Fields may be added; none is renamed or removed.

mod configured;
mod measured;
mod part;
mod read;

use super::Report;
use crate::finding::Finding;
use crate::fleet::exposure::Line;
pub(crate) use read::read;
use serde::Serialize;
use std::io;

#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    command: &'a str,
    result: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    cloud: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Failure<'a>>,
    findings: Vec<FindingV1<'a>>,
    servers: Vec<Server<'a>>,
    security_groups: Vec<Group<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    totals: Option<Totals>,
    #[serde(skip_serializing_if = "Option::is_none")]
    terraform_version: Option<&'a str>,
    notes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<&'a str>,
    applied: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<Step<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ansible: Option<configured::Ansible<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verify: Option<measured::Verify<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    became: Vec<Became<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    timeline: Vec<Lap>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<part::PartV1>,
}

#[derive(Serialize)]
struct Became<'a> {
    server: &'a str,
    words: &'a [String],
}

#[derive(Serialize)]
struct Lap {
    what: &'static str,
    seconds: f64,
}

#[derive(Serialize)]
struct Step<'a> {
    address: &'a str,
    end: &'a str,
}

#[derive(Serialize)]
struct Failure<'a> {
    reason: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    help: &'a str,
}

#[derive(Serialize)]
struct FindingV1<'a> {
    code: &'a str,
    severity: &'a str,
    server: Option<&'a str>,
    message: &'a str,
    help: &'a str,
    place: Option<PlaceV1>,
    evidence: Option<&'a str>,
}

#[derive(Serialize)]
struct PlaceV1 {
    file: String,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct Server<'a> {
    name: &'a str,
    address: &'a str,
    state: &'a str,
    facts: &'a [String],
    changes: &'a [String],
    details: &'a [String],
    exposures: Vec<Exposure<'a>>,
}

#[derive(Serialize)]
struct Exposure<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'a str>,
    protocol: &'a str,
    ports: String,
    from: &'a [String],
    proof: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    permitted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<&'a str>,
}

#[derive(Serialize)]
struct Group<'a> {
    address: &'a str,
    attached_to: &'a [String],
    exposures: Vec<Exposure<'a>>,
}

#[derive(Serialize)]
struct Totals {
    add: usize,
    change: usize,
    destroy: usize,
    import: usize,
    forget: usize,
    #[serde(rename = "move")]
    moved: usize,
    power: usize,
}

/// Writes the report and a final newline.
pub(crate) fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document {
        version: 1,
        command: report.command,
        result: report.outcome().word(),
        environment: report.environment.as_deref(),
        cloud: report.cloud,
        failure: report.failure.as_ref().map(|failure| Failure {
            reason: failure.reason.word(),
            message: &failure.message,
            help: &failure.help,
        }),
        findings: report
            .findings
            .iter()
            .map(|found| finding(report, found))
            .collect(),
        servers: report.servers.iter().map(server).collect(),
        security_groups: report
            .groups
            .iter()
            .map(|group| Group {
                address: &group.address,
                attached_to: &group.attached_to,
                exposures: group
                    .exposures
                    .iter()
                    .map(|line| exposure(line, None, None, None))
                    .collect(),
            })
            .collect(),
        totals: report.counts.map(|counts| Totals {
            add: counts.add + counts.power.add,
            change: counts.change + counts.power.change,
            destroy: counts.destroy + counts.power.destroy,
            import: counts.import,
            forget: counts.forget,
            moved: counts.moved,
            power: counts.power.sent(),
        }),
        terraform_version: report.terraform.as_deref(),
        notes: &report.notes,
        patch: report.patch.as_deref(),
        applied: report.applied,
        steps: report
            .steps
            .iter()
            .map(|step| Step {
                address: &step.address,
                end: step.end.word(),
            })
            .collect(),
        ansible: report.configured.as_ref().map(configured::ansible),
        verify: report.measured.as_ref().map(measured::verify),
        became: report
            .became
            .iter()
            .map(|one| Became {
                server: &one.server,
                words: &one.words,
            })
            .collect(),
        timeline: report
            .timeline
            .laps
            .iter()
            .map(|(what, took)| Lap {
                what,
                seconds: (took.as_secs_f64() * 10.0).round() / 10.0,
            })
            .collect(),
        part: part::part(report),
    };
    let mut out = io::BufWriter::with_capacity(1 << 18, out);
    serde_json::to_writer(&mut out, &document)?;
    io::Write::write_all(&mut out, b"\n")?;
    io::Write::flush(&mut out)
}

fn finding<'a>(report: &Report, found: &'a Finding) -> FindingV1<'a> {
    FindingV1 {
        code: found.meta.code,
        severity: found.severity.word(),
        server: found.server.as_deref(),
        message: &found.message,
        help: &found.help,
        place: report.place(found).map(|place| PlaceV1 {
            file: place.file.into_string(),
            line: place.line,
            column: place.column,
        }),
        evidence: found.evidence.as_deref(),
    }
}

fn server(sheet: &super::ServerSheet) -> Server<'_> {
    Server {
        name: &sheet.name,
        address: &sheet.address,
        state: &sheet.state,
        facts: &sheet.facts,
        changes: &sheet.changes,
        details: &sheet.sentences,
        exposures: sheet
            .exposures()
            .map(|shown| {
                exposure(
                    &shown.line,
                    Some(shown.stage.word()),
                    Some(shown.permitted),
                    Some(shown.evidence.as_str()),
                )
            })
            .collect(),
    }
}

fn exposure<'a>(
    line: &'a Line,
    stage: Option<&'a str>,
    permitted: Option<bool>,
    evidence: Option<&'a str>,
) -> Exposure<'a> {
    Exposure {
        stage,
        protocol: line.protocol.word(),
        ports: line.ports(),
        from: &line.from,
        proof: line.proof.word(),
        permitted,
        evidence,
    }
}
