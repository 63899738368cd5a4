//! `lostops start`, `stop`, `restart`, `resize`, `destroy`: the describers with one change, planned, judged and applied like any
//! others; and what the next push would make of it.

use super::ask::{Ask, Judge, Preview, servers_exist};
use super::{apply, describe};
use crate::cli::{Format, Initialise, Only, Operate};
use crate::context::Context;
use crate::describer::{Change, edited};
use crate::fleet::server::{PowerState, Server};
use crate::fleet::words::and_list;
use crate::reason::Reason;
use crate::report::{Failure, Outcome, Report, StepEnd};
use crate::source::SourceMap;
use camino::Utf8PathBuf;
use similar::TextDiff;

/// What is done with a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    Start,
    Stop,
    Restart,
    /// To this size.
    Resize(String),
    /// With the name of the one server, typed once more.
    Destroy(Option<String>),
}

impl What {
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Resize(_) => "resize",
            Self::Destroy(_) => "destroy",
        }
    }

    /// What the describer would say; nothing where it stays as it is.
    fn change(&self) -> Option<Change> {
        match self {
            Self::Start => Some(Change::State(PowerState::Running)),
            Self::Stop => Some(Change::State(PowerState::Stopped)),
            Self::Restart => None,
            Self::Resize(size) => Some(Change::Size(size.clone())),
            Self::Destroy(_) => Some(Change::State(PowerState::Absent)),
        }
    }
}

/// A describer that would have to say something else for the operation to last.
struct Edit {
    path: Utf8PathBuf,
    before: String,
    after: String,
}

pub(super) fn run(context: &Context, what: &What, arguments: &Operate) -> Report {
    let mut report = Report::new(what.word());
    match operated(context, what, arguments, &mut report) {
        Ok(Some(done)) => done,
        Ok(None) => report,
        Err(failure) => {
            report.failure = Some(failure);
            report
        }
    }
}

/// `None`: the describers cannot be read, and the report says why.
fn operated(
    context: &Context,
    what: &What,
    arguments: &Operate,
    report: &mut Report,
) -> Result<Option<Report>, Failure> {
    report.cloud = arguments.cloud.word();
    let Some(fleet) = describe::one(context, &arguments.describers, report)? else {
        return Ok(None);
    };
    servers_exist(&fleet, &arguments.servers)?;
    let servers: Vec<&Server> = arguments
        .servers
        .iter()
        .filter_map(|name| fleet.server(name))
        .collect();
    may_be(what, &servers)?;
    let edits = edits(what, &servers, &report.sources)?;
    let mut context = context.clone();
    let texts = edits
        .iter()
        .map(|edit| (edit.path.clone(), edit.after.clone().into_bytes()));
    context.instead.extend(texts);
    let ask = ask(arguments, *what == What::Restart);
    let mut done = apply::of(&context, &ask);
    if ask.restart && done.failure.is_none() && done.outcome() == Outcome::Clean {
        // The state remembers the last command: with the usual one in it the next plan is empty again.
        let rest = apply::of(
            &context,
            &Ask {
                restart: false,
                ..ask
            },
        );
        done.failure = rest.failure;
        done.steps = rest.steps;
    }
    done.command = what.word();
    // What stopped halfway is undone as well.
    if done.applied || done.steps.iter().any(|step| step.end == StepEnd::Done) {
        lasting(what, &edits, &mut done);
    }
    Ok(Some(done))
}

fn ask(arguments: &Operate, restart: bool) -> Ask<'_> {
    Ask {
        describers: &arguments.describers,
        cloud: arguments.cloud,
        servers: &arguments.servers,
        lock_timeout: &arguments.lock_timeout,
        diff: arguments.output.format == Format::Markdown,
        only: Some(Only::Terraform),
        initialise: Initialise::default(),
        preview: Preview::None,
        judge: Judge::Everything,
        review: None,
        restart,
    }
}

/// What the policy has no word for.
fn may_be(what: &What, servers: &[&Server]) -> Result<(), Failure> {
    let refused = |message: String, help: &str| {
        Err(Failure {
            reason: Reason::Refused,
            message,
            help: help.to_owned(),
        })
    };
    let names = |servers: Vec<&&Server>| {
        let names: Vec<String> = servers
            .iter()
            .map(|one| format!("`{}`", one.name()))
            .collect();
        and_list(&names)
    };
    if let What::Resize(size) = what
        && !is_size(size)
    {
        return Err(Failure {
            reason: Reason::BadInput,
            message: format!("`{}` is no size of a machine", size.escape_default()),
            help: "name one as Azure does, such as `Standard_B4ms`".to_owned(),
        });
    }
    if let What::Destroy(confirmed) = what {
        let [server] = servers else {
            return refused(
                "one server is destroyed at a time".to_owned(),
                "name one, and its name once more to confirm it",
            );
        };
        if confirmed.as_deref() != Some(server.name()) {
            return refused(
                format!("to destroy `{}` was not confirmed", server.name()),
                &format!(
                    "say its name once more: `confirm: {}`, on a terminal `--confirm {}`",
                    server.name(),
                    server.name()
                ),
            );
        }
    }
    let adopted: Vec<_> = servers
        .iter()
        .filter(|server| server.is_adopted())
        .collect();
    if matches!(what, What::Resize(_) | What::Destroy(_)) && !adopted.is_empty() {
        return refused(
            format!(
                "{}: an adopted machine is its owner's to {}",
                names(adopted),
                what.word()
            ),
            "let its owner do it, then change the describer",
        );
    }
    let other = |server: &&&Server| server.state.value != PowerState::Running;
    let asleep: Vec<_> = servers.iter().filter(other).collect();
    if *what == What::Restart && !asleep.is_empty() {
        return refused(
            format!("{}: by the describers not to run", names(asleep)),
            "start it instead",
        );
    }
    Ok(())
}

/// It is written into a describer: nothing but a name may come in by it.
fn is_size(size: &str) -> bool {
    let mut bytes = size.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// The describers that say something else than is to be.
fn edits(what: &What, servers: &[&Server], sources: &SourceMap) -> Result<Vec<Edit>, Failure> {
    let Some(change) = what.change() else {
        return Ok(Vec::new());
    };
    let mut edits = Vec::new();
    for server in servers {
        let is_so = match &change {
            Change::State(state) => server.state.value == *state,
            Change::Size(size) => server.machine.size.value == *size,
        };
        if is_so {
            continue;
        }
        let source = sources.file(server.file);
        let after = edited(&source.text, &change).ok_or_else(|| Failure {
            reason: Reason::Failed,
            message: format!("`{}` has no place for `{}`", source.path, change.words()),
            help: "write it there by hand, and apply".to_owned(),
        })?;
        edits.push(Edit {
            path: source.path.clone(),
            before: source.text.clone(),
            after,
        });
    }
    Ok(edits)
}

/// What the next push makes of it, and the change of the describers with which it stays.
fn lasting(what: &What, edits: &[Edit], report: &mut Report) {
    if edits.is_empty() {
        return;
    }
    let files: Vec<String> = edits
        .iter()
        .map(|edit| format!("`{}`", edit.path))
        .collect();
    let undone = match what {
        What::Start => "stop it again",
        What::Stop => "start it again",
        What::Restart => return,
        What::Resize(_) => "give it its old size again",
        What::Destroy(_) => "make it again, with empty disks",
    };
    report.notes.push(format!(
        "{} {} otherwise: the next push would {undone}, unless the patch below is taken over",
        and_list(&files),
        if edits.len() == 1 { "says" } else { "say" },
    ));
    let patch = |edit: &Edit| {
        let (from, to) = (format!("a/{}", edit.path), format!("b/{}", edit.path));
        let diff = TextDiff::from_lines(&edit.before, &edit.after);
        diff.unified_diff().header(&from, &to).to_string()
    };
    let file = |edit: &Edit| (edit.path.to_string(), edit.after.clone());
    report.edited = edits.iter().map(file).collect();
    report.patch = Some(edits.iter().map(patch).collect());
}
