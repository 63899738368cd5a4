//! One step of a job, as the runner runs a container action: `docker run` with its mounts, variables and arguments.
//!
//! What it does is read off the runner's `ContainerActionHandler` and `DockerCommandManager`: values travel through the
//! docker client's own environment, and the command line holds names only.

use super::engine::{IMAGE, Network, docker, unique};
use super::event::Event;
use super::runner::{FIXED, Runner};
use crate::fake_github::FakeGitHub;
use crate::produced;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

pub(super) struct Job<'a> {
    runner: &'a Runner,
    pub(super) name: String,
    variables: BTreeMap<String, String>,
    network: Option<String>,
    mounts: Vec<String>,
    arguments: Vec<String>,
}

/// A step that is over.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) code: Option<i32>,
    /// Standard output and standard error, as the log of the job shows them.
    pub(super) log: String,
    pub(super) outputs: BTreeMap<String, String>,
    pub(super) summary: String,
}

impl Ended {
    /// An output of the action; the empty text when it was not set, as in a workflow.
    pub(super) fn output(&self, name: &str) -> &str {
        self.outputs.get(name).map_or("", String::as_str)
    }
}

/// A step that runs.
pub(super) struct Started<'a> {
    pub(super) client: Child,
    log: Arc<Mutex<Vec<u8>>>,
    readers: Vec<JoinHandle<()>>,
    job: Job<'a>,
}

impl<'a> Job<'a> {
    /// `uses: lostops/action` in a job that this event began, with the simulated cloud.
    pub(super) fn new(event: &str, runner: &'a Runner) -> Self {
        let event = Event::new(event);
        let name = unique();
        let mut variables: BTreeMap<String, String> = FIXED
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        for (name, value) in event.variables() {
            variables.insert(name.to_owned(), value);
        }
        let command_files = [
            ("GITHUB_OUTPUT", "set_output"),
            ("GITHUB_STEP_SUMMARY", "step_summary"),
            ("GITHUB_ENV", "set_env"),
            ("GITHUB_PATH", "add_path"),
            ("GITHUB_STATE", "save_state"),
        ];
        for (variable, file) in command_files {
            let path = format!("_runner_file_commands/{file}_{name}");
            fs::write(runner.folder(&path), "").expect("a file of the runner");
            variables.insert(
                variable.to_owned(),
                format!("/github/file_commands/{file}_{name}"),
            );
        }
        let payload = serde_json::to_vec_pretty(&event.payload).expect("JSON");
        fs::write(runner.folder("_github_workflow/event.json"), payload).expect("the event");
        let job = Self {
            runner,
            name,
            variables,
            network: None,
            mounts: Vec::new(),
            arguments: vec!["run".to_owned()],
        };
        runner.own();
        job.input("cloud", "simulated")
    }

    /// One line of `with:`. An input that is not given arrives with its default, or empty.
    pub(super) fn input(mut self, name: &str, value: &str) -> Self {
        let variable = format!("INPUT_{}", name.to_uppercase());
        self.variables.insert(variable, value.to_owned());
        self
    }

    pub(super) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// With this GitHub, which the container reaches over the network.
    pub(super) fn github(self, github: &FakeGitHub, network: &Network) -> Self {
        let mut job = self
            .variable("GITHUB_API_URL", &github.api_url())
            .variable("GITHUB_GRAPHQL_URL", &github.graphql_url())
            .variable("GITHUB_SERVER_URL", &github.server_url());
        job.network = Some(network.name.clone());
        job
    }

    pub(super) fn mount(mut self, from: &Path, to: &str) -> Self {
        self.mounts.push(format!("{}:{to}", from.display()));
        self
    }

    /// Other arguments than those of action.yml.
    pub(super) fn arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments = arguments.iter().map(|one| (*one).to_owned()).collect();
        self
    }

    fn command(&self) -> Command {
        let mut command = docker(&[
            "run",
            "--name",
            &self.name,
            "--label",
            "lostops-test",
            "--workdir",
            "/github/workspace",
            "--rm",
        ]);
        for (name, value) in &self.variables {
            command.args(["-e", name]).env(name, value);
        }
        command.args(["-e", "GITHUB_ACTIONS=true", "-e", "CI=true"]);
        if let Some(network) = &self.network {
            command.args(["--network", network]);
        }
        let mounts = [
            (self.runner.folder("_temp"), "/github/runner_temp"),
            (self.runner.folder("_github_home"), "/github/home"),
            (self.runner.folder("_github_workflow"), "/github/workflow"),
            (
                self.runner.folder("_runner_file_commands"),
                "/github/file_commands",
            ),
            (self.runner.project.path(""), "/github/workspace"),
        ];
        for (from, to) in mounts {
            command.args(["-v", &format!("{}:{to}", from.display())]);
        }
        for mount in &self.mounts {
            command.args(["-v", mount]);
        }
        command.arg(IMAGE).args(&self.arguments);
        command
    }

    pub(super) fn start(self) -> Started<'a> {
        let mut client = self
            .command()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("docker starts");
        let log = Arc::default();
        let readers = vec![
            reader(client.stdout.take().expect("a pipe"), &log),
            reader(client.stderr.take().expect("a pipe"), &log),
        ];
        Started {
            client,
            log,
            readers,
            job: self,
        }
    }

    pub(super) fn run(self) -> Ended {
        self.start().wait()
    }

    /// What a file of the runner holds now.
    fn held(&self, kind: &str) -> String {
        let path = self
            .runner
            .folder(&format!("_runner_file_commands/{kind}_{}", self.name));
        fs::read_to_string(path).expect("a file of the runner")
    }
}

impl Drop for Job<'_> {
    fn drop(&mut self) {
        // A test that fails halfway leaves its container behind.
        let _ = docker(&["rm", "--force", &self.name]).output();
    }
}

impl Started<'_> {
    pub(super) fn name(&self) -> &str {
        &self.job.name
    }

    /// What it has said so far.
    pub(super) fn log(&self) -> String {
        String::from_utf8_lossy(&self.log.lock().expect("the log")).into_owned()
    }

    /// Waits for the docker client, and reads what the step has left.
    pub(super) fn wait(mut self) -> Ended {
        let status = self.client.wait().expect("docker ends");
        for reader in self.readers.drain(..) {
            reader.join().expect("the log");
        }
        assert_eq!(self.job.held("set_env"), "", "no variable is set");
        assert_eq!(self.job.held("add_path"), "", "no path is added");
        let ended = Ended {
            code: status.code(),
            log: self.log(),
            outputs: outputs(&self.job.held("set_output")),
            summary: self.job.held("step_summary"),
        };
        produced::reason(ended.output("failure-reason"));
        ended
    }
}

/// Reads a pipe to its end, so that it never fills.
fn reader(mut pipe: impl Read + Send + 'static, log: &Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    let log = Arc::clone(log);
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = pipe.read(&mut bytes) {
            log.lock().expect("the log").extend(&bytes[..read]);
        }
    })
}

/// Parses as strictly as the runner does: one malformed line fails the step.
fn outputs(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.is_empty() {
            continue;
        }
        let (name, delimiter) = line
            .split_once("<<")
            .unwrap_or_else(|| panic!("{line:?} does not begin an output"));
        let value: Vec<&str> = lines
            .by_ref()
            .take_while(|line| *line != delimiter)
            .collect();
        found.insert(name.to_owned(), value.join("\n"));
    }
    found
}
