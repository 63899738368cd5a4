//! A Compose project of the user's own beside what lostops runs.

use super::Hosts;
use super::ends;
use crate::harness::{Project, finish};
use std::process::Command;

/// On the backend, where the operators reach it. Its image is one that lostops' own services have elsewhere: there is one here,
/// pulled or in its place.
pub(super) fn is_described(project: &Project) {
    let pinned = include_str!("../../../../ansible/images.yml");
    let image = pinned
        .lines()
        .find_map(|line| line.strip_prefix("prometheus: "));
    let (name, version) = image
        .and_then(|image| image.split_once(':'))
        .expect("an image with a version");
    project.write(
        "describers/compose/relay.yaml",
        format!(
            "services:\n  relay:\n    image: {name}:${{VERSION}}\n    container_name: relay\n    restart: unless-stopped\n    \
             environment: {{ TOKEN: \"${{TOKEN}}\" }}\n    ports: [\"8025:9090\"]\n    volumes: [\"kept:/prometheus\"]\nvolumes: {{ kept: }}\n"
        ),
    );
    let port = "- { port: 8025, from: operators }\n";
    project
        .edit(
            "describers/backend.yaml",
            "ports:\n",
            &format!("ports:\n  {port}"),
        )
        .edit(
            "describers/policy.yaml",
            "    ports:\n",
            &format!("    ports:\n      {port}"),
        )
        .edit(
            "describers/backend.yaml",
            "services:\n",
            &format!("services:\n{}", entry(version)),
        );
}

fn entry(version: &str) -> String {
    format!(
        "  compose:\n    relay: {{ file: compose/relay.yaml, environment: {{ VERSION: {version}, TOKEN: secret:GRAFANA_ADMIN_PASSWORD }} }}\n"
    )
}

pub(super) fn answers_to_whom_its_describer_names(hosts: &Hosts, token: &str) {
    let address = hosts.address("backend");
    hosts.until(30, |_| {
        let url = format!("http://{address}:8025/-/ready");
        let ready = finish(Command::new("curl").args(["--silent", "--show-error", &url]));
        let is_ready = ready.stdout.contains("Ready");
        is_ready.then_some(()).ok_or(format!("{ready:?}"))
    });
    let private = ["10.10.0.4/8025".to_owned()];
    assert_eq!(hosts.reached("monitoring", &private), Vec::<String>::new());
    let held = hosts.on("backend", "docker exec relay printenv TOKEN");
    assert_eq!(held, format!("{token}\n"));
}

pub(super) fn goes_when_it_is_described_no_more_and_leaves_its_data(hosts: &Hosts) {
    let file = "describers/backend.yaml";
    let text = std::fs::read_to_string(hosts.project.path(file)).expect("a describer");
    let (before, after) = text.split_once("  compose:\n").expect("a project");
    let (_, after) = after.split_once('\n').expect("its line");
    hosts.project.write(file, format!("{before}{after}"));
    let answer = hosts.json(0, &["configure"]);
    assert_eq!(ends(&answer, &super::SERVERS)[0], "changed", "{answer:#}");
    let left = "docker ps --all --quiet --filter name=relay; ls /etc/lostops/projects; docker volume ls --quiet --filter name=relay";
    let left = hosts.on("backend", left);
    assert_eq!(left, "cadvisor\nlaravel\ntraefik\nrelay_kept\n");
}
