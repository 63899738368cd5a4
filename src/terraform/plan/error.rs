//! Why a plan cannot be judged, and what to do about it.

use camino::Utf8PathBuf;

/// A plan that cannot be judged. Every one of them fails the run: no verdict is better than a wrong one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlanError {
    #[error("could not read `{path}`")]
    Read {
        path: Utf8PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the plan is empty: nothing was written into it")]
    Empty,
    /// The phrase says what it is instead.
    #[error("this is not the JSON of a plan: {0}")]
    NotJson(String),
    #[error("this is {0}, not the JSON of a plan")]
    NotAPlan(&'static str),
    #[error("the JSON of the plan is cut off or damaged: {0}")]
    Damaged(String),
    #[error(
        "the plan has format version `{0}`, and lostops reads 0.1 and later, up to the last 1.x"
    )]
    UnsupportedFormat(String),
    #[error(
        "Terraform failed while it made this plan, so the plan holds only a part of the changes"
    )]
    Errored,
    #[error(
        "the plan is incomplete: it was made with `-target` or parts were deferred, so what is absent from it is not known"
    )]
    Incomplete,
    #[error("one value of the plan is larger than {limit_mib} MiB: {what}")]
    TooBig { what: String, limit_mib: usize },
}

impl PlanError {
    /// What to do about it, as an imperative.
    pub(crate) fn help(&self) -> &'static str {
        match self {
            Self::Read { .. } => "check the path and that the file may be read",
            Self::Empty | Self::NotJson(_) | Self::NotAPlan(_) => {
                "write it with `terraform plan -out=tfplan` and `terraform show -json tfplan > plan.json`"
            }
            Self::Damaged(_) => {
                "write it again with `terraform show -json tfplan > plan.json` and wait until it has ended"
            }
            Self::UnsupportedFormat(_) => {
                "use a Terraform whose plan format is 1.x, or a newer lostops"
            }
            Self::Errored => "mend what Terraform reports and plan again",
            Self::Incomplete => "plan again without `-target`",
            Self::TooBig { .. } => "check that the file is what `terraform show -json` printed",
        }
    }
}
