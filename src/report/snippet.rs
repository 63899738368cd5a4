//! A finding drawn on the lines it concerns.

use super::Report;
use super::paint::inert;
use crate::finding::{Finding, Severity};
use crate::source::Span;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::fmt::Write as _;

/// As compilers draw it; the help and the evidence below.
pub(super) fn draw(report: &Report, finding: &Finding, colours: bool) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let message = inert(&finding.message);
    let label = inert(&finding.label);
    let related: Vec<(Span, String)> = finding
        .related
        .iter()
        .map(|related| (related.span, inert(&related.label)))
        .collect();
    let evidence = finding
        .evidence
        .as_ref()
        .map(|evidence| format!("evidence: {}", inert(evidence)));
    let help = inert(&finding.help);

    let mut group = level
        .primary_title(message.as_str())
        .id(finding.meta.code)
        .elements(Vec::<annotate_snippets::Element<'_>>::new());
    for (file, spans) in by_file(finding.span, &label, &related) {
        let text = report.sources.file(file).text.as_str();
        let mut snippet = Snippet::source(text)
            .path(report.sources.path(file).as_str())
            .fold(true);
        for (span, label, primary) in spans {
            let kind = if primary {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let annotation = kind.span(range(text, span, primary));
            snippet = snippet.annotation(if label.is_empty() {
                annotation
            } else {
                annotation.label(label)
            });
        }
        group = group.element(snippet);
    }
    if let Some(evidence) = &evidence {
        group = group.element(Level::NOTE.message(evidence.as_str()));
    }
    if !help.is_empty() {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = if colours {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut drawn = renderer.render(&[group]);
    let _ = writeln!(drawn);
    drawn
}

type Marks<'a> = Vec<(Span, &'a str, bool)>;

/// The finding's own file first.
fn by_file<'a>(
    span: Option<Span>,
    label: &'a str,
    related: &'a [(Span, String)],
) -> Vec<(crate::source::FileId, Marks<'a>)> {
    let mut files: Vec<(crate::source::FileId, Marks<'a>)> = Vec::new();
    let own = span.map(|span| (span, label, true));
    for mark in own.into_iter().chain(
        related
            .iter()
            .map(|(span, label)| (*span, label.as_str(), false)),
    ) {
        match files.iter_mut().find(|(file, _)| *file == mark.0.file) {
            Some((_, marks)) => marks.push(mark),
            None => files.push((mark.0.file, vec![mark])),
        }
    }
    files
}

/// The bytes of a span, moved to character boundaries. What only helps to understand is shown by its first line.
fn range(text: &str, span: Span, whole: bool) -> std::ops::Range<usize> {
    let boundary = |at: u32| text.floor_char_boundary((at as usize).min(text.len()));
    let start = boundary(span.start);
    let end = boundary(span.end).max(start);
    let line = if whole {
        None
    } else {
        text[start..end].find('\n')
    };
    start..line.map_or(end, |length| start + length)
}
