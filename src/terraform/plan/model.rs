//! What a plan means: machines, security groups, and what must be said about them.

use super::machine::{Contribution, Machine};
use crate::fleet::address::Addresses;
use crate::fleet::reach::Reach;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A plan, read and understood. Everything is sorted by address.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) terraform_version: Option<String>,
    /// There is something to apply, if only an output.
    pub(crate) applyable: bool,
    /// Every VM and scale set that is there before or after.
    pub(crate) machines: Vec<Machine>,
    /// Every network security group that is there after.
    pub(crate) groups: Vec<Group>,
    pub(crate) totals: Totals,
    /// Every change of anything that is not `no-op`, data sources left out.
    pub(crate) resources: Vec<Resource>,
    /// What may touch machines or groups past every check by type.
    pub(crate) opaque: Vec<Opaque>,
    pub(crate) neighbourhoods: Vec<Neighbourhood>,
    pub(crate) problems: Vec<Problem>,
    /// Commands to start or stop a machine that the plan would send.
    pub(crate) power: Vec<PowerCommand>,
    /// Power states that data sources have read.
    pub(crate) readings: Vec<PowerReading>,
    pub(crate) checks: Vec<CheckResult>,
    pub(crate) drift: Vec<Drift>,
    pub(crate) database_services: Vec<DatabaseService>,
    /// Values of data sources by address; filled only when [`super::Options::observed`] asks for it.
    pub(crate) observed: BTreeMap<String, serde_json::Value>,
    /// Addresses of the one virtual network of the plan; empty when there is none, several, or it has
    /// peerings or gateways.
    pub(crate) network: Addresses,
}

/// How many, as Terraform's own last line counts them; a replacement is one `add` and one `destroy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Totals {
    pub(crate) add: usize,
    pub(crate) change: usize,
    pub(crate) destroy: usize,
    /// Those counted twice above.
    pub(crate) replace: usize,
    pub(crate) import: usize,
    pub(crate) forget: usize,
    pub(crate) moved: usize,
}

/// One word of `change.actions`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    NoOp,
    Create,
    Read,
    Update,
    Delete,
    Forget,
    /// A word that this version of lostops does not know.
    Other,
}

/// One change of anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resource {
    pub(crate) address: String,
    /// `azurerm_subnet`
    pub(crate) kind: String,
    pub(crate) actions: Vec<Action>,
    /// `create`, `update`, `replace`, `destroy`, `forget`, `import`, `move`, `update and move`
    pub(crate) words: String,
    /// Terraform's own reason in words: `requested with -replace`.
    pub(crate) reason: Option<String>,
    /// Attributes that differ (update) or that force a replacement. Never values.
    pub(crate) attributes: Vec<String>,
}

/// A network security group by itself, default rules counted.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) address: String,
    /// The key of `for_each`, or the index of `count` in digits.
    pub(crate) key: Option<String>,
    /// Addresses of interfaces, subnets and scale sets in the plan; for others the last part of their id.
    pub(crate) attached_to: Vec<String>,
    /// It may be attached to something that could not be resolved.
    pub(crate) maybe_attached_elsewhere: bool,
    pub(crate) open: Reach,
    pub(crate) unproven: Reach,
    pub(crate) open_before: Reach,
    pub(crate) contributions: Arc<[Contribution]>,
    /// What sensitive rules of it let in before.
    pub(crate) hidden_before: Vec<Contribution>,
    /// Addresses of its network; empty when they are not known.
    pub(crate) network: Addresses,
}

/// Something that may change machines or groups in ways that nobody can see in a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opaque {
    pub(crate) address: String,
    pub(crate) words: String,
}

/// A subnet that Terraform manages, and the machines of the plan that have an interface in it.
#[derive(Debug, Clone)]
pub(crate) struct Neighbourhood {
    pub(crate) address: String,
    /// Empty when it is not known.
    pub(crate) ranges: Addresses,
    /// Labels.
    pub(crate) machines: Vec<String>,
}

/// Which kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ProblemKind {
    /// Two rules of a group with the same priority and direction: Azure refuses it.
    EqualPriority,
    /// A group is detached, or detached for a while, from what it protects.
    Unprotected,
    /// A group is taken from an interface that stays, and nothing else guards it.
    Unguarded,
    /// An interface goes, or is made anew, under a machine that stays.
    InterfaceInUse,
    /// A data disk is taken off a machine that stays, to be put back at another LUN.
    DiskMoved,
    /// A machine that stays loses the public address that it has.
    AddressLost,
    /// A public address is made anew before the old one of the same name goes.
    AddressTwice,
    /// A rule that cannot be understood counts as one that opens everything.
    UnreadableRule,
    /// A rule that nobody manages any more but that still opens what it opens.
    Unmanaged,
}

/// Something in the plan that is wrong by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    pub(crate) address: String,
    pub(crate) kind: ProblemKind,
    /// The machine that it happens to, where that is in the plan: its address.
    pub(crate) machine: Option<String>,
    /// A phrase without values that are sensitive.
    pub(crate) words: String,
}

/// What a power command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PowerAction {
    Start,
    Stop,
    Restart,
}

/// A command that the plan would send to a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PowerCommand {
    pub(crate) address: String,
    /// The key of `for_each`: what finds the server of an adopted machine.
    pub(crate) key: Option<String>,
    /// The label of the machine, when it is in the plan.
    pub(crate) machine: Option<String>,
    /// The id of the machine, when it is known.
    pub(crate) machine_id: Option<String>,
    pub(crate) action: PowerAction,
}

/// A power state that a data source has read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PowerReading {
    /// `data.azurerm_virtual_machine.power_web`
    pub(crate) address: String,
    pub(crate) name: Option<String>,
    pub(crate) id: Option<String>,
    /// `running`, `stopped`, `deallocated`, …
    pub(crate) state: String,
}

/// The result of a `check` block, a condition or a validation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckResult {
    pub(crate) address: String,
    /// `pass`, `fail`, `error`, `unknown`
    pub(crate) status: String,
    pub(crate) messages: Vec<String>,
}

/// What was changed past Terraform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Drift {
    pub(crate) address: String,
    pub(crate) kind: String,
    /// Phrases: rule `portal` was added outside Terraform.
    pub(crate) words: Vec<String>,
}

/// A managed database of the cloud, which no security group protects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DatabaseService {
    pub(crate) address: String,
    /// Phrases; empty when nothing public is seen.
    pub(crate) words: Vec<String>,
}
