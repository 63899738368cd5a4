//! What came of initialising servers, free of how it was told: per server, per role, per task that matters.

use std::collections::BTreeSet;

/// How a server or a role ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    Failed,
    Unreachable,
    /// The run ended while it was at work there.
    Unknown,
    Changed,
    /// It ran, and nothing had to be changed.
    Ok,
    /// It was not due.
    Unchanged,
    /// It is stopped.
    Skipped,
}

impl End {
    /// Stable: JSON has it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Unreachable => "unreachable",
            Self::Unknown => "unknown",
            Self::Changed => "changed",
            Self::Ok => "ok",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
        }
    }

    /// Whether the server is not as it should be.
    pub(crate) fn is_bad(self) -> bool {
        matches!(self, Self::Failed | Self::Unreachable | Self::Unknown)
    }
}

/// A task, and where it is written: `ansible/roles/firewall/tasks/main.yml:12`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct TaskPlace {
    /// Empty for a task of the play itself.
    pub(crate) role: String,
    pub(crate) task: String,
    pub(crate) place: String,
}

impl TaskPlace {
    /// `firewall : load the table`
    pub(crate) fn title(&self) -> String {
        if self.role.is_empty() {
            self.task.clone()
        } else {
            format!("{} : {}", self.role, self.task)
        }
    }
}

/// A task that failed, or did not reach its server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TaskFailure {
    pub(crate) at: TaskPlace,
    /// The module's own words; may have several lines.
    pub(crate) message: String,
}

/// What a task changed, or would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TaskChange {
    pub(crate) at: TaskPlace,
    /// Lines of a unified diff; empty where the module shows none.
    pub(crate) diff: Vec<String>,
}

/// What became of a package. What matters most is first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    Removed,
    /// It was not there, and the task asks for it.
    Asked,
    Downgraded,
    Upgraded,
    /// It was not there, and something that was asked for needs it.
    Dependency,
}

impl How {
    /// Stable: JSON has it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Asked => "asked",
            Self::Downgraded => "downgraded",
            Self::Upgraded => "upgraded",
            Self::Dependency => "dependency",
        }
    }
}

/// A package that a task installs or takes away, or would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PackageChange {
    /// As apt says it; of another architecture with it: `libc6:i386`.
    pub(crate) name: String,
    /// Empty where apt says none.
    pub(crate) version: String,
    /// The version that was there before; empty where there was none.
    pub(crate) before: String,
    pub(crate) how: How,
    /// What the task may have called it, if by another name.
    pub(crate) called: Vec<String>,
    pub(crate) at: TaskPlace,
}

impl PackageChange {
    pub(crate) fn new(name: &str, how: How) -> Self {
        Self {
            name: name.to_owned(),
            version: String::new(),
            before: String::new(),
            how,
            called: Vec::new(),
            at: TaskPlace::default(),
        }
    }
}

/// What one role did to one server.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RoleOutcome {
    /// `site` for the play's own tasks.
    pub(crate) name: String,
    pub(crate) end: End,
    pub(crate) ok: usize,
    pub(crate) changed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
    pub(crate) seconds: f64,
}

/// One server.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ServerOutcome {
    pub(crate) name: String,
    pub(crate) end: End,
    /// Why it was due, was left out, or could not be reached.
    pub(crate) why: String,
    pub(crate) roles: Vec<RoleOutcome>,
    pub(crate) changes: Vec<TaskChange>,
    pub(crate) failures: Vec<TaskFailure>,
    /// Of each task what matters most first.
    pub(crate) packages: Vec<PackageChange>,
    /// There were more of them than are kept.
    pub(crate) packages_cut: bool,
    /// What the roles that ran there may install.
    pub(crate) own: BTreeSet<String>,
    pub(crate) seconds: f64,
    /// Its fingerprint had said that nothing would change.
    pub(crate) settled: bool,
}

impl ServerOutcome {
    pub(crate) fn new(name: &str, end: End, why: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            end,
            why: why.into(),
            roles: Vec::new(),
            changes: Vec::new(),
            failures: Vec::new(),
            packages: Vec::new(),
            packages_cut: false,
            own: BTreeSet::new(),
            seconds: 0.0,
            settled: false,
        }
    }
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Configured {
    /// Nothing was changed: what would be is shown.
    pub(crate) check: bool,
    /// Of the Ansible that ran; empty when none had to.
    pub(crate) version: String,
    /// By name.
    pub(crate) servers: Vec<ServerOutcome>,
}

impl Configured {
    pub(crate) fn count(&self, end: End) -> usize {
        self.servers
            .iter()
            .filter(|server| server.end == end)
            .count()
    }

    /// Names of the servers that ended so.
    pub(crate) fn names(&self, end: End) -> Vec<&str> {
        let servers = self.servers.iter().filter(|server| server.end == end);
        servers.map(|server| server.name.as_str()).collect()
    }

    /// `1 changed, 2 unchanged`, worst first.
    pub(crate) fn words(&self) -> String {
        let all = [
            (End::Failed, "failed"),
            (End::Unreachable, "unreachable"),
            (End::Unknown, "unknown"),
            (
                End::Changed,
                if self.check {
                    "would change"
                } else {
                    "changed"
                },
            ),
            (End::Ok, "in order"),
            (End::Unchanged, "unchanged"),
            (End::Skipped, "skipped"),
        ];
        let parts: Vec<String> = all
            .into_iter()
            .filter(|(end, _)| self.count(*end) > 0)
            .map(|(end, word)| format!("{} {word}", self.count(end)))
            .collect();
        parts.join(", ")
    }

    /// Every text that is not ours.
    pub(crate) fn texts(&mut self, each: impl Fn(&mut String)) {
        for server in &mut self.servers {
            each(&mut server.why);
            for change in &mut server.changes {
                each(&mut change.at.task);
                change.diff.iter_mut().for_each(&each);
            }
            for failure in &mut server.failures {
                each(&mut failure.at.task);
                each(&mut failure.message);
            }
            for package in &mut server.packages {
                each(&mut package.at.task);
                let names = [&mut package.name, &mut package.version, &mut package.before];
                names.into_iter().chain(&mut package.called).for_each(&each);
            }
        }
    }

    /// Nothing was changed, and nothing is wrong.
    pub(crate) fn is_quiet(&self) -> bool {
        self.servers
            .iter()
            .all(|server| matches!(server.end, End::Unchanged | End::Skipped | End::Ok))
    }
}
