//! The image where an engine answers: servers are booted beside it, and it comes to their network.

use super::bench::Bench;
use super::job::Job;
use crate::harness::{Run, finish};
use crate::hosts::{docker, engine};
use std::path::Path;

impl Bench {
    /// Nothing is declared that is not served, so that what is measured is as written.
    fn measurable(self) -> Self {
        crate::hosts::declare_what_is_served(&self.runner.project);
        self
    }

    /// A step to which the runner's engine is given.
    fn with_an_engine(&self, event: &str) -> Job<'_> {
        let engine = engine();
        let socket = Path::new(engine.trim_start_matches("unix://"));
        self.job(event).mount(socket, "/var/run/docker.sock")
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
        finish(command.env("DOCKER_HOST", engine()))
    }
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn a_push_boots_hosts_joins_their_network_and_initialises_them() {
    let bench = Bench::new().merged().measurable();
    let step = |event: &str| bench.with_an_engine(event).run();
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
    // The container is another one each time; what it leaves is found again by the folder of the machine.
    let place = bench.runner.kept("production/simulated/cloud.json");
    let all = docker(&["ps", "--all", "--format", "{{.Names}} {{.Labels}}"]);
    let down = finish(
        bench
            .runner
            .project
            .command(&["simulator", "--file", file, "down"])
            .env("DOCKER_HOST", engine()),
    );
    assert!(all.contains(&*place.to_string_lossy()), "{all}");
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

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn a_pull_request_is_rehearsed_from_its_base_and_its_comment_gains_the_matrix() {
    let bench = Bench::new().measurable();
    bench.merge_into_the_base();
    // A port that nothing serves: no plan can tell.
    bench.runner.project.edit(
        "describers/backend.yaml",
        "ports:\n",
        "ports:\n  - { port: 443, from: internet, for: https }\n",
    );
    let ended = bench
        .with_an_engine("pull_request.opened")
        .input("rehearse", "true")
        .run();
    assert_eq!(ended.code, Some(3), "{}", ended.log);
    assert_eq!(ended.output("failure-reason"), "not-as-written");
    let comment = &bench.comments()[0];
    for words in [
        "LO504",
        "| `backend` | runs on untouched |",
        "measured in a rehearsal",
        "| to `backend` |",
        "🚧",
    ] {
        assert!(comment.contains(words), "{words} in {comment}");
    }
    let place = bench.runner.kept("rehearsal");
    let all = docker(&["ps", "--all", "--format", "{{.Names}} {{.Labels}}"]);
    assert!(!all.contains(&*place.to_string_lossy()), "{all}");
}
