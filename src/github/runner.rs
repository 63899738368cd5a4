//! What the runner tells every step: the variables of a workflow run.

use camino::Utf8PathBuf;
use serde_json::Value;

/// One run of a workflow, as the runner describes it.
#[derive(Debug, Clone)]
pub(crate) struct Runner {
    /// `octo-org/servers`
    pub(crate) repository: String,
    pub(crate) event_name: String,
    pub(crate) event_path: Utf8PathBuf,
    /// `refs/heads/main`, `refs/pull/7/merge`
    pub(crate) git_ref: String,
    /// What was checked out: for a pull request the merge commit.
    pub(crate) sha: String,
    pub(crate) actor: String,
    /// `https://github.com`, without a slash at the end; a GitHub Enterprise Server has its own.
    pub(crate) server_url: String,
    pub(crate) api_url: String,
    pub(crate) graphql_url: String,
    pub(crate) run_id: String,
    pub(crate) attempt: u32,
    /// A folder that lives as long as the job.
    pub(crate) temporary: Option<Utf8PathBuf>,
    /// Where outputs are written.
    pub(crate) output: Option<Utf8PathBuf>,
    /// Where the job summary is written.
    pub(crate) summary: Option<Utf8PathBuf>,
}

impl Runner {
    /// From the environment, `None` for what is not set. What a run cannot do without is missing as an empty text
    /// and met where it is needed, so that `--dry-run` works with an event file alone.
    pub(crate) fn new<'a>(variable: impl Fn(&str) -> Option<&'a str>) -> Self {
        let text = |name: &str| variable(name).unwrap_or_default().to_owned();
        let url = |name: &str, usual: &str| {
            let url = variable(name).unwrap_or(usual);
            url.trim_end_matches('/').to_owned()
        };
        let path = |name: &str| variable(name).map(Utf8PathBuf::from);
        Self {
            repository: text("GITHUB_REPOSITORY"),
            event_name: text("GITHUB_EVENT_NAME"),
            event_path: Utf8PathBuf::from(text("GITHUB_EVENT_PATH")),
            git_ref: text("GITHUB_REF"),
            sha: text("GITHUB_SHA"),
            actor: text("GITHUB_ACTOR"),
            server_url: url("GITHUB_SERVER_URL", "https://github.com"),
            api_url: url("GITHUB_API_URL", "https://api.github.com"),
            graphql_url: url("GITHUB_GRAPHQL_URL", "https://api.github.com/graphql"),
            run_id: text("GITHUB_RUN_ID"),
            attempt: variable("GITHUB_RUN_ATTEMPT")
                .and_then(|attempt| attempt.parse().ok())
                .unwrap_or(1),
            temporary: path("RUNNER_TEMP"),
            output: path("GITHUB_OUTPUT"),
            summary: path("GITHUB_STEP_SUMMARY"),
        }
    }

    /// Fills what is not set, as in `--dry-run` on a terminal, from the event itself.
    pub(crate) fn complete(&mut self, payload: &Value) {
        let fill = |known: &mut String, pointers: &[&str]| {
            let told = pointers
                .iter()
                .find_map(|pointer| payload.pointer(pointer)?.as_str());
            if let (true, Some(told)) = (known.is_empty(), told) {
                told.clone_into(known);
            }
        };
        fill(&mut self.repository, &["/repository/full_name"]);
        fill(&mut self.git_ref, &["/ref", "/merge_group/head_ref"]);
        // A pull request's `after` is its head, which is not what is checked out.
        if payload.pointer("/pull_request").is_none() {
            fill(&mut self.sha, &["/after", "/merge_group/head_sha"]);
        }
        fill(&mut self.actor, &["/sender/login"]);
    }

    /// The page of this run, for people.
    /// The branch that was pushed to; elsewhere the whole ref.
    pub(crate) fn branch(&self) -> &str {
        let git_ref = self.git_ref.as_str();
        git_ref.strip_prefix("refs/heads/").unwrap_or(git_ref)
    }

    pub(crate) fn run_url(&self) -> Option<String> {
        let known = !self.repository.is_empty() && !self.run_id.is_empty();
        known.then(|| {
            format!(
                "{}/{}/actions/runs/{}/attempts/{}",
                self.server_url, self.repository, self.run_id, self.attempt
            )
        })
    }

    /// The page of one job of this run; `None` where its number is not known.
    pub(crate) fn job_url(&self, job: u64) -> Option<String> {
        let known = job > 0 && !self.repository.is_empty() && !self.run_id.is_empty();
        known.then(|| {
            format!(
                "{}/{}/actions/runs/{}/job/{job}",
                self.server_url, self.repository, self.run_id
            )
        })
    }

    /// What a path in the repository is appended to, for a link to its text at this commit.
    pub(crate) fn blob_url(&self, commit: &str) -> Option<String> {
        let known = !self.repository.is_empty() && !commit.is_empty();
        known.then(|| format!("{}/{}/blob/{commit}", self.server_url, self.repository))
    }

    pub(crate) fn commit_url(&self, commit: &str) -> Option<String> {
        let known = !self.repository.is_empty() && !commit.is_empty();
        known.then(|| format!("{}/{}/commit/{commit}", self.server_url, self.repository))
    }
}
