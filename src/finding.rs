//! What a finding is: one thing that is wrong with what somebody wrote or with what would happen.
//!
//! A finding knows nothing of formats. Lines, colours and escaping belong to `report/`.

use crate::source::Span;

/// How bad it is. Only errors make the exit code 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    Error,
    Warning,
    Note,
}

impl Severity {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// What is known of a code before it is ever found: `lostops explain` and docs/findings.md print this.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Meta {
    /// `LO203`. Stable: never given to another meaning.
    pub(crate) code: &'static str,
    /// `port-not-permitted`: kebab-case, the name of the rule's file where it has one.
    pub(crate) name: &'static str,
    pub(crate) severity: Severity,
    /// What is, in one phrase: lower case, no full stop.
    pub(crate) summary: &'static str,
    /// Why it matters: Markdown, a paragraph or two.
    pub(crate) why: &'static str,
    /// How to fix it: Markdown, imperative.
    pub(crate) fix: &'static str,
    /// A small example: what is wrong, and beside it what is right. Markdown; may be empty.
    pub(crate) example: &'static str,
}

/// Something else that belongs to the finding, in any file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Related {
    pub(crate) span: Span,
    pub(crate) label: String,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) meta: &'static Meta,
    pub(crate) severity: Severity,
    /// The server it concerns, by its describer's name or, for a plan of other people, by its address.
    pub(crate) server: Option<String>,
    /// A phrase: lower case, names in backticks, no full stop.
    pub(crate) message: String,
    /// What to do, as an imperative.
    pub(crate) help: String,
    pub(crate) span: Option<Span>,
    /// What stands at the span, said beside it.
    pub(crate) label: String,
    pub(crate) related: Vec<Related>,
    /// What proves it when it is not a line of a file: a Terraform address and rule, a process, a measured connection.
    pub(crate) evidence: Option<String>,
}

impl Finding {
    pub(crate) fn new(meta: &'static Meta, message: impl Into<String>) -> Self {
        Self {
            meta,
            severity: meta.severity,
            server: None,
            message: message.into(),
            help: String::new(),
            span: None,
            label: String::new(),
            related: Vec::new(),
            evidence: None,
        }
    }

    #[must_use]
    pub(crate) fn at(mut self, span: Span, label: impl Into<String>) -> Self {
        self.span = Some(span);
        self.label = label.into();
        self
    }

    #[must_use]
    pub(crate) fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push(Related {
            span,
            label: label.into(),
        });
        self
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    #[must_use]
    pub(crate) fn server(mut self, server: impl Into<String>) -> Self {
        self.server = Some(server.into());
        self
    }

    #[must_use]
    pub(crate) fn evidence(mut self, evidence: impl Into<String>) -> Self {
        self.evidence = Some(evidence.into());
        self
    }

    #[must_use]
    pub(crate) fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}

/// Worst first, then by code, server and place: the order of every report.
pub(crate) fn sort(findings: &mut Vec<Finding>) {
    findings.sort_by(|a, b| key(a).cmp(&key(b)));
    findings.dedup();
}

fn key(finding: &Finding) -> (Severity, &str, Option<Span>, Option<&str>, &str) {
    (
        finding.severity,
        finding.meta.code,
        finding.span,
        finding.server.as_deref(),
        &finding.message,
    )
}
