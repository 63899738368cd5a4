//! `lostops check`: describers, read and judged.

use crate::harness::{Project, SECRETS, errors, finding};

#[test]
fn the_lostops_describers_are_clean() {
    let answer = Project::lostops().json(0, &["check"]);
    assert_eq!(answer["result"], "clean");
    assert_eq!(answer["servers"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_port_that_the_policy_does_not_know_is_shown_on_its_line() {
    let project = Project::lostops();
    project.edit(
        "describers/database.yaml",
        "ports:\n",
        "ports:\n  - { port: 8080, from: internet, for: debug }\n",
    );
    let answer = project.json(3, &["check"]);
    let found = finding(&answer, "LO203");
    assert_eq!(found["place"]["file"], "describers/database.yaml");
    let line = found["place"]["line"].as_u64().expect("a line");
    let text = std::fs::read_to_string(project.path("describers/database.yaml")).expect("the file");
    assert!(
        text.lines()
            .nth(usize::try_from(line).expect("small") - 1)
            .expect("the line")
            .contains("8080")
    );
    assert_eq!(found["place"]["column"], 13);

    let drawn = project.run(&["check"]);
    assert_eq!(drawn.code, 3);
    assert!(
        drawn
            .stdout
            .contains("{ port: 8080, from: internet, for: debug }"),
        "{}",
        drawn.stdout
    );
    assert!(
        drawn
            .stdout
            .contains("not permitted to the role `database`"),
        "{}",
        drawn.stdout
    );
}

#[test]
fn what_a_range_opens_beyond_the_policy_is_said_exactly() {
    let project = Project::lostops();
    project.edit(
        "describers/backend.yaml",
        "{ port: 22,   from: operators,  for: ssh }",
        "{ port: 0-65535, from: operators, for: ssh }",
    );
    project.edit("describers/backend.yaml", "0-65535", "1-65535");
    let answer = project.json(3, &["check"]);
    let errors: Vec<&str> = answer["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter(|finding| finding["code"] == "LO203")
        .filter_map(|finding| finding["message"].as_str())
        .collect();
    assert_eq!(
        errors,
        ["`backend` opens tcp 1-21, 23-79, 81-442 and 444-65535 from operators"]
    );
}

#[test]
fn an_exporter_that_the_monitoring_server_cannot_ask_is_told_of() {
    let project = Project::lostops();
    project.edit(
        "describers/database.yaml",
        "  - { port: 9104, from: monitoring, for: mysqld-exporter }\n",
        "",
    );
    let answer = project.json(0, &["check"]);
    let found = finding(&answer, "LO116");
    assert_eq!(
        found["message"],
        "`monitoring` cannot ask the `mysqld_exporter` of `database`"
    );
}

#[test]
fn the_database_is_for_the_backend_alone_whatever_the_policy_says() {
    let project = Project::lostops();
    project.edit(
        "describers/database.yaml",
        "from: backend,    for: mysql",
        "from: monitoring, for: mysql",
    );
    project.edit(
        "describers/policy.yaml",
        "{ port: 3306, from: backend, must: tls }",
        "{ port: 3306, from: internet, must: tls }",
    );
    let answer = project.json(3, &["check"]);
    assert_eq!(errors(&answer), ["LO115", "LO204"]);
    assert_eq!(
        finding(&answer, "LO204")["message"],
        "`database` opens the database's port 3306 to monitoring"
    );
}

#[test]
fn what_a_describer_calls_the_database_s_own_port_must_be_permitted_too() {
    let project = Project::lostops();
    project.edit(
        "describers/database.yaml",
        "ports:\n",
        "ports:\n  - { port: 10000-65535, from: backend, tls: required }\n",
    );
    let answer = project.json(3, &["check"]);
    assert_eq!(errors(&answer), ["LO203"]);
    assert_eq!(
        finding(&answer, "LO203")["message"],
        "`database` opens tcp 10000-65535 from backend"
    );
}

#[test]
fn errors_of_all_files_come_at_once() {
    let project = Project::lostops();
    project
        .edit(
            "describers/backend.yaml",
            "private_ip: 10.10.0.4",
            "private_ip: 10.10.0.5",
        )
        .edit(
            "describers/database.yaml",
            "role: database",
            "rolle: database",
        )
        .edit(
            "describers/monitoring.yaml",
            "port: 443, from: internet",
            "port: 443-80, from: nowhere",
        )
        .edit(
            "describers/environment.yaml",
            "secret:DISCORD_WEBHOOK",
            "https://discord.com/api/webhooks/1/abc",
        );
    let answer = project.json(3, &["check"]);
    let mut files: Vec<&str> = answer["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter(|finding| finding["severity"] == "error")
        .filter_map(|finding| finding["place"]["file"].as_str())
        .collect();
    files.sort_unstable();
    files.dedup();
    assert_eq!(
        files,
        [
            "describers/database.yaml",
            "describers/environment.yaml",
            "describers/monitoring.yaml"
        ]
    );
    let help = finding(&answer, "LO103")["help"]
        .as_str()
        .expect("help")
        .to_owned();
    assert!(help.contains("role"), "{help}");
}

#[test]
fn an_expired_grant_and_waiver_are_findings_and_permit_nothing() {
    let project = Project::lostops();
    project.edit("describers/policy.yaml", "grants: []", "grants:\n  - { server: backend, operation: resize, reason: \"load test\", until: 2020-01-31 }");
    project.edit("describers/policy.yaml", "waivers: []", "waivers:\n  - { code: LO203, server: monitoring, port: 8080, reason: \"old\", until: 2020-01-31 }");
    project.edit(
        "describers/monitoring.yaml",
        "ports:\n",
        "ports:\n  - { port: 8080, from: internet, for: old }\n",
    );
    let answer = project.json(3, &["check"]);
    assert_eq!(errors(&answer), ["LO203", "LO309", "LO310"]);
}

#[test]
fn a_waiver_that_holds_accepts_its_port_and_no_other() {
    let project = Project::lostops();
    let until = "2099-01-31";
    project.edit("describers/policy.yaml", "waivers: []", &format!("waivers:\n  - {{ code: LO203, server: monitoring, port: 8080, reason: \"old\", until: {until} }}"));
    project.edit(
        "describers/monitoring.yaml",
        "ports:\n",
        "ports:\n  - { port: 8080-8081, from: internet, for: old }\n",
    );
    let answer = project.json(3, &["check"]);
    assert_eq!(
        finding(&answer, "LO203")["message"],
        "`monitoring` opens tcp 8081 from internet"
    );
}

#[test]
fn a_secret_that_is_set_is_not_asked_for() {
    let project = Project::lostops();
    let mut command = project.command(&["check", "--format", "json"]);
    command.envs(SECRETS);
    let run = crate::harness::finish(&mut command);
    assert!(!run.stdout.contains("LO111"), "{}", run.stdout);
    assert!(project.run(&["check"]).stdout.contains("LO111"));
}

#[test]
fn a_folder_that_does_not_exist_is_our_inability_not_a_violation() {
    let run = Project::empty().run(&["check"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("describers"), "{}", run.stdout);
}

#[test]
fn a_package_that_the_policy_does_not_name_is_not_permitted() {
    let project = Project::lostops();
    project.edit(
        "describers/backend.yaml",
        "packages: []",
        "packages: [htop]",
    );
    assert_eq!(errors(&project.json(3, &["check"])), ["LO401"]);
    project.edit(
        "describers/policy.yaml",
        "packages: { allow: [] }",
        "packages: { allow: [htop] }",
    );
    project.json(0, &["check"]);
}
