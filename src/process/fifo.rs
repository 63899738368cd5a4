//! A named pipe through which a child tells what happens, line by line, apart from what it prints.

use super::{Finished, Invocation, cancelled, finished, refuse_when_cancelled, signal};
use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use nix::sys::stat::Mode;
use std::io::{BufRead as _, BufReader, Write as _};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Ends the reading: the child's own lines are JSON and never this.
const END: &str = "\u{4}";

/// After an interrupt, until the next: Python loses one that comes while it forks or clears away.
const AGAIN: Duration = Duration::from_secs(2);

/// Interrupts that are sent before it is ended.
const OFTEN: u32 = 3;

/// The pipe; it goes with this.
#[derive(Debug)]
pub(crate) struct Fifo {
    path: Utf8PathBuf,
}

impl Fifo {
    /// Makes the pipe, for nobody but us. Where one lies already, a killed run has left it.
    pub(crate) fn make(path: &Utf8Path) -> anyhow::Result<Self> {
        let _ = fs_err::remove_file(path);
        nix::unistd::mkfifo(path.as_std_path(), Mode::S_IRUSR | Mode::S_IWUSR)
            .with_context(|| format!("could not make the pipe `{path}`"))?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    pub(crate) fn path(&self) -> &Utf8Path {
        &self.path
    }
}

impl Drop for Fifo {
    fn drop(&mut self) {
        let _ = fs_err::remove_file(&self.path);
    }
}

impl Invocation {
    /// Runs to the end, keeps what it printed, and hands over each line that comes through the pipe as it comes. An
    /// interrupt is repeated, and then the child is ended.
    pub(crate) fn events(
        &self,
        fifo: &Fifo,
        mut each: impl FnMut(&str),
    ) -> anyhow::Result<Finished> {
        refuse_when_cancelled()?;
        let open = || {
            // Open for both, it opens without a partner, and stays open while writers come and go.
            let mut options = fs_err::OpenOptions::new();
            options.read(true).write(true).open(fifo.path())
        };
        let mut pipe = BufReader::new(open()?);
        let mut end = open()?;
        let expression = self.expression().stdout_capture();
        let (handle, running) = signal::Running::start(|| expression.start(), duct::Handle::pids)
            .with_context(|| format!("could not start {self}"))?;
        let (tell, hear) = channel::<()>();
        std::thread::scope(|scope| {
            let running = &running;
            scope.spawn(move || {
                let mut told = 0;
                while hear.recv_timeout(AGAIN) == Err(RecvTimeoutError::Timeout) {
                    match told {
                        0 => {}
                        1..OFTEN => running.interrupt(),
                        // It, or somebody whom it has started and who holds its output, hears none.
                        _ => running.kill(),
                    }
                    told += u32::from(cancelled());
                }
            });
            let waiter = scope.spawn(|| {
                let ended = handle.wait().map(finished);
                drop(tell);
                // Behind all that the child wrote, and on a line of its own even where it was killed within one.
                let written = end.write_all(format!("\n{END}\n").as_bytes());
                ended.and_then(|ended| written.map(|()| ended))
            });
            let mut line = Vec::new();
            loop {
                line.clear();
                let read = pipe
                    .read_until(b'\n', &mut line)
                    .with_context(|| format!("could not read what {self} tells"))?;
                let text = String::from_utf8_lossy(&line);
                let text = text.trim_end_matches(['\n', '\r']);
                if read == 0 || text == END {
                    break;
                }
                if !text.is_empty() {
                    each(text);
                }
            }
            waiter
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                .with_context(|| format!("could not wait for {self}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn shell(script: &str, fifo: &Fifo) -> Invocation {
        let variables = [
            ("PIPE".to_owned(), fifo.path().to_string()),
            ("PATH".to_owned(), "/usr/bin:/bin".to_owned()),
        ];
        Invocation::new("/bin/sh")
            .arguments(["-c", script])
            .environment(BTreeMap::from(variables))
    }

    fn told(script: &str) -> (Vec<String>, Finished) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::try_from(folder.path().join("pipe")).unwrap();
        let fifo = Fifo::make(&path).unwrap();
        let mut lines = Vec::new();
        let ended = shell(script, &fifo)
            .events(&fifo, |line| lines.push(line.to_owned()))
            .unwrap();
        drop(fifo);
        assert!(!path.exists());
        (lines, ended)
    }

    #[test]
    fn lines_come_through_the_pipe_and_the_printed_stays_apart() {
        let (lines, ended) = told("echo shown; echo one >$PIPE; echo two >$PIPE; exit 3");
        assert_eq!(lines, ["one", "two"]);
        assert_eq!(
            (ended.code, ended.stdout.as_slice()),
            (Some(3), &b"shown\n"[..])
        );
    }

    #[test]
    fn a_child_that_never_opens_the_pipe_ends_all_the_same() {
        assert_eq!(told("exit 0").0, Vec::<String>::new());
    }

    #[test]
    fn a_child_that_is_killed_within_a_line_ends_it() {
        let (lines, ended) = told("printf half >$PIPE; kill -9 $$");
        assert_eq!((lines, ended.signal), (vec!["half".to_owned()], Some(9)));
    }

    #[test]
    fn more_than_a_pipe_holds_comes_through() {
        let (lines, _) = told(
            "i=0; while [ $i -lt 3000 ]; do echo \"$i 0123456789012345678901234567890123456789\"; i=$((i+1)); done >$PIPE",
        );
        assert_eq!(lines.len(), 3000);
    }
}
