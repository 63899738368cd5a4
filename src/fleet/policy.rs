//! What the policy file permits: ports and packages by role, changes of a machine's nature, exceptions.

use super::port::{PortSet, Protocol};
use super::server::{From, Role};
use super::sources::SourceSet;
use crate::source::{FileId, Located, Span};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// What must be true of a port beside who reaches it; measured by verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Must {
    Tls,
    RedirectToHttps,
}

/// One permitted entry of a role's `ports:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PermittedPort {
    pub(crate) protocol: Protocol,
    pub(crate) ports: Located<PortSet>,
    pub(crate) from: Located<From>,
    pub(crate) sources: SourceSet,
    pub(crate) must: Option<Must>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RoleProfile {
    pub(crate) role: Located<Role>,
    pub(crate) ports: Vec<PermittedPort>,
    pub(crate) packages: Vec<Located<String>>,
}

/// A change of what a machine is, or of whether it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operation {
    Create,
    Destroy,
    Resize,
    /// Another image, or any other reason for which the machine is made anew.
    Reimage,
    Disk,
    Start,
    Stop,
}

impl Operation {
    pub(crate) const ALL: [Self; 7] = [
        Self::Create,
        Self::Destroy,
        Self::Resize,
        Self::Reimage,
        Self::Disk,
        Self::Start,
        Self::Stop,
    ];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Destroy => "destroy",
            Self::Resize => "resize",
            Self::Reimage => "reimage",
            Self::Disk => "disk",
            Self::Start => "start",
            Self::Stop => "stop",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allow,
    Deny,
}

/// An exception for one server and operation, with an owner's reason and an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) span: Span,
    pub(crate) server: Located<String>,
    pub(crate) operation: Located<Operation>,
    /// The only target it allows: a size for `resize`, an image for `reimage`.
    pub(crate) to: Option<Located<String>>,
    pub(crate) reason: String,
    /// The last day on which it holds.
    pub(crate) until: Located<Date>,
}

/// A finding that is accepted for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiver {
    pub(crate) span: Span,
    pub(crate) code: Located<String>,
    pub(crate) server: Located<String>,
    pub(crate) port: Option<Located<PortSet>>,
    pub(crate) reason: String,
    pub(crate) until: Located<Date>,
}

/// A file of rules in Rego.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleFile {
    pub(crate) file: FileId,
    pub(crate) path: String,
    pub(crate) text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Policy {
    pub(crate) file: FileId,
    pub(crate) roles: BTreeMap<Role, RoleProfile>,
    /// Every operation; what the file does not name is denied, but `start` and `stop`.
    pub(crate) nature: BTreeMap<Operation, Located<Verdict>>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) waivers: Vec<Waiver>,
    /// Rules of the user's own, by path.
    pub(crate) rules: Vec<RuleFile>,
}
