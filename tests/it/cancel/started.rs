//! A run that was started, as a plain process or as the first one of a container, and what a runner does to cancel it.

use crate::harness::Project;
use crate::run::{Ended, Job};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::{self, File};
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A run that hangs fails its test after so long; nothing is measured by it.
const LIMIT: Duration = Duration::from_mins(2);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum As {
    Plain,
    /// Process 1 of a namespace of its own.
    First,
}

/// Whether this machine lets us make a namespace of processes; says so where not.
pub(super) fn may_be_first() -> bool {
    let tried = Command::new("unshare")
        .args(["--pid", "--fork", "--mount-proc", "true"])
        .output();
    let may = tried.is_ok_and(|tried| tried.status.success());
    if !may {
        // Past what captures the output of a test that passes.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: `unshare --pid` is not permitted here, so nothing runs as process 1"
        );
    }
    may
}

pub(super) struct Started<'p> {
    project: &'p Project,
    child: Child,
    way: As,
}

/// Its output goes to the file `log`.
pub(super) fn start<'p>(project: &'p Project, command: &Command, way: As) -> Started<'p> {
    let mut outer = match way {
        As::Plain => Command::new(command.get_program()),
        As::First => {
            let mut unshare = Command::new("unshare");
            unshare
                .args(["--pid", "--fork", "--mount-proc", "--kill-child"])
                .arg(command.get_program());
            unshare
        }
    };
    outer.args(command.get_args()).env_clear();
    for (name, value) in command.get_envs() {
        outer.env(name, value.unwrap_or_default());
    }
    if let Some(folder) = command.get_current_dir() {
        outer.current_dir(folder);
    }
    let log = File::create(project.path("log")).expect("the log");
    let other = log.try_clone().expect("the log");
    let child = outer
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(other)
        .spawn()
        .expect("lostops starts");
    Started {
        project,
        child,
        way,
    }
}

impl Started<'_> {
    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.project.path(name)).unwrap_or_default()
    }

    /// Looks until it is so. A run that ends before, or that never gets there, fails the test.
    pub(super) fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let end = Instant::now() + LIMIT;
        while !is_so(self) {
            let ended = self.child.try_wait().expect("the run").is_some();
            if ended || Instant::now() > end {
                let _ = self.child.kill();
                panic!("{what}: never\n{}", self.read("log"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The process that a runner would signal.
    fn pid(&self) -> Option<Pid> {
        let own = self.child.id();
        let pid = match self.way {
            As::Plain => Some(own.to_string()),
            As::First => {
                let children = format!("/proc/{own}/task/{own}/children");
                let text = fs::read_to_string(children).unwrap_or_default();
                text.split_whitespace().next().map(str::to_owned)
            }
        };
        pid.and_then(|pid| pid.parse().ok()).map(Pid::from_raw)
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = self.pid() {
            // It may have ended after an earlier one.
            let _ = kill(pid, signal);
        }
    }

    /// An interrupt, a termination and another interrupt, as a runner and its user send them. Where a child hangs it
    /// has heard the first before the others are sent, and goes on until all of them are.
    pub(super) fn cancel(&mut self) {
        self.signal(Signal::SIGINT);
        if !self.read("reached").is_empty() {
            self.until("the child hears of it", |run| {
                !run.read("signals").is_empty()
            });
        }
        self.signal(Signal::SIGTERM);
        self.signal(Signal::SIGINT);
        self.project.write("told", "");
    }

    /// As when the terminal closes.
    pub(super) fn hang_up(&self) {
        self.signal(Signal::SIGHUP);
    }

    /// Waits for its end: the exit code.
    pub(super) fn end(&mut self) -> i32 {
        let end = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().expect("the run") {
                return status.code().unwrap_or(-1);
            }
            if Instant::now() > end {
                let _ = self.child.kill();
                panic!("it does not end\n{}", self.read("log"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(super) fn ended(&mut self, job: &Job) -> Ended {
        let code = self.end();
        job.ended(code, self.read("log"))
    }

    /// Nobody whom the children have started lives on, and each of them has got the one interrupt.
    pub(super) fn left_nobody(&self, what: &str) {
        let alive = File::options()
            .create(true)
            .append(true)
            .open(self.project.path("alive"))
            .expect("the file");
        let end = Instant::now() + LIMIT;
        while alive.try_lock().is_err() {
            assert!(Instant::now() < end, "{what}: a child is still there");
            std::thread::sleep(Duration::from_millis(20));
        }
        let sorted = |name: &str, before: &str| {
            let text = self.read(name);
            let lines = text.lines().map(|line| format!("{before}{line}"));
            let mut lines: Vec<String> = lines.collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted("signals", ""), sorted("reached", "INT "), "{what}");
    }
}
