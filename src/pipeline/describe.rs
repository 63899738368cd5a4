//! Stage 1: the describers, read and judged.

use crate::cli::Describers;
use crate::context::{Context, Reader};
use crate::describer::{self, LoadError, LoadedEnvironment};
use crate::fleet::Fleet;
use crate::fleet::words::{count, or_list};
use crate::policy::{self, Facts};
use crate::reason::Reason;
use crate::report::{Failure, Report, topology};
use camino::Utf8PathBuf;
use std::collections::BTreeSet;

/// Where describers are when nobody says.
const FOLDER: &str = "describers";

/// The folder that was asked for, or the usual one.
pub(super) fn folder(describers: &Describers) -> Utf8PathBuf {
    describers
        .describers
        .clone()
        .unwrap_or_else(|| Utf8PathBuf::from(FOLDER))
}

/// Reads a folder. Its sources go into the report, so that findings can be drawn.
pub(super) fn load(
    context: &Context,
    describers: &Describers,
    report: &mut Report,
) -> Result<Vec<LoadedEnvironment>, Failure> {
    // A job that plans should not be given what only the servers need, and is not told that it lacks it.
    let initialises = matches!(report.command, "apply" | "configure");
    let spared = context.reader == Reader::GitHub && !initialises;
    let secrets = |name: &str| spared || context.variable(name).is_some();
    let loaded = describer::load(
        &folder(describers),
        &context.instead,
        &secrets,
        context.today,
    )
    .map_err(|error| unreadable(context, error))?;
    report.sources = loaded.sources;
    report.findings.extend(loaded.findings);
    let mut environments = loaded.environments;
    if let Some(wanted) = &describers.environment {
        let names: Vec<String> = environments
            .iter()
            .map(|environment| environment.name.clone())
            .collect();
        environments.retain(|environment| environment.name == *wanted);
        if environments.is_empty() {
            return Err(Failure {
                reason: Reason::UnknownEnvironment,
                message: format!(
                    "there is no environment `{wanted}` in `{}`",
                    folder(describers)
                ),
                help: format!("choose {}", or_list(&names)),
            });
        }
    }
    Ok(environments)
}

/// The names of all environments. What is wrong inside one is for its own job to say.
pub(super) fn names(
    context: &Context,
    folder: Option<&Utf8PathBuf>,
) -> Result<BTreeSet<String>, Failure> {
    let describers = Describers {
        describers: folder.cloned(),
        environment: None,
    };
    let environments = load(context, &describers, &mut Report::new("matrix"))?;
    Ok(environments.into_iter().map(|one| one.name).collect())
}

/// Reads the one environment that a plan is about. `None`: its findings say why it cannot be planned.
pub(super) fn one(
    context: &Context,
    describers: &Describers,
    report: &mut Report,
) -> Result<Option<Fleet>, Failure> {
    let mut environments = load(context, describers, report)?;
    if environments.len() > 1 {
        return Err(not_chosen(context, describers, &environments));
    }
    let Some(environment) = environments.pop() else {
        return Ok(None);
    };
    report.environment = Some(environment.name);
    report.findings.extend(environment.findings);
    report.topology = environment.fleet.as_ref().and_then(topology::beside);
    report.understood = environment.fleet.is_some();
    let secrets = environment.fleet.iter().flat_map(Fleet::secret_names);
    report.secrets.extend(secrets.map(str::to_owned));
    Ok(environment.fleet)
}

/// Judges what is written, without any plan.
pub(super) fn judge(context: &Context, fleet: &Fleet, report: &mut Report) {
    let directory = fleet.directory();
    let projects = super::projects::of(fleet);
    let mut facts = Facts::new(Some(fleet), None, &[], &directory, context.today);
    facts.projects = &projects;
    report.findings.extend(policy::judge(&facts));
    report
        .servers
        .extend(super::sheets::servers(&facts, &report.sources));
}

/// Why there are no describers. In a workflow the first thing to be forgotten is the checkout.
fn unreadable(context: &Context, error: LoadError) -> Failure {
    let LoadError::NoFolder(_) = error else {
        return Failure {
            reason: Reason::InvalidDescriber,
            message: format!("{:#}", anyhow::Error::from(error)),
            help: String::new(),
        };
    };
    let help = if context.in_workflow() && is_empty(&context.folder) {
        "nothing is checked out: the step `uses: actions/checkout` must come before lostops"
            .to_owned()
    } else {
        format!(
            "name it by `{}`, from the root of the repository, or start one with `lostops init`",
            context.option("--describers FOLDER", "describers: FOLDER")
        )
    };
    Failure {
        reason: Reason::NoDescribers,
        message: error.to_string(),
        help,
    }
}

/// Nothing is in it but what lostops itself has written there.
fn is_empty(folder: &camino::Utf8Path) -> bool {
    let ours = crate::terraform::workspace::FOLDER;
    fs_err::read_dir(folder)
        .is_ok_and(|files| files.flatten().all(|file| file.file_name() == *ours))
}

fn not_chosen(
    context: &Context,
    describers: &Describers,
    environments: &[LoadedEnvironment],
) -> Failure {
    let names: Vec<&str> = environments.iter().map(|one| one.name.as_str()).collect();
    let help = if context.reader == Reader::GitHub {
        format!(
            "run one job for each (`lostops matrix` prints the list), or name one:\nstrategy:\n  matrix:\n    environment: {}\nsteps:\n  - uses: lostops/action@v1\n    with:\n      environment: ${{{{ matrix.environment }}}}",
            serde_json::json!(names)
        )
    } else {
        format!("choose with --environment: {}", or_list(&names))
    };
    Failure {
        reason: Reason::EnvironmentNotChosen,
        message: format!(
            "`{}` holds {}",
            folder(describers),
            count(names.len(), "environment")
        ),
        help,
    }
}
