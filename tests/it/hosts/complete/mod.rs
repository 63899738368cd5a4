//! What the three servers do: the whole of the repository's own describers, with the real images where they can be pulled
//! and stand-ins where they cannot. One fleet is booted, and everything is asked of it, since that is what takes the time.

mod backend;
mod database;
mod measured;
mod monitoring;
mod project;

use super::Hosts;
use super::initialise::{ends, findings, of};
use crate::harness::{Project, Run, SECRETS, finish, root};
use serde_json::Value;
use std::process::Command;
use std::time::{Duration, Instant};

const SERVERS: [&str; 3] = ["backend", "database", "monitoring"];

impl Hosts {
    /// The three servers with everything that their describers name; scripts/stand-ins has said which images there are.
    fn complete() -> Self {
        let map = std::fs::read_to_string(root().join(".tools/stand-ins.yaml"))
            .expect("scripts/stand-ins has made the images: make hosts-test");
        let hosts = Self::of(Project::lostops());
        project::is_described(&hosts.project);
        let file = "describers/environment.yaml";
        let text = std::fs::read_to_string(hosts.project.path(file)).expect("the environment");
        hosts.project.write(file, format!("{text}\n{map}"));
        hosts
    }

    /// A request as a browser makes it, to the name that stands in the address; only where it leads is another.
    fn browse(&self, address: &str, more: &[&str]) -> Run {
        let authority = ".lostops/production/simulated/authority/certificate.pem";
        let url = more.last().expect("an address");
        let (scheme, rest) = url.split_once("://").expect("an address");
        let name = rest.split('/').next().unwrap_or_default();
        let port = if scheme == "https" { 443 } else { 80 };
        let mut command = Command::new("curl");
        command
            .args(["--silent", "--show-error", "--max-time", "20", "--cacert"])
            .arg(self.project.path(authority))
            .args(["--connect-to", &format!("{name}:{port}:{address}:{port}")])
            .args(more);
        finish(&mut command)
    }

    /// Asks until the answer is there; what was answered last, when it is not in time.
    fn until<T: std::fmt::Debug>(
        &self,
        seconds: u64,
        mut ask: impl FnMut(&Self) -> Result<T, String>,
    ) -> T {
        let deadline = Instant::now() + Duration::from_secs(seconds);
        loop {
            match ask(self) {
                Ok(answer) => return answer,
                Err(why) => assert!(Instant::now() < deadline, "not within {seconds} s: {why}"),
            }
            std::thread::sleep(Duration::from_millis(500));
        }
    }
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn the_three_servers_do_their_work_and_come_back_after_a_restart() {
    let hosts = Hosts::complete();
    // A preview of servers that have nothing yet says what would be, and changes nothing.
    hosts.terraform();
    // As Azure's smallest images come: apt has lists of nothing.
    hosts.on("backend", "rm -rf /var/lib/apt/lists/*");
    let preview = hosts.json(0, &["configure", "--check"]);
    assert_eq!(ends(&preview, &SERVERS), ["changed"; 3], "{preview:#}");
    let first = hosts.json(0, &["apply"]);
    assert_eq!(ends(&first, &SERVERS), ["changed"; 3], "{first:#}");
    measured::nothing_is_found_where_all_is_as_written(&first);
    monitoring::discord_listens(&hosts);

    // Everything that the roles do is done: a check of it finds nothing, and below a second run neither.
    let check = hosts.json(0, &["configure", "--all", "--check"]);
    assert_eq!(ends(&check, &SERVERS), ["ok"; 3], "{check:#}");
    assert_eq!(findings(&check), ["LO117"]);

    backend::the_front_door_is_https_alone_and_leads_to_the_application(&hosts);
    project::answers_to_whom_its_describer_names(&hosts, &secret("GRAFANA_ADMIN_PASSWORD"));
    database::mysql_is_for_the_backend_alone_and_over_tls_alone(&hosts);
    database::what_docker_publishes_does_not_get_past_the_firewall(&hosts);
    database::what_was_lost_is_in_the_backup(&hosts);
    database::root_gets_a_new_password_where_it_was_lost(&hosts);
    database::a_certificate_that_ends_soon_is_renewed_and_taken_without_a_restart(&hosts);
    monitoring::every_exporter_of_every_server_is_asked(&hosts);
    monitoring::grafana_is_closed_to_strangers_and_complete_to_its_admin(&hosts);
    monitoring::no_panel_of_a_dashboard_is_empty(&hosts);

    // A container that somebody has stopped is told of, and the next run of Ansible starts it.
    hosts.on("database", "docker stop -t 60 mysql");
    monitoring::an_alert_reaches_discord_in_words_that_a_person_understands(&hosts);
    let mended = hosts.json(0, &["configure", "--all", "--servers", "database"]);
    assert_eq!(ends(&mended, &["database"]), ["changed"], "{mended:#}");
    assert_eq!(findings(&mended), ["LO601", "LO117"]);

    // All of them restart at once: what was there is there, and runs.
    assert_eq!(hosts.restart(&SERVERS), ["running\n"; 3]);
    backend::the_application_still_counts(&hosts, 2);
    project::answers_to_whom_its_describer_names(&hosts, &secret("GRAFANA_ADMIN_PASSWORD"));
    monitoring::every_exporter_of_every_server_is_asked(&hosts);
    let settled = hosts.json(0, &["configure", "--all"]);
    assert_eq!(ends(&settled, &SERVERS), ["ok"; 3], "{settled:#}");

    a_secret_that_was_rotated_is_a_reason_and_is_taken(&hosts);
    project::answers_to_whom_its_describer_names(&hosts, "a new one");
    project::goes_when_it_is_described_no_more_and_leaves_its_data(&hosts);

    measured::every_fault_is_found(&hosts);
}

fn secret(name: &str) -> String {
    let mut secrets = SECRETS.iter();
    let (_, value) = secrets.find(|(known, _)| *known == name).expect("a secret");
    (*value).to_owned()
}

fn a_secret_that_was_rotated_is_a_reason_and_is_taken(hosts: &Hosts) {
    let rotated = hosts
        .command(&["configure", "--cloud", "simulated", "--format", "json"])
        .env("MYSQL_LARAVEL_PASSWORD", "another one")
        .env("GRAFANA_ADMIN_PASSWORD", "a new one")
        .output()
        .expect("it runs");
    let rotated: Value = serde_json::from_slice(&rotated.stdout).expect("JSON");
    for server in SERVERS {
        assert_eq!(
            of(&rotated, server)["why"],
            "a secret has changed",
            "{rotated:#}"
        );
    }
    assert_eq!(ends(&rotated, &SERVERS), ["changed"; 3], "{rotated:#}");
    backend::the_application_still_counts(hosts, 3);
    monitoring::grafana_lets_in(hosts, "a new one");
}
