//! What is found in a Compose file, and the findings that say so.

use super::Facts;
use crate::compose::{Project, Says, Statement};
use crate::finding::{Finding, Meta};
use crate::fleet::reach::Reach;
use crate::fleet::sources::SourceSet;

impl Facts<'_> {
    /// Everything that the Compose files of every server say, file by file.
    pub(super) fn statements(&self) -> impl Iterator<Item = (&Project<'_>, &Statement)> {
        let projects = self.projects.iter();
        projects.flat_map(|project| {
            let statements = project.statements.iter();
            statements.map(move |statement| (project, statement))
        })
    }

    /// Whether a waiver accepts a finding of this code that is about no port.
    pub(super) fn is_waived(&self, code: &str, server: &str) -> bool {
        Reach::every_port(&SourceSet::anyone()).is_subset(&self.waived(code, server))
    }

    /// A finding for each statement that somebody makes, unless a waiver accepts it. `words` gives message, label and help.
    pub(super) fn stated(
        &self,
        meta: &'static Meta,
        words: impl Fn(&Project<'_>, &Says) -> Option<(String, String, String)>,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (project, statement) in self.statements() {
            let Some((message, label, help)) = words(project, &statement.says) else {
                continue;
            };
            if !self.is_waived(meta.code, project.server) {
                findings.push(found(meta, project, statement, message, &label).help(help));
            }
        }
        findings
    }
}

/// At its line in the user's file; what a file of lostops' own says, at the service in the describer.
pub(super) fn found(
    meta: &'static Meta,
    project: &Project<'_>,
    statement: &Statement,
    message: String,
    label: &str,
) -> Finding {
    let finding = Finding::new(meta, message)
        .server(project.server)
        .evidence(project.evidence(statement));
    match project.source {
        Some(file) => finding
            .at(file.span(statement.range.start, statement.range.end), label)
            .related(project.described, format!("the project `{}`", project.name)),
        None => finding.at(project.described, label),
    }
}
