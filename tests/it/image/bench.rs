//! Steps of a repository's workflow, one after another, with a GitHub that remembers.

use super::engine::Network;
use super::event::Event;
use super::job::{Ended, Job};
use super::runner::{Runner, files};
use crate::fake_github::{FakeGitHub, Pull, TOKEN, route};
use crate::harness::Project;
use std::path::PathBuf;

pub(super) const PULL: u64 = 7;
const SQUASHED: &str = "c0ffee0123456789abcdef0123456789abcdef01";

/// A job of the repository octo-org/servers, with a GitHub that knows its pull request.
pub(super) struct Bench {
    pub(super) github: FakeGitHub,
    network: Network,
    pub(super) runner: Runner,
}

impl Bench {
    pub(super) fn new() -> Self {
        let network = Network::new();
        let github = FakeGitHub::builder()
            .address(&format!("{}:0", network.gateway))
            .repository("octo-org/servers")
            .start();
        let payload = Event::new("pull_request.opened").payload;
        let sha = payload["pull_request"]["head"]["sha"].as_str();
        let mut pull = Pull::open(PULL);
        sha.expect("a sha").clone_into(&mut pull.head_sha);
        github.state().pulls.insert(PULL, pull);
        let runner = Runner::new(Project::bare());
        let bench = Self {
            github,
            network,
            runner,
        };
        bench.merge_into_the_base();
        bench
    }

    /// The branch that pull requests go to has the describers as they are now.
    pub(super) fn merge_into_the_base(&self) {
        let payload = Event::new("pull_request.opened").payload;
        let base = payload["pull_request"]["base"]["sha"].as_str();
        let describers = self.runner.project.path("describers");
        self.github
            .commit(base.expect("a base"), &describers, "describers");
    }

    /// What a fork's jobs and Dependabot's get.
    pub(super) fn read_only(self) -> Self {
        self.github.state().read_only = true;
        self
    }

    /// The pull request was squashed into main.
    pub(super) fn merged(self) -> Self {
        let mut merged = Pull::open(PULL).merged("main", SQUASHED, "2026-11-23T08:15:00Z");
        let head = self.github.state().pulls[&PULL].head_sha.clone();
        merged.head_sha = head;
        self.github.state().pulls.insert(PULL, merged);
        self
    }

    /// Opens a port to the database that no policy permits.
    pub(super) fn with_a_violation(self) -> Self {
        self.runner.project.edit(
            "describers/database.yaml",
            "ports:\n",
            "ports:\n  - { port: 8080, from: internet, for: debug }\n",
        );
        self
    }

    pub(super) fn job(&self, event: &str) -> Job<'_> {
        Job::new(event, &self.runner).github(&self.github, &self.network)
    }

    /// Runs a step, and holds it to what holds for each.
    pub(super) fn run(&self, event: &str, inputs: &[(&str, &str)]) -> Ended {
        let mut job = self.job(event);
        for (name, value) in inputs {
            job = job.input(name, value);
        }
        let ended = job.run();
        let unmasked: Vec<&str> = ended
            .log
            .lines()
            .filter(|line| line.contains(TOKEN) && !line.starts_with("::add-mask::"))
            .collect();
        assert_eq!(unmasked, [""; 0], "the token is shown");
        assert!(!ended.summary.contains(TOKEN), "the token is shown");
        assert_eq!(
            self.runner.strangers(),
            Vec::<PathBuf>::new(),
            "{}",
            ended.log
        );
        let home = files(&self.runner.folder("_github_home"));
        assert_eq!(home, Vec::<PathBuf>::new(), "later steps see it");
        ended
    }

    /// The bodies of the comments on the pull request.
    pub(super) fn comments(&self) -> Vec<String> {
        let comments = self.github.comments(PULL);
        comments.into_iter().map(|comment| comment.body).collect()
    }

    pub(super) fn wrote_nothing(&self) -> bool {
        let requests = self.github.requests();
        requests
            .iter()
            .all(|request| request.route.starts_with("GET ") || request.route == "POST /graphql")
    }

    /// Nothing but the one issue that tells of drift; whether it is open.
    pub(super) fn issue_of_drift(&self) -> bool {
        let requests = self.github.requests();
        let others = requests.iter().filter(|request| {
            !request.route.starts_with("GET ") && request.route != "POST /graphql"
        });
        let routes = [route::OPEN_ISSUE, route::EDIT_ISSUE];
        assert!(
            others
                .clone()
                .all(|request| routes.contains(&request.route.as_str()))
        );
        let issues = self.github.issues();
        assert_eq!(issues.len(), 1);
        issues[0].open
    }
}
