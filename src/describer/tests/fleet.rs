//! The Lostops infrastructure passes, and says what was meant.

use super::{Copy, TODAY, own};
use crate::describer::{Instead, load};
use crate::fleet::policy::{Operation, Verdict};
use crate::fleet::port::Protocol;
use crate::fleet::server::{Ownership, PowerState, Server, Setting};

#[test]
fn the_lostops_infrastructure_passes_and_is_told_that_its_mysql_has_ended() {
    let loaded = load(&own(), &Instead::new(), &|_| true, TODAY).unwrap();
    let environment = super::only(&loaded);
    let codes: Vec<&str> = environment
        .findings
        .iter()
        .map(|one| one.meta.code)
        .collect();
    assert_eq!(codes, ["LO117"]);
    assert_eq!(environment.name, "production");
    let fleet = environment.fleet.as_ref().unwrap();
    let names: Vec<&str> = fleet.servers.iter().map(Server::name).collect();
    assert_eq!(names, ["backend", "database", "monitoring"]);
}

#[test]
fn without_secrets_it_passes_with_one_warning_for_each_variable() {
    let loaded = load(&own(), &Instead::new(), &|_| false, TODAY).unwrap();
    let environment = super::only(&loaded);
    assert_eq!(super::errors(environment), 0);
    assert!(environment.fleet.is_some());
    let findings = environment.findings.iter();
    let mut named: Vec<&str> = findings
        .filter(|finding| finding.meta.code == "LO111")
        .map(|finding| finding.message.as_str())
        .collect();
    named.sort_unstable();
    let expected = [
        "AUTHORITY_KEY",
        "DISCORD_WEBHOOK",
        "GRAFANA_ADMIN_PASSWORD",
        "LARAVEL_APP_KEY",
        "MYSQL_EXPORTER_PASSWORD",
        "MYSQL_LARAVEL_PASSWORD",
    ];
    assert_eq!(
        named,
        expected.map(|name| format!("the environment variable `{name}` is not set"))
    );
}

#[test]
fn a_describer_says_what_the_server_is() {
    let loaded = load(&own(), &Instead::new(), &|_| true, TODAY).unwrap();
    let fleet = super::only(&loaded).fleet.as_ref().unwrap();
    let database = fleet.server("database").unwrap();
    assert_eq!(database.state.value, PowerState::Running);
    assert_eq!(database.machine.ownership.value, Ownership::Adopted);
    assert_eq!(database.machine.size.value, "Standard_B2ms");
    assert_eq!(
        database.machine.image.value.to_string(),
        "Canonical:ubuntu-24_04-lts:server:latest"
    );
    assert_eq!(database.machine.network_interface, "database-nic");
    assert_eq!(
        database.machine.security_group.as_deref(),
        Some("database-nsg")
    );
    assert_eq!(database.machine.data_disks[0].size_gb.value, 32);
    let words = fleet
        .directory()
        .words(&database.declared().at(Protocol::Tcp, 3306));
    assert_eq!(words, ["backend"]);
    let words = fleet
        .directory()
        .words(&database.declared().at(Protocol::Tcp, 22));
    assert_eq!(words, ["operators"]);
    let mysql = &database.services.mysql.as_ref().unwrap().value;
    assert_eq!(mysql.databases[0].password.value, "MYSQL_LARAVEL_PASSWORD");
    let laravel = fleet.server("backend").unwrap().services.laravel.as_ref();
    assert_eq!(laravel.unwrap().value.domain.value, "app.lostops.example");
}

#[test]
fn what_the_policy_does_not_name_is_denied_but_to_start_and_to_stop() {
    let copy = Copy::new();
    let policy = fs_err::read_to_string(copy.path.join("policy.yaml")).unwrap();
    let lines: Vec<&str> = policy
        .lines()
        .filter(|line| !line.starts_with("nature:"))
        .collect();
    copy.write("policy.yaml", lines.join("\n"));
    let loaded = copy.load();
    let policy = &super::only(&loaded).fleet.as_ref().unwrap().policy;
    for operation in Operation::ALL {
        let expected = match operation {
            Operation::Start | Operation::Stop => Verdict::Allow,
            _ => Verdict::Deny,
        };
        assert_eq!(policy.nature[&operation].value, expected, "{operation:?}");
    }
    copy.write(
        "policy.yaml",
        format!(
            "{}\nnature: {{ resize: allow, stop: deny }}\n",
            lines.join("\n")
        ),
    );
    let loaded = copy.load();
    let policy = &super::only(&loaded).fleet.as_ref().unwrap().policy;
    assert_eq!(policy.nature[&Operation::Resize].value, Verdict::Allow);
    assert_eq!(policy.nature[&Operation::Stop].value, Verdict::Deny);
}

#[test]
fn a_role_as_source_means_the_servers_of_that_role() {
    let copy = Copy::new();
    copy.change("database.yaml", "from: backend, ", "from: role:backend, ");
    copy.change(
        "policy.yaml",
        "from: backend, must: tls",
        "from: role:backend, must: tls",
    );
    let loaded = copy.load();
    let fleet = super::only(&loaded).fleet.as_ref().unwrap();
    let database = fleet.server("database").unwrap();
    assert_eq!(
        fleet
            .directory()
            .words(&database.declared().at(Protocol::Tcp, 3306)),
        ["backend"]
    );
}

#[test]
fn settings_keep_their_text_as_it_was_written() {
    let copy = Copy::new();
    copy.change(
        "backend.yaml",
        "APP_DEBUG: false",
        "APP_DEBUG: False\n      APP_VERSION: 1.10\n      APP_PORT: 0080",
    );
    let loaded = copy.load();
    let fleet = super::only(&loaded).fleet.as_ref().unwrap();
    let services = &fleet.server("backend").unwrap().services;
    let environment = &services.laravel.as_ref().unwrap().value.environment;
    let setting = |name: &str| {
        let found = environment.iter().find(|(key, _)| key.value == name);
        match &found.unwrap().1.value {
            Setting::Plain(text) => text.clone(),
            Setting::Secret(_) => panic!("a secret"),
        }
    };
    assert_eq!(
        [
            setting("APP_DEBUG"),
            setting("APP_VERSION"),
            setting("APP_PORT")
        ],
        ["False", "1.10", "0080"]
    );
}

#[test]
fn an_environment_says_which_images_stand_in_for_others() {
    let copy = Copy::new();
    copy.change(
        "environment.yaml",
        "acme: {",
        "rehearsal: { images: { mysql:8.0.46: stand-in/mysql:8 } }\nacme: {",
    );
    let loaded = copy.load();
    let fleet = super::only(&loaded).fleet.as_ref().unwrap();
    let images: Vec<_> = fleet.environment.rehearsal_images.iter().collect();
    assert_eq!(
        images,
        [(&"mysql:8.0.46".to_owned(), &"stand-in/mysql:8".to_owned())]
    );
}
