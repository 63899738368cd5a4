//! Annotations: what GitHub shows beside the lines of the diff.
//!
//! A runner keeps ten of a level per step, so the worst come first and the rest are counted.

use super::Report;
use super::comment::place::is_inside;
use super::paint::inert;
use super::region::Regions;
use crate::finding::{Finding, Severity};
use crate::fleet::words::count;

/// More findings than this are counted.
const SHOWN: usize = 9;
/// The longest message that a runner keeps.
const LONGEST: usize = 4096;

/// The word of the workflow command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Error,
    Warning,
    Notice,
}

impl Level {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

impl From<Severity> for Level {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
            Severity::Note => Self::Notice,
        }
    }
}

/// One annotation; without a file it belongs to the run as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Annotation {
    pub(crate) level: Level,
    /// Relative to the folder in which lostops runs.
    pub(crate) file: Option<String>,
    /// From 1; so are columns, and the end column stands behind the last character.
    pub(crate) line: usize,
    pub(crate) end_line: usize,
    /// Only where the annotation is on one line: GitHub takes no columns elsewhere.
    pub(crate) columns: Option<(usize, usize)>,
    pub(crate) title: String,
    pub(crate) message: String,
}

/// The failure, then findings, worst first, at most nine; a last one counts the rest.
pub(crate) fn annotations(report: &Report) -> Vec<Annotation> {
    let regions = Regions::new(&report.sources);
    let mut found: Vec<&Finding> = report.findings.iter().collect();
    found.sort_by_key(|finding| finding.severity);
    let mut all: Vec<Annotation> = Vec::new();
    if let Some(failure) = &report.failure {
        let title = format!("lostops: {}", failure.reason.word());
        let message = joined([failure.message.trim(), failure.help.as_str()], "\n");
        all.push(whole(Level::Error, title, message));
    }
    let room = SHOWN - all.len();
    all.extend(found.iter().take(room).map(|found| one(found, &regions)));
    if found.len() > room {
        let rest = &found[room..];
        let level = rest
            .first()
            .map_or(Level::Notice, |found| found.severity.into());
        let more = count(rest.len(), "more finding");
        let message = format!("and {more}: see the summary of the run");
        all.push(whole(level, "lostops".to_owned(), message));
    }
    all
}

fn one(found: &Finding, regions: &Regions<'_>) -> Annotation {
    let evidence = found
        .evidence
        .as_ref()
        .map(|evidence| format!("evidence: {evidence}"));
    let help = Some(found.help.clone()).filter(|help| !help.is_empty());
    let parts = [Some(found.message.clone()), evidence, help];
    let message = parts.into_iter().flatten().collect::<Vec<_>>().join("\n");
    let title = format!("{} {}", found.meta.code, found.meta.name);
    let mut annotation = whole(found.severity.into(), title, message);
    if let Some(span) = found.span {
        let file = regions.file(span);
        let region = regions.region(span);
        annotation.file = is_inside(file).then(|| file.to_owned());
        annotation.line = region.line;
        annotation.end_line = region.end_line;
        annotation.columns = (region.line == region.end_line)
            .then_some((region.column, region.end_column.max(region.column)));
    }
    annotation
}

fn whole(level: Level, title: String, message: String) -> Annotation {
    Annotation {
        level,
        file: None,
        line: 1,
        end_line: 1,
        columns: None,
        title,
        message,
    }
}

fn joined(parts: [&str; 2], with: &str) -> String {
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(with)
}

/// `::error file=a.yaml,line=1,endLine=1,col=3,endColumn=5,title=LO203::message`: one line, without its end.
pub(crate) fn command(annotation: &Annotation) -> String {
    let mut properties: Vec<String> = Vec::new();
    if let Some(file) = &annotation.file {
        properties.push(format!("file={}", property(file)));
        properties.push(format!("line={}", annotation.line));
        properties.push(format!("endLine={}", annotation.end_line));
        if let Some((column, end)) = annotation.columns {
            properties.push(format!("col={column}"));
            properties.push(format!("endColumn={end}"));
        }
    }
    properties.push(format!("title={}", property(&annotation.title)));
    let clean: Vec<String> = annotation.message.lines().map(inert).collect();
    let message: String = clean.join("\n").chars().take(LONGEST).collect();
    format!(
        "::{} {}::{}",
        annotation.level.word(),
        properties.join(","),
        data(&message)
    )
}

/// What stands behind the second `::`, as the runner reads it.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Meta;
    use crate::reason::Reason;
    use crate::report::Failure;

    static META: Meta = Meta {
        code: "LO203",
        name: "port-not-permitted",
        severity: Severity::Error,
        summary: "",
        why: "",
        fix: "",
        example: "",
    };

    fn report(findings: usize) -> Report {
        let mut report = Report::new("check");
        let file = report
            .sources
            .add("./describers/a,b.yaml", "ports:\n  - 80: x\n");
        report.findings = (0..findings)
            .map(|number| {
                let finding = Finding::new(&META, format!("n{number}"));
                finding.at(file.span(11, 13), "").severity(if number == 3 {
                    Severity::Error
                } else {
                    Severity::Warning
                })
            })
            .collect();
        report
    }

    #[test]
    fn the_worst_comes_first_and_the_rest_is_counted() {
        let all = annotations(&report(20));
        assert_eq!((all.len(), all[0].message.as_str()), (10, "n3"));
        assert_eq!(
            all[9].message,
            "and 11 more findings: see the summary of the run"
        );
        assert_eq!(annotations(&report(9)).len(), 9);
    }

    #[test]
    fn a_failure_has_no_place_and_comes_before_all() {
        let mut report = report(20);
        report.failure = Some(Failure {
            reason: Reason::PlanFailed,
            message: "no".to_owned(),
            help: "mend it".to_owned(),
        });
        let all = annotations(&report);
        assert_eq!(all.len(), 10);
        assert_eq!(
            command(&all[0]),
            "::error title=lostops%3A plan-failed::no%0Amend it"
        );
    }

    #[test]
    fn a_command_holds_its_place_and_nothing_can_leave_it() {
        let mut annotation = annotations(&report(1)).remove(0);
        annotation.message = "100%\r\n::set-output name=a::b\u{1b}[0m".to_owned();
        assert_eq!(
            command(&annotation),
            "::warning file=describers/a%2Cb.yaml,line=2,endLine=2,col=5,endColumn=7,title=LO203 port-not-permitted\
             ::100%25%0A::set-output name=a::b\\u{1b}[0m"
        );
    }

    #[test]
    fn a_message_is_as_long_as_a_runner_keeps() {
        let mut annotation = annotations(&report(1)).remove(0);
        annotation.message = "é".repeat(10_000);
        let text = command(&annotation);
        assert_eq!(text.matches('é').count(), LONGEST);
    }
}
