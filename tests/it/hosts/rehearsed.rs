//! A rehearsal: everything an apply does, on servers of its own, of which nothing is left; from nothing and from a base.

use super::measured::{found, verdict};
use super::{Hosts, docker};
use crate::harness::{Project, finish, root};
use std::collections::BTreeSet;
use std::process::Command;

impl Hosts {
    /// Without a secret in the environment, as a stranger's clone.
    fn rehearse(&self, code: i32, more: &[&str]) -> serde_json::Value {
        let mut command = self
            .project
            .command(&[&["rehearse", "--format", "json"], more].concat());
        command.env("DOCKER_HOST", super::engine());
        let run = finish(&mut command);
        assert_eq!(run.code, code, "{}\n{}", run.stdout, run.stderr);
        serde_json::from_str(&run.stdout).expect("the answer is JSON")
    }

    fn git(&self, arguments: &[&str]) {
        let mut command = Command::new("git");
        command
            .args([
                "-c",
                "user.name=x",
                "-c",
                "user.email=x@example.com",
                "-c",
                "init.defaultBranch=main",
            ])
            .args(arguments)
            .current_dir(self.project.path("."));
        let run = finish(&mut command);
        assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    }

    /// Containers of rehearsals in this folder.
    fn left(&self) -> String {
        let place = self.project.path(".lostops/rehearsal");
        let all = docker(&["ps", "--all", "--format", "{{.Names}} {{.Labels}}"]);
        let place = place.to_string_lossy();
        all.lines().filter(|line| line.contains(&*place)).collect()
    }
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn what_is_written_is_rehearsed_from_nothing_on_servers_that_nobody_keeps() {
    let project = Project::with(&root().join("examples/managed"));
    super::declare_what_is_served(&project);
    let hosts = Hosts::of(project);
    let fresh = hosts.rehearse(0, &[]);
    assert_eq!(fresh["command"], "rehearse");
    assert_eq!(found(&fresh), BTreeSet::new(), "{fresh:#}");
    assert_eq!(verdict(&fresh, "operators", "web", 22), "open");
    let laps: Vec<&str> = fresh["timeline"]
        .as_array()
        .expect("laps")
        .iter()
        .filter_map(|lap| lap["what"].as_str())
        .collect();
    for lap in [
        "terraform apply",
        "hosts",
        "ansible",
        "from within",
        "taken down",
    ] {
        assert!(laps.contains(&lap), "{laps:?}");
    }
    assert_eq!(hosts.left(), "");
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn a_change_is_rehearsed_on_the_servers_of_its_base() {
    let hosts = Hosts::measurable();
    hosts.project.write(".gitignore", ".lostops\n");
    hosts.git(&["init", "--quiet"]);
    hosts.git(&["add", "."]);
    hosts.git(&["commit", "--quiet", "--message", "base"]);

    // A port more that nothing serves: the describers are in order, and a rehearsal finds what they cannot say.
    hosts.project.edit(
        "describers/backend.yaml",
        "ports:\n",
        "ports:\n  - { port: 443, from: internet, for: https }\n",
    );
    hosts
        .project
        .edit("describers/database.yaml", "  node_exporter: {}\n", "");
    hosts
        .project
        .edit("describers/database.yaml", "services:\n", "");
    hosts.project.edit(
        "describers/database.yaml",
        "  - { port: 9100, from: monitoring, for: node-exporter }\n",
        "",
    );
    let changed = hosts.rehearse(3, &["--from-base", "HEAD"]);
    // What is described no more is still there: nobody has removed the exporter.
    let expected = super::measured::expected(&[
        ("LO501", "database"),
        ("LO504", "backend"),
        ("LO506", "database"),
    ]);
    assert_eq!(found(&changed), expected, "{changed:#}");
    assert_eq!(verdict(&changed, "monitoring", "backend", 9100), "open");
    assert_eq!(verdict(&changed, "backend", "database", 22), "closed");
    let became: Vec<String> = changed["became"]
        .as_array()
        .expect("what became of them")
        .iter()
        .map(|one| format!("{}: {}", one["server"], one["words"]))
        .collect();
    assert_eq!(became.len(), 3, "{became:?}");
    assert!(
        became.iter().all(|one| one.contains("runs on untouched")),
        "{became:?}"
    );
    assert_eq!(hosts.left(), "");

    // A commit that is not there is named, and nothing is built.
    let run = finish(
        hosts
            .project
            .command(&["rehearse", "--from-base", "nowhere"])
            .env("DOCKER_HOST", super::engine()),
    );
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(
        run.stdout.contains("could not read `nowhere`"),
        "{}",
        run.stdout
    );
    assert_eq!(hosts.left(), "");
}
