//! The Docker engine that `scripts/engine` found or started: its address is in the environment.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// What `scripts/image` has built.
pub(super) const IMAGE: &str = "lostops/action:test";

/// The docker client, with nothing of the caller's environment but what finds the engine.
pub(super) fn docker(arguments: &[&str]) -> Command {
    let mut command = Command::new("docker");
    command.args(arguments).env_clear().stdin(Stdio::null());
    for name in ["PATH", "DOCKER_HOST"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// What the client answers to a command that must succeed, without the last line break.
pub(super) fn answer(arguments: &[&str]) -> String {
    let output = docker(arguments).output().expect("docker starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "docker {arguments:?}: {errors}");
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.truncate(text.trim_end().len());
    text
}

/// A name that no other test of any run has.
pub(super) fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let mut name = format!("lostops-{}", std::process::id());
    let _ = write!(name, "-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    name
}

/// A network as the runner makes one for a job, removed with this.
pub(super) struct Network {
    pub(super) name: String,
    /// This machine's address on it: what listens there is reached from the container.
    pub(super) gateway: String,
}

impl Network {
    pub(super) fn new() -> Self {
        let name = unique();
        answer(&["network", "create", &name]);
        let gateway = answer(&[
            "network",
            "inspect",
            "--format",
            "{{(index .IPAM.Config 0).Gateway}}",
            &name,
        ]);
        Self { name, gateway }
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        let _ = docker(&["network", "rm", &self.name]).output();
    }
}
