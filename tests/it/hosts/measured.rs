//! What runs is measured, and whatever was not written is found, each with its code and its evidence.

use super::Hosts;
use super::initialise::of;
use crate::harness::Project;
use serde_json::Value;
use std::collections::BTreeSet;

impl Hosts {
    /// Three servers that offer SSH and their node exporter, and nothing that is declared and not there.
    pub(super) fn measurable() -> Self {
        let project = Project::bare();
        super::declare_what_is_served(&project);
        Self::of(project)
    }

    pub(super) fn verify(&self, code: i32, more: &[&str]) -> Value {
        self.json(code, &[&["verify"], more].concat())
    }
}

/// Code and server of every finding, each once.
pub(super) fn found(answer: &Value) -> BTreeSet<(String, String)> {
    let findings = answer["findings"].as_array().expect("findings");
    let word = |finding: &Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    findings
        .iter()
        .map(|finding| (word(finding, "code"), word(finding, "server")))
        .filter(|(code, _)| code != "LO117")
        .collect()
}

pub(super) fn expected(list: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    list.iter()
        .map(|(code, server)| ((*code).to_owned(), (*server).to_owned()))
        .collect()
}

/// The evidence of the finding whose message holds these words.
pub(super) fn evidence<'a>(answer: &'a Value, words: &str) -> &'a str {
    let findings = answer["findings"].as_array().expect("findings");
    let says = |finding: &&Value| {
        finding["message"]
            .as_str()
            .is_some_and(|it| it.contains(words))
    };
    let finding = findings.iter().find(says);
    let finding = finding.unwrap_or_else(|| panic!("nobody says {words}: {findings:#?}"));
    finding["evidence"].as_str().unwrap_or_default()
}

/// What came of one way: `open`, `closed`, `extra`, `missing`, `unknown`.
pub(super) fn verdict<'a>(answer: &'a Value, from: &str, server: &str, port: u16) -> &'a str {
    let ways = answer["verify"]["reachability"].as_array().expect("ways");
    let way = ways
        .iter()
        .find(|way| way["server"] == server && way["port"] == port);
    let tried = way.and_then(|way| way["from"].as_array()).expect("a way");
    let one = tried
        .iter()
        .find(|one| one["from"] == from)
        .expect("it was tried");
    one["verdict"].as_str().expect("a verdict")
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn what_is_not_written_is_found_on_the_servers_and_nothing_where_nothing_is() {
    let hosts = Hosts::measurable();
    let clean = hosts.json(0, &["apply"]);
    assert_eq!(found(&clean), BTreeSet::new(), "{clean:#}");
    assert_eq!(verdict(&clean, "monitoring", "database", 9100), "open");
    assert_eq!(verdict(&clean, "backend", "database", 9100), "closed");
    assert_eq!(verdict(&clean, "operators", "database", 22), "open");
    assert_eq!(verdict(&clean, "backend", "database", 22), "closed");

    // Listeners on IPv4, on IPv6 alone and on both; one that the portal and the firewall let everybody reach.
    let listen = "import socket, sys, time\nport, only = int(sys.argv[1]), int(sys.argv[2])\n\
        it = socket.socket(socket.AF_INET6)\nit.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)\n\
        it.bind((\"::\", port))\nit.listen()\ntime.sleep(1e6)\n";
    let listening = format!(
        "printf '{}' >/run/listen.py; systemd-run --quiet --unit six python3 /run/listen.py 8092 1; \
         systemd-run --quiet --unit both python3 /run/listen.py 8093 0; \
         for port in 8092 8093; do until ss -Hltn sport = :$port | grep -q .; do sleep 0.05; done; done",
        listen.replace('\n', "\\n")
    );
    hosts.listen("backend", &[8080, 8091]);
    hosts.on("backend", &listening);
    hosts.simulator(&["open", "backend", "8080", "--from", "internet"]);
    hosts.on(
        "backend",
        "nft insert rule inet lostops input tcp dport 8080 accept",
    );

    // A package that apt did not bring, a module, a program; a key, a password; a restart that is due.
    hosts.on(
        "database",
        "set -e; mkdir -p /run/extra/DEBIAN; cd /run\n\
         printf 'Package: extra\\nVersion: 1.0\\nArchitecture: all\\nMaintainer: x\\nDescription: x\\n' >extra/DEBIAN/control\n\
         dpkg-deb --build extra extra.deb >/dev/null; dpkg --install extra.deb >/dev/null\n\
         mkdir -p /usr/local/lib/python3.12/dist-packages/flask-3.0.dist-info\n\
         printf '#!/bin/sh\\n' >/usr/local/bin/tool; chmod +x /usr/local/bin/tool\n\
         mkdir -p /root/.ssh; printf 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF who\\n' >/root/.ssh/authorized_keys\n\
         echo lostops:secret | chpasswd; echo 'PasswordAuthentication yes' >/etc/ssh/sshd_config.d/00-before.conf\n\
         touch /run/reboot-required; echo linux-image-azure >/run/reboot-required.pkgs",
    );
    // Its own tool for looking is gone, and a described service is stopped; it has given itself one more address.
    hosts.on(
        "monitoring",
        "own=$(ip -o -4 address show | grep -o '198\\.1[89]\\.[0-9]*\\.' | head -n 1); ip address add \"${own}200/32\" dev eth0\n\
         mv /usr/bin/ss /usr/bin/ss.away; systemctl stop prometheus-node-exporter",
    );
    hosts.on("database", "systemctl stop prometheus-node-exporter");

    // A waiver that accepts nothing is as good as none.
    let waivers =
        "waivers:\n  - { code: LO507, server: monitoring, reason: \"none\", until: 2099-01-31 }\n";
    let policy = hosts.project.path("describers/policy.yaml");
    let text = std::fs::read_to_string(&policy).expect("the policy");
    let waived = text.replace("waivers: []\n", waivers);
    hosts.project.write("describers/policy.yaml", waived);

    let wrong = hosts.json(3, &["drift"]);
    hosts.project.write("describers/policy.yaml", text);
    drift_tells_of_the_plan_and_of_ansible_too(&wrong);
    let all = expected(&[
        ("LO104", ""),
        ("LO312", "monitoring"),
        ("LO501", "backend"),
        ("LO502", "backend"),
        ("LO504", "database"),
        ("LO505", "monitoring"),
        ("LO506", "database"),
        ("LO507", "database"),
        ("LO508", "database"),
        ("LO511", "database"),
        ("LO516", "backend"),
    ]);
    assert_eq!(found(&wrong), all, "{wrong:#}");
    assert!(evidence(&wrong, "listens on tcp 8091").contains("0.0.0.0:8091"));
    assert!(evidence(&wrong, "listens on tcp 8091").contains("unit test-8091.service"));
    assert!(evidence(&wrong, "listens on tcp 8092").contains("[::]:8092"));
    assert!(evidence(&wrong, "listens on tcp 8093").contains("*:8093"));
    assert!(
        evidence(&wrong, "reached at tcp 8080 from `operators`").contains("(203.0.113.1) to 198.1")
    );
    assert!(evidence(&wrong, "the package `extra`").contains("extra 1.0, installed by hand"));
    assert!(evidence(&wrong, "`flask`").contains("python flask"));
    assert!(evidence(&wrong, "`/usr/local/bin/tool`").contains("/usr/local/bin/tool"));
    assert!(evidence(&wrong, "`root` can log in").contains("/root/.ssh/authorized_keys"));
    assert!(evidence(&wrong, "with a password").contains("/etc/shadow"));
    let servers = wrong["verify"]["servers"].as_array().expect("servers");
    let others = servers
        .iter()
        .filter(|one| one["other_addresses"].is_array());
    let others: Vec<&Value> = others.collect();
    assert!(others.len() == 1 && others[0]["name"] == "monitoring");
    let second = others[0]["other_addresses"][0]["address"].as_str();
    assert!(second.is_some_and(|it| it.ends_with(".200")));
    assert_eq!(verdict(&wrong, "operators", "backend", 8080), "extra");
    assert_eq!(verdict(&wrong, "operators", "backend", 8091), "closed");
    assert_eq!(verdict(&wrong, "monitoring", "database", 9100), "missing");

    a_server_that_is_to_be_stopped_and_runs_is_told_of(&hosts);
    a_server_that_hangs_is_told_of_and_the_others_are_measured(&hosts);
    a_server_that_bans_whoever_scans_it_is_not_taken_for_closed(&hosts);
}

/// What the portal has opened is in the plan, and what was stopped by hand is Ansible's to start.
fn drift_tells_of_the_plan_and_of_ansible_too(drift: &Value) {
    assert_eq!(drift["totals"]["change"], 1, "{drift:#}");
    for server in ["database", "monitoring"] {
        assert_eq!(of(drift, server)["end"], "changed", "{drift:#}");
    }
}

fn a_server_that_is_to_be_stopped_and_runs_is_told_of(hosts: &Hosts) {
    let file = "describers/monitoring.yaml";
    let text = std::fs::read_to_string(hosts.project.path(file)).expect("the describer");
    let stopped = text.replacen("state: running", "state: stopped", 1);
    hosts.project.write(file, stopped);
    let awake = hosts.verify(3, &["--servers", "monitoring"]);
    hosts.project.write(file, text);
    assert_eq!(
        found(&awake),
        expected(&[("LO519", "monitoring")]),
        "{awake:#}"
    );
    assert!(evidence(&awake, "says that it is stopped").ends_with(":22 was taken"));
}

fn a_server_that_hangs_is_told_of_and_the_others_are_measured(hosts: &Hosts) {
    let name = format!("lostops-{}-database", hosts.word());
    super::pause(&name);
    let hangs = hosts.verify(3, &["--timeout", "10s"]);
    super::docker(&["unpause", &name]);
    let found = found(&hangs);
    assert!(
        found.contains(&("LO505".to_owned(), "database".to_owned())),
        "{hangs:#}"
    );
    assert!(
        found.contains(&("LO501".to_owned(), "backend".to_owned())),
        "{hangs:#}"
    );
    let words = "it could not be measured from within";
    let told = hangs["findings"].as_array().expect("findings");
    let told = told
        .iter()
        .filter_map(|finding| finding["message"].as_str());
    assert_eq!(
        told.filter(|message| message.contains(words)).count(),
        1,
        "{hangs:#}"
    );
}

fn a_server_that_bans_whoever_scans_it_is_not_taken_for_closed(hosts: &Hosts) {
    hosts.on(
        "monitoring",
        "systemctl start prometheus-node-exporter; nft -f - <<'E'\n\
         table inet ban {\n\
         set banned { type ipv4_addr; flags dynamic; size 1000; }\n\
         chain watch {\n\
         type filter hook prerouting priority -400\n\
         ip saddr @banned drop\n\
         ip saddr != 10.0.0.0/8 tcp flags & (syn | ack) == syn tcp dport != { 22, 80, 443 } limit rate over 50/second add @banned { ip saddr } drop\n\
         }\n}\nE",
    );
    let banned = hosts.verify(3, &["--servers", "monitoring"]);
    let told = banned["findings"].as_array().expect("findings");
    let told = told
        .iter()
        .filter_map(|finding| finding["message"].as_str());
    assert!(
        told.clone()
            .any(|message| message.contains("takes the questions for an attack")),
        "{banned:#}"
    );
    assert_eq!(
        verdict(&banned, "operators", "monitoring", 9100),
        "unknown",
        "{banned:#}"
    );
}
