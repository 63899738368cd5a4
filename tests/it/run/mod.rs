//! `lostops run` in a job: event file, variables, a strict GitHub beside it, and everything it answers read back.

mod answers;
mod comment;
mod drift;
mod first_steps;
mod judge;
mod long;
mod mutations;
mod records;
mod reviewed;
mod secrets;
mod servers;
mod several;
mod trouble;
mod trust;

use crate::fake_github::{FakeGitHub, Pull, TOKEN};
use crate::harness::{Project, finish, root};
use crate::image::event::Event;
use crate::produced;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const HEAD: &str = "7b3e9f0c5d2a41886e0f4c1b9a8d7e6f50412233";

/// A checked-out repository on a runner, and GitHub.
pub(super) struct Job {
    pub(super) project: Project,
    /// The describers of the branch that pull requests go to.
    origin: PathBuf,
    pub(super) github: FakeGitHub,
    variables: BTreeMap<String, String>,
    /// The branch that pull requests go to, where the event's file is not to say it.
    base: Option<String>,
}

/// How a step ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) code: i32,
    /// Standard output and error, as the runner would read them.
    pub(super) log: String,
    pub(super) outputs: BTreeMap<String, String>,
    pub(super) summary: String,
}

impl Job {
    /// With the Lostops describers and pull request 7 open.
    pub(super) fn new() -> Self {
        Self::with(&root().join("describers"), FakeGitHub::builder())
    }

    /// One server that Terraform makes whole.
    pub(super) fn managed() -> Self {
        Self::with(&root().join("examples/managed"), FakeGitHub::builder())
    }

    pub(super) fn with(describers: &Path, github: crate::fake_github::Builder) -> Self {
        let project = Project::with(describers);
        fs::create_dir_all(project.path("temp")).expect("the runner's temporary folder");
        let github = github.repository("octo-org/servers").start();
        github.open_pull(7);
        Self {
            project,
            origin: describers.to_owned(),
            github,
            variables: BTreeMap::new(),
            base: None,
        }
    }

    /// Lets the database open 8080 to the internet, which no policy permits.
    pub(super) fn opens_a_port(&self) {
        self.project.edit(
            "describers/database.yaml",
            "ports:\n",
            "ports:\n  - { port: 8080, from: internet, for: debug }\n",
        );
    }

    /// The branch that pull requests go to has no describers yet.
    pub(super) fn has_no_base(&mut self) {
        self.origin = self.project.path("nowhere");
        self.github.state().files.clear();
    }

    /// What is written now is what pull requests go to.
    pub(super) fn is_merged(&mut self) {
        self.origin = self.project.path("base");
        let (from, to) = (self.project.path("describers"), &self.origin);
        for folder in ["", "policy"].map(|name| from.join(name)) {
            let to = to.join(folder.strip_prefix(&from).expect("below"));
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                fs::create_dir_all(&to).expect("the folder");
                if entry.path().is_file() {
                    fs::copy(entry.path(), to.join(entry.file_name())).expect("the file");
                }
            }
        }
        self.github.state().files.clear();
    }

    /// The pull request was squashed into main, as the event of the push says.
    pub(super) fn merged(&self) {
        let event = Event::new("push.squash-merge");
        let sha = event.payload["after"].as_str().expect("a commit");
        let mut pull = Pull::open(7).merged("main", sha, "2026-11-20T10:00:00Z");
        HEAD.clone_into(&mut pull.head_sha);
        self.github.state().pulls.insert(7, pull);
    }

    pub(super) fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Pull requests go to this branch.
    pub(super) fn base(&mut self, branch: &str) -> &mut Self {
        self.base = Some(branch.to_owned());
        self
    }

    pub(super) fn command(&self, event: &str) -> std::process::Command {
        let mut event = Event::new(event);
        if let Some(branch) = self
            .base
            .as_ref()
            .filter(|_| event.payload.get("pull_request").is_some())
        {
            event.payload["pull_request"]["base"]["ref"] = Value::from(branch.as_str());
        }
        let file = |name: &str| self.project.path(name).to_string_lossy().into_owned();
        self.project
            .write("temp/event.json", event.payload.to_string());
        let base = event.payload.pointer("/pull_request/base/sha");
        if let Some(base) = base
            .and_then(Value::as_str)
            .filter(|_| self.origin.is_dir())
        {
            self.github.commit(base, &self.origin, "describers");
        }
        self.push(event.payload.pointer("/pull_request/head/sha"));
        for name in ["temp/output", "temp/summary"] {
            self.project.write(name, "");
        }
        let mut command = self.project.command(&["run"]);
        command
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_REPOSITORY", "octo-org/servers")
            .env("GITHUB_RUN_ID", "4711")
            .env("GITHUB_RUN_ATTEMPT", "2")
            .env("GITHUB_API_URL", self.github.api_url())
            .env("GITHUB_GRAPHQL_URL", self.github.graphql_url())
            .env("GITHUB_SERVER_URL", self.github.server_url())
            .env("GITHUB_EVENT_PATH", file("temp/event.json"))
            .env("GITHUB_OUTPUT", file("temp/output"))
            .env("GITHUB_STEP_SUMMARY", file("temp/summary"))
            .env("RUNNER_TEMP", file("temp"))
            .env("INPUT_GITHUB-TOKEN", TOKEN)
            .env("INPUT_CLOUD", "simulated")
            .envs(event.variables())
            .envs(&self.variables);
        command
    }

    /// The head of the pull request has what is in the workspace; what lies in `checkout` there, the repository has without that.
    fn push(&self, head: Option<&Value>) {
        let describers = self.variables.get("INPUT_DESCRIBERS");
        let describers = describers.map_or("describers", |folder| folder.trim_start_matches("./"));
        let folder = self.project.path(describers);
        if let Some(head) = head.and_then(Value::as_str).filter(|_| folder.is_dir()) {
            let path = describers.trim_start_matches("checkout/");
            self.github.commit(head, &folder, path);
        }
    }

    pub(super) fn run(&self, event: &str) -> Ended {
        let run = finish(&mut self.command(event));
        self.ended(run.code, run.stdout + &run.stderr)
    }

    /// Must end with this exit code.
    pub(super) fn ends(&self, event: &str, code: i32) -> Ended {
        let ended = self.run(event);
        assert_eq!(ended.code, code, "{}", ended.log);
        ended
    }

    pub(super) fn ended(&self, code: i32, log: String) -> Ended {
        let read = |name: &str| fs::read_to_string(self.project.path(name)).expect("the file");
        let ended = Ended {
            code,
            log,
            outputs: outputs(&read("temp/output")),
            summary: read("temp/summary"),
        };
        produced::reason(ended.output("failure-reason"));
        if !ended.output("report").is_empty() {
            produced::report(&ended.report(self));
        }
        ended
    }

    /// The body of the one comment that is ours.
    pub(super) fn comment(&self) -> String {
        let comments = self.github.comments(7);
        assert_eq!(comments.len(), 1, "{comments:#?}");
        comments[0].body.clone()
    }

    /// A `PATH` on which another Terraform comes first: it does this, in the words of a shell, and then what the real
    /// one does.
    pub(super) fn terraform(&self, before: &str) -> String {
        let path = std::env::var("PATH").unwrap_or_default();
        let real = path
            .split(':')
            .map(|folder| Path::new(folder).join("terraform"))
            .find(|program| program.is_file())
            .expect("terraform");
        let script = format!("#!/bin/sh\n{before}\nexec '{}' \"$@\"\n", real.display());
        self.project.write("bin/terraform", script);
        let program = self.project.path("bin/terraform");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(&program, mode).expect("a program");
        format!("{}:{path}", self.project.path("bin").display())
    }

    /// Changes the job's simulated cloud by hand.
    pub(super) fn portal(&self, environment: &str, arguments: &[&str]) {
        let file = format!("temp/.lostops/{environment}/simulated/cloud.json");
        let file = self.project.path(&file).to_string_lossy().into_owned();
        self.project
            .portal(&[&["--file", &file], arguments].concat());
    }
}

impl Ended {
    pub(super) fn output(&self, name: &str) -> &str {
        self.outputs.get(name).map_or("", String::as_str)
    }

    /// The answer as JSON, found by its output.
    pub(super) fn report(&self, job: &Job) -> Value {
        let text = fs::read(job.project.path(self.output("report"))).expect("the report");
        serde_json::from_slice(&text).expect("the report is JSON")
    }
}

/// The first line of the comment that is shown, after its marker and what it keeps: the answer.
pub(super) fn headline(comment: &str) -> &str {
    assert!(comment.starts_with("<!-- lostops {"), "{comment}");
    let mut lines = comment.lines();
    lines
        .find(|line| !line.starts_with("<!--"))
        .unwrap_or_default()
}

/// As the runner reads the file: `name<<DELIMITER`, lines, `DELIMITER`.
fn outputs(text: &str) -> BTreeMap<String, String> {
    let mut outputs = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let (name, delimiter) = line.split_once("<<").expect("every output is a heredoc");
        let value: Vec<&str> = lines
            .by_ref()
            .take_while(|line| *line != delimiter)
            .collect();
        outputs.insert(name.to_owned(), value.join("\n"));
    }
    outputs
}
