//! Folds events into what came of each server, and says of each what a person wants to read now.

use super::content;
use super::event::{Ended, Event, Stats, Task, TaskEnd};
use super::outcome::{
    End, PackageChange, RoleOutcome, ServerOutcome, TaskChange, TaskFailure, TaskPlace,
};
use std::collections::BTreeMap;

/// The role of tasks that stand in the play itself.
const PLAY: &str = "site";
/// More packages of a server are not kept.
const MOST_PACKAGES: usize = 1000;

/// A task that has ended on a server.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    pub(crate) host: String,
    pub(crate) at: TaskPlace,
    pub(crate) end: TaskEnd,
    pub(crate) seconds: f64,
    /// How many tasks the server has behind it, and of how many.
    pub(crate) done: usize,
    pub(crate) of: usize,
    pub(crate) message: String,
    pub(crate) diff: Vec<String>,
}

#[derive(Debug, Default)]
struct Host {
    roles: Vec<RoleOutcome>,
    changes: Vec<TaskChange>,
    failures: Vec<TaskFailure>,
    packages: Vec<PackageChange>,
    packages_cut: bool,
    /// The task that has begun and not ended.
    at: Option<String>,
    /// What rounds of the loop have said.
    items: Vec<String>,
    done: usize,
    seconds: f64,
}

/// The account so far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    tasks: BTreeMap<String, Task>,
    hosts: BTreeMap<String, Host>,
    /// How many tasks a server has before it.
    known: usize,
    pub(crate) stats: Option<BTreeMap<String, Stats>>,
    /// Whether anything was told at all.
    pub(crate) begun: bool,
}

impl Tally {
    pub(crate) fn note(&mut self, event: Event) -> Option<Line> {
        self.begun = true;
        match event {
            Event::Play { hosts, tasks } => {
                self.known = self.known.saturating_add(tasks);
                for host in hosts {
                    self.hosts.entry(host).or_default();
                }
            }
            Event::Task(task) => {
                self.tasks.insert(task.id.clone(), task);
            }
            Event::Begin { host, task } => {
                let host = self.hosts.entry(host).or_default();
                host.at = Some(task);
                host.items.clear();
            }
            Event::ItemFailed { host, message, .. } => {
                self.hosts.entry(host).or_default().items.push(message);
            }
            Event::Ended(ended) => return Some(self.ended(ended)),
            Event::Stats(stats) => self.stats = Some(stats),
            Event::Retry { .. } => {}
        }
        None
    }

    fn ended(&mut self, ended: Ended) -> Line {
        let task = self.tasks.get(&ended.task).cloned().unwrap_or_default();
        let at = TaskPlace {
            role: task.role.clone(),
            task: task.name.clone(),
            place: place(&task.path),
        };
        let host = self.hosts.entry(ended.host.clone()).or_default();
        host.at = None;
        host.done += 1;
        host.seconds += ended.seconds;
        let message = if host.items.is_empty() || task.hidden {
            ended.message
        } else {
            std::mem::take(&mut host.items).join("\n")
        };
        let (diff, packages) = if task.hidden {
            Default::default()
        } else {
            (ended.diff, ended.packages)
        };
        host.packages_cut |= packages.cut;
        for mut package in packages.changes {
            if host.packages.len() == MOST_PACKAGES {
                host.packages_cut = true;
                break;
            }
            package.at = at.clone();
            host.packages.push(package);
        }
        count(&mut host.roles, &at.role, ended.end, ended.seconds);
        match ended.end {
            TaskEnd::Failed | TaskEnd::Unreachable => host.failures.push(TaskFailure {
                at: at.clone(),
                message: message.clone(),
            }),
            TaskEnd::Changed => host.changes.push(TaskChange {
                at: at.clone(),
                diff: diff.clone(),
            }),
            TaskEnd::Ok | TaskEnd::Skipped | TaskEnd::Ignored => {}
        }
        Line {
            done: host.done,
            of: self.known.max(host.done),
            host: ended.host,
            at,
            end: ended.end,
            seconds: ended.seconds,
            message,
            diff,
        }
    }

    /// What came of a server that was to be initialised. `whole`: Ansible has ended by itself.
    pub(crate) fn server(&mut self, name: &str, why: &str, whole: bool) -> ServerOutcome {
        let host = self.hosts.remove(name).unwrap_or_default();
        let stats = self.stats.as_ref().and_then(|stats| stats.get(name));
        let end = match stats {
            Some(stats) if stats.failures > 0 => End::Failed,
            Some(stats) if stats.unreachable > 0 => End::Unreachable,
            Some(stats) if whole && stats.changed > 0 => End::Changed,
            Some(_) if whole => End::Ok,
            _ => last(&host),
        };
        let mut failures = host.failures;
        if end == End::Unknown
            && let Some(task) = host.at.and_then(|id| self.tasks.get(&id))
        {
            failures.push(TaskFailure {
                at: TaskPlace {
                    role: task.role.clone(),
                    task: task.name.clone(),
                    place: place(&task.path),
                },
                message: "the run ended before this task did".to_owned(),
            });
        }
        let mut roles = host.roles;
        if !end.is_bad() {
            // What failed within a block that has a rescue.
            failures.clear();
            for role in roles.iter_mut().filter(|role| role.end.is_bad()) {
                role.end = if role.changed > 0 {
                    End::Changed
                } else {
                    End::Ok
                };
            }
        }
        ServerOutcome {
            roles,
            changes: host.changes,
            failures,
            packages: host.packages,
            packages_cut: host.packages_cut,
            seconds: host.seconds,
            ..ServerOutcome::new(name, end, why)
        }
    }
}

/// Of a server that Ansible gives no account of: what was seen last.
fn last(host: &Host) -> End {
    if host.failures.is_empty() || host.at.is_some() {
        return End::Unknown;
    }
    let unreachable = host.roles.iter().any(|role| role.end == End::Unreachable);
    if unreachable {
        End::Unreachable
    } else {
        End::Failed
    }
}

fn count(roles: &mut Vec<RoleOutcome>, name: &str, end: TaskEnd, seconds: f64) {
    let name = if name.is_empty() { PLAY } else { name };
    let at = roles.iter().position(|role| role.name == name);
    let at = at.unwrap_or_else(|| {
        roles.push(RoleOutcome {
            name: name.to_owned(),
            end: End::Skipped,
            ok: 0,
            changed: 0,
            failed: 0,
            skipped: 0,
            seconds: 0.0,
        });
        roles.len() - 1
    });
    let role = &mut roles[at];
    role.seconds += seconds;
    let so_far = match end {
        TaskEnd::Ok | TaskEnd::Ignored => {
            role.ok += 1;
            End::Ok
        }
        TaskEnd::Changed => {
            role.changed += 1;
            End::Changed
        }
        TaskEnd::Skipped => {
            role.skipped += 1;
            End::Skipped
        }
        TaskEnd::Failed => {
            role.failed += 1;
            End::Failed
        }
        TaskEnd::Unreachable => {
            role.failed += 1;
            End::Unreachable
        }
    };
    role.end = role.end.min(so_far);
}

/// `ansible/roles/firewall/tasks/main.yml:12`, wherever the play was written to.
pub(crate) fn place(path: &str) -> String {
    let marker = format!("/{}/", content::FOLDER);
    path.rfind(&marker)
        .map_or(path, |at| &path[at + 1..])
        .to_owned()
}
