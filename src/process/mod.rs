//! The one door to child processes: arguments as a vector, a chosen environment, a group of their own.

mod companion;
mod duplex;
mod fifo;
mod patience;
mod signal;
mod wait;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

pub(crate) use companion::Companion;
pub(crate) use duplex::Duplex;
pub(crate) use fifo::Fifo;
pub(crate) use patience::limit;
pub(crate) use signal::{
    Cancelled, cancelled, forward_interrupts, refuse_when_cancelled, when_cancelled,
};
pub(crate) use wait::{interrupted, pause, unless_cancelled};

/// A child process that has not been started yet.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    program: Utf8PathBuf,
    arguments: Vec<String>,
    folder: Option<Utf8PathBuf>,
    /// Everything the child sees: nothing is inherited.
    environment: BTreeMap<String, String>,
    /// What it reads; nothing when there is none.
    input: Option<Vec<u8>>,
}

/// How a child ended.
#[derive(Debug, Clone)]
pub(crate) struct Finished {
    /// The exit code; `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Finished {
    pub(crate) fn success(&self) -> bool {
        self.code == Some(0)
    }

    /// `exit code 1`, `signal 9`
    pub(crate) fn words(&self) -> String {
        match (self.code, self.signal) {
            (Some(code), _) => format!("exit code {code}"),
            (None, Some(signal)) => format!("signal {signal}"),
            (None, None) => "an unknown end".to_owned(),
        }
    }
}

impl Invocation {
    pub(crate) fn new(program: impl Into<Utf8PathBuf>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            folder: None,
            environment: BTreeMap::new(),
            input: None,
        }
    }

    /// What the child reads on standard input: the way of a secret, which no argument and no variable may hold.
    #[must_use]
    pub(crate) fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = Some(bytes.into());
        self
    }

    #[must_use]
    pub(crate) fn arguments<T: Into<String>>(
        mut self,
        arguments: impl IntoIterator<Item = T>,
    ) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    #[must_use]
    pub(crate) fn folder(mut self, folder: &Utf8Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    #[must_use]
    pub(crate) fn environment(mut self, environment: BTreeMap<String, String>) -> Self {
        self.environment.extend(environment);
        self
    }

    /// Runs to the end and keeps what it printed. A non-zero exit is data, not an error.
    pub(crate) fn output(&self) -> anyhow::Result<Finished> {
        refuse_when_cancelled()?;
        let expression = self.expression().stdout_capture();
        let (handle, _running) = signal::Running::start(|| expression.start(), duct::Handle::pids)
            .with_context(|| format!("could not start {self}"))?;
        handle
            .wait()
            .map(finished)
            .with_context(|| format!("could not wait for {self}"))
    }

    /// As `output`, and no longer than this: then it is ended, and there is `None`. Whoever it has left behind with its
    /// output still open, as OpenSSH does with a connection that it keeps, is not waited for.
    pub(crate) fn output_within(&self, limit: Duration) -> anyhow::Result<Option<Finished>> {
        refuse_when_cancelled()?;
        let context = || format!("could not start {self}");
        // A pipe would be read until nobody holds it.
        let mut stdout = tempfile::tempfile().with_context(context)?;
        let mut stderr = tempfile::tempfile().with_context(context)?;
        let expression = self
            .plain(None)
            .stdout_file(stdout.try_clone().with_context(context)?)
            .stderr_file(stderr.try_clone().with_context(context)?);
        let (handle, running) = signal::Running::start(|| expression.start(), duct::Handle::pids)
            .with_context(context)?;
        let over = std::thread::scope(|scope| {
            let (ended, hear) = std::sync::mpsc::channel::<()>();
            let running = &running;
            let watch = scope.spawn(move || {
                let over = hear.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
                if over {
                    running.kill();
                }
                over
            });
            let waited = handle.wait().map(|_| ());
            drop(ended);
            let over = watch
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            waited.map(|()| over)
        });
        let context = || format!("could not wait for {self}");
        let over = over.with_context(context)?;
        let mut finished = finished(handle.wait().with_context(context)?);
        finished.stdout = whole(&mut stdout).with_context(context)?;
        let said = whole(&mut stderr).with_context(context)?;
        finished.stderr = String::from_utf8_lossy(&said).into_owned();
        // It may have ended by itself in the last moment.
        Ok((!over || finished.success()).then_some(finished))
    }

    /// Runs to the end even after an interrupt, which it does not get: for what puts things back in order.
    pub(crate) fn finally(&self) -> anyhow::Result<Finished> {
        let ended = self.expression().stdout_capture().run();
        ended
            .map(|output| finished(&output))
            .with_context(|| format!("could not run {self}"))
    }

    /// Runs to the end and hands over each line of standard output as it is printed.
    pub(crate) fn lines(&self, mut each: impl FnMut(&str)) -> anyhow::Result<Finished> {
        refuse_when_cancelled()?;
        let expression = self.expression();
        let (handle, _running) =
            signal::Running::start(|| expression.reader(), duct::ReaderHandle::pids)
                .with_context(|| format!("could not start {self}"))?;
        let mut reader = BufReader::new(&handle);
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = reader
                .read_until(b'\n', &mut line)
                .with_context(|| format!("could not read from {self}"))?;
            if read == 0 {
                break;
            }
            each(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
        }
        let output = handle
            .try_wait()
            .with_context(|| format!("could not wait for {self}"))?;
        output
            .map(finished)
            .with_context(|| format!("{self} closed its output and went on"))
    }

    fn expression(&self) -> duct::Expression {
        self.plain(None).stderr_capture()
    }

    /// `pipe` takes the place of what it would read else.
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    fn plain(&self, pipe: Option<std::io::PipeReader>) -> duct::Expression {
        let mut expression = duct::cmd(self.program.as_str(), &self.arguments)
            .full_env(&self.environment)
            .unchecked()
            .before_spawn(|command| {
                // An interrupt at the terminal goes to the whole foreground group: the child must get ours, once.
                command.process_group(0);
                Ok(())
            });
        expression = match (pipe, &self.input) {
            (Some(pipe), _) => expression.stdin_file(pipe),
            (None, Some(bytes)) => expression.stdin_bytes(bytes.as_slice()),
            (None, None) => expression.stdin_null(),
        };
        if let Some(folder) = &self.folder {
            expression = expression.dir(folder.as_str());
        }
        expression
    }
}

/// All that was written, from the beginning.
fn whole(file: &mut std::fs::File) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn finished(output: &std::process::Output) -> Finished {
    Finished {
        code: output.status.code(),
        signal: output.status.signal(),
        stdout: output.stdout.clone(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// What a person would type, without the environment.
impl fmt::Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}",
            self.program.file_name().unwrap_or(self.program.as_str())
        )?;
        for argument in &self.arguments {
            write!(f, " {argument}")?;
        }
        f.write_str("`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(limit: Duration, script: &str) -> Option<Finished> {
        let shell = Invocation::new("/bin/sh")
            .arguments(["-c", script])
            .environment(BTreeMap::from([(
                "PATH".to_owned(),
                "/usr/bin:/bin".to_owned(),
            )]));
        shell.output_within(limit).unwrap()
    }

    fn is_alive(pid: &str) -> bool {
        // One that has ended and is not buried yet counts as gone.
        fs_err::read_to_string(format!("/proc/{}/stat", pid.trim()))
            .is_ok_and(|stat| !stat.contains(") Z "))
    }

    #[test]
    fn a_child_that_takes_too_long_is_ended_with_what_it_has_started() {
        let folder = tempfile::tempdir().unwrap();
        let pid = folder.path().join("pid").display().to_string();
        let script = format!("sleep 600 & echo $! >{pid}; wait");
        assert!(within(Duration::from_secs(1), &script).is_none());
        // It was killed; the kernel may take a moment to have done it.
        let pid = fs_err::read_to_string(pid).unwrap();
        for _ in 0..1000 {
            if !is_alive(&pid) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{pid} is alive");
    }

    #[test]
    fn whoever_a_child_leaves_behind_with_its_output_is_not_waited_for() {
        let script = "setsid sleep 600 & echo $!; echo wrong >&2; exit 3";
        let ended = within(Duration::from_mins(5), script).unwrap();
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(3), "wrong\n"));
        let left = String::from_utf8(ended.stdout).unwrap();
        assert!(is_alive(&left));
        let pid = nix::unistd::Pid::from_raw(left.trim().parse().unwrap());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
    }
}
