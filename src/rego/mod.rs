//! Rules in Rego: found in their files, and asked. The engine is regorus; nothing in a rule can reach a file, the network or the clock.

mod answers;
#[cfg(test)]
mod fuzz;
mod nesting;
mod rules;
#[cfg(test)]
mod tests;

use answers::said;
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value};
use std::num::NonZeroU32;
use std::ops::Range;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// All rules together take no longer; whoever has written them may be a stranger.
const LIMIT: Duration = Duration::from_secs(10);
/// The engine ends by itself when it looks at the clock; where it does not look it is left behind so much later.
const GRACE: Duration = Duration::from_secs(2);
/// As much as the engine's own limits may need in a build without optimisation.
const STACK: usize = 32 << 20;
/// Steps between two looks at the clock.
const STEPS: NonZeroU32 = NonZeroU32::new(1000).expect("not zero");

/// A file of rules. Its path is what errors of the engine name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// What it means when a rule has something to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Deny,
    Warn,
}

/// A rule that is asked; parts of it may stand in several places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Its place among the files.
    pub(crate) file: usize,
    /// Bytes of the text: where it first stands.
    pub(crate) range: Range<usize>,
    /// `data.main`
    package: String,
    /// `deny`, `warn_size`
    name: String,
    pub(crate) kind: Kind,
}

/// One thing that a rule has said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Said {
    pub(crate) message: String,
    /// The server that it names.
    pub(crate) server: Option<String>,
}

/// Why rules could not be understood or answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// File and byte, where the engine names them.
    pub(crate) at: Option<(usize, usize)>,
    pub(crate) message: String,
}

impl Rule {
    /// `main.deny`
    pub(crate) fn name(&self) -> String {
        let package = self.package.strip_prefix("data.").unwrap_or(&self.package);
        format!("{package}.{}", self.name)
    }
}

/// Every rule that is asked, each once, in the order of the files; see [`rules::rules`].
///
/// # Errors
/// A file is not understood, or none of its rules would be asked.
pub(crate) fn rules(files: &[File]) -> Result<Vec<Rule>, Trouble> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    nesting::check(files)?;
    let files = files.to_vec();
    apart(LIMIT, move || rules::rules(&files))
}

/// What each of these rules says of a document, in their order.
///
/// # Errors
/// A rule is not understood, fails, or takes too long. Nobody is then known to have nothing against it.
pub(crate) fn ask(
    files: &[File],
    rules: &[Rule],
    document: &str,
) -> Result<Vec<Vec<Said>>, Trouble> {
    let (files, rules, document) = (files.to_vec(), rules.to_vec(), document.to_owned());
    apart(LIMIT + GRACE, move || {
        within(LIMIT, &files, &rules, &document)
    })
}

/// On a thread of its own: where the engine cannot be stopped, it is left to end with the process, which is soon.
fn apart<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> Result<T, Trouble> + Send + 'static,
) -> Result<T, Trouble> {
    let nothing = |message: String| Trouble { at: None, message };
    let (said, hear) = channel();
    let thread = std::thread::Builder::new().stack_size(STACK);
    thread
        .spawn(move || said.send(work()))
        .map_err(|error| nothing(format!("the engine cannot be started: {error}")))?;
    hear.recv_timeout(limit).unwrap_or_else(|end| {
        Err(nothing(match end {
            RecvTimeoutError::Timeout => {
                format!("the rules take longer than the time limit of {limit:?}")
            }
            RecvTimeoutError::Disconnected => "the engine has failed".to_owned(),
        }))
    })
}

fn within(
    limit: Duration,
    files: &[File],
    rules: &[Rule],
    document: &str,
) -> Result<Vec<Vec<Said>>, Trouble> {
    let mut engine = engine(files)?;
    let input = Value::from_json_str(document).map_err(|error| trouble(files, &error))?;
    engine.set_input(input);
    let end = Instant::now() + limit;
    let answer = |rule: &Rule| {
        engine.set_execution_timer_config(ExecutionTimerConfig {
            limit: end.saturating_duration_since(Instant::now()),
            check_interval: STEPS,
        });
        let value = engine
            .eval_rule(format!("{}.{}", rule.package, rule.name))
            .map_err(|error| trouble(files, &error))?;
        said(rule, &value)
    };
    rules.iter().map(answer).collect()
}

/// The engine with every file in it.
fn engine(files: &[File]) -> Result<Engine, Trouble> {
    let mut engine = Engine::new();
    // What a built-in function cannot do is an error, and not the same as nothing to say.
    engine.set_strict_builtin_errors(true);
    for file in files {
        engine
            .add_policy(file.path.clone(), file.text.clone())
            .map_err(|error| trouble(files, &error))?;
    }
    Ok(engine)
}

/// `--> PATH:LINE:COLUMN`, some lines of the file, `error: WHAT`; or just what.
fn trouble(files: &[File], error: &anyhow::Error) -> Trouble {
    let text = error.to_string();
    let at = text.lines().find_map(|line| {
        let mut parts = line.trim().strip_prefix("--> ")?.rsplitn(3, ':');
        let column: usize = parts.next()?.parse().ok()?;
        let line: usize = parts.next()?.parse().ok()?;
        let path = parts.next()?;
        let file = files.iter().position(|file| file.path == path)?;
        Some((file, offset(&files[file].text, line, column)))
    });
    let message = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("error: "));
    Trouble {
        at,
        message: message
            .map_or_else(|| text.trim().to_owned(), str::to_owned)
            .trim_end_matches('.')
            .to_owned(),
    }
}

/// Lines and columns count from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let rest = &text[before..];
    let within = rest.char_indices().nth(column.saturating_sub(1));
    before + within.map_or(rest.len(), |(at, _)| at)
}
