//! Each event, from the runner's `docker run` to comment, outputs, summary and files.

use super::engine::Network;
use super::event::Event;
use super::job::{Ended, Job, Runner, files};
use crate::fake_github::{FakeGitHub, Pull, TOKEN, route};
use crate::harness::{Project, Run, finish, root};
use std::path::{Path, PathBuf};

const PULL: u64 = 7;
const SQUASHED: &str = "c0ffee0123456789abcdef0123456789abcdef01";

/// A job of the repository octo-org/servers, with a GitHub that knows its pull request.
struct Bench {
    github: FakeGitHub,
    network: Network,
    runner: Runner,
}

impl Bench {
    fn new() -> Self {
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
        Self {
            github,
            network,
            runner: Runner::new(Project::bare()),
        }
    }

    /// What a fork's jobs and Dependabot's get.
    fn read_only(self) -> Self {
        self.github.state().read_only = true;
        self
    }

    /// The pull request was squashed into main.
    fn merged(self) -> Self {
        let merged = Pull::open(PULL).merged("main", SQUASHED, "2026-11-23T08:15:00Z");
        self.github.state().pulls.insert(PULL, merged);
        self
    }

    /// Opens a port to the database that no policy permits.
    fn with_a_violation(self) -> Self {
        self.runner.project.edit(
            "describers/database.yaml",
            "ports:\n",
            "ports:\n  - { port: 8080, from: internet, for: debug }\n",
        );
        self
    }

    fn job(&self, event: &str) -> Job<'_> {
        Job::new(event, &self.runner).github(&self.github, &self.network)
    }

    /// Runs a step, and holds it to what holds for each.
    fn run(&self, event: &str, inputs: &[(&str, &str)]) -> Ended {
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

    /// Runs a script on a host of the simulated cloud that the steps share.
    fn on_host(&self, environment: &str, host: &str, script: &str) -> Run {
        let cloud = self.runner.kept(environment).join("simulated/cloud.json");
        let file = cloud.to_str().expect("a path");
        let arguments = [
            "simulator",
            "--file",
            file,
            "shell",
            host,
            "--",
            "bash",
            "-c",
            script,
        ];
        let mut command = self.runner.project.command(&arguments);
        finish(command.env(
            "DOCKER_HOST",
            std::env::var("DOCKER_HOST").expect("an engine"),
        ))
    }

    /// The bodies of the comments on the pull request.
    fn comments(&self) -> Vec<String> {
        let comments = self.github.comments(PULL);
        comments.into_iter().map(|comment| comment.body).collect()
    }

    fn wrote_nothing(&self) -> bool {
        let requests = self.github.requests();
        requests
            .iter()
            .all(|request| request.route.starts_with("GET ") || request.route == "POST /graphql")
    }

    /// Nothing but the one issue that tells of drift; whether it is open.
    fn issue_of_drift(&self) -> bool {
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

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn a_pull_request_is_planned_and_its_one_comment_kept_up_to_date() {
    let bench = Bench::new();
    let ended = bench.run("pull_request.opened", &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    assert_eq!(ended.output("result"), "clean");
    assert_eq!(ended.output("failure-reason"), "");
    assert_eq!(ended.output("changes"), "true");
    assert_eq!(
        ended.output("servers"),
        r#"["backend","database","monitoring"]"#
    );
    assert_eq!(ended.output("report"), ".lostops/production/report.json");
    for name in ["report", "sarif"] {
        let path = bench.runner.project.path(ended.output(name));
        assert!(path.is_file(), "{name}: {}", path.display());
    }
    assert!(ended.summary.contains("backend"), "{}", ended.summary);
    let comments = bench.comments();
    assert_eq!(comments.len(), 1, "{}", ended.log);
    assert!(comments[0].starts_with("<!-- lostops {"), "{}", comments[0]);
    let comment = &bench.github.comments(PULL)[0];
    assert!(
        ended
            .output("comment-url")
            .contains(&comment.id.to_string()),
        "{}",
        ended.output("comment-url")
    );

    let again = bench.with_a_violation();
    let ended = again.run("pull_request.opened", &[]);
    assert_eq!(ended.code, Some(3), "{}", ended.log);
    let comments = again.comments();
    assert_eq!(comments.len(), 1);
    assert!(comments[0].contains("8080"), "{}", comments[0]);
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn a_pull_request_with_a_violation_fails_and_says_where() {
    let bench = Bench::new().with_a_violation();
    let ended = bench.run("pull_request.opened", &[]);
    assert_eq!(ended.code, Some(3), "{}", ended.log);
    assert_eq!(ended.output("result"), "violations");
    assert_eq!(ended.output("failure-reason"), "policy-violation");
    assert_ne!(ended.output("violations"), "0");
    let annotated = ended
        .log
        .lines()
        .any(|line| line.starts_with("::error ") && line.contains("describers/database.yaml"));
    assert!(annotated, "{}", ended.log);
    assert!(ended.summary.contains("8080"), "{}", ended.summary);
    assert!(bench.comments()[0].contains("8080"));
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn of_a_fork_and_of_dependabot_the_describers_alone_are_judged() {
    for event in ["pull_request.fork", "pull_request.dependabot"] {
        let bench = Bench::new().read_only();
        let ended = bench.run(event, &[]);
        assert_eq!(ended.code, Some(0), "{event}: {}", ended.log);
        assert_eq!(ended.output("result"), "clean", "{event}");
        assert_eq!(ended.output("changes"), "false", "{event}");
        assert!(
            ended
                .log
                .lines()
                .any(|line| line.starts_with("::notice ") && line.contains("nothing was planned")),
            "{event}: {}",
            ended.log
        );
        assert!(bench.wrote_nothing(), "{event}");

        let broken = bench.with_a_violation().run(event, &[]);
        assert_eq!(broken.code, Some(3), "{event}: {}", broken.log);
        assert_eq!(broken.output("failure-reason"), "policy-violation");
    }
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn a_merge_is_applied_and_its_pull_request_told() {
    let bench = Bench::new().merged();
    let ended = bench.run("push.squash-merge", &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    assert_eq!(ended.output("result"), "clean");
    let comments = bench.comments();
    assert_eq!(comments.len(), 1, "{}", ended.log);
    assert!(comments[0].contains("pplied"), "{}", comments[0]);

    let again = bench.run("schedule", &[]);
    assert_eq!(again.code, Some(0), "{}", again.log);
    assert_eq!(again.output("changes"), "false", "what was applied stays");
    assert_eq!(bench.comments().len(), 1, "a schedule is nobody's");
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn a_direct_push_is_applied_though_there_is_nobody_to_tell() {
    let bench = Bench::new();
    let ended = bench.run("push.direct", &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    assert_eq!(ended.output("result"), "clean");
    assert_eq!(ended.output("comment-url"), "");
    assert!(bench.wrote_nothing());
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn a_violation_that_was_merged_is_not_applied() {
    let bench = Bench::new().merged().with_a_violation();
    let ended = bench.run("push.squash-merge", &[]);
    assert_eq!(ended.code, Some(3), "{}", ended.log);
    assert_eq!(ended.output("failure-reason"), "policy-violation");
    assert!(bench.comments()[0].contains("8080"));
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn each_operation_can_be_dispatched() {
    let bench = Bench::new();
    // In this order: what is applied no longer differs.
    for (operation, code, reason, changes) in [
        ("check", 0, "", "false"),
        ("plan", 0, "", "true"),
        ("drift", 1, "drift", "true"),
        ("apply", 0, "", "true"),
        ("drift", 0, "", "false"),
    ] {
        let ended = bench.run("workflow_dispatch", &[("operation", operation)]);
        assert_eq!(ended.code, Some(code), "{operation}: {}", ended.log);
        assert_eq!(ended.output("failure-reason"), reason, "{operation}");
        assert_eq!(ended.output("changes"), changes, "{operation}");
    }
    // Told of when it was found, and ended when it was gone.
    assert!(!bench.issue_of_drift());
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn an_operation_on_one_server_leaves_the_others_alone() {
    let bench = Bench::new();
    let inputs = [("operation", "apply"), ("servers", "backend")];
    let ended = bench.run("workflow_dispatch", &inputs);
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    assert_eq!(ended.output("servers"), r#"["backend"]"#);
    let rest = bench.run("workflow_dispatch", &[("operation", "plan")]);
    assert_eq!(rest.output("servers"), r#"["database","monitoring"]"#);
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn what_there_is_not_is_refused_by_name() {
    let bench = Bench::new();
    for (inputs, reason, said) in [
        (("operation", "teleport"), "unknown-operation", "`drift`"),
        (("servers", "frontend"), "unknown-server", "backend"),
        (
            ("environment", "staging"),
            "unknown-environment",
            "production",
        ),
        (("cloud", "aws"), "bad-input", "`simulated`"),
    ] {
        let ended = bench.run("workflow_dispatch", &[inputs]);
        assert_eq!(ended.code, Some(1), "{inputs:?}: {}", ended.log);
        assert_eq!(ended.output("result"), "failed", "{inputs:?}");
        assert_eq!(ended.output("failure-reason"), reason, "{}", ended.log);
        assert!(ended.log.contains(said), "{inputs:?}: {}", ended.log);
    }
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn a_schedule_looks_for_drift_and_a_merge_queue_is_checked() {
    let bench = Bench::new();
    let ended = bench.run("schedule", &[]);
    assert_eq!(ended.code, Some(1), "{}", ended.log);
    assert_eq!(ended.output("failure-reason"), "drift");
    let ended = bench.run("merge_group", &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    assert_eq!(ended.output("result"), "clean");
    assert!(bench.issue_of_drift());
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn events_that_strangers_can_start_with_our_secrets_are_refused() {
    for event in ["pull_request_target.fork", "issue_comment.created"] {
        let bench = Bench::new();
        let ended = bench.run(event, &[]);
        assert_eq!(ended.code, Some(1), "{event}: {}", ended.log);
        assert_eq!(ended.output("result"), "failed", "{event}");
        assert_eq!(ended.output("failure-reason"), "refused", "{event}");
        assert!(bench.wrote_nothing(), "{event}");
        assert!(!bench.runner.kept("").exists(), "{event}: nothing was read");
    }
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn a_github_that_cannot_be_reached_changes_no_result() {
    let runner = Runner::new(Project::with(&root().join("examples/managed")));
    let ended = Job::new("pull_request.opened", &runner)
        .variable("GITHUB_API_URL", "http://127.0.0.1:9")
        .variable("GITHUB_GRAPHQL_URL", "http://127.0.0.1:9/graphql")
        .run();
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    assert_eq!(ended.output("result"), "clean");
    assert!(ended.log.contains("::warning "), "{}", ended.log);
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn a_push_boots_hosts_joins_their_network_and_initialises_them() {
    let bench = Bench::new().merged();
    // Nothing is declared that is not served, so that what is measured is as written.
    for server in ["backend", "database", "monitoring"] {
        let name = format!("describers/{server}.yaml");
        let project = &bench.runner.project;
        let text = std::fs::read_to_string(project.path(&name)).expect("the file");
        let kept = text.lines().filter(|line| {
            let served = line.contains("port: 22") || line.contains("port: 9100");
            !line.contains("- { port:") || served
        });
        project.write(
            &name,
            kept.fold(String::new(), |all, line| all + line + "\n"),
        );
    }
    let engine = std::env::var("DOCKER_HOST").expect("the engine's address");
    let socket = engine.trim_start_matches("unix://");
    let step = |event: &str| {
        let job = bench.job(event);
        job.mount(Path::new(socket), "/var/run/docker.sock").run()
    };
    let ended = step("push.squash-merge");
    // On a schedule everything is as it was left, until somebody changes a server by hand.
    let quiet = step("schedule");
    let hand = bench.on_host(
        "production",
        "backend",
        "rm /etc/ssh/sshd_config.d/00-lostops.conf",
    );
    let drift = step("schedule");
    // A pull request says what Ansible would change, and changes nothing.
    bench.runner.project.edit(
        "describers/backend.yaml",
        "  - { port: 9100, from: monitoring, for: node-exporter }\n",
        "",
    );
    let pull = step("pull_request.opened");
    let kept = bench.runner.kept("production/simulated");
    let cloud = kept.join("cloud.json");
    let file = cloud.to_str().expect("a path");
    let down = finish(
        bench
            .runner
            .project
            .command(&["simulator", "--file", file, "down"])
            .env("DOCKER_HOST", &engine),
    );
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    for words in [
        "Remember what was applied",
        "backend",
        "database",
        "monitoring",
    ] {
        assert!(ended.log.contains(words), "{words}: {}", ended.log);
    }
    assert_eq!(quiet.output("result"), "clean", "{}", quiet.log);
    assert_eq!(hand.code, 0, "{}", hand.stderr);
    assert_eq!(drift.output("failure-reason"), "drift", "{}", drift.log);
    assert!(
        drift.summary.contains("Ansible would change `backend`"),
        "{}",
        drift.summary
    );
    assert_eq!(pull.code, Some(0), "{}", pull.log);
    let comment = &bench.comments()[0];
    assert!(
        comment.contains("would change") && comment.contains("firewall"),
        "{comment}"
    );
    assert_eq!(
        down.stdout, "Removed from the engine: 3 hosts, 2 networks, 2 data disks.\n",
        "{}",
        down.stderr
    );
}
