//! The action's inputs, which the runner hands over as variables.

mod choices;
mod forms;

use camino::Utf8PathBuf;
use choices::choose;
pub(crate) use choices::{CloudInput, CommentInput, OnlyInput, ReviewedInput};
pub(crate) use forms::list;
use forms::{is_duration, plain};

/// Every input of action.yml, read.
#[derive(Debug, Clone)]
pub(crate) struct Inputs {
    /// Empty when none was given.
    pub(crate) token: String,
    pub(crate) operation: Option<String>,
    pub(crate) servers: Vec<String>,
    pub(crate) to: Option<String>,
    pub(crate) confirm: Option<String>,
    /// The id of the lock that is to be broken.
    pub(crate) lock_id: Option<String>,
    pub(crate) environment: Option<String>,
    pub(crate) describers: Utf8PathBuf,
    pub(crate) cloud: CloudInput,
    pub(crate) only: OnlyInput,
    /// The private key itself.
    pub(crate) ssh_key: Option<String>,
    pub(crate) comment: CommentInput,
    /// Where the parts of a summary lie.
    pub(crate) parts: Utf8PathBuf,
    /// By which number GitHub knows the job; 0 where it does not say.
    pub(crate) job: u64,
    pub(crate) sarif: bool,
    /// Whether what keeps an operation is proposed as a pull request.
    pub(crate) commit: bool,
    /// Whether a plan is rehearsed.
    pub(crate) rehearse: bool,
    pub(crate) ca_bundle: Option<Utf8PathBuf>,
    pub(crate) reviewed_plan: ReviewedInput,
    /// The secret with which records of plans are sealed.
    pub(crate) plan_key: Option<String>,
    /// As Terraform takes it: `5m`.
    pub(crate) lock_timeout: String,
    /// `terraform` or `tofu`.
    pub(crate) terraform: &'static str,
}

/// A shorter key can be guessed.
const SHORTEST_KEY: usize = 16;

impl Inputs {
    /// The names, as action.yml has them.
    #[cfg(test)]
    pub(crate) const NAMES: &[&str] = &[
        "github-token",
        "operation",
        "servers",
        "to",
        "confirm",
        "lock-id",
        "commit",
        "environment",
        "describers",
        "cloud",
        "only",
        "ssh-key",
        "comment",
        "parts",
        "job-id",
        "sarif",
        "rehearse",
        "reviewed-plan",
        "plan-key",
        "ca-bundle",
        "lock-timeout",
        "terraform",
    ];

    /// Reads all of them; everything that is wrong at once, a sentence each. `variable` gives the environment.
    pub(crate) fn read<'a>(
        variable: impl Fn(&str) -> Option<&'a str>,
    ) -> Result<Self, Vec<String>> {
        let input = |name: &str| {
            let value = variable(&variable_of(name)).map(str::trim);
            value.filter(|value| !value.is_empty())
        };
        let mut wrong = Vec::new();
        let cloud = choose(
            "cloud",
            input("cloud"),
            &[
                ("azure", CloudInput::Azure),
                ("simulated", CloudInput::Simulated),
            ],
            &mut wrong,
        );
        let only = choose(
            "only",
            input("only"),
            &[
                ("all", OnlyInput::All),
                ("both", OnlyInput::Both),
                ("terraform", OnlyInput::Terraform),
                ("ansible", OnlyInput::Ansible),
                ("verify", OnlyInput::Verify),
            ],
            &mut wrong,
        );
        let comment = choose(
            "comment",
            input("comment"),
            &[
                ("always", CommentInput::Always),
                ("changes", CommentInput::Changes),
                ("failure", CommentInput::Failure),
                ("never", CommentInput::Never),
                ("part", CommentInput::Part),
            ],
            &mut wrong,
        );
        let reviewed_plan = choose(
            "reviewed-plan",
            input("reviewed-plan"),
            &[
                ("when-available", ReviewedInput::WhenAvailable),
                ("required", ReviewedInput::Required),
                ("off", ReviewedInput::Off),
            ],
            &mut wrong,
        );
        let terraform = choose(
            "terraform",
            input("terraform"),
            &[("terraform", "terraform"), ("tofu", "tofu")],
            &mut wrong,
        );
        let plan_key = input("plan-key").map(str::to_owned);
        if plan_key
            .as_ref()
            .is_some_and(|key| key.len() < SHORTEST_KEY)
        {
            wrong.push(format!(
                "the input `plan-key` is too short to be a secret: it takes {SHORTEST_KEY} characters or more"
            ));
        }
        let mut flag = |name| {
            let choices = [("false", false), ("true", true)];
            choose(name, input(name), &choices, &mut wrong)
        };
        let (sarif, rehearse, commit) = (flag("sarif"), flag("rehearse"), flag("commit"));
        let lock_timeout = input("lock-timeout").unwrap_or("5m");
        if !is_duration(lock_timeout) {
            wrong.push(format!(
                "the input `lock-timeout` is `{lock_timeout}`: it takes a time such as `90s` or `5m`"
            ));
        }
        let servers = input("servers").map(list);
        if servers.as_ref().is_some_and(Vec::is_empty) {
            wrong.push("the input `servers` names none: leave it empty for all of them".to_owned());
        }
        let mut path = |name: &str| {
            let path = Utf8PathBuf::from(input(name)?);
            if path.is_absolute() {
                wrong.push(format!(
                    "the input `{name}` is `{path}`: it takes a path relative to the workspace, for the runner's own paths do not exist in the container"
                ));
            }
            Some(path)
        };
        let describers = path("describers").unwrap_or_else(|| Utf8PathBuf::from("describers"));
        let ca_bundle = path("ca-bundle");
        let parts = path("parts").unwrap_or_else(|| Utf8PathBuf::from("parts"));
        let describers = plain(&describers).unwrap_or_else(|| {
            wrong.push(format!(
                "the input `describers` is `{describers}`: it takes a folder of the repository by its own path, without `..`"
            ));
            describers
        });
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Self {
            token: input("github-token").unwrap_or_default().to_owned(),
            operation: input("operation").map(str::to_owned),
            servers: servers.unwrap_or_default(),
            to: input("to").map(str::to_owned),
            confirm: input("confirm").map(str::to_owned),
            lock_id: input("lock-id").map(str::to_owned),
            environment: input("environment").map(str::to_owned),
            describers,
            cloud,
            only,
            ssh_key: input("ssh-key").map(str::to_owned),
            comment,
            parts,
            job: input("job-id").and_then(|id| id.parse().ok()).unwrap_or(0),
            sarif,
            commit,
            rehearse,
            reviewed_plan,
            plan_key,
            ca_bundle,
            lock_timeout: lock_timeout.to_owned(),
            terraform,
        })
    }
}

/// The runner makes spaces underscores and letters capitals, and leaves dashes.
fn variable_of(name: &str) -> String {
    format!("INPUT_{}", name.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &[(&str, &'static str)]) -> Result<Inputs, Vec<String>> {
        let given: Vec<(String, &'static str)> = given
            .iter()
            .map(|(name, value)| (variable_of(name), *value))
            .collect();
        Inputs::read(|name| {
            given
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| *value)
        })
    }

    #[test]
    fn what_is_not_given_or_empty_is_as_usual() {
        let inputs = read(&[("cloud", ""), ("servers", " ")]).unwrap();
        assert_eq!(
            (inputs.cloud, inputs.comment),
            (CloudInput::Azure, CommentInput::Always)
        );
        assert_eq!(
            (inputs.describers.as_str(), inputs.servers.len()),
            ("describers", 0)
        );
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let wrong = read(&[
            ("cloud", "aws"),
            ("comment", "sometimes"),
            ("sarif", "maybe"),
            ("lock-timeout", "5"),
            ("describers", "/home/runner/describers"),
            // Nobody who writes this means all of them.
            ("servers", ", ,"),
        ])
        .unwrap_err();
        assert_eq!(wrong.len(), 6, "{wrong:#?}");
        assert!(wrong[0].contains("`azure`, `simulated`"));
    }

    #[test]
    fn a_folder_has_one_path_however_it_is_written() {
        for (written, path) in [
            ("./describers/", "describers"),
            ("a//b/./c", "a/b/c"),
            ("./", "."),
        ] {
            let inputs = read(&[("describers", written)]).unwrap();
            assert_eq!(inputs.describers, path);
        }
        let wrong = read(&[("describers", "a/../b")]).unwrap_err();
        assert!(wrong[0].contains("without `..`"), "{wrong:?}");
    }

    #[test]
    fn servers_may_stand_apart_by_commas_or_lines() {
        assert_eq!(list("web, db\nweb\r\ncache"), ["web", "db", "cache"]);
    }

    #[test]
    fn action_yml_has_these_inputs_and_no_other() {
        let text = include_str!("../../../action.yml");
        let inputs = text
            .split("\ninputs:\n")
            .nth(1)
            .unwrap()
            .split("\noutputs:\n")
            .next()
            .unwrap();
        let names: Vec<&str> = inputs
            .lines()
            .filter(|line| {
                line.starts_with("  ") && !line.starts_with("   ") && line.ends_with(':')
            })
            .map(|line| line.trim().trim_end_matches(':'))
            .collect();
        assert_eq!(names, Inputs::NAMES);
    }
}
