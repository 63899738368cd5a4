//! The state in a storage account: Terraform's own backend with the configuration of production, against a strict double of
//! Azure's login and blobs.

mod errored;
mod http;
mod login;
mod unlock;

use crate::fake_azure::{ACCOUNT, FakeAzure};
use crate::harness::{Project, Run, finish};
use serde_json::Value;
use std::process::Command;
use std::sync::Arc;

const BLOB: &str = "staging.tfstate";

/// An environment that Terraform makes whole, on the simulated Azure behind the providers of Terraform, its state elsewhere.
struct Team {
    project: Project,
    azure: Arc<FakeAzure>,
}

impl Team {
    fn new() -> Self {
        Self::of(Arc::new(FakeAzure::start()))
    }

    /// Another clone of the same repository.
    fn beside(&self) -> Self {
        Self::of(Arc::clone(&self.azure))
    }

    fn of(azure: Arc<FakeAzure>) -> Self {
        let project = Project::with(&crate::harness::root().join("examples/managed"));
        project.edit(
            "describers/environment.yaml",
            "backend: local",
            &format!(
                "backend: {{ azurerm: {{ storage_account: {ACCOUNT}, container: tfstate, key: {BLOB} }} }}"
            ),
        );
        providers(&project);
        Self { project, azure }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.project.command(arguments);
        self.azure.job(&mut command, &self.project.path("."));
        command
            .env(
                "TF_CLI_CONFIG_FILE",
                self.project.path("providers/terraform.rc"),
            )
            // Which lostops does not hand on: an exit code would mean something else with it.
            .env("TF_CLI_ARGS_plan", "-detailed-exitcode");
        command
    }

    fn json(&self, code: i32, arguments: &[&str]) -> Value {
        answer(
            code,
            &mut self.command(&[arguments, &["--format", "json"]].concat()),
        )
    }

    /// As the action's step on an event, with these inputs beside: its exit code, outputs and summary, and what it prints.
    fn step(&self, event: &str, inputs: &[(&str, &str)]) -> (i32, String) {
        let name = event.split('.').next().unwrap_or(event);
        let file = crate::harness::root().join(format!("tests/it/events/{event}.json"));
        let mut command = self.command(&["run"]);
        command
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_EVENT_NAME", name)
            .env("GITHUB_EVENT_PATH", file)
            .env("GITHUB_REF", "refs/heads/main")
            .env("GITHUB_REPOSITORY", "octo/fleet")
            .env("GITHUB_SHA", "0123456789012345678901234567890123456789")
            .env("GITHUB_OUTPUT", self.project.path("output"))
            .env("GITHUB_STEP_SUMMARY", self.project.path("summary"))
            .env("RUNNER_TEMP", self.project.path("runner"))
            .env("INPUT_ONLY", "terraform")
            .env("INPUT_COMMENT", "never")
            .env("INPUT_REVIEWED-PLAN", "off")
            .envs(inputs.iter().copied());
        self.project.write("output", "").write("summary", "");
        std::fs::create_dir_all(self.project.path("runner")).expect("the folder");
        let run = finish(&mut command);
        let read = |name: &str| std::fs::read_to_string(self.project.path(name));
        let told = [read("output"), read("summary")].map(Result::unwrap_or_default);
        (
            run.code,
            format!("{}\n{}\n{}", told.concat(), run.stdout, run.stderr),
        )
    }

    fn apply(&self, code: i32) -> Value {
        self.json(
            code,
            &["apply", "--only", "terraform", "--lock-timeout", "0s"],
        )
    }
}

fn answer(code: i32, command: &mut Command) -> Value {
    let Run {
        code: ended,
        stdout,
        stderr,
    } = finish(command);
    assert_eq!(ended, code, "{stdout}\n{stderr}");
    serde_json::from_str(&stdout).expect("the answer is JSON")
}

/// The simulated providers as Terraform finds any: nothing but their own file tells them which cloud they are.
fn providers(project: &Project) {
    let run = project.run(&["simulator", "providers", "providers"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for (name, version) in [("hashicorp/azurerm", "4.99.0"), ("azure/azapi", "2.99.0")] {
        let word = name.rsplit('/').next().expect("a name");
        let platform = if cfg!(target_arch = "aarch64") {
            "linux_arm64"
        } else {
            "linux_amd64"
        };
        let file = format!(
            "providers/registry.terraform.io/{name}/{version}/{platform}/terraform-provider-{word}_v{version}"
        );
        let script = format!(
            "#!/bin/bash\nLOSTOPS_SIMULATED_CLOUD={} exec -a terraform-provider-{word} {}\n",
            project.path("cloud.json").display(),
            env!("CARGO_BIN_EXE_lostops"),
        );
        let path = project.path(&file);
        assert!(path.exists(), "{file}");
        std::fs::write(path, script).expect("the script");
    }
}

#[test]
fn the_state_lies_in_the_storage_account_and_nowhere_else() {
    let team = Team::new();
    let answer = team.apply(0);
    assert_eq!(answer["applied"], true, "{answer:#}");
    let content = {
        let mut state = team.azure.state();
        let blob = state.blobs.blob(BLOB).expect("a blob");
        assert_eq!(blob.lease, None, "the lock is released");
        String::from_utf8(blob.content.clone()).expect("text")
    };
    assert!(content.contains("azurerm_linux_virtual_machine"));
    let kept = team.project.path(".lostops/staging/azure");
    for entry in std::fs::read_dir(&kept).expect("the folder") {
        let name = entry.expect("an entry").file_name();
        assert!(!name.to_string_lossy().contains("tfstate"), "{name:?}");
    }
    let requests = team.azure.state().requests.join("\n");
    assert!(
        requests.contains("audience=api%3A%2F%2FAzureADTokenExchange"),
        "{requests}"
    );
    let planned = team.json(0, &["plan"]);
    assert_eq!(planned["totals"]["add"], 0, "{planned:#}");
}
