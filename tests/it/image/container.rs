//! What is in the image, and what is not.

use super::engine::{IMAGE, answer};
use super::job::Job;
use super::runner::Runner;
use crate::harness::{Project, root};
use serde_json::Value;
use std::fs;

/// A program of the image instead of lostops, without a network.
fn inside(program: &str, arguments: &[&str]) -> String {
    let run = [
        "run",
        "--rm",
        "--network",
        "none",
        "--entrypoint",
        program,
        IMAGE,
    ];
    answer(&[&run, arguments].concat())
}

fn config() -> Value {
    let text = answer(&["image", "inspect", "--format", "{{json .Config}}", IMAGE]);
    serde_json::from_str(&text).expect("JSON")
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn lostops_is_started_by_its_path_without_shell_user_or_folder() {
    let config = config();
    assert_eq!(
        config["Entrypoint"],
        serde_json::json!(["/usr/local/bin/lostops"])
    );
    assert_eq!(config["Cmd"], Value::Null);
    // Clients differ in whether they show what is empty.
    for key in ["User", "WorkingDir"] {
        assert!(matches!(config[key].as_str(), None | Some("")), "{key}");
    }
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn the_image_says_what_it_is() {
    let config = config();
    let labels = config["Labels"].as_object().expect("labels");
    for name in [
        "title",
        "description",
        "source",
        "licenses",
        "version",
        "revision",
    ] {
        let label = &labels[&format!("org.opencontainers.image.{name}")];
        assert!(
            label.as_str().is_some_and(|text| !text.is_empty()),
            "{name}"
        );
    }
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn nothing_of_the_machine_that_built_it_stays_in_its_environment() {
    let config = config();
    let names: Vec<&str> = config["Env"]
        .as_array()
        .expect("variables")
        .iter()
        .filter_map(|one| one.as_str()?.split('=').next())
        .collect();
    assert_eq!(names, ["PATH", "LANG", "CHECKPOINT_DISABLE"]);
    for folder in ["/tmp", "/root", "/run"] {
        let left = inside(
            "/usr/bin/find",
            &[folder, "-name", "*.pem", "-o", "-name", "pip*"],
        );
        assert_eq!(left, "");
    }
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn the_program_in_it_is_the_one_under_test() {
    let version = answer(&["run", "--rm", "--network", "none", IMAGE, "--version"]);
    assert_eq!(version, format!("lostops {}", env!("CARGO_PKG_VERSION")));
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn terraform_ansible_and_ssh_are_there_and_new_enough() {
    let runner = Runner::new(Project::lostops());
    let doctor = Job::new("pull_request.opened", &runner)
        .arguments(&["doctor"])
        .run();
    assert_eq!(doctor.code, Some(0), "{}", doctor.log);
    assert!(
        doctor
            .log
            .contains("plan, apply --cloud simulated     ready"),
        "{}",
        doctor.log
    );

    let asked = fs::read_to_string(root().join("image/requirements.in")).expect("the file");
    let mut wanted = asked.lines().filter_map(|line| {
        let (version, _python) = line.strip_prefix("ansible-core==")?.split_once(' ')?;
        Some(format!("[core {version}]"))
    });
    let ansible = inside("/opt/ansible/bin/ansible-playbook", &["--version"]);
    assert!(
        wanted.any(|wanted| ansible.contains(&wanted)),
        "{asked}\n{ansible}"
    );
    inside("/usr/bin/ssh", &["-V"]);
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn certificates_are_there_to_trust() {
    let bundle = inside("/usr/bin/cat", &["/etc/ssl/certs/ca-certificates.crt"]);
    assert!(bundle.matches("BEGIN CERTIFICATE").count() > 100);
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn no_program_has_more_rights_than_its_caller() {
    assert_eq!(
        inside(
            "/usr/bin/find",
            &["/", "-xdev", "-type", "f", "-perm", "/6000"]
        ),
        ""
    );
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn what_was_needed_to_build_it_is_left_out() {
    for name in ["pip", "pip3*", "gcc*", "cargo", "unzip", "ansible_test"] {
        let found = inside(
            "/usr/bin/find",
            &["/usr/bin", "/opt", "/usr/local", "-name", name],
        );
        assert_eq!(found, "", "{name}");
    }
    let lists = inside(
        "/usr/bin/find",
        &["/var/lib/apt/lists", "/var/cache/apt", "-type", "f"],
    );
    assert_eq!(lists, "");
}

/// Terraform takes providers from this folder before it asks the registry, without any configuration: with no network
/// at all it can only have found them there.
#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn terraform_finds_providers_where_the_image_keeps_them() {
    let project = Project::empty();
    let folder = project.path("module");
    fs::create_dir(&folder).expect("a folder");
    fs::copy(
        root().join("terraform/terraform.tf"),
        folder.join("terraform.tf"),
    )
    .expect("a copy");
    let providers = project.path("providers");
    let made = project.run(&[
        "simulator",
        "providers",
        providers.to_str().expect("a path"),
    ]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let mirror = format!(
        "{}:/usr/local/share/terraform/plugins/registry.terraform.io:ro",
        providers.join("registry.terraform.io").display()
    );
    let module = format!("{}:/module", folder.display());
    // The simulated providers are started by the program.
    let program = env!("CARGO_BIN_EXE_lostops");
    let program = format!("{program}:{program}:ro");
    let said = answer(&[
        "run",
        "--rm",
        "--network",
        "none",
        "-v",
        &mirror,
        "-v",
        &program,
        "-v",
        &module,
        "--entrypoint",
        "/usr/local/bin/terraform",
        IMAGE,
        "-chdir=/module",
        "init",
        "-no-color",
        "-backend=false",
    ]);
    assert!(
        said.contains("Installed hashicorp/azurerm v4.99.0"),
        "{said}"
    );
    assert!(said.contains("Installed azure/azapi v2.99.0"), "{said}");
}
