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
    Refused "refused" "The event may not start what was asked. Nothing was read and nothing was changed; the message says what to use.";
    UnknownOperation "unknown-operation" "`operation` names none that there is. The message lists them.";
    UnknownServer "unknown-server" "`servers` names one that no describer describes. The message lists those that there are.";
    UnknownEnvironment "unknown-environment" "`environment` names none that the describers hold. The message lists those that there are.";
    EnvironmentNotChosen "environment-not-chosen" "The describers hold several environments. Name one in `environment`, or run one job for each: `lostops matrix` lists them.";
    NoDescribers "no-describers" "There is no folder of describers. `actions/checkout` comes before lostops; the input `describers` names the folder; `lostops init` starts one.";
    InvalidDescriber "invalid-describer" "A describer file cannot be understood. The findings say where.";
    PolicyViolation "policy-violation" "What is written, planned or installed is not permitted. Each finding says where it comes from and what to do; what is written or planned so is never applied.";
    PolicyNotKnown "policy-not-known" "The policy of the base branch could not be read. A pull request's own does not judge it. The message says why; it takes `contents: read`.";
    AuthFailed "auth-failed" "Azure does not let lostops in. A variable is missing, or the identity lacks a credential or a role. The message says which; `lostops doctor` gives the lines that the workflow lacks.";
    StateNotKept "state-not-kept" "`state: { backend: local }` on a runner loses the state with the job. Name a storage account, or another backend by a file, in `environment.yaml`.";
    TerraformMissing "terraform-missing" "Terraform is not there or too old. The action brings its own; elsewhere install 1.9 or newer.";
    InitFailed "init-failed" "Terraform could not load its providers or its state. Its own words name the address or the storage account that did not answer.";
    PlanFailed "plan-failed" "Terraform could not plan. Its own words in the report say why: mend that and run again.";
    PlanIncomplete "plan-incomplete" "The plan covers only a part, so it cannot be judged. Plan without `-target`.";
    PlanUnreadable "plan-unreadable" "The plan is not one that `terraform show -json` prints. Write it anew with the Terraform that made it.";
    PlanNotReviewed "plan-not-reviewed" "No plan was reviewed, or none that can be trusted. The message says which; nothing was touched. Let a pull request be planned and merged, or choose another `reviewed-plan`.";
    PlanChanged "plan-changed" "The plan is not the one that was reviewed. The message says what it would do beyond it; nothing was touched. A new pull request shows the new plan for review.";
    StateLocked "state-locked" "Somebody else holds the lock on the state. Wait, or raise `lock-timeout`; after a run that was killed, `lostops unlock` with the lock's id.";
    ApplyFailed "apply-failed" "Terraform stopped halfway. What is done stays done; the rest is planned anew by the next run.";
    StateNotSaved "state-not-saved" "Terraform's state could not be written. It was tried again, and the message says where it is now; `lostops push-state` brings it to where it is kept. Apply nothing before.";
    HostsFailed "hosts-failed" "A host of a simulated machine could not be brought to what the cloud says. The message says which and why; the next run goes on where this one stopped.";
    SshKeyMissing "ssh-key-missing" "No SSH key was given, and without one no server can be initialised. Give the input `ssh-key`, or choose `only: terraform`. Nothing was touched.";
    SshKeyUnusable "ssh-key-unusable" "The SSH key cannot be used: it is encrypted, a public key, or not whole. The message says which.";
    SecretMissing "secret-missing" "A secret that a server needs is not set here. The message names each and the servers that need it. No server was touched.";
    SecretUnusable "secret-unusable" "A secret is set and cannot be what it stands for. The message says which and why. No server was touched.";
    NoHosts "no-hosts" "There is no server to initialise. None is running, or none has an address.";
    AnsibleMissing "ansible-missing" "Ansible is not there and could not be installed. The action brings its own; elsewhere Python 3.11 and a package index are needed.";
    ServerUnreachable "server-unreachable" "Some server does not answer by SSH. The message says which and why; the others were initialised.";
    HostKeyChanged "host-key-changed" "Some server shows another SSH host key than before. It was not touched. Compare it on the machine's console and pin it.";
    AnsibleFailed "ansible-failed" "Some task failed on a server. The report names server, role, task and line; the other servers were initialised.";
    NotAsWritten "not-as-written" "What was measured is not what is written: a port, a package, a service. Each finding says where it was found and what to do; nothing is undone by itself.";
    Drift "drift" "What runs is not what is written: the plan of a scheduled run is not empty, or Ansible would change a server. Apply what is written, or write down what was changed by hand.";
    PartMissing "part-missing" "The report of an environment is missing or cannot be believed. The message names each; without them the summary is not whole, and that job's own log says why.";
    Cancelled "cancelled" "The run was cancelled. Terraform got one interrupt and its lock is released; run again to go on.";
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
