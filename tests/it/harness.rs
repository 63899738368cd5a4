//! A folder of its own with the Lostops describers in it, and the program run there.

use crate::produced;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The secrets that the repository's own describers name; none is one.
pub(crate) const SECRETS: [(&str, &str); 6] = [
    ("AUTHORITY_KEY", "the authority's key of the tests"),
    // Where the tests of the services listen, on the monitoring server itself.
    (
        "DISCORD_WEBHOOK",
        "http://10.10.0.6:9999/api/webhooks/1/token",
    ),
    ("GRAFANA_ADMIN_PASSWORD", "grafana's password of the tests"),
    (
        "LARAVEL_APP_KEY",
        "base64:bm9ib2R5J3Mga2V5LCBtYWRlIGZvciB0ZXN0cyBhIGI=",
    ),
    (
        "MYSQL_EXPORTER_PASSWORD",
        "the exporter's password of the tests",
    ),
    // Every mark that a shell, YAML, Compose or SQL could stumble over.
    ("MYSQL_LARAVEL_PASSWORD", r#"it's "50 $" of \ {{ a }} #1"#),
];

/// A plan in which nothing is and nothing happens.
pub(crate) const EMPTY: &str = r#"{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{}},"resource_changes":[],"configuration":{"root_module":{}},"complete":true,"errored":false}"#;

/// A user's repository.
pub(crate) struct Project {
    folder: TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Project {
    /// With the repository's own `describers/`.
    pub(crate) fn lostops() -> Self {
        Self::with(&root().join("describers"))
    }

    /// The same three servers without what needs a container, for tests of everything else.
    pub(crate) fn bare() -> Self {
        let project = Self::lostops();
        for server in ["backend", "database", "monitoring"] {
            let name = format!("describers/{server}.yaml");
            let text = fs::read_to_string(project.path(&name)).expect("the file");
            let (before, rest) = text.split_once("services:\n").expect("services");
            let (_, after) = rest.split_once("\npackages:").expect("packages");
            let text = format!("{before}services:\n  node_exporter: {{}}\n\npackages:{after}");
            project.write(&name, text);
        }
        project
    }

    /// With the describers of a folder.
    pub(crate) fn with(describers: &Path) -> Self {
        let project = Self::empty();
        copy(describers, &project.path("describers"));
        project
    }

    /// `production` and `staging`, a sub-folder each.
    pub(crate) fn two_environments() -> Self {
        let project = Self::empty();
        for (from, name) in [
            ("describers", "production"),
            ("examples/managed", "staging"),
        ] {
            copy(&root().join(from), &project.path("describers").join(name));
        }
        project
    }

    pub(crate) fn empty() -> Self {
        Self {
            folder: TempDir::with_prefix("lostops-").expect("a temporary folder"),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder");
        fs::write(path, text).expect("the file");
        self
    }

    /// Replaces a text that must be there.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) -> &Self {
        let text = fs::read_to_string(self.path(name)).expect("the file");
        assert!(text.contains(from), "{name} does not contain {from:?}");
        fs::write(self.path(name), text.replacen(from, to, 1)).expect("the file");
        self
    }

    /// The program, with nothing of the caller's environment but what finds Terraform.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lostops"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .stdin(Stdio::null())
            // No host boots unless a test is about hosts.
            .env("DOCKER_HOST", "unix:///nowhere/docker.sock");
        for name in ["PATH", "HOME", "TMPDIR"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        finish(&mut self.command(arguments))
    }

    /// Runs with `--format json` and reads the answer, which must have this exit code.
    pub(crate) fn json(&self, code: i32, arguments: &[&str]) -> Value {
        let run = self.run(&[arguments, &["--format", "json"]].concat());
        assert_eq!(run.code, code, "{}\n{}", run.stdout, run.stderr);
        serde_json::from_str(&run.stdout).expect("the answer is JSON")
    }

    pub(crate) fn plan(&self, code: i32) -> Value {
        self.json(code, &["plan", "--cloud", "simulated"])
    }

    pub(crate) fn apply(&self, code: i32) -> Value {
        self.json(code, &["apply", "--cloud", "simulated"])
    }

    /// Changes the simulated cloud by hand.
    pub(crate) fn portal(&self, arguments: &[&str]) -> Run {
        let run = self.run(&[&["simulator"], arguments].concat());
        assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
        run
    }
}

pub(crate) fn finish(command: &mut Command) -> Run {
    let output = command.output().expect("lostops starts");
    let run = Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    produced::printed(command, &run.stdout);
    run
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder");
    for entry in fs::read_dir(from).expect("the describers") {
        let entry = entry.expect("an entry");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("the copy");
    }
}

/// The server of this name in an answer.
pub(crate) fn server<'a>(answer: &'a Value, name: &str) -> &'a Value {
    let servers = answer["servers"].as_array().expect("servers");
    servers
        .iter()
        .find(|server| server["name"] == name)
        .unwrap_or_else(|| panic!("no server {name} in {answer:#}"))
}

/// The first finding with this code.
pub(crate) fn finding<'a>(answer: &'a Value, code: &str) -> &'a Value {
    let findings = answer["findings"].as_array().expect("findings");
    findings
        .iter()
        .find(|finding| finding["code"] == code)
        .unwrap_or_else(|| panic!("no {code} in {answer:#}"))
}

/// Codes of the errors, each once, ascending.
pub(crate) fn errors(answer: &Value) -> Vec<String> {
    let findings = answer["findings"].as_array().expect("findings");
    let errors = findings
        .iter()
        .filter(|finding| finding["severity"] == "error");
    let mut codes: Vec<String> = errors
        .filter_map(|finding| finding["code"].as_str().map(str::to_owned))
        .collect();
    codes.sort();
    codes.dedup();
    codes
}

/// The words of a server's changes.
pub(crate) fn changes(answer: &Value, name: &str) -> Vec<String> {
    let changes = server(answer, name)["changes"].as_array().expect("changes");
    changes
        .iter()
        .filter_map(|change| change.as_str().map(str::to_owned))
        .collect()
}

/// What a server exposes as planned: `3306/tcp from backend`.
pub(crate) fn planned(answer: &Value, name: &str) -> Vec<String> {
    let exposures = server(answer, name)["exposures"]
        .as_array()
        .expect("exposures");
    let planned = exposures
        .iter()
        .filter(|exposure| exposure["stage"] == "planned");
    planned
        .map(|exposure| {
            let from: Vec<&str> = exposure["from"]
                .as_array()
                .expect("from")
                .iter()
                .filter_map(Value::as_str)
                .collect();
            let text = |key: &str| exposure[key].as_str().unwrap_or_default();
            format!(
                "{}/{} from {}",
                text("ports"),
                text("protocol"),
                from.join(",")
            )
        })
        .collect()
}
