//! Real Ansible over real SSH on hosts that boot.

use super::Hosts;
use crate::harness::{Project, root};
use serde_json::Value;

impl Hosts {
    /// A command with `--format json`, which must end with this exit code.
    pub(crate) fn json(&self, code: i32, arguments: &[&str]) -> Value {
        let run = self.run(&[arguments, &["--cloud", "simulated", "--format", "json"]].concat());
        assert_eq!(run.code, code, "{}\n{}", run.stdout, run.stderr);
        serde_json::from_str(&run.stdout).expect("the answer is JSON")
    }
}

/// What Ansible made of a server.
pub(crate) fn of<'a>(answer: &'a Value, server: &str) -> &'a Value {
    let servers = answer["ansible"]["servers"].as_array();
    servers
        .into_iter()
        .flatten()
        .find(|one| one["name"] == server)
        .unwrap_or_else(|| panic!("nothing is said of {server}: {answer:#}"))
}

pub(crate) fn ends<'a>(answer: &'a Value, servers: &[&str]) -> Vec<&'a str> {
    let ends = servers
        .iter()
        .map(|server| of(answer, server)["end"].as_str());
    ends.map(Option::unwrap_or_default).collect()
}

pub(crate) fn findings(answer: &Value) -> Vec<&str> {
    let findings = answer["findings"].as_array().expect("findings");
    let codes = findings
        .iter()
        .filter_map(|finding| finding["code"].as_str());
    codes.filter(|code| *code != "LO111").collect()
}

const SERVERS: [&str; 3] = ["backend", "database", "monitoring"];

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn three_servers_are_initialised_once_and_then_only_where_something_changed() {
    let hosts = Hosts::of(Project::bare());
    let first = hosts.json(0, &["apply", "--only", "both"]);
    assert_eq!(ends(&first, &SERVERS), ["changed"; 3], "{first:#}");

    // What the describers say is so, seen from every side.
    let from_monitoring = hosts.reached(
        "monitoring",
        &["10.10.0.5/22", "10.10.0.5/3306", "10.10.0.5/9100"].map(str::to_owned),
    );
    assert_eq!(from_monitoring, ["10.10.0.5/9100"]);
    let from_backend = hosts.reached(
        "backend",
        &["10.10.0.5/22", "10.10.0.5/9100", "10.10.0.6/9100"].map(str::to_owned),
    );
    assert_eq!(from_backend, Vec::<String>::new());
    // The machine's own firewall says so too: with everything opened in the portal its ports are as closed.
    hosts.simulator(&[
        "open",
        "database",
        "*",
        "--from",
        "10.10.0.4",
        "--rule",
        "hole",
    ]);
    hosts.listen("database", &[3306, 8080]);
    let through = hosts.reached(
        "backend",
        &["10.10.0.5/3306", "10.10.0.5/8080", "10.10.0.5/9100"].map(str::to_owned),
    );
    assert_eq!(through, ["10.10.0.5/3306"]);
    hosts.simulator(&["close", "database", "hole"]);

    let again = hosts.json(0, &["configure"]);
    assert_eq!(ends(&again, &SERVERS), ["unchanged"; 3], "{again:#}");
    let all = hosts.json(0, &["configure", "--all"]);
    assert_eq!(ends(&all, &SERVERS), ["ok"; 3], "{all:#}");
    assert_eq!(findings(&all), Vec::<&str>::new());

    // A stopped server is named; started again it is the same machine, with the same key, and nothing is to do.
    hosts.on("database", "echo kept >/etc/kept");
    hosts.project.edit(
        "describers/database.yaml",
        "state: running",
        "state: stopped",
    );
    let stopped = hosts.json(0, &["apply", "--only", "both"]);
    assert_eq!(
        ends(&stopped, &SERVERS),
        ["unchanged", "skipped", "unchanged"],
        "{stopped:#}"
    );
    hosts.project.edit(
        "describers/database.yaml",
        "state: stopped",
        "state: running",
    );
    let started = hosts.json(0, &["apply", "--only", "both"]);
    assert_eq!(ends(&started, &SERVERS), ["unchanged"; 3], "{started:#}");
    assert_eq!(hosts.on("database", "cat /etc/kept"), "kept\n");

    // Only the server whose describer changed is touched, and what it no longer declares is closed.
    hosts.project.edit(
        "describers/backend.yaml",
        "  - { port: 9100, from: monitoring, for: node-exporter }\n",
        "",
    );
    let target = ["10.10.0.4/9100".to_owned()];
    assert_eq!(hosts.reached("monitoring", &target), target);
    let changed = hosts.json(0, &["apply", "--only", "both"]);
    assert_eq!(
        ends(&changed, &SERVERS),
        ["changed", "unchanged", "unchanged"],
        "{changed:#}"
    );
    assert!(
        of(&changed, "backend")["why"]
            .as_str()
            .is_some_and(|why| why.contains("describer")),
        "{changed:#}"
    );
    assert_eq!(hosts.reached("monitoring", &target), Vec::<String>::new());

    // What somebody changed by hand is named with its line, and put right.
    hosts.on(
        "monitoring",
        "echo 'PermitRootLogin yes' >>/etc/ssh/sshd_config.d/00-lostops.conf",
    );
    let preview = hosts.json(0, &["configure", "--all", "--check"]);
    assert_eq!(of(&preview, "monitoring")["end"], "changed", "{preview:#}");
    let mended = hosts.json(0, &["configure", "--all"]);
    assert_eq!(
        of(&mended, "monitoring")["end"],
        "changed",
        "the preview changed nothing"
    );
    assert_eq!(findings(&mended), ["LO601"], "{mended:#}");
    assert!(
        mended["findings"]
            .to_string()
            .contains("roles/base/tasks/main.yml:"),
        "{mended:#}"
    );
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn a_machine_is_made_resized_replaced_and_destroyed_and_its_data_outlives_it() {
    let hosts = Hosts::of(Project::with(&root().join("examples/managed")));
    hosts.project.edit(
        "describers/policy.yaml",
        "resize: deny, reimage: deny, disk: deny",
        "resize: allow, reimage: allow, disk: allow",
    );
    let made = hosts.json(0, &["apply", "--only", "both"]);
    assert_eq!(ends(&made, &["web"]), ["changed"], "{made:#}");
    let disk = "/dev/disk/azure/scsi1/lun0";
    hosts.on(
        "web",
        &format!("mkfs.ext4 -q {disk}; mount {disk} /mnt; echo rows >/mnt/table; umount /mnt; echo x >/etc/kept"),
    );

    hosts.project.edit(
        "describers/web.yaml",
        "size: Standard_B2s",
        "size: Standard_B2ms",
    );
    let resized = hosts.json(0, &["apply", "--only", "both"]);
    assert_eq!(ends(&resized, &["web"]), ["unchanged"], "{resized:#}");
    assert_eq!(
        hosts.inspect("web", "{{.HostConfig.Memory}}"),
        (8_u64 << 30).to_string()
    );
    assert_eq!(hosts.on("web", "cat /etc/kept"), "x\n");

    hosts.project.edit(
        "describers/web.yaml",
        "ubuntu-24_04-lts:server:latest",
        "ubuntu-24_04-lts:minimal:latest",
    );
    let replaced = hosts.json(0, &["apply", "--only", "both"]);
    assert_eq!(ends(&replaced, &["web"]), ["changed"], "{replaced:#}");
    assert_eq!(
        hosts.on(
            "web",
            &format!("test ! -e /etc/kept; mount {disk} /mnt; cat /mnt/table")
        ),
        "rows\n"
    );

    hosts
        .project
        .edit("describers/web.yaml", "state: running", "state: absent");
    let word = hosts.word();
    let gone = hosts.json(0, &["apply", "--only", "both"]);
    assert_eq!(gone["result"], "clean", "{gone:#}");
    let left = super::labelled(&word);
    assert!(
        left.iter().all(|name| !name.contains("-web")),
        "host and system disk are gone: {left:?}"
    );
}
