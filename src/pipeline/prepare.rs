//! Everything Terraform needs before it can plan: a folder, a cloud, credentials or a simulation.

use super::describe;
use crate::cli::{Cloud, OfState};
use crate::context::Context;
use crate::fleet::Fleet;
use crate::fleet::words::count;
use crate::reason::Reason;
use crate::report::progress::Progress;
use crate::report::{Failure, Report};
use crate::simulator;
use crate::terraform::credentials;
use crate::terraform::program::{self, Program};
use crate::terraform::run::Terraform;
use crate::terraform::workspace::{FOLDER, Lock, Workspace};
use anyhow::Context as _;
use camino::Utf8Path;
use std::collections::BTreeMap;

/// The subscription of every simulated cloud.
pub(super) const SIMULATED_SUBSCRIPTION: &str = "00000000-0000-4000-8000-000000000000";

/// What a child may see of the environment whatever the cloud.
pub(super) const PLAIN: &[&str] = &[
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "LC_*",
    "TZ",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// What a real cloud needs beside: how the user has set Terraform up.
const TERRAFORM: &[&str] = &[
    "TF_CLI_CONFIG_FILE",
    "TF_PLUGIN_CACHE_DIR",
    "TF_LOG",
    "TF_LOG_PATH",
    "TF_TOKEN_*",
];

/// Terraform, ready to plan.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) terraform: Terraform,
    pub(super) workspace: Workspace,
    /// What was put into the simulated cloud.
    pub(super) notes: Vec<String>,
    _lock: Lock,
}

impl Ready {
    /// A plan file may hold what is secret, and is worth nothing once it was read or applied.
    pub(super) fn forget_plan(&self) {
        if let Err(error) = fs_err::remove_file(self.workspace.plan()) {
            tracing::debug!(%error, "the plan file was not there");
        }
    }
}

/// For what is done to the state alone; `None` where the describers are not enough to find it.
pub(super) fn of_state(
    context: &Context,
    arguments: &OfState,
    report: &mut Report,
) -> Result<Option<(Fleet, Ready, Progress)>, Failure> {
    report.cloud = arguments.cloud.word();
    let Some(fleet) = describe::one(context, &arguments.describers, report)? else {
        return Ok(None);
    };
    // What is wrong with servers keeps nobody from the state.
    report.findings.clear();
    let mut progress = super::progress_of(context, Some(&fleet));
    let ready = prepare(context, &fleet, arguments.cloud, &[], &mut progress)?;
    Ok(Some((fleet, ready, progress)))
}

pub(super) fn prepare(
    context: &Context,
    fleet: &Fleet,
    cloud: Cloud,
    restarted: &[&str],
    progress: &mut Progress,
) -> Result<Ready, Failure> {
    if cloud == Cloud::Azure {
        let missing = credentials::missing(|name| context.variable(name));
        if !missing.is_empty() {
            let (message, help) = credentials::words(
                &missing,
                context.option("--cloud simulated", "cloud: simulated"),
            );
            return Err(Failure {
                reason: Reason::AuthFailed,
                message,
                help,
            });
        }
    }
    let workspace = Workspace::new(&context.home, &fleet.environment.name.value, cloud.word());
    let failed = |error: anyhow::Error| super::failure::of_anything(&error);
    let lock = workspace
        .lock(|| progress.say("waiting for another lostops in this folder"))
        .map_err(failed)?;
    let (environment, notes, subscription) = match cloud {
        Cloud::Azure => {
            let subscription = context
                .variable("ARM_SUBSCRIPTION_ID")
                .unwrap_or_default()
                .to_owned();
            (azure(context, fleet), Vec::new(), subscription)
        }
        Cloud::Simulated => {
            let (environment, notes) = simulated(context, fleet, &workspace).map_err(failed)?;
            (environment, notes, SIMULATED_SUBSCRIPTION.to_owned())
        }
    };
    let kind = Program::of(context.variable(program::VARIABLE));
    let terraform =
        Terraform::new(kind, environment).map_err(|error| super::failure::of_terraform(&error))?;
    workspace
        .write(fleet, &subscription, restarted)
        .map_err(failed)?;
    progress.step(&format!("{} init", kind.word()));
    terraform
        .init(&workspace)
        .map_err(|error| super::failure::of_terraform(&error))?;
    Ok(Ready {
        terraform,
        workspace,
        notes,
        _lock: lock,
    })
}

fn automation(mut environment: BTreeMap<String, String>) -> BTreeMap<String, String> {
    for (name, value) in [
        ("TF_IN_AUTOMATION", "1"),
        ("TF_INPUT", "0"),
        ("CHECKPOINT_DISABLE", "1"),
    ] {
        environment.insert(name.to_owned(), value.to_owned());
    }
    environment
}

fn azure(context: &Context, fleet: &Fleet) -> BTreeMap<String, String> {
    let mut environment = context.allowed(PLAIN);
    environment.extend(context.allowed(TERRAFORM));
    environment.extend(context.allowed(credentials::VARIABLES));
    let backend = credentials::of_backend(&fleet.environment.state);
    environment.extend(context.allowed(backend));
    automation(environment)
}

/// Providers that are this program itself, and a cloud that holds what its owner would have made. Nothing of
/// it can reach a real run: the CLI configuration, the lock file and the state all lie in the simulation's folder.
fn simulated(
    context: &Context,
    fleet: &Fleet,
    workspace: &Workspace,
) -> anyhow::Result<(BTreeMap<String, String>, Vec<String>)> {
    let mirror = context.home.join(FOLDER).join("providers");
    simulator::mirror::write(&mirror, &context.program)
        .with_context(|| format!("could not make the simulated providers in `{mirror}`"))?;
    // The lock file records a digest of the provider, which is this program and changes with it.
    remove_if_there(&workspace.module.join(".terraform.lock.hcl"))?;
    fs_err::create_dir_all(&workspace.folder)?;
    let notes = simulator::seed::adopt(&workspace.cloud(), SIMULATED_SUBSCRIPTION, fleet)
        .context("could not put the servers that exist into the simulated subscription")?;
    let notes = summary(notes);
    let mut environment = automation(context.allowed(PLAIN));
    environment.insert(
        "TF_CLI_CONFIG_FILE".to_owned(),
        mirror.join("terraform.rc").into_string(),
    );
    environment.insert(
        "LOSTOPS_SIMULATED_CLOUD".to_owned(),
        workspace.cloud().into_string(),
    );
    let engine = simulator::hosts::command::address(context.variable("DOCKER_HOST"));
    if simulator::hosts::command::answers(engine).is_ok() {
        environment.insert(simulator::hosts::ENGINE.to_owned(), engine.to_owned());
    }
    Ok((environment, notes))
}

/// The servers by name, what surrounds them as a number.
fn summary(made: Vec<String>) -> Vec<String> {
    let (servers, around): (Vec<String>, Vec<String>) = made
        .into_iter()
        .partition(|sentence| sentence.starts_with("The server "));
    if servers.is_empty() && around.is_empty() {
        return Vec::new();
    }
    let mut notes = vec![format!(
        "put into the simulated subscription first, as its owner would have made it: {} and what surrounds them ({})",
        count(servers.len(), "server"),
        count(around.len(), "thing"),
    )];
    notes.extend(servers);
    notes
}

fn remove_if_there(path: &Utf8Path) -> anyhow::Result<()> {
    match fs_err::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
