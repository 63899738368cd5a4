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
    ];

    /// Those that an event may stand for. The others are asked for by a person, who names the servers.
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
        }
    }

    /// Whether it is about servers that somebody must name.
    pub(crate) fn is_of_servers(self) -> bool {
        !Self::OF_EVENTS.contains(&self)
    }

    /// Whether it changes the cloud.
    pub(crate) fn changes(self) -> bool {
        self == Self::Apply || self.is_of_servers()
    }
}
