//! What a plan means for one machine: its changes, and who reaches it.

use crate::fleet::address::Addresses;
use crate::fleet::reach::Reach;
use crate::fleet::words::and_list;
use std::net::IpAddr;
use std::sync::Arc;

/// A virtual machine or scale set.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    pub(crate) address: String,
    /// `azurerm_linux_virtual_machine`
    pub(crate) kind: String,
    /// The attribute `name`.
    pub(crate) name: Option<String>,
    /// The key of `for_each`, or the index of `count` in digits.
    pub(crate) key: Option<String>,
    /// Unique in the plan; the atom that stands for it in a [`SourceSet`]. It is the address.
    pub(crate) label: String,
    /// `resource-group/name` in lower case, where both are known: what stays when the address changes.
    pub(crate) identity: Option<String>,
    /// Empty when nothing changes.
    pub(crate) changes: Vec<MachineChange>,
    pub(crate) size_before: Option<String>,
    pub(crate) size_after: Option<String>,
    pub(crate) image_before: Option<String>,
    pub(crate) image_after: Option<String>,
    /// Known private addresses, as the plan leaves them.
    pub(crate) private_ips: Vec<IpAddr>,
    pub(crate) public: PublicSide,
    /// Certainly open as the plan leaves it.
    pub(crate) open: Reach,
    /// Cannot be shown closed: what may be open beyond `open`.
    pub(crate) unproven: Reach,
    /// Certainly open before.
    pub(crate) open_before: Reach,
    /// What opens it, one list for each group in its way.
    pub(crate) evidence: Vec<Arc<[Contribution]>>,
    /// What sensitive rules let in before.
    pub(crate) hidden_before: Vec<Contribution>,
    /// Addresses (or ids, when they are not in the plan) of the security groups in its way.
    pub(crate) groups: Vec<String>,
    /// Addresses of its network; empty when they are not known.
    pub(crate) network: Addresses,
    /// Whether it is managed and exists after the apply.
    pub(crate) stays: bool,
}

/// The one that lets in most of the ports; one that is sensitive and has any part in it goes before
/// all others.
pub(crate) fn decisive<'c>(
    all: impl Iterator<Item = &'c Contribution>,
    reach: &Reach,
) -> Option<&'c Contribution> {
    let mut best: Option<(&Contribution, usize)> = None;
    for one in all.filter(|one| one.reach.meets(reach)) {
        if one.sensitive {
            return Some(one);
        }
        let width = one
            .reach
            .intersection(reach)
            .ranges()
            .map(|(_, low, high, _)| usize::from(high - low) + 1)
            .sum();
        if best.is_none_or(|(_, most)| width > most) {
            best = Some((one, width));
        }
    }
    best.map(|(one, _)| one)
}

/// Those that must not be shown.
pub(super) fn hidden(contributions: &[Contribution]) -> impl Iterator<Item = Contribution> {
    contributions.iter().filter(|one| one.sensitive).cloned()
}

/// What one rule opens, by itself in its group.
#[derive(Debug, Clone)]
pub(crate) struct Contribution {
    /// `azurerm_network_security_group.this["database"] rule mysql`
    pub(crate) evidence: String,
    /// What this rule lets in or may let in, after the rules before it.
    pub(crate) reach: Reach,
    /// A port or prefix of it is sensitive: say `(sensitive)`, never the value.
    pub(crate) sensitive: bool,
}

/// How the internet may get to a machine at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) enum PublicSide {
    /// No public address, and nothing in front.
    #[default]
    None,
    /// Something public is in front: a load balancer, a firewall's NAT.
    Behind,
    /// It may have a public address.
    Unknown,
    /// A public address of SKU Standard: closed until a group allows.
    Standard,
    /// A public address whose SKU is not known.
    Public,
    /// A public address of SKU Basic: open where no group denies.
    Basic,
}

/// What happens to the nature of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MachineChange {
    Create,
    Destroy,
    /// Destroyed and made anew; why, as attribute names or as Terraform's reason in words.
    Replace {
        because: Vec<String>,
        /// Whether the image is among the reasons.
        reimage: bool,
        /// What it is made from then, where that is known and may be shown.
        image: Option<String>,
    },
    /// `to` is `None` when it is not known until the apply: the nature cannot be shown to stay.
    Resize {
        from: String,
        to: Option<String>,
    },
    /// The number of instances of a scale set.
    Scale {
        from: String,
        to: Option<String>,
    },
    /// Attributes that change in place and are neither size nor disk.
    Update {
        what: Vec<String>,
    },
    /// A disk is added, removed or changed.
    Disk {
        what: String,
    },
    Import,
    /// It leaves Terraform's management and runs on.
    Forget,
    Start,
    Stop,
    Restart,
    /// An older object of a failed replacement is cleaned up; the machine itself is not touched.
    Deposed,
    /// Terraform wants something that this version does not know.
    Other {
        actions: Vec<String>,
    },
}

impl MachineChange {
    /// One of the frozen words: create, destroy, replace, resize, update, start, stop, import, forget, none.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Destroy => "destroy",
            Self::Replace { .. } => "replace",
            Self::Resize { .. } | Self::Scale { .. } => "resize",
            Self::Update { .. } | Self::Disk { .. } | Self::Other { .. } => "update",
            Self::Import => "import",
            Self::Forget => "forget",
            Self::Start | Self::Restart => "start",
            Self::Stop => "stop",
            Self::Deposed => "none",
        }
    }

    /// A phrase: `resize from Standard_B2ms to Standard_B4ms`.
    pub(crate) fn sentence(&self) -> String {
        let unknown = || "a value that is not known until the apply".to_owned();
        match self {
            Self::Create => "create".to_owned(),
            Self::Destroy => "destroy".to_owned(),
            Self::Replace { because, .. } if because.is_empty() => "replace".to_owned(),
            Self::Replace { because, .. } => {
                format!("replace because {}", and_list(because))
            }
            Self::Resize { from, to } => {
                format!(
                    "resize from {from} to {}",
                    to.clone().unwrap_or_else(unknown)
                )
            }
            Self::Scale { from, to } => format!(
                "scale from {from} to {} instances",
                to.clone().unwrap_or_else(unknown)
            ),
            Self::Update { what } => format!("update {}", and_list(what)),
            Self::Disk { what } => what.clone(),
            Self::Import => "import into Terraform's management".to_owned(),
            Self::Forget => "forget: Terraform no longer manages it, and it runs on".to_owned(),
            Self::Start => "start".to_owned(),
            Self::Stop => "stop".to_owned(),
            Self::Restart => "restart".to_owned(),
            Self::Deposed => "clean up what a failed replacement left".to_owned(),
            Self::Other { actions } => {
                format!("do what lostops does not know: {}", actions.join(", "))
            }
        }
    }
}
