//! What is written otherwise when it is pushed than when it was reviewed.

use super::Verdict::{Changed, Equal};
use super::{Case, Job};
use std::fs;

const BACKEND: &str = "describers/backend.yaml";
const DATABASE: &str = "describers/database.yaml";
const ENVIRONMENT: &str = "describers/environment.yaml";
const POLICY: &str = "describers/policy.yaml";

pub(super) const CASES: &[Case] = &[
    (
        "a server that is to be taken over",
        |job| {
            edit(
                job,
                DATABASE,
                "ownership: adopted",
                "ownership: managed\n  import: true",
            );
        },
        Changed("database: import into Terraform's management"),
    ),
    ("nothing", |_| (), Equal),
    (
        "another runner, on which nothing was kept",
        |job| fs::remove_dir_all(job.project.path("temp/.lostops")).expect("a folder"),
        Equal,
    ),
    (
        "a comment",
        |job| edit(job, DATABASE, "ports:\n", "ports: # checked\n"),
        Equal,
    ),
    (
        "the order of ports",
        |job| {
            edit(
                job,
                BACKEND,
                "  - { port: 80,   from: internet,   for: http }",
                "",
            );
            edit(
                job,
                BACKEND,
                "ports:\n",
                "ports:\n  - { port: 80, from: internet, for: http }\n",
            );
        },
        Equal,
    ),
    (
        "the name of a file",
        |job| {
            let path = |name: &str| job.project.path(name);
            fs::rename(path(DATABASE), path("describers/mysql.yaml")).expect("a file");
        },
        Equal,
    ),
    (
        "a group, written as its addresses",
        |job| {
            edit(
                job,
                BACKEND,
                "port: 22,   from: operators",
                "port: 22,   from: 203.0.113.0/24",
            );
        },
        Equal,
    ),
    (
        "a policy that permits more, and nothing that uses it",
        |job| edit(job, POLICY, "9100, 9104], from", "9100, 9104, 9200], from"),
        Equal,
    ),
    (
        "one port more",
        |job| {
            edit(job, POLICY, "9100, 9104], from", "9100, 9104, 9200], from");
            edit(
                job,
                DATABASE,
                "ports:\n",
                "ports:\n  - { port: 9200, from: monitoring, for: more }\n",
            );
        },
        Changed("database: opens 9200/tcp from monitoring"),
    ),
    (
        "one port less",
        |job| {
            edit(
                job,
                DATABASE,
                "  - { port: 9104, from: monitoring, for: mysqld-exporter }\n",
                "",
            );
        },
        Changed("this[\"database\"] would be changed otherwise"),
    ),
    (
        "a port for fewer",
        |job| {
            edit(
                job,
                DATABASE,
                "port: 22,   from: operators",
                "port: 22,   from: 203.0.113.7/32",
            );
        },
        Changed("database: opens 22/tcp from 203.0.113.7"),
    ),
    (
        "a group of other addresses",
        |job| edit(job, ENVIRONMENT, "[203.0.113.0/24]", "[198.51.100.0/24]"),
        Changed("backend"),
    ),
    (
        "what a port is for",
        |job| edit(job, DATABASE, "for: mysqld-exporter", "for: metrics"),
        Changed("this[\"database\"] would be changed otherwise"),
    ),
    (
        "a server that is to be stopped",
        |job| edit(job, BACKEND, "state: running", "state: stopped"),
        Changed("backend: stop"),
    ),
    (
        "a secret of another name",
        |job| {
            edit(
                job,
                DATABASE,
                "secret:MYSQL_EXPORTER_PASSWORD",
                "secret:ANOTHER_PASSWORD",
            );
        },
        Changed("Ansible on database would be changed otherwise"),
    ),
    (
        "a setting of the application",
        |job| edit(job, BACKEND, "APP_DEBUG: false", "APP_DEBUG: true"),
        Changed("Ansible on backend would be changed otherwise"),
    ),
    (
        "another image of the application",
        |job| edit(job, BACKEND, "lostops/app:1.0", "lostops/app:1.1"),
        Changed("Ansible on backend would be changed otherwise"),
    ),
    (
        "one service less",
        |job| edit(job, BACKEND, "  cadvisor: {}\n", ""),
        Changed("Ansible on backend would be changed otherwise"),
    ),
    (
        "one package more",
        |job| {
            edit(job, BACKEND, "packages: []", "packages: [tcpdump]");
            let text = read(job, POLICY);
            job.project.write(
                POLICY,
                text.replacen(
                    "packages: { allow: [] }",
                    "packages: { allow: [tcpdump] }",
                    1,
                ),
            );
        },
        Changed("Ansible on backend would be changed otherwise"),
    ),
];

fn read(job: &Job, name: &str) -> String {
    fs::read_to_string(job.project.path(name)).expect("the file")
}

fn edit(job: &Job, name: &str, from: &str, to: &str) {
    job.project.edit(name, from, to);
}
