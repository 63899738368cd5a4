//! The reports that other jobs have left, one for each environment that there is: each is read as if a stranger had written it.

use super::super::Step;
use crate::finding::Meta;
use crate::fleet::words::{and_list, count};
use crate::github::decision::Task;
use crate::github::inputs::Inputs;
use crate::pipeline::{describe, reference};
use crate::reason::Reason;
use crate::report::merged::{Merged, Row};
use crate::report::{Failure, Report, json};
use camino::{Utf8Path, Utf8PathBuf};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

/// No report is larger.
const LARGEST: u64 = 32 << 20;
/// More files than any matrix has jobs.
const MOST: usize = 1000;
/// Below the folder, artifacts lie in folders of their own.
const DEEPEST: usize = 4;
/// More troubles are counted.
const SHOWN: usize = 10;

/// Every environment with what was said of it.
pub(super) fn merged(step: &Step<'_>, inputs: &Inputs, task: &Task) -> Merged {
    let names = match describe::names(step.context, Some(&inputs.describers)) {
        Ok(names) => names,
        Err(failure) => return Merged::new(Vec::new(), Some(failure)),
    };
    let folder = step.context.folder.join(&inputs.parts);
    let mut troubles = Vec::new();
    let mut reports = BTreeMap::new();
    let catalogue = reference::catalogue();
    for path in files(&folder, &mut troubles) {
        let part = read(&path, &catalogue).and_then(|report| {
            let environment = fits(&report, &names, inputs, task)?;
            Ok((environment, report))
        });
        match part {
            Ok((environment, report)) => {
                reports
                    .entry(environment)
                    .or_insert_with(Vec::new)
                    .push(report);
            }
            Err(why) => {
                let path = path.strip_prefix(&step.context.folder).unwrap_or(&path);
                troubles.push(format!("`{path}`: {why}"));
            }
        }
    }
    let rows = names.into_iter().map(|environment| {
        let mut reports = reports.remove(&environment).unwrap_or_default();
        // Of two nobody knows which one is right.
        if reports.len() > 1 {
            let reports = count(reports.len(), "report");
            troubles.push(format!("there are {reports} of `{environment}`"));
        }
        let report = reports.pop().filter(|_| reports.is_empty());
        let part = report.as_ref().and_then(|report| report.part.as_ref());
        let job = part.and_then(|part| step.runner.job_url(part.job));
        Row {
            environment,
            report,
            job,
        }
    });
    let rows: Vec<Row> = rows.collect();
    let failure = failure(&rows, troubles, inputs);
    Merged::new(rows, failure)
}

fn failure(rows: &[Row], mut troubles: Vec<String>, inputs: &Inputs) -> Option<Failure> {
    let missing = rows.iter().filter(|row| row.report.is_none());
    let missing: Vec<String> = missing
        .map(|row| format!("`{}`", row.environment))
        .collect();
    if missing.is_empty() && troubles.is_empty() {
        return None;
    }
    let more = troubles.len().saturating_sub(SHOWN);
    troubles.truncate(SHOWN);
    if more > 0 {
        troubles.push(format!("and {more} more"));
    }
    if !missing.is_empty() {
        let names = if missing.len() > SHOWN {
            count(missing.len(), "environment")
        } else {
            and_list(&missing)
        };
        troubles.insert(0, format!("there is no report of {names}"));
    }
    Some(Failure {
        reason: Reason::PartMissing,
        message: troubles.join("; "),
        help: format!(
            "a job that ended before its report was uploaded says why in its own log; each uploads its output `report`, and all of them are downloaded into `{}`",
            inputs.parts
        ),
    })
}

/// Everything that may be a report, in order. No link is followed.
fn files(folder: &Utf8Path, troubles: &mut Vec<String>) -> Vec<Utf8PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs_err::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(path) = Utf8PathBuf::try_from(entry.path()) else {
                continue;
            };
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth < DEEPEST => folders.push((path, depth + 1)),
                Ok(kind) if kind.is_file() && path.extension() == Some("json") => found.push(path),
                _ => {}
            }
        }
    }
    found.sort();
    if found.len() > MOST {
        troubles.push(format!("there are more than {MOST} reports"));
        found.truncate(MOST);
    }
    found
}

fn read(path: &Utf8Path, catalogue: &[&'static Meta]) -> Result<Report, String> {
    let file = fs_err::File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    let mut limited = file.take(LARGEST + 1);
    let read = limited.read_to_end(&mut bytes);
    let read = read.map_err(|error| error.to_string())?;
    if read as u64 > LARGEST {
        return Err(format!("it is larger than {} MiB", LARGEST >> 20));
    }
    let meta = |code: &str| catalogue.iter().copied().find(|meta| meta.code == code);
    json::read(&bytes, &meta)
}

/// Of which environment it is, if it is of this run.
fn fits(
    report: &Report,
    names: &BTreeSet<String>,
    inputs: &Inputs,
    task: &Task,
) -> Result<String, String> {
    let part = report.part.clone().unwrap_or_default();
    if part.describers != inputs.describers {
        return Err(format!("it is of the folder `{}`", part.describers));
    }
    if part.commit != task.commit {
        return Err(format!("it is of the commit `{}`", part.commit));
    }
    if !names.contains(&part.environment) {
        return Err(format!("there is no environment `{}`", part.environment));
    }
    Ok(part.environment)
}
