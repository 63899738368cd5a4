//! Ctrl-C while Azure is slow reaches the provider too, which must finish what it does; a killed
//! Terraform takes its providers with it.

use super::{BASE, Bench, Said, read};
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Output, Stdio};

#[test]
fn an_interrupt_lets_what_was_begun_be_finished_and_kept() {
    let bench = Bench::new(BASE);
    bench.simulator(&["latency", "700"]).well();
    let mut terraform = bench.command("terraform");
    terraform
        .args(["apply", "-no-color", "-input=false", "-auto-approve"])
        .process_group(0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = terraform.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let begun = lines
        .by_ref()
        .map_while(Result::ok)
        .any(|line| line.contains("azurerm_resource_group.rg: Creating"));
    assert!(begun, "nothing was begun");
    let group = format!("-{}", child.id());
    Command::new("kill")
        .args(["-INT", "--", &group])
        .status()
        .unwrap();
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    let mut errors = Vec::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_end(&mut errors)
        .unwrap();
    let output = Output {
        status: child.wait().unwrap(),
        stdout: rest.join("\n").into_bytes(),
        stderr: errors,
    };
    let said = Said::new(&output);
    assert!(
        said.text.contains("resource_group.rg: Creation complete"),
        "{}",
        said.text
    );
    said.fails_with("execution halted");
    assert!(read(&bench.path("terraform.tfstate")).contains("/resourceGroups/rg"));
    bench.simulator(&["latency", "0"]).well();
    bench.apply(&[]);
    bench.is_clean(&[]);
}

#[test]
fn a_provider_does_not_outlive_a_terraform_that_was_killed() {
    let bench = Bench::new(BASE);
    bench.simulator(&["latency", "60000"]).well();
    let mut terraform = bench.command("terraform");
    terraform
        .args(["apply", "-no-color", "-input=false", "-auto-approve"])
        .stdout(Stdio::piped());
    let mut child = terraform.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let begun = lines
        .by_ref()
        .map_while(Result::ok)
        .any(|line| line.contains("azurerm_resource_group.rg: Creating"));
    assert!(begun, "nothing was begun");
    let room = || {
        std::fs::read_dir(bench.path(""))
            .unwrap()
            .filter_map(Result::ok)
    };
    let sockets = || {
        room()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("lostops-"))
            .count()
    };
    assert!(
        sockets() > 0,
        "the providers have folders for their sockets"
    );
    child.kill().unwrap();
    child.wait().unwrap();
    let until = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while sockets() > 0 {
        assert!(
            std::time::Instant::now() < until,
            "a provider is still there"
        );
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}
