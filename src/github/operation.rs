//! The operations of the action, by the words that people ask for them with.

/// What can be asked of the action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Check,
    Plan,
    Apply,
    Verify,
    Drift,
}

impl Operation {
    pub(crate) const ALL: &[Self] = &[
        Self::Check,
        Self::Plan,
        Self::Apply,
        Self::Verify,
        Self::Drift,
    ];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Plan => "plan",
            Self::Apply => "apply",
            Self::Verify => "verify",
            Self::Drift => "drift",
        }
    }
}
