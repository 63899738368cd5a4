//! The machine of a job: what its steps share, and whose it is.

use crate::harness::Project;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, lchown};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The user of GitHub's own runners: the workspace is this one's, and the container runs as root.
const RUNNER: u32 = 1001;

/// What the steps of one job share: a workspace that holds the project, and the runner's own folders.
pub(super) struct Runner {
    pub(super) project: Project,
    folders: TempDir,
}

impl Runner {
    pub(super) fn new(project: Project) -> Self {
        let folders = TempDir::with_prefix("lostops-runner-").expect("a temporary folder");
        for name in [
            "_github_home",
            "_github_workflow",
            "_runner_file_commands",
            "_temp",
        ] {
            fs::create_dir(folders.path().join(name)).expect("a folder of the runner");
        }
        let runner = Self { project, folders };
        runner.own();
        runner
    }

    pub(super) fn folder(&self, name: &str) -> PathBuf {
        self.folders.path().join(name)
    }

    /// What lostops keeps between the steps of a job: `staging/simulated`.
    pub(super) fn kept(&self, name: &str) -> PathBuf {
        self.folder("_temp/.lostops").join(name)
    }

    /// Changes the simulated cloud of an environment by hand.
    pub(super) fn portal(&self, environment: &str, arguments: &[&str]) {
        let folder = self.kept(environment).join("simulated");
        fs::create_dir_all(&folder).expect("the folder");
        let file = folder.join("cloud.json");
        let file = ["--file", file.to_str().expect("a path")];
        self.project.portal(&[&file, arguments].concat());
        self.own();
    }

    /// Gives everything to the runner's user, where this test may.
    pub(super) fn own(&self) {
        for folder in [self.project.path(""), self.folders.path().to_owned()] {
            for path in [vec![folder.clone()], files(&folder)].concat() {
                if lchown(path, Some(RUNNER), Some(RUNNER)).is_err() {
                    return;
                }
            }
        }
    }

    /// What a step has left that does not belong to the runner's user.
    pub(super) fn strangers(&self) -> Vec<PathBuf> {
        let workspace = self.project.path("");
        let owner = fs::metadata(&workspace).expect("the workspace").uid();
        let mut found = [files(&workspace), files(self.folders.path())].concat();
        found.retain(|path| fs::symlink_metadata(path).expect("a file").uid() != owner);
        found
    }
}

/// Everything in a folder and below.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            if entry.file_type().expect("a type").is_dir() {
                folders.push(entry.path());
            }
            found.push(entry.path());
        }
    }
    found
}

/// What the runner sets whatever the event is, and the inputs' defaults.
pub(super) const FIXED: &[(&str, &str)] = &[
    ("HOME", "/github/home"),
    ("GITHUB_ACTION", "__lostops_action"),
    ("GITHUB_ACTION_REF", "v1"),
    ("GITHUB_ACTION_REPOSITORY", "lostops/action"),
    ("GITHUB_ACTOR_ID", "1"),
    ("GITHUB_API_URL", "https://api.github.com"),
    ("GITHUB_EVENT_PATH", "/github/workflow/event.json"),
    ("GITHUB_GRAPHQL_URL", "https://api.github.com/graphql"),
    ("GITHUB_JOB", "plan"),
    ("GITHUB_REPOSITORY", "octo-org/servers"),
    ("GITHUB_REPOSITORY_ID", "310417"),
    ("GITHUB_REPOSITORY_OWNER", "octo-org"),
    ("GITHUB_REPOSITORY_OWNER_ID", "88001"),
    ("GITHUB_RETENTION_DAYS", "90"),
    ("GITHUB_RUN_ATTEMPT", "1"),
    ("GITHUB_RUN_ID", "9007199254"),
    ("GITHUB_RUN_NUMBER", "12"),
    ("GITHUB_SERVER_URL", "https://github.com"),
    ("GITHUB_WORKFLOW", "lostops"),
    (
        "GITHUB_WORKFLOW_REF",
        "octo-org/servers/.github/workflows/lostops.yml@refs/heads/main",
    ),
    (
        "GITHUB_WORKFLOW_SHA",
        "1f0e2d3c4b5a69788796a5b4c3d2e1f001122334",
    ),
    ("GITHUB_WORKSPACE", "/github/workspace"),
    ("RUNNER_ARCH", "X64"),
    ("RUNNER_ENVIRONMENT", "github-hosted"),
    ("RUNNER_NAME", "runner-1"),
    ("RUNNER_OS", "Linux"),
    ("RUNNER_TEMP", "/github/runner_temp"),
    ("RUNNER_TOOL_CACHE", "/opt/hostedtoolcache"),
    ("RUNNER_WORKSPACE", "/runner/servers"),
    ("ACTIONS_CACHE_URL", "https://cache.invalid/"),
    ("ACTIONS_RESULTS_URL", "https://results.invalid/"),
    ("ACTIONS_RUNTIME_TOKEN", "runtime-token-of-the-runner"),
    ("ACTIONS_RUNTIME_URL", "https://runtime.invalid/"),
    (
        "INPUT_GITHUB-TOKEN",
        "ghs_0123456789abcdefghijklmnopqrstuvwxyz",
    ),
    ("INPUT_OPERATION", ""),
    ("INPUT_SERVERS", ""),
    ("INPUT_ENVIRONMENT", ""),
    ("INPUT_DESCRIBERS", "describers"),
    ("INPUT_CLOUD", "azure"),
    ("INPUT_COMMENT", "always"),
    ("INPUT_SARIF", "false"),
    ("INPUT_CA-BUNDLE", ""),
    ("INPUT_LOCK-TIMEOUT", "5m"),
];
