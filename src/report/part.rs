//! What the job of one environment hands to the one that merges the answers of all.

/// A part of a merged comment: what a report says to nobody else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Part {
    /// As the workflow names it, where the describers could not be read.
    pub(crate) environment: String,
    /// The folder.
    pub(crate) describers: String,
    /// The commit that findings point at.
    pub(crate) commit: String,
    /// By which number GitHub knows the job; 0 where it did not say.
    pub(crate) job: u64,
    /// What was skipped and why: sentences.
    pub(crate) notices: Vec<String>,
    /// What Ansible did and what was measured, in a phrase each.
    pub(crate) words: Vec<String>,
}
