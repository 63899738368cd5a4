//! OpenTofu in the place of Terraform: a program of its name that says its version as OpenTofu does, and is Terraform for the rest.

use crate::harness::{Project, Run, finish};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

/// An environment beside a folder of programs that holds nothing but `tofu`; what it was asked is in `asked`.
fn project(version: &str) -> Project {
    let project = Project::with(&crate::harness::root().join("examples/managed"));
    let path = std::env::var("PATH").unwrap_or_default();
    let mut real = path
        .split(':')
        .map(|folder| std::path::Path::new(folder).join("terraform"));
    let real = real.find(|program| program.is_file()).expect("terraform");
    let said = format!(
        "{{\"terraform_version\":\"{version}\",\"platform\":\"linux_amd64\",\"fips140\":false,\"provider_selections\":{{}}}}"
    );
    let script = format!(
        "#!/bin/sh\necho \"$1\" >> '{}'\nif [ \"$1\" = version ]; then echo '{said}'; exit; fi\nexec '{}' \"$@\"\n",
        project.path("asked").display(),
        real.display()
    );
    project.write("bin/tofu", script);
    fs::set_permissions(project.path("bin/tofu"), fs::Permissions::from_mode(0o755))
        .expect("a program");
    project
}

fn run(project: &Project, arguments: &[&str], variable: Option<&str>) -> Run {
    let mut command = project.command(arguments);
    command.env(
        "PATH",
        format!("{}:/usr/bin:/bin", project.path("bin").display()),
    );
    if let Some(value) = variable {
        command.env("LOSTOPS_TERRAFORM", value);
    }
    finish(&mut command)
}

const PLAN: &[&str] = &["plan", "--cloud", "simulated", "--format", "markdown"];

#[test]
fn tofu_plans_in_the_place_of_terraform() {
    let project = project("1.10.6");
    let planned = run(&project, &[PLAN, &["--terraform", "tofu"]].concat(), None);
    assert_eq!(planned.code, 0, "{}{}", planned.stdout, planned.stderr);
    assert!(planned.stdout.contains("OpenTofu "), "{}", planned.stdout);
    let asked = fs::read_to_string(project.path("asked")).expect("it was asked");
    for step in ["version", "init", "plan", "show"] {
        assert!(asked.lines().any(|line| line == step), "{asked}");
    }
    let doctor = run(&project, &["doctor"], Some("tofu"));
    assert!(
        doctor.stdout.contains("tofu") && doctor.stdout.contains("1.10.6"),
        "{}",
        doctor.stdout
    );
}

#[test]
fn the_providers_of_the_simulated_cloud_are_there_for_both() {
    let project = project("1.10.6");
    assert_eq!(
        run(&project, &["simulator", "providers", "providers"], None).code,
        0
    );
    for host in ["registry.terraform.io", "registry.opentofu.org"] {
        for name in ["hashicorp/azurerm", "azure/azapi"] {
            let folder = project.path(&format!("providers/{host}/{name}"));
            assert!(folder.is_dir(), "{}", folder.display());
            let config = fs::read_to_string(project.path("providers/terraform.rc")).expect("it");
            assert!(config.contains(&format!("\"{host}/{name}\"")), "{config}");
        }
    }
}

#[test]
fn a_tofu_that_is_too_old_or_not_there_is_named() {
    let old = project("1.8.9");
    let said = run(&old, PLAN, Some("tofu"));
    assert_eq!(said.code, 1);
    assert!(
        said.stdout.contains("OpenTofu 1.8.9 is too old"),
        "{}",
        said.stdout
    );
    fs::remove_file(old.path("bin/tofu")).expect("it was there");
    let said = run(&old, PLAN, Some("tofu"));
    assert!(
        said.stdout.contains("OpenTofu is not on PATH"),
        "{}",
        said.stdout
    );
    assert_eq!(run(&old, PLAN, Some("pulumi")).code, 2);
}
