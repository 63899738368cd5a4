//! Inputs that take one word of several.

/// Which cloud is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CloudInput {
    Azure,
    Simulated,
}

/// Which stages of an apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnlyInput {
    All,
    /// Terraform and Ansible.
    Both,
    Terraform,
    Ansible,
    Verify,
}

/// When the pull request gets a comment. An existing one is brought up to date whatever is chosen but `Never`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CommentInput {
    Always,
    /// When something would change, or is wrong.
    Changes,
    /// When something is wrong.
    Failure,
    Never,
}

/// What an apply is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReviewedInput {
    /// The plan that was reviewed, where there is one.
    WhenAvailable,
    /// Without one nothing is applied.
    Required,
    /// The policy alone.
    Off,
}
