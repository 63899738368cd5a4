//! One line of the callback plug-in, read leniently: modules return whatever they like.

use super::apt::{self, Packages};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Event {
    Play {
        hosts: Vec<String>,
        /// How many tasks are known beforehand.
        tasks: usize,
    },
    Task(Task),
    Begin {
        host: String,
        task: String,
    },
    Ended(Ended),
    /// One round of a loop has failed.
    ItemFailed {
        host: String,
        task: String,
        message: String,
    },
    Retry {
        host: String,
        task: String,
    },
    Stats(BTreeMap<String, Stats>),
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) role: String,
    /// `FILE:LINE`, as Ansible knows it.
    pub(crate) path: String,
    pub(crate) hidden: bool,
}

/// How a task ended on a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TaskEnd {
    Ok,
    Changed,
    Skipped,
    Failed,
    /// It failed, and the play does not mind.
    Ignored,
    Unreachable,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ended {
    pub(crate) host: String,
    pub(crate) task: String,
    pub(crate) end: TaskEnd,
    pub(crate) seconds: f64,
    /// The module's words, where it did not go well.
    pub(crate) message: String,
    pub(crate) diff: Vec<String>,
    pub(crate) packages: Packages,
}

/// Ansible's own account of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Stats {
    pub(crate) ok: usize,
    pub(crate) changed: usize,
    pub(crate) failures: usize,
    pub(crate) unreachable: usize,
    pub(crate) rescued: usize,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Line {
    ev: String,
    id: String,
    name: String,
    role: String,
    path: String,
    no_log: bool,
    hosts: Value,
    tasks: usize,
    host: String,
    task: String,
    changed: bool,
    ignored: bool,
    secs: f64,
    res: Value,
}

/// What a line tells; `None` for one that tells nothing that we need, or is none of ours.
pub(crate) fn parse(line: &str) -> Option<Event> {
    let line: Line = serde_json::from_str(line).ok()?;
    let ended = |end: TaskEnd, line: Line| {
        Event::Ended(Ended {
            end,
            seconds: line.secs,
            message: match end {
                TaskEnd::Ok | TaskEnd::Changed => String::new(),
                _ => message(&line.res),
            },
            diff: super::diff::lines(line.res.get("diff")),
            packages: apt::packages(
                line.res.get("apt"),
                !matches!(end, TaskEnd::Ok | TaskEnd::Changed),
            ),
            host: line.host,
            task: line.task,
        })
    };
    Some(match line.ev.as_str() {
        "play" => Event::Play {
            hosts: serde_json::from_value(line.hosts).unwrap_or_default(),
            tasks: line.tasks,
        },
        "task" => Event::Task(Task {
            name: if line.name.is_empty() {
                "(a task without a name)".to_owned()
            } else {
                line.name
            },
            id: line.id,
            role: line.role,
            path: line.path,
            hidden: line.no_log,
        }),
        "begin" => Event::Begin {
            host: line.host,
            task: line.task,
        },
        "ok" if line.changed => ended(TaskEnd::Changed, line),
        "ok" => ended(TaskEnd::Ok, line),
        "skipped" => ended(TaskEnd::Skipped, line),
        "failed" | "unreachable" if line.ignored => ended(TaskEnd::Ignored, line),
        "failed" => ended(TaskEnd::Failed, line),
        "unreachable" => ended(TaskEnd::Unreachable, line),
        "item_failed" => Event::ItemFailed {
            message: item_message(&line.res),
            host: line.host,
            task: line.task,
        },
        "retry" => Event::Retry {
            host: line.host,
            task: line.task,
        },
        "stats" => Event::Stats(serde_json::from_value(line.hosts).unwrap_or_default()),
        _ => return None,
    })
}

/// The module's words, with what a command printed where they say nothing by themselves.
fn message(result: &Value) -> String {
    if result.get("censored").is_some() {
        return "its words are hidden: the task has `no_log`".to_owned();
    }
    let text = |name: &str| result.get(name).map(words).unwrap_or_default();
    let said = text("msg");
    let said = said.strip_prefix("Task failed: ").unwrap_or(&said);
    let said = said.strip_prefix("Action failed: ").unwrap_or(said).trim();
    let mut lines = vec![if said.is_empty() {
        text("reason")
    } else {
        said.to_owned()
    }];
    let empty_words = said.is_empty() || said.contains("non-zero return code");
    if let Some(code) = result.get("rc").filter(|code| !code.is_null())
        && empty_words
    {
        lines.push(format!("exit code {}", words(code)));
    }
    let printed = [text("stderr"), text("stdout")]
        .into_iter()
        .find(|printed| !printed.trim().is_empty());
    if let Some(printed) = printed
        && !said.contains(printed.trim())
    {
        lines.extend(tail(&printed));
    }
    lines.retain(|line| !line.trim().is_empty());
    lines.join("\n")
}

/// The last lines of what was printed: there a command says why it ended.
fn tail(text: &str) -> impl Iterator<Item = String> {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let from = lines.len().saturating_sub(12);
    lines[from..]
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .into_iter()
}

fn item_message(result: &Value) -> String {
    let said = message(result);
    match result.get("item") {
        Some(item) => format!("{}: {said}", words(item)),
        None => said,
    }
}

fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
