//! Secrets leave a report before any format sees it: a format's escaping would hide them from us.

use super::{Report, ShownExposure};
use crate::redact::Redactor;
use std::sync::Arc;

impl Report {
    /// Replaces every secret in every text of it. The sources stay as they are, for findings point into them; what
    /// is secret in them was masked when they were read.
    pub(crate) fn redact(&mut self, redactor: &Redactor) {
        if redactor.is_empty() {
            return;
        }
        let clean = |text: &mut String| redactor.clean(text);
        for finding in &mut self.findings {
            clean(&mut finding.message);
            clean(&mut finding.help);
            clean(&mut finding.label);
            finding.evidence.as_mut().map(clean);
            finding
                .related
                .iter_mut()
                .for_each(|related| clean(&mut related.label));
        }
        if let Some(failure) = &mut self.failure {
            clean(&mut failure.message);
            clean(&mut failure.help);
        }
        for sheet in &mut self.servers {
            for text in sheet.facts.iter_mut().chain(&mut sheet.sentences) {
                clean(text);
            }
            sheet
                .declared
                .iter_mut()
                .for_each(|shown| exposure(shown, redactor));
            // Shared by many servers, and hardly ever touched: copied only when it must be.
            if sheet.planned.iter().any(|shown| holds(shown, redactor)) {
                let mut planned = sheet.planned.to_vec();
                for shown in &mut planned {
                    exposure(shown, redactor);
                }
                sheet.planned = Arc::from(planned);
            }
        }
        if let Some(configured) = &mut self.configured {
            configured.texts(clean);
        }
        if let Some(measured) = &mut self.measured {
            measured.texts(clean);
        }
        for one in &mut self.became {
            one.words.iter_mut().for_each(clean);
        }
        for step in &mut self.steps {
            clean(&mut step.address);
        }
        self.notes.iter_mut().for_each(clean);
        self.patch.as_mut().map(clean);
        self.diff.as_mut().map(clean);
    }
}

fn exposure(shown: &mut ShownExposure, redactor: &Redactor) {
    redactor.clean(&mut shown.evidence);
    redactor.clean(&mut shown.purpose);
}

fn holds(shown: &ShownExposure, redactor: &Redactor) -> bool {
    redactor.finds(&shown.evidence) || redactor.finds(&shown.purpose)
}
