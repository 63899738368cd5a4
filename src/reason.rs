//! Why a run did not end well, as one word that a workflow can branch on.

/// One list, so that the output `failure-reason`, JSON, `lostops explain` and the README cannot differ.
macro_rules! reasons {
    ($($variant:ident $word:literal $meaning:literal;)*) => {
        /// The output `failure-reason`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Reason {
            $($variant,)*
        }

        impl Reason {
            /// In the order in which a run meets them.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),*];

            /// Kebab-case. Stable: workflows compare it.
            pub(crate) fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// What happened and what to do: sentences, Markdown.
            pub(crate) fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => $meaning,)*
                }
            }
        }
    };
}

reasons! {
    BadInput "bad-input" "An input of the action cannot be read. The message names it and what it takes.";
    Refused "refused" "The event is one on which lostops does not work. Nothing was read and nothing was changed.";
    UnknownOperation "unknown-operation" "`operation` names none that there is; the message lists them.";
    UnknownServer "unknown-server" "`servers` names one that no describer describes.";
    UnknownEnvironment "unknown-environment" "`environment` names none that the describers hold.";
    EnvironmentNotChosen "environment-not-chosen" "The describers hold several environments: choose one, or run one job for each.";
    InvalidDescriber "invalid-describer" "A describer file cannot be understood. The findings say where.";
    PolicyViolation "policy-violation" "What is written or planned is not permitted. Nothing was applied.";
    AuthFailed "auth-failed" "A variable that Azure's login needs is missing. `lostops doctor` lists them.";
    StateNotKept "state-not-kept" "`state: local` on a runner loses the state with the job. Name a storage account in the environment.";
    TerraformMissing "terraform-missing" "Terraform is not there or too old.";
    InitFailed "init-failed" "Terraform could not load its providers or its state.";
    PlanFailed "plan-failed" "Terraform could not plan; its own words are in the report.";
    PlanIncomplete "plan-incomplete" "The plan covers only a part, so it cannot be judged.";
    PlanUnreadable "plan-unreadable" "The plan is not one that `terraform show -json` prints.";
    StateLocked "state-locked" "Somebody else holds the lock on the state.";
    ApplyFailed "apply-failed" "Terraform stopped halfway. What is done stays done; the rest is planned anew by the next run.";
    Drift "drift" "What runs is not what is written: the plan of a scheduled run is not empty.";
    Cancelled "cancelled" "The run was cancelled. Terraform got one interrupt and its lock is released.";
    Failed "failed" "lostops itself could not do its work; the message says what.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_stands_once() {
        let mut words: Vec<&str> = Reason::ALL.iter().map(|reason| reason.word()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Reason::ALL.len());
    }
}
