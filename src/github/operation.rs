//! The operations of the action, by the words that people ask for them with.

/// What can be asked of the action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Check,
    Plan,
    Apply,
    Verify,
    Drift,
    /// Merges what the jobs of several environments have said.
    Summary,
    Start,
    Stop,
    Restart,
    Resize,
    Destroy,
    Unlock,
}

impl Operation {
    pub(crate) const ALL: &[Self] = &[
        Self::Check,
        Self::Plan,
        Self::Apply,
        Self::Verify,
        Self::Drift,
        Self::Summary,
        Self::Start,
        Self::Stop,
        Self::Restart,
        Self::Resize,
        Self::Destroy,
        Self::Unlock,
    ];

    /// Those that an event may stand for. The others are asked for by a person.
    pub(crate) const OF_EVENTS: &[Self] = &[
        Self::Check,
        Self::Plan,
        Self::Apply,
        Self::Verify,
        Self::Drift,
        Self::Summary,
    ];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Plan => "plan",
            Self::Apply => "apply",
            Self::Verify => "verify",
            Self::Drift => "drift",
            Self::Summary => "summary",
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Resize => "resize",
            Self::Destroy => "destroy",
            Self::Unlock => "unlock",
        }
    }

    /// Whether it is about servers that somebody must name.
    pub(crate) fn is_of_servers(self) -> bool {
        !Self::OF_EVENTS.contains(&self) && self != Self::Unlock
    }

    /// Whether it changes the cloud, or opens the way to that.
    pub(crate) fn changes(self) -> bool {
        matches!(self, Self::Apply | Self::Unlock) || self.is_of_servers()
    }
}
