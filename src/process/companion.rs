//! A child that lives beside our work and not longer: it ends when its standard input does, even where we are killed.

use super::{Invocation, refuse_when_cancelled, signal};
use anyhow::Context as _;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::{BufRead as _, BufReader, PipeWriter};

/// The child, and what else it has started.
#[derive(Debug)]
pub(crate) struct Companion {
    /// Held open for as long as the child is to live.
    input: Option<PipeWriter>,
    handle: duct::ReaderHandle,
    /// What it said first.
    pub(crate) greeting: String,
    /// A process that the child has set apart from itself, by number and name, to be told to end.
    apart: Option<(Pid, &'static str)>,
    _running: signal::Running,
}

impl Companion {
    /// Starts it and waits for its first line.
    pub(crate) fn start(invocation: &Invocation) -> anyhow::Result<Self> {
        refuse_when_cancelled()?;
        let (read, write) = std::io::pipe().context("could not make a pipe")?;
        let expression = invocation.plain(Some(read)).stderr_capture();
        let (handle, running) =
            signal::Running::start(|| expression.reader(), duct::ReaderHandle::pids)
                .with_context(|| format!("could not start {invocation}"))?;
        let mut greeting = String::new();
        BufReader::with_capacity(256, &handle)
            .read_line(&mut greeting)
            .with_context(|| format!("could not read from {invocation}"))?;
        Ok(Self {
            input: Some(write),
            handle,
            greeting: greeting.trim().to_owned(),
            apart: None,
            _running: running,
        })
    }

    /// Ends this process, too, when the companion ends; `name` is what the system calls it, so that no other process
    /// that has got its number is meant.
    pub(crate) fn takes_along(&mut self, number: i32, name: &'static str) {
        self.apart = Some((Pid::from_raw(number), name));
    }
}

impl Drop for Companion {
    fn drop(&mut self) {
        if let Some((pid, name)) = self.apart {
            let called = fs_err::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            if called.trim_end() == name {
                let _ = kill(pid, Signal::SIGTERM);
            }
        }
        drop(self.input.take());
        // Its end is seen when its output ends, and only then is it buried.
        let mut rest = Vec::new();
        let _ = std::io::Read::read_to_end(&mut &self.handle, &mut rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn shell(script: &str) -> Invocation {
        Invocation::new("/bin/sh")
            .arguments(["-c", script])
            .environment(BTreeMap::from([(
                "PATH".to_owned(),
                "/usr/bin:/bin".to_owned(),
            )]))
    }

    fn is_alive(number: i32) -> bool {
        // One that has ended and is not buried yet counts as gone.
        fs_err::read_to_string(format!("/proc/{number}/stat"))
            .is_ok_and(|stat| !stat.contains(") Z "))
    }

    #[test]
    fn it_says_its_first_line_and_ends_with_its_owner() {
        let companion = Companion::start(&shell("echo $$; exec cat")).unwrap();
        let number = companion.greeting.parse().unwrap();
        assert!(is_alive(number));
        drop(companion);
        assert!(!is_alive(number));
    }

    #[test]
    fn what_it_has_set_apart_ends_too() {
        let script = "setsid sleep 600 </dev/null >/dev/null 2>&1 & echo $!; exec cat";
        let mut companion = Companion::start(&shell(script)).unwrap();
        let number: i32 = companion.greeting.parse().unwrap();
        // The shell may not have become `sleep` yet.
        while fs_err::read_to_string(format!("/proc/{number}/comm"))
            .is_ok_and(|name| name != "sleep\n")
        {
            std::thread::yield_now();
        }
        companion.takes_along(number, "sleep");
        drop(companion);
        while is_alive(number) {
            std::thread::yield_now();
        }
    }

    #[test]
    fn another_process_with_the_number_is_left_alone() {
        let mut companion = Companion::start(&shell("echo x; exec cat")).unwrap();
        companion.takes_along(nix::unistd::getpid().as_raw(), "ssh-agent");
        drop(companion);
    }
}
