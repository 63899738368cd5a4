//! One line that tells what goes on, on a terminal only.

use std::io::{self, Write as _};

/// Most characters of a line: longer ones would wrap and could not be wiped.
const WIDTH: usize = 78;

/// What goes on now; wiped when it ends.
#[derive(Debug)]
pub(crate) struct Progress {
    shown: bool,
    /// Standard error is a terminal.
    live: bool,
}

impl Progress {
    pub(crate) fn new(live: bool) -> Self {
        Self { shown: false, live }
    }

    pub(crate) fn say(&mut self, what: &str) {
        tracing::info!("{what}");
        if !self.live {
            return;
        }
        let line: String = super::paint::inert(what).chars().take(WIDTH).collect();
        // A terminal that is gone is no reason to stop.
        let _ = write!(io::stderr(), "\r\x1b[K{line}").and_then(|()| io::stderr().flush());
        self.shown = true;
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K").and_then(|()| io::stderr().flush());
        }
    }
}
