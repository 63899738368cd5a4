//! A job that is cancelled in the middle, exactly as the runner does it: an interrupt to the docker client, 7.5 s later a
//! termination, 2.5 s later the end of the client, whatever the container does.

use super::engine::answer;
use super::job::{Job, Started};
use super::runner::{Runner, files};
use crate::harness::{Project, root};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The environment of examples/managed, all of which Terraform makes.
const ENVIRONMENT: &str = "staging";

/// A job with a slow cloud, and a Terraform that writes down every signal it gets.
struct Bench {
    runner: Runner,
    signals: TempDir,
}

impl Bench {
    /// Every request to the cloud takes this long, in milliseconds.
    fn with_latency(latency: &str) -> Self {
        let runner = Runner::new(Project::with(&root().join("examples/managed")));
        runner.portal(ENVIRONMENT, &["latency", latency]);
        let signals = TempDir::with_prefix("lostops-signals-").expect("a temporary folder");
        let script = signals.path().join("terraform");
        fs::copy(
            root().join("tests/it/image/terraform_that_counts.py"),
            &script,
        )
        .expect("a copy");
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("a program");
        Self { runner, signals }
    }

    fn job(&self, event: &str) -> Job<'_> {
        Job::new(event, &self.runner)
            .input("comment", "never")
            // There is no GitHub that could say what was reviewed.
            .input("reviewed-plan", "off")
            .mount(self.signals.path(), "/signals")
            .mount(
                &self.signals.path().join("terraform"),
                "/usr/local/bin/terraform:ro",
            )
            .mount(&terraform(), "/usr/local/bin/terraform-itself:ro")
    }

    /// The signals that Terraform got, and which of its commands got them.
    fn signals(&self) -> Vec<String> {
        let text = fs::read_to_string(self.signals.path().join("log")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// How many resources the simulated cloud holds.
    fn resources(&self) -> usize {
        let path = self.runner.kept(ENVIRONMENT).join("simulated/cloud.json");
        let text = fs::read_to_string(path).unwrap_or_default();
        let cloud: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        cloud["resources"]
            .as_object()
            .map_or(0, serde_json::Map::len)
    }

    /// Locks on a state and plans, which may hold what is secret.
    fn left_over(&self) -> Vec<PathBuf> {
        let mut found = files(&self.runner.kept(""));
        found.retain(|path| {
            let name = path.to_string_lossy();
            name.ends_with(".lock.info") || name.ends_with(".tfplan")
        });
        found
    }
}

/// This machine's own Terraform.
fn terraform() -> PathBuf {
    let path = std::env::var_os("PATH").expect("PATH");
    let mut folders = std::env::split_paths(&path);
    let found = folders.find(|folder| folder.join("terraform").is_file());
    let file = found.expect("terraform is on PATH").join("terraform");
    fs::canonicalize(file).expect("a file")
}

/// Looks until it has said so. A step that ends before, or a minute without, is a failure.
fn until<'a>(mut step: Started<'a>, what: &str) -> Started<'a> {
    let end = Instant::now() + Duration::from_mins(1);
    while !step.log().contains(what) {
        if Instant::now() > end {
            step.client.kill().expect("kill");
        }
        let goes_on = step.client.try_wait().expect("the client").is_none();
        assert!(goes_on, "{what} was never said:\n{}", step.wait().log);
        std::thread::sleep(Duration::from_millis(20));
    }
    step
}

/// What the runner does to the docker client when its job is cancelled. Whether the client ended by itself.
fn cancel(step: &mut Started<'_>) -> bool {
    let pid = step.client.id().to_string();
    for (signal, patience) in [("-INT", 7500), ("-TERM", 2500)] {
        Command::new("kill")
            .args([signal, &pid])
            .status()
            .expect("kill");
        let end = Instant::now() + Duration::from_millis(patience);
        while Instant::now() < end {
            if step.client.try_wait().expect("the client").is_some() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    step.client.kill().expect("kill");
    false
}

fn is_gone(container: &str) -> bool {
    let filter = format!("name=^{container}$");
    answer(&["ps", "--all", "--quiet", "--filter", &filter]).is_empty()
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn a_plan_that_is_cancelled_ends_at_once_and_leaves_nothing() {
    let bench = Bench::with_latency("1000");
    let step = bench.job("schedule").input("operation", "plan").start();
    let name = step.name().to_owned();
    let mut step = until(step, "Refreshing...");
    let by_itself = cancel(&mut step);
    assert!(is_gone(&name), "the container is still there");
    let ended = step.wait();
    assert!(by_itself, "{}", ended.log);
    assert_eq!(ended.code, Some(1), "{}", ended.log);
    assert_eq!(ended.output("result"), "failed");
    assert_eq!(ended.output("failure-reason"), "cancelled", "{}", ended.log);
    assert_eq!(bench.signals(), ["SIGINT plan"]);
    assert_eq!(bench.left_over(), Vec::<PathBuf>::new());
    assert_eq!(bench.runner.strangers(), Vec::<PathBuf>::new());
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn an_apply_that_is_cancelled_keeps_what_it_made_and_makes_no_more() {
    let bench = Bench::with_latency("1000");
    let step = bench.job("push.direct").start();
    let name = step.name().to_owned();
    let mut step = until(step, ": done");
    let by_itself = cancel(&mut step);
    assert!(is_gone(&name), "the container is still there");
    let made = bench.resources();
    let ended = step.wait();
    assert!(by_itself, "{}", ended.log);
    assert_eq!(ended.code, Some(1), "{}", ended.log);
    assert_eq!(ended.output("result"), "failed");
    assert_eq!(ended.output("failure-reason"), "cancelled", "{}", ended.log);
    assert_eq!(bench.signals(), ["SIGINT apply"]);
    assert_eq!(bench.left_over(), Vec::<PathBuf>::new());
    assert_eq!(bench.runner.strangers(), Vec::<PathBuf>::new());
    assert_eq!(bench.resources(), made, "something was made afterwards");

    // The state holds all that was made: the next step makes the rest, and nothing twice, which Azure would refuse.
    bench.runner.portal(ENVIRONMENT, &["latency", "0"]);
    let next = bench.job("push.direct").run();
    assert_eq!(next.code, Some(0), "{}", next.log);
    assert!(
        bench.resources() > made,
        "the cancelled run had made everything"
    );
}

/// Terraform waits for what it has asked for; the runner waits for nobody.
#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn a_cloud_that_does_not_answer_keeps_no_cancelled_job() {
    for (event, command, said) in [
        ("schedule", "plan", "Refreshing..."),
        ("push.direct", "apply", "Creating..."),
    ] {
        let bench = Bench::with_latency("0");
        fs::write(bench.signals.path().join(command), "60000").expect("a file");
        let step = bench.job(event).input("operation", command).start();
        let name = step.name().to_owned();
        let mut step = until(step, said);
        let by_itself = cancel(&mut step);
        assert!(is_gone(&name), "{command}: the container is still there");
        let ended = step.wait();
        assert!(by_itself, "{command}: {}", ended.log);
        assert_eq!(ended.output("failure-reason"), "cancelled", "{}", ended.log);
        assert_eq!(bench.signals(), [format!("SIGINT {command}")]);
        assert_eq!(bench.runner.strangers(), Vec::<PathBuf>::new());
        assert_eq!(bench.left_over(), Vec::<PathBuf>::new(), "{command}");
    }
}
