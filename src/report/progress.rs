//! What goes on now: one line that is wiped on a terminal, groups in a workflow's log, nothing elsewhere.

use super::log::Log;
use crate::redact::Redactor;
use std::io::{self, Write as _};

/// Most characters of a line: longer ones would wrap and could not be wiped.
const WIDTH: usize = 78;

/// Tells what goes on; what it has opened or shown ends with it.
#[derive(Debug)]
pub(crate) struct Progress {
    view: View,
}

#[derive(Debug)]
enum View {
    Quiet,
    /// Standard error is a terminal.
    Terminal {
        shown: bool,
    },
    Workflow(Log),
}

impl Progress {
    pub(crate) fn on_terminal(live: bool) -> Self {
        let view = if live {
            View::Terminal { shown: false }
        } else {
            View::Quiet
        };
        Self { view }
    }

    pub(crate) fn in_workflow(redactor: Redactor) -> Self {
        Self {
            view: View::Workflow(Log::new(redactor)),
        }
    }

    /// A step begins, and the one before has ended.
    pub(crate) fn step(&mut self, title: &str) {
        if let View::Workflow(log) = &mut self.view {
            log.group(title);
        } else {
            self.say(title);
        }
    }

    /// Something of the step; others may have written it.
    pub(crate) fn say(&mut self, what: &str) {
        tracing::debug!("{what}");
        match &mut self.view {
            View::Quiet => {}
            View::Workflow(log) => log.say(what),
            View::Terminal { shown } => {
                let line: String = super::paint::inert(what).chars().take(WIDTH).collect();
                // A terminal that is gone is no reason to stop.
                let _ = write!(io::stderr(), "\r\x1b[K{line}").and_then(|()| io::stderr().flush());
                *shown = true;
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let View::Terminal { shown: true } = self.view {
            let _ = write!(io::stderr(), "\r\x1b[K").and_then(|()| io::stderr().flush());
        }
    }
}
