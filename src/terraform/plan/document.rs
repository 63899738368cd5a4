//! The parts of a plan's JSON, streamed: each is kept only as far as something needs it.

use super::Options;
use super::change::Change;
use super::checks;
use super::config::Config;
use super::element::changes;
use super::error::PlanError;
use super::extract::MACHINES;
use super::json::Json;
use super::model::{CheckResult, PowerReading};
use super::power::{self, Invocation};
use super::scan::Scanner;
use super::text::Text;
use camino::Utf8Path;
use std::collections::BTreeMap;
use std::io::{self, Read};

#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) format_version: Option<String>,
    pub(super) terraform_version: Option<String>,
    pub(super) changes: Vec<Change>,
    /// Data sources that were read while planning.
    pub(super) data: Vec<Change>,
    pub(super) config: Config,
    /// The member `variables`, as it is.
    pub(super) variables: Vec<u8>,
    pub(super) checks: Vec<CheckResult>,
    /// What was changed past Terraform.
    pub(super) drift: Vec<Change>,
    pub(super) readings: Vec<PowerReading>,
    pub(super) invocations: Vec<Invocation>,
    pub(super) observed: BTreeMap<String, serde_json::Value>,
    has: Has,
    pub(super) applyable: bool,
}

/// Which members were there; they tell a plan from what looks like one.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one member of the JSON"
)]
struct Has {
    changes: bool,
    planned_values: bool,
    values: bool,
    events: bool,
    state: bool,
    schemas: bool,
    errored: bool,
    incomplete: bool,
}

type Result<T> = std::result::Result<T, PlanError>;

impl Document {
    /// `open` is called a second time for a plan that lists no changes, as `-refresh-only` makes it.
    pub(super) fn read<R: Read>(
        path: &Utf8Path,
        options: Options,
        open: impl Fn() -> io::Result<R>,
    ) -> Result<Self> {
        let start = || -> Result<Scanner<Text<R>>> {
            let failed = |source| PlanError::Read {
                path: path.to_owned(),
                source,
            };
            let text = Text::new(open().map_err(failed)?).map_err(failed)?;
            Ok(Scanner::new(text, path.to_owned()))
        };
        let mut scanner = start()?;
        begin(&mut scanner)?;
        let mut document = Self::default();
        scanner.object(|scanner, name| document.member(scanner, name, options))?;
        document.verify(options)?;
        if !document.has.changes {
            let mut scanner = start()?;
            begin(&mut scanner)?;
            let (mut planned, mut prior) = (Vec::new(), Vec::new());
            scanner.object(|scanner, name| match name {
                "planned_values" => resources(scanner, &mut planned),
                // `-refresh-only` plans no values: everything stays as it was just read.
                "prior_state" => scanner.object(|scanner, name| match name {
                    "values" => resources(scanner, &mut prior),
                    _ => scanner.skip(),
                }),
                _ => scanner.skip(),
            })?;
            document.changes = if planned.is_empty() { prior } else { planned };
        }
        Ok(document)
    }

    fn member<R: Read>(
        &mut self,
        scanner: &mut Scanner<R>,
        name: &str,
        options: Options,
    ) -> Result<()> {
        match name {
            "format_version" => self.format_version = parse(scanner.slice()?, name)?.word(),
            "terraform_version" => self.terraform_version = parse(scanner.slice()?, name)?.string(),
            "applyable" => self.applyable = parse(scanner.slice()?, name)?.is_true(),
            "errored" => self.has.errored = parse(scanner.slice()?, name)?.is_true(),
            "complete" => self.has.incomplete = parse(scanner.slice()?, name)? == Json::Bool(false),
            "variables" => self.variables = scanner.slice()?.to_vec(),
            "configuration" => self.config = Config::read(scanner)?,
            "resource_changes" => {
                self.has.changes = true;
                self.changes.append(&mut changes(scanner)?);
            }
            "resource_drift" => {
                return scanner.list(|scanner| {
                    let element = parse(scanner.slice()?, name)?;
                    self.drift.push(Change::read(&element));
                    Ok(())
                });
            }
            "prior_state" => {
                return scanner.object(|scanner, name| match name {
                    "values" => standing(
                        scanner,
                        &mut |element, bytes| {
                            self.data_source(element, bytes, options);
                            Ok(())
                        },
                        true,
                    ),
                    _ => scanner.skip(),
                });
            }
            "checks" => self.checks = checks::read(&parse(scanner.slice()?, name)?),
            "action_invocations" => {
                return scanner.list(|scanner| {
                    let element = parse(scanner.slice()?, name)?;
                    self.invocations.extend(power::invocation(&element));
                    Ok(())
                });
            }
            other => {
                self.has.planned_values |= other == "planned_values";
                self.has.values |= other == "values";
                self.has.events |= other == "@level" || other == "@message";
                self.has.state |= other == "lineage" || other == "serial";
                self.has.schemas |= other == "provider_schemas";
                return scanner.skip();
            }
        }
        Ok(())
    }

    fn data_source(&mut self, element: &Json<'_>, bytes: &[u8], options: Options) {
        let change = Change::standing(element);
        let values = element.get("values");
        if let Some(state) = values.get("power_state").text()
            && MACHINES.contains(&change.kind.as_str())
        {
            self.readings.push(PowerReading {
                address: change.address.clone(),
                name: values.get("name").string(),
                id: values.get("id").string(),
                state: state.to_owned(),
            });
        }
        let shown = MACHINES.contains(&change.kind.as_str())
            || change.kind == "azurerm_network_interface"
            || change.kind.starts_with("azapi_");
        if options.observed
            && shown
            && let Ok(serde_json::Value::Object(mut element)) = serde_json::from_slice(bytes)
        {
            let values = element.remove("values").unwrap_or_default();
            self.observed.insert(change.address.clone(), values);
        }
        if change.after.is_some() {
            self.data.push(change);
        }
    }

    /// Whether this is a whole plan of a known format.
    fn verify(&self, options: Options) -> Result<()> {
        let has = &self.has;
        if has.events {
            return Err(PlanError::NotAPlan(
                "the event stream of `terraform plan -json`",
            ));
        }
        if has.schemas {
            return Err(PlanError::NotAPlan("a provider schema"));
        }
        if has.state && !has.changes {
            return Err(PlanError::NotAPlan("a state file"));
        }
        let Some(version) = &self.format_version else {
            return Err(PlanError::NotJson("it has no `format_version`".to_owned()));
        };
        if !matches!(version.split('.').next(), Some("0" | "1")) {
            return Err(PlanError::UnsupportedFormat(version.clone()));
        }
        if has.errored {
            return Err(PlanError::Errored);
        }
        if has.incomplete && !options.partial {
            return Err(PlanError::Incomplete);
        }
        if !has.changes && !has.planned_values {
            return Err(PlanError::NotAPlan(if has.values {
                "a state, as `terraform show -json` prints it without a plan file"
            } else {
                "JSON without changes and planned values: an empty state, perhaps"
            }));
        }
        Ok(())
    }
}

fn begin<R: Read>(scanner: &mut Scanner<R>) -> Result<()> {
    let Err(first) = scanner.find_object()? else {
        return Ok(());
    };
    if first.is_empty() {
        return Err(PlanError::Empty);
    }
    if first.starts_with("PK\u{3}\u{4}") {
        return Err(PlanError::NotAPlan(
            "a plan file as `terraform plan -out` writes it",
        ));
    }
    let plain: String = first
        .chars()
        .filter(|one| !one.is_control())
        .take(60)
        .collect();
    Err(PlanError::NotJson(format!("it begins with `{plain}`")))
}

fn parse<'a>(bytes: &'a [u8], member: &str) -> Result<Json<'a>> {
    Json::parse(bytes).map_err(|error| damaged(member, &error))
}

pub(super) fn damaged(member: &str, error: &serde_json::Error) -> PlanError {
    PlanError::Damaged(format!("in `{member}`: {error}"))
}

/// The managed resources of a state's `values`, as they stand.
fn resources<R: Read>(scanner: &mut Scanner<R>, into: &mut Vec<Change>) -> Result<()> {
    let mut each = |element: &Json<'_>, _: &[u8]| {
        if element.get("mode").text() != Some("data") {
            into.push(Change::standing(element));
        }
        Ok(())
    };
    standing(scanner, &mut each, false)
}

/// Every resource of a state's `values`, in all modules. `data`: only data sources; the rest is not
/// even read.
fn standing<R: Read>(
    scanner: &mut Scanner<R>,
    each: &mut impl FnMut(&Json<'_>, &[u8]) -> Result<()>,
    data: bool,
) -> Result<()> {
    scanner.object(|scanner, name| match name {
        "root_module" => module(scanner, each, data),
        _ => scanner.skip(),
    })
}

fn module<R: Read>(
    scanner: &mut Scanner<R>,
    each: &mut impl FnMut(&Json<'_>, &[u8]) -> Result<()>,
    data: bool,
) -> Result<()> {
    scanner.object(|scanner, name| match name {
        "resources" => scanner.list(|scanner| {
            let bytes = scanner.slice()?;
            if data && !is_data(bytes) {
                return Ok(());
            }
            each(&parse(bytes, "values")?, bytes)
        }),
        "child_modules" => scanner.list(|scanner| module(scanner, each, data)),
        _ => scanner.skip(),
    })
}

/// Whether the first member `mode` says so; a quote inside a text has a backslash before it.
fn is_data(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"\"mode\"").is_some_and(|at| {
        let rest = bytes[at + 6..].trim_ascii_start();
        rest.strip_prefix(b":")
            .is_some_and(|rest| rest.trim_ascii_start().starts_with(b"\"data\""))
    })
}
