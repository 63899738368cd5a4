//! A child that is spoken with: what is written goes to its standard input, what it says is read, and it has a time for all of it.

use super::{Invocation, refuse_when_cancelled, signal};
use anyhow::Context as _;
use std::io::{self, PipeWriter, Read, Write};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// The child. It is ended with this, or when its time is over: then reading comes to an end.
#[derive(Debug)]
pub(crate) struct Duplex {
    input: PipeWriter,
    handle: duct::ReaderHandle,
    running: Arc<signal::Running>,
    /// Dropped, it tells the watch that nobody waits any longer.
    _watch: Sender<()>,
}

impl Duplex {
    pub(crate) fn start(invocation: &Invocation, limit: Duration) -> anyhow::Result<Self> {
        refuse_when_cancelled()?;
        let (read, write) = io::pipe().context("could not make a pipe")?;
        let expression = invocation.plain(Some(read)).stderr_null();
        let (handle, running) =
            signal::Running::start(|| expression.reader(), duct::ReaderHandle::pids)
                .with_context(|| format!("could not start {invocation}"))?;
        let running = Arc::new(running);
        let (watch, hear) = channel::<()>();
        let child = Arc::downgrade(&running);
        std::thread::spawn(move || {
            if hear.recv_timeout(limit) == Err(RecvTimeoutError::Timeout)
                && let Some(child) = child.upgrade()
            {
                child.kill();
            }
        });
        Ok(Self {
            input: write,
            handle,
            running,
            _watch: watch,
        })
    }
}

impl Read for Duplex {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&self.handle).read(buffer)
    }
}

impl Write for Duplex {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.input.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.input.flush()
    }
}

impl Drop for Duplex {
    fn drop(&mut self) {
        self.running.kill();
        // It is buried where its output ends.
        let mut rest = [0; 4096];
        while (&self.handle).read(&mut rest).is_ok_and(|read| read > 0) {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Invocation {
        Invocation::new("/bin/sh")
            .arguments(["-c", script])
            .environment([("PATH".to_owned(), "/usr/bin:/bin".to_owned())].into())
    }

    #[test]
    fn what_is_written_is_heard_and_answered() {
        let mut child = Duplex::start(
            &shell("read line; echo \"<$line>\""),
            Duration::from_mins(1),
        )
        .expect("a shell");
        child.write_all(b"hello\n").expect("it listens");
        let mut said = String::new();
        child.read_to_string(&mut said).expect("it speaks");
        assert_eq!(said, "<hello>\n");
    }

    #[test]
    fn a_child_that_says_nothing_ends_with_its_time() {
        let mut child =
            Duplex::start(&shell("exec sleep 600"), Duration::from_millis(100)).expect("a shell");
        let mut said = Vec::new();
        // Killed: an end, or an error that says so.
        let _ = child.read_to_end(&mut said);
        assert_eq!(said, b"");
    }
}
