//! The answer, free of any format; one file per format beside this one.

pub(crate) mod annotations;
pub(crate) mod comment;
mod configured;
mod counts;
mod ended;
pub(crate) mod explain;
pub(crate) mod html;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod log;
mod measured;
pub(crate) mod merged;
pub(crate) mod mermaid;
mod packages;
pub(crate) mod paint;
mod part;
pub(crate) mod progress;
mod redacted;
mod region;
pub(crate) mod sarif;
mod snippet;
pub(crate) mod summary;
pub(crate) mod svg;
mod timeline;
pub(crate) mod topology;

use crate::ansible::outcome::Configured;
use crate::finding::{Finding, Severity};
use crate::fleet::exposure::{Line, Stage};
use crate::reason::Reason;
use crate::source::{Place, SourceMap};
use crate::verify::outcome::Measured;
pub(crate) use counts::{Counts, Power};
pub(crate) use part::Part;
use std::collections::BTreeSet;
use std::sync::Arc;
pub(crate) use timeline::Timeline;

/// What came of it all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Clean,
    Violations,
    /// lostops could not do its work; `Report::failure` says why.
    Failed,
}

impl Outcome {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Violations => "violations",
            Self::Failed => "failed",
        }
    }
}

/// Why lostops could not do its work.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) reason: Reason,
    pub(crate) message: String,
    /// What to do; may be empty.
    pub(crate) help: String,
}

/// One exposure of a server at one stage.
#[derive(Debug, Clone)]
pub(crate) struct ShownExposure {
    pub(crate) stage: Stage,
    pub(crate) line: Line,
    /// `azurerm_network_security_group.this["database"] rule mysql`, or a place in a file.
    pub(crate) evidence: String,
    /// What the port is for, as the describer says; may be empty.
    pub(crate) purpose: String,
    /// Whether the policy and the describer cover it.
    pub(crate) permitted: bool,
}

/// What a person wants to know of one server.
#[derive(Debug, Clone, Default)]
pub(crate) struct ServerSheet {
    pub(crate) name: String,
    /// Terraform's address; empty when nothing was planned.
    pub(crate) address: String,
    /// `running`, `stopped`, `absent`, `unknown`
    pub(crate) state: String,
    /// Role, size, address and the like: what stands beside the name.
    pub(crate) facts: Vec<String>,
    /// Words of the frozen list: create, destroy, replace, resize, update, start, stop, import, forget, none.
    pub(crate) changes: Vec<String>,
    /// The changes in sentences: `resize from Standard_B2ms to Standard_B4ms`.
    pub(crate) sentences: Vec<String>,
    /// What its describer opens.
    pub(crate) declared: Vec<ShownExposure>,
    /// What the plan leaves open; shared by servers behind the same groups.
    pub(crate) planned: Arc<[ShownExposure]>,
}

impl ServerSheet {
    pub(crate) fn exposures(&self) -> impl Iterator<Item = &ShownExposure> {
        self.declared.iter().chain(self.planned.iter())
    }
}

/// One security group by itself, as the plan leaves it.
#[derive(Debug, Clone)]
pub(crate) struct GroupSheet {
    pub(crate) address: String,
    pub(crate) attached_to: Vec<String>,
    pub(crate) exposures: Vec<Line>,
}

/// Everything every format shows.
#[derive(Debug)]
pub(crate) struct Report {
    /// `check`, `plan`, `apply`
    pub(crate) command: &'static str,
    pub(crate) environment: Option<String>,
    /// The describers could be read whole; where not, a folder's name may stand in for the environment's.
    pub(crate) understood: bool,
    /// `azure`, `simulated`; empty when no cloud was asked.
    pub(crate) cloud: &'static str,
    pub(crate) sources: SourceMap,
    pub(crate) findings: Vec<Finding>,
    pub(crate) failure: Option<Failure>,
    pub(crate) servers: Vec<ServerSheet>,
    pub(crate) groups: Vec<GroupSheet>,
    pub(crate) counts: Option<Counts>,
    /// The version of Terraform that made the plan.
    pub(crate) terraform: Option<String>,
    /// What people call the program whose version that is; empty where it is not known.
    pub(crate) program: &'static str,
    /// What happened beside the question asked: what was put into the simulated cloud, what was found changed.
    pub(crate) notes: Vec<String>,
    /// The plan was applied.
    pub(crate) applied: bool,
    /// With this change of the describers what was done stays so.
    pub(crate) patch: Option<String>,
    /// The same as whole files: paths in the repository, and what they are to say.
    pub(crate) edited: Vec<(String, String)>,
    /// The file in which a state that could not be written lies sealed, for later steps of a workflow.
    pub(crate) errored: Option<String>,
    /// What Terraform itself would print of the plan, where a format shows it.
    pub(crate) diff: Option<String>,
    /// Who reaches which port of whom, as described.
    pub(crate) topology: Option<topology::Topology>,
    /// How far an apply came; empty when it was not begun.
    pub(crate) steps: Vec<Step>,
    /// What Ansible did to the servers; `None` when it was not its turn.
    pub(crate) configured: Option<Configured>,
    /// What was measured on the servers; `None` when it was not its turn.
    pub(crate) measured: Option<Measured>,
    /// What was measured was so in a rehearsal, beside the plan that is reported.
    pub(crate) rehearsed: bool,
    /// What became of each server that was there before; empty where none was.
    pub(crate) became: Vec<Became>,
    /// What took how long.
    pub(crate) timeline: Timeline,
    pub(crate) kept: Kept,
    /// What the job that merges several answers is told beside.
    pub(crate) part: Option<Part>,
    /// Variables that the describers call secret, whatever their names say.
    pub(crate) secrets: BTreeSet<String>,
}

/// What a comment keeps of a plan, hidden, so that a later run applies only what was reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kept {
    Nothing,
    Record(String),
    /// The comment could not be read, and may hold what a later run needs: it is left alone.
    AsItIs,
}

impl Kept {
    pub(crate) fn record(&self) -> Option<&str> {
        match self {
            Self::Record(record) => Some(record),
            Self::Nothing | Self::AsItIs => None,
        }
    }
}

/// What became of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Became {
    pub(crate) server: String,
    /// The worst first: `its system disk is another one: what was on it is lost`.
    pub(crate) words: Vec<String>,
}

/// One change of an apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// Terraform's address.
    pub(crate) address: String,
    pub(crate) end: StepEnd,
}

impl StepEnd {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::NotStarted => "not started",
        }
    }
}

/// How a change of an apply ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum StepEnd {
    Done,
    Failed,
    NotStarted,
}

impl Report {
    /// What people call the program that made the plan.
    pub(crate) fn made_by(&self) -> &'static str {
        match self.program {
            "" => "Terraform",
            name => name,
        }
    }

    pub(crate) fn new(command: &'static str) -> Self {
        Self {
            command,
            environment: None,
            understood: false,
            cloud: "",
            sources: SourceMap::default(),
            findings: Vec::new(),
            failure: None,
            servers: Vec::new(),
            groups: Vec::new(),
            counts: None,
            terraform: None,
            program: "",
            notes: Vec::new(),
            applied: false,
            patch: None,
            edited: Vec::new(),
            errored: None,
            diff: None,
            topology: None,
            steps: Vec::new(),
            configured: None,
            measured: None,
            rehearsed: false,
            became: Vec::new(),
            timeline: Timeline::default(),
            kept: Kept::Nothing,
            part: None,
            secrets: BTreeSet::new(),
        }
    }

    pub(crate) fn outcome(&self) -> Outcome {
        if self.failure.is_some() {
            Outcome::Failed
        } else if self.count(Severity::Error) > 0 {
            Outcome::Violations
        } else {
            Outcome::Clean
        }
    }

    pub(crate) fn count(&self, severity: Severity) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    }

    /// Names of servers that the plan changes.
    pub(crate) fn changed(&self) -> impl Iterator<Item = &str> {
        let changed = self
            .servers
            .iter()
            .filter(|sheet| sheet.changes.iter().any(|change| change != "none"));
        changed.map(|sheet| sheet.name.as_str())
    }

    pub(crate) fn place(&self, finding: &Finding) -> Option<Place> {
        finding.span.map(|span| self.sources.place(span))
    }
}
