//! Stage 1: the describers, read and judged.

use crate::cli::Describers;
use crate::context::Context;
use crate::describer::{self, LoadedEnvironment};
use crate::fleet::Fleet;
use crate::policy::{self, Facts};
use crate::reason::Reason;
use crate::report::{Failure, Report, topology};
use camino::Utf8PathBuf;

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
    let secrets = |name: &str| context.variable(name).is_some();
    let loaded =
        describer::load(&folder(describers), &secrets, context.today).map_err(|error| Failure {
            reason: Reason::InvalidDescriber,
            message: format!("{:#}", anyhow::Error::from(error)),
            help: String::new(),
        })?;
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
                help: format!("choose {}", crate::fleet::words::or_list(&names)),
            });
        }
    }
    Ok(environments)
}

/// Reads the one environment that a plan is about. `None`: its findings say why it cannot be planned.
pub(super) fn one(
    context: &Context,
    describers: &Describers,
    report: &mut Report,
) -> Result<Option<Fleet>, Failure> {
    let mut environments = load(context, describers, report)?;
    if environments.len() > 1 {
        let names: Vec<&str> = environments
            .iter()
            .map(|environment| environment.name.as_str())
            .collect();
        return Err(Failure {
            reason: Reason::EnvironmentNotChosen,
            message: format!(
                "`{}` holds {}",
                folder(describers),
                crate::fleet::words::count(names.len(), "environment")
            ),
            help: format!(
                "choose with --environment: {}",
                crate::fleet::words::or_list(&names)
            ),
        });
    }
    let Some(environment) = environments.pop() else {
        return Ok(None);
    };
    report.environment = Some(environment.name);
    report.findings.extend(environment.findings);
    report.topology = environment.fleet.as_ref().map(topology::topology);
    Ok(environment.fleet)
}

/// Judges what is written, without any plan.
pub(super) fn judge(context: &Context, fleet: &Fleet, report: &mut Report) {
    let directory = fleet.directory();
    let facts = Facts::new(Some(fleet), None, &[], &directory, context.today);
    report.findings.extend(policy::judge(&facts));
    report
        .servers
        .extend(super::sheets::servers(&facts, &report.sources));
}
