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
    redactor: Redactor,
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

/// More lines of a difference are counted.
const FOLDED: usize = 60;

impl Progress {
    pub(crate) fn on_terminal(live: bool, redactor: Redactor) -> Self {
        let view = if live {
            View::Terminal { shown: false }
        } else {
            View::Quiet
        };
        Self { view, redactor }
    }

    pub(crate) fn in_workflow(redactor: Redactor) -> Self {
        Self {
            view: View::Workflow(Log::new(redactor)),
            redactor: Redactor::default(),
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

    /// A step begins whose lines stay: nothing of it is to be folded away.
    pub(crate) fn open_step(&mut self, title: &str) {
        if let View::Workflow(log) = &mut self.view {
            log.end();
        } else {
            self.say(title);
        }
    }

    /// A line that stays, on a terminal or not: what has ended.
    pub(crate) fn line(&mut self, text: &str) {
        let wipe = match &mut self.view {
            View::Workflow(log) => {
                // What stays is not to be folded away with the step.
                log.end();
                log.say(text);
                return;
            }
            View::Terminal { shown } => std::mem::take(shown),
            View::Quiet => false,
        };
        let text = super::paint::inert(&self.redactor.text(text));
        let wipe = if wipe { "\r\x1b[K" } else { "" };
        let _ = writeln!(io::stderr(), "{wipe}{text}");
    }

    /// Lines that only some want to see: a group that is closed in a workflow; elsewhere left out unless `open`.
    pub(crate) fn folded(&mut self, title: &str, lines: &[String], open: bool) {
        if let View::Workflow(log) = &mut self.view {
            log.group(title);
            for line in lines {
                log.say(line);
            }
            log.end();
        } else if open {
            for line in lines.iter().take(FOLDED) {
                self.line(&format!("    {line}"));
            }
            if lines.len() > FOLDED {
                self.line(&format!("    … and {} more lines", lines.len() - FOLDED));
            }
        }
    }

    /// Something of the step; others may have written it.
    pub(crate) fn say(&mut self, what: &str) {
        tracing::debug!("{what}");
        match &mut self.view {
            View::Quiet => {}
            View::Workflow(log) => log.say(what),
            View::Terminal { shown } => {
                let line = self.redactor.text(what);
                let line: String = super::paint::inert(&line).chars().take(WIDTH).collect();
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
