//! What was found of a value that is not known yet.

/// A resource that a value comes from, and which attribute where that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) at: usize,
    pub(super) attribute: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Found {
    pub(super) targets: Vec<Target>,
    /// The value may come from something that is not among the targets.
    pub(super) incomplete: bool,
    /// Beside a target there are locals and the like: keys, or other sources.
    pub(super) vague: bool,
    /// Which of the targets it is cannot be told.
    pub(super) ambiguous: bool,
}

impl Found {
    /// The one resource, when there is no doubt.
    pub(super) fn single(&self) -> Option<usize> {
        match self.targets.as_slice() {
            [one] if !self.incomplete && !self.ambiguous => Some(one.at),
            _ => None,
        }
    }

    pub(super) fn nothing() -> Self {
        Self {
            incomplete: true,
            ..Self::default()
        }
    }
}
