//! Terraform itself: found, asked its version, run.

use super::event::{Diagnostic, Event, parse};
use super::program::{OLDEST, Program};
use super::workspace::Workspace;
use crate::process::{Finished, Invocation};
use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use std::collections::BTreeMap;

/// A Terraform that can be started.
#[derive(Debug, Clone)]
pub(crate) struct Terraform {
    pub(crate) program: Utf8PathBuf,
    pub(crate) kind: Program,
    /// `1.11.4`
    pub(crate) version: String,
    environment: BTreeMap<String, String>,
}

/// Why Terraform could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TerraformError {
    #[error("{} is not on PATH", .0.name())]
    NotFound(Program),
    #[error("{} {found} is too old: lostops needs {}.{} or newer", .kind.name(), OLDEST.0, OLDEST.1)]
    TooOld { kind: Program, found: String },
    #[error("{}", words(.diagnostics))]
    Failed {
        step: &'static str,
        diagnostics: Vec<Diagnostic>,
        reached: Reached,
    },
    #[error("cancelled")]
    Cancelled { reached: Reached },
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

/// How far an apply came: addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reached {
    pub(crate) done: Vec<String>,
    pub(crate) failed: Vec<String>,
}

fn words(diagnostics: &[Diagnostic]) -> String {
    diagnostics
        .iter()
        .map(Diagnostic::words)
        .collect::<Vec<_>>()
        .join("\n")
}

impl Terraform {
    /// Finds the program and asks its version. `environment` is all it will ever see.
    pub(crate) fn new(
        kind: Program,
        environment: BTreeMap<String, String>,
    ) -> Result<Self, TerraformError> {
        let path = environment
            .get("PATH")
            .map(String::as_str)
            .unwrap_or_default();
        let program = kind.find(path).ok_or(TerraformError::NotFound(kind))?;
        let version = version(&program, &environment)?;
        let mut parts = version
            .split('.')
            .map(|part| part.parse::<u32>().unwrap_or(0));
        if (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) < OLDEST {
            return Err(TerraformError::TooOld {
                kind,
                found: version,
            });
        }
        Ok(Self {
            program,
            kind,
            version,
            environment,
        })
    }

    fn command(&self, workspace: &Workspace, arguments: &[&str]) -> Invocation {
        Invocation::new(&self.program)
            .arguments(arguments.iter().copied())
            .folder(&workspace.module)
            .environment(self.environment.clone())
    }

    pub(crate) fn init(&self, workspace: &Workspace) -> Result<(), TerraformError> {
        let init = ["init", "-input=false", "-no-color"];
        self.plain("init", workspace, &init, None)
    }

    /// A command of whose success nobody reads the words.
    pub(super) fn plain(
        &self,
        step: &'static str,
        workspace: &Workspace,
        arguments: &[&str],
        input: Option<&[u8]>,
    ) -> Result<(), TerraformError> {
        let mut command = self.command(workspace, arguments);
        if let Some(input) = input {
            command = command.input(input);
        }
        let finished = command.output()?;
        if finished.success() {
            return Ok(());
        }
        Err(self.failed(step, &finished, Vec::new(), Reached::default()))
    }

    /// What a command says.
    pub(super) fn text(
        &self,
        step: &'static str,
        workspace: &Workspace,
        arguments: &[&str],
    ) -> Result<String, TerraformError> {
        let finished = self.command(workspace, arguments).output()?;
        if finished.success() {
            return Ok(String::from_utf8_lossy(&finished.stdout).into_owned());
        }
        Err(self.failed(step, &finished, Vec::new(), Reached::default()))
    }

    /// Makes the plan file. The state is not locked: a plan changes nothing. Without targets everything is planned.
    pub(crate) fn plan(
        &self,
        workspace: &Workspace,
        replace: &[String],
        targets: &[String],
        progress: &mut dyn FnMut(&str),
    ) -> Result<(), TerraformError> {
        workspace.reserve_plan()?;
        let out = format!("-out={}", absolute(&workspace.plan())?);
        let replace = replace.iter().map(|address| format!("-replace={address}"));
        let targets = targets.iter().map(|address| format!("-target={address}"));
        let chosen: Vec<String> = replace.chain(targets).collect();
        let mut arguments = vec!["plan", "-json", "-input=false", "-lock=false", out.as_str()];
        arguments.extend(chosen.iter().map(String::as_str));
        self.streamed("plan", workspace, &arguments, progress)
    }

    /// Does what the plan file says, and nothing else.
    pub(crate) fn apply(
        &self,
        workspace: &Workspace,
        lock_timeout: &str,
        progress: &mut dyn FnMut(&str),
    ) -> Result<(), TerraformError> {
        let lock = format!("-lock-timeout={lock_timeout}");
        let plan = absolute(&workspace.plan())?;
        self.streamed(
            "apply",
            workspace,
            &["apply", "-json", "-input=false", &lock, plan.as_str()],
            progress,
        )
    }

    /// What the module gives out; nothing where nothing was applied yet.
    pub(crate) fn outputs(
        &self,
        workspace: &Workspace,
    ) -> Result<serde_json::Value, TerraformError> {
        let text = self.text("output", workspace, &["output", "-json", "-no-color"])?;
        Ok(serde_json::from_str(&text).context("could not read the outputs of Terraform")?)
    }

    /// The plan file as JSON. It may hold what is secret: it is never written anywhere.
    pub(crate) fn show(&self, workspace: &Workspace) -> Result<Vec<u8>, TerraformError> {
        let plan = absolute(&workspace.plan())?;
        let finished = self
            .command(workspace, &["show", "-json", "-no-color", plan.as_str()])
            .output()?;
        if finished.success() {
            return Ok(finished.stdout);
        }
        Err(self.failed("show", &finished, Vec::new(), Reached::default()))
    }

    /// The plan file as Terraform prints it for people: what is sensitive is hidden.
    pub(crate) fn show_text(&self, workspace: &Workspace) -> Result<String, TerraformError> {
        let plan = absolute(&workspace.plan())?;
        self.text("show", workspace, &["show", "-no-color", plan.as_str()])
    }

    fn streamed(
        &self,
        step: &'static str,
        workspace: &Workspace,
        arguments: &[&str],
        progress: &mut dyn FnMut(&str),
    ) -> Result<(), TerraformError> {
        let (mut diagnostics, mut reached) = (Vec::new(), Reached::default());
        let finished = self
            .command(workspace, arguments)
            .lines(|line| match parse(line) {
                Some(Event::Diagnostic(diagnostic)) if diagnostic.is_error() => {
                    diagnostics.push(diagnostic);
                }
                Some(Event::Diagnostic(diagnostic)) => {
                    tracing::debug!(step, "{}", diagnostic.words());
                }
                Some(Event::Progress(message)) => progress(&message),
                Some(Event::Applied { address }) => {
                    progress(&format!("{address}: done"));
                    reached.done.push(address);
                }
                Some(Event::Errored { address }) => {
                    progress(&format!("{address}: failed"));
                    reached.failed.push(address);
                }
                None => {}
            })?;
        if finished.success() && !crate::process::cancelled() {
            return Ok(());
        }
        Err(self.failed(step, &finished, diagnostics, reached))
    }
}

impl Terraform {
    fn failed(
        &self,
        step: &'static str,
        finished: &Finished,
        mut diagnostics: Vec<Diagnostic>,
        reached: Reached,
    ) -> TerraformError {
        if crate::process::cancelled() {
            return TerraformError::Cancelled { reached };
        }
        if diagnostics.is_empty() {
            let said = if finished.stderr.trim().is_empty() {
                String::from_utf8_lossy(&finished.stdout).into_owned()
            } else {
                finished.stderr.clone()
            };
            diagnostics.push(Diagnostic {
                severity: "error".to_owned(),
                summary: format!(
                    "`{} {step}` ended with {}",
                    self.kind.word(),
                    finished.words()
                ),
                detail: unboxed(&said),
                address: String::new(),
            });
        }
        TerraformError::Failed {
            step,
            diagnostics,
            reached,
        }
    }
}

/// Terraform's text without the frame it draws round errors.
fn unboxed(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| line.trim_start_matches(['│', '╷', '╵', ' ']).trim_end());
    lines
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

fn version(
    program: &Utf8Path,
    environment: &BTreeMap<String, String>,
) -> Result<String, TerraformError> {
    let mut environment = environment.clone();
    // A broken or absent CLI configuration does not matter for the version.
    environment.remove("TF_CLI_CONFIG_FILE");
    let finished = Invocation::new(program)
        .arguments(["version", "-json"])
        .environment(environment)
        .output()?;
    let value: serde_json::Value = serde_json::from_slice(&finished.stdout).with_context(|| {
        format!(
            "could not read the version of `{program}` ({})",
            finished.words()
        )
    })?;
    let version = value
        .get("terraform_version")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    Ok(version.to_owned())
}

fn absolute(path: &Utf8Path) -> anyhow::Result<Utf8PathBuf> {
    camino::absolute_utf8(path).with_context(|| format!("could not find the folder of `{path}`"))
}
