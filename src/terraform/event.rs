//! The lines that `terraform plan -json` and `apply -json` print, as far as they are used.

use serde::Deserialize;

/// One line, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    Diagnostic(Diagnostic),
    /// Something began, went on or ended; what a person may be told.
    Progress(String),
    /// One resource is done.
    Applied {
        address: String,
    },
    /// One resource failed.
    Errored {
        address: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Diagnostic {
    pub(crate) severity: String,
    pub(crate) summary: String,
    #[serde(default)]
    pub(crate) detail: String,
    #[serde(default)]
    pub(crate) address: String,
}

impl Diagnostic {
    pub(crate) fn is_error(&self) -> bool {
        self.severity == "error"
    }

    /// `azurerm_subnet.this["a"]: summary: detail`, as many parts as there are.
    pub(crate) fn words(&self) -> String {
        let parts = [
            self.address.as_str(),
            self.summary.as_str(),
            self.detail.trim(),
        ];
        parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(": ")
    }
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "@message", default)]
    message: String,
    #[serde(rename = "type", default)]
    kind: String,
    diagnostic: Option<Diagnostic>,
    hook: Option<Hook>,
}

#[derive(Deserialize)]
struct Hook {
    resource: Option<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(default)]
    addr: String,
}

/// A line that is not JSON, or of a kind that says nothing, gives none.
pub(crate) fn parse(line: &str) -> Option<Event> {
    let line: Line = serde_json::from_str(line).ok()?;
    let address = line
        .hook
        .and_then(|hook| hook.resource)
        .map(|resource| resource.addr)
        .unwrap_or_default();
    match line.kind.as_str() {
        "diagnostic" => line.diagnostic.map(Event::Diagnostic),
        "apply_complete" => Some(Event::Applied { address }),
        "apply_errored" => Some(Event::Errored { address }),
        "apply_start" | "apply_progress" | "refresh_start" => Some(Event::Progress(line.message)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;
    use crate::terraform::lock::held;

    #[test]
    fn no_line_of_terraform_panics_or_hangs() {
        fuzz("terraform", 400, |input| {
            let said = String::from_utf8_lossy(input);
            for line in said.lines() {
                if let Some(Event::Diagnostic(diagnostic)) = parse(line) {
                    let now = jiff::Timestamp::UNIX_EPOCH;
                    held(&diagnostic.words()).map(|held| held.words(now));
                }
            }
            held(&said).map(|held| held.words(jiff::Timestamp::MAX));
        });
    }
}
