//! The command line: what can be asked, and nothing of how it is done.

mod ansible;
mod global;
mod operate;
mod simulator;
mod verify;

use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use ansible::{Configure, Initialise, Inventory, Only};
pub(crate) use global::{Color, Global};
pub(crate) use operate::{Destroy, Forget, OfState, Operate, PushState, Resize, Unlock};
pub(crate) use simulator::{Simulated, Simulator};
pub(crate) use verify::{Drift, Rehearse, Scan, Verify};

/// The servers in the repository are the servers that run, and the ports in the repository are the ports that are open.
#[derive(Debug, Parser)]
#[command(
    name = "lostops",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
#[command(
    after_help = "Exit codes: 0 clean, 1 lostops could not do its work, 2 usage, 3 violations."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    #[command(flatten)]
    pub(crate) global: Global,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a person at a terminal.
    #[default]
    Human,
    /// Version 1; fields are added, never renamed.
    Json,
    /// What the comment on a pull request shows.
    Markdown,
    /// One file that a browser opens: findings, who reaches what, a sheet a server, what took how long.
    Html,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Cloud {
    /// Azure itself.
    #[default]
    Azure,
    /// The Azure inside this program: no account, no credentials, nothing leaves the machine.
    Simulated,
}

impl Cloud {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Azure => "azure",
            Self::Simulated => "simulated",
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a repository: three servers, a policy and the schemas for your editor.
    Init(Init),
    /// Read the describers and judge them by the policy. Needs nothing; changes nothing.
    Check(Check),
    /// Plan with Terraform and judge what would happen. Changes nothing.
    Plan(Plan),
    /// Plan, judge, and when nothing is in the way let Terraform do it; then initialise the servers with Ansible.
    Apply(Apply),
    /// Start servers that are stopped.
    Start(Operate),
    /// Stop servers, so that they are not billed; their disks stay.
    Stop(Operate),
    /// Restart servers.
    Restart(Operate),
    /// Give servers another size, which restarts them.
    Resize(Resize),
    /// Destroy one server with its disks, where the policy grants it.
    Destroy(Destroy),
    /// Show who holds the lock on the state, and break it by its id when that run is dead.
    Unlock(Unlock),
    /// Bring a state that an apply could not write to where it is kept.
    PushState(PushState),
    /// Let go of adopted servers that no describer names any more: their groups stay in Azure as they are.
    Forget(Forget),
    /// Initialise the servers whose describers, roles or machines have changed, with Ansible over SSH.
    Configure(Configure),
    /// Measure whether what runs is what is written: ports, packages, web, database. Changes nothing.
    Verify(Verify),
    /// Look whether what runs is still what is written: plan, what Ansible would change, measure. Changes nothing.
    Drift(Drift),
    /// Do all of it on a simulated Azure first: plan, machines that boot, Ansible, measuring; then take it down again.
    Rehearse(Rehearse),
    /// Print the servers as an inventory for Ansible.
    Inventory(Inventory),
    /// What the GitHub action calls: pick the operation from the workflow's event, do it, and report it on GitHub.
    Run(Run),
    /// Ask every TCP port of an address whether it takes a connection.
    Scan(Scan),
    /// Draw the declared topology: which server reaches which port of whom.
    Graph(Graph),
    /// Print the names of the environments as a JSON list, for the `matrix` of a workflow.
    Matrix(Matrix),
    /// Say what a finding or a failure reason means, and what to do about it.
    Explain(Explain),
    /// Print the JSON Schema of a describer file, for editors.
    Schema(Schema),
    /// Report what is here, and what is missing for which command; in a workflow also what the action would do.
    Doctor(Doctor),
    /// Look at the simulated Azure, or change it as the portal would.
    Simulator(Simulator),
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) describers: Describers,
    /// Print the least that the identities of plan and apply need in Azure, as commands.
    #[arg(long)]
    pub(crate) azure_roles: bool,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Describers {
    /// Folder of the describer files [default: describers]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) describers: Option<Utf8PathBuf>,

    /// Which environment, when the folder holds several.
    #[arg(long, short, value_name = "NAME")]
    pub(crate) environment: Option<String>,
}

#[derive(Debug, Default, Args)]
pub(crate) struct Output {
    /// How to print the answer.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The repository's folder.
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub(crate) folder: Utf8PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Folder of the describer files; the same as --describers.
    #[arg(value_name = "FOLDER", conflicts_with = "describers")]
    pub(crate) folder: Option<Utf8PathBuf>,
    #[command(flatten)]
    pub(crate) describers: Describers,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) describers: Describers,
    #[command(flatten)]
    pub(crate) output: Output,
    /// Which cloud to plan against.
    #[arg(long, value_enum, default_value_t, value_name = "CLOUD")]
    pub(crate) cloud: Cloud,
    /// Judge this plan of any azurerm configuration instead; Terraform is not run. It is what `terraform show -json` has
    /// printed; - is standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "cloud")]
    pub(crate) from: Option<Utf8PathBuf>,
    /// Only these servers, separated by commas; the whole is judged all the same.
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        conflicts_with = "from"
    )]
    pub(crate) servers: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Apply {
    #[command(flatten)]
    pub(crate) describers: Describers,
    #[command(flatten)]
    pub(crate) output: Output,
    /// Which cloud to change.
    #[arg(long, value_enum, default_value_t, value_name = "CLOUD")]
    pub(crate) cloud: Cloud,
    /// Only these servers, separated by commas; the whole is judged all the same.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) servers: Vec<String>,
    /// How long to wait for somebody else's lock on the state, such as 30s or 5m.
    #[arg(long, default_value = "5m", value_name = "TIME")]
    pub(crate) lock_timeout: String,
    /// Only this stage [default: all of them: terraform, ansible, verify]
    #[arg(long, value_enum, value_name = "STAGE")]
    pub(crate) only: Option<Only>,
    #[command(flatten)]
    pub(crate) initialise: Initialise,
}

#[derive(Debug, Args)]
#[command(
    after_help = "The inputs of the action are read from variables, as the runner sets them: INPUT_OPERATION=plan.\n\
    To try an event on a terminal: lostops run --dry-run --event-name push --event event.json"
)]
pub(crate) struct Run {
    /// Print what would be done on the event, and do nothing.
    #[arg(long = "dry-run")]
    pub(crate) dry: bool,
    /// Name of the event, such as `pull_request` [default: the workflow's]
    #[arg(long, value_name = "NAME", requires = "dry")]
    pub(crate) event_name: Option<String>,
    /// File of the event's payload [default: the workflow's]
    #[arg(long, value_name = "FILE", requires = "dry")]
    pub(crate) event: Option<Utf8PathBuf>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Picture {
    /// Text that GitHub draws.
    #[default]
    Mermaid,
    /// A picture of its own.
    Svg,
}

#[derive(Debug, Args)]
pub(crate) struct Graph {
    #[command(flatten)]
    pub(crate) describers: Describers,
    /// What to draw it as.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Picture,
}

#[derive(Debug, Args)]
pub(crate) struct Matrix {
    /// Folder of the describer files [default: describers]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) describers: Option<Utf8PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Code or name of a finding, or a failure reason: LO203, port-not-permitted, state-locked. Without it: the list.
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
    /// As Markdown, all of them: docs/findings.md.
    #[arg(long, conflicts_with = "code")]
    pub(crate) markdown: bool,
    /// As a Markdown table, every word of the output `failure-reason`.
    #[arg(long, conflicts_with_all = ["code", "markdown"])]
    pub(crate) reasons: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// Which file: server, environment or policy. Without it: their names.
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Write all of them into this folder instead.
    #[arg(long, value_name = "FOLDER", conflicts_with = "name")]
    pub(crate) write: Option<Utf8PathBuf>,
}
