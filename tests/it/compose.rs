//! What Compose files publish, judged by `lostops check` and by everything that comes after it.

use crate::harness::{Project, errors, finding};
use serde_json::Value;

/// The Lostops infrastructure with a project `mail` on the backend, whose service has these ports or keys.
fn with(keys: &str) -> Project {
    let project = Project::lostops();
    project.write(
        "describers/compose/mail.yaml",
        format!("services:\n  mail:\n    image: mail:1\n    {keys}\n"),
    );
    describe(&project, "mail: { file: compose/mail.yaml }");
    project
}

fn describe(project: &Project, entry: &str) {
    let services = format!("services:\n  compose:\n    {entry}\n");
    project.edit("describers/backend.yaml", "services:\n", &services);
}

/// Lets the operators reach a port of the backend, by describer and policy.
fn declare(project: &Project, port: &str) {
    let entry = format!("- {{ port: {port}, from: operators }}\n");
    project
        .edit(
            "describers/backend.yaml",
            "ports:\n",
            &format!("ports:\n  {entry}"),
        )
        .edit(
            "describers/policy.yaml",
            "    ports:\n",
            &format!("    ports:\n      {entry}"),
        );
}

fn messages(answer: &Value) -> Vec<&str> {
    let findings = answer["findings"].as_array().expect("findings");
    let errors = findings
        .iter()
        .filter(|finding| finding["severity"] == "error");
    errors
        .filter_map(|finding| finding["message"].as_str())
        .collect()
}

#[test]
fn a_published_port_that_nobody_declares_is_found_in_its_file() {
    let project = with("ports: [\"8025:8025\"]");
    let answer = project.json(3, &["check"]);
    assert_eq!(errors(&answer), ["LO209"]);
    let found = finding(&answer, "LO209");
    assert_eq!(
        found["message"],
        "`mail` publishes tcp 8025, which `backend` does not declare"
    );
    assert_eq!(found["place"]["file"], "describers/compose/mail.yaml");
    assert_eq!(
        (
            found["place"]["line"].as_u64(),
            found["place"]["column"].as_u64()
        ),
        (Some(4), Some(13))
    );
    assert_eq!(
        found["evidence"],
        "describers/compose/mail.yaml:4:13, service mail"
    );
    assert_eq!(found["server"], "backend");
    assert!(
        found["help"]
            .as_str()
            .is_some_and(|help| help.contains("127.0.0.1"))
    );

    let drawn = project.run(&["check"]);
    assert_eq!(drawn.code, 3);
    for part in [
        "describers/compose/mail.yaml:4:13",
        "ports: [\"8025:8025\"]",
        "published, not declared",
        "the project `mail`",
    ] {
        assert!(drawn.stdout.contains(part), "{part}: {}", drawn.stdout);
    }
}

#[test]
fn the_same_port_declared_is_clean_and_no_other_is() {
    let project = with("ports: [\"8025:8025\"]");
    declare(&project, "8025");
    project.json(0, &["check"]);

    let project = with("ports: [\"8020-8030:8020-8030\", \"8025:8025/udp\"]");
    declare(&project, "8020-8024");
    let answer = project.json(3, &["check"]);
    assert_eq!(
        messages(&answer),
        [
            "`mail` publishes tcp 8025-8030, which `backend` does not declare",
            "`mail` publishes udp 8025, which `backend` does not declare"
        ]
    );
}

#[test]
fn a_port_of_this_machine_alone_is_clean() {
    with("ports: [\"127.0.0.1:8025:8025\", \"[::1]:8026:8026\", { target: 1, published: 2, host_ip: 127.0.0.1 }]")
        .json(0, &["check"]);
}

#[test]
fn a_port_that_docker_chooses_is_found() {
    let answer = with("ports: [3000]").json(3, &["check"]);
    assert_eq!(
        messages(&answer),
        ["`mail` publishes a tcp port that Docker chooses, which `backend` does not declare"]
    );
}

#[test]
fn the_servers_network_is_found() {
    let answer = with("network_mode: host").json(3, &["check"]);
    assert_eq!(errors(&answer), ["LO210"]);
    let found = finding(&answer, "LO210");
    assert_eq!(found["message"], "`mail` shares the network of `backend`");
    assert_eq!(found["place"]["line"], 4);
}

#[test]
fn a_port_that_is_a_secret_or_has_no_value_cannot_be_shown() {
    let project = with("ports: [\"${PORT}:80\"]");
    let answer = project.json(3, &["check"]);
    assert_eq!(
        messages(&answer),
        ["it cannot be shown which ports `mail` publishes: the variable `PORT` has no value"]
    );
    let entry = "mail: { file: compose/mail.yaml }";
    let with_value = |value: &str| {
        format!("mail: {{ file: compose/mail.yaml, environment: {{ PORT: {value} }} }}")
    };
    project.edit(
        "describers/backend.yaml",
        entry,
        &with_value("secret:MAIL_PORT"),
    );
    let answer = project.json(3, &["check"]);
    assert_eq!(errors(&answer), ["LO211"]);
    assert!(
        messages(&answer)[0].ends_with("the variable `PORT` is a secret, which is not known here"),
        "{answer:#}"
    );
    project.edit(
        "describers/backend.yaml",
        &with_value("secret:MAIL_PORT"),
        &with_value("8025"),
    );
    assert_eq!(errors(&project.json(3, &["check"])), ["LO209"]);
}

#[test]
fn what_makes_a_container_master_of_its_server_is_a_warning() {
    let answer = with("privileged: true").json(0, &["check"]);
    assert_eq!(finding(&answer, "LO212")["severity"], "warning");
    // The socket of lostops' own proxy is not somebody else's.
    let own = Project::lostops().json(0, &["check"]);
    let findings = own["findings"].as_array().expect("findings");
    assert!(findings.iter().all(|finding| finding["code"] != "LO212"));
}

#[test]
fn a_waiver_accepts_a_published_port_for_a_while() {
    let project = with("ports: [\"8025:8025\", \"8026:8026\"]");
    project.edit(
        "describers/policy.yaml",
        "waivers: []",
        "waivers:\n  - { code: LO209, server: backend, port: 8025, reason: \"moves in January\", until: 2099-01-31 }",
    );
    assert_eq!(
        messages(&project.json(3, &["check"])),
        ["`mail` publishes tcp 8026, which `backend` does not declare"]
    );
}

#[test]
fn a_project_without_its_file_or_with_another_ones_name_is_found_at_its_line() {
    for (entry, code) in [
        ("mail: { file: compose/none.yaml }", "LO112"),
        ("mail: { file: ../outside.yaml }", "LO104"),
        ("mail: { file: /etc/passwd }", "LO104"),
        ("mysql: { file: compose/mail.yaml }", "LO105"),
        ("Mail: { file: compose/mail.yaml }", "LO104"),
        ("mail: { fiel: compose/mail.yaml }", "LO103"),
    ] {
        let project = Project::lostops();
        project.write(
            "describers/compose/mail.yaml",
            "services: { mail: { image: \"mail:1\" } }\n",
        );
        project.write("outside.yaml", "services: {}\n");
        describe(&project, entry);
        let answer = project.json(3, &["check"]);
        assert!(
            errors(&answer).contains(&code.to_owned()),
            "{entry}: {answer:#}"
        );
        assert_eq!(
            finding(&answer, code)["place"]["file"],
            "describers/backend.yaml"
        );
    }
}

#[test]
fn lostops_own_files_are_judged_too() {
    let project = Project::lostops();
    project.edit("describers/backend.yaml", "  - { port: 80,   from: internet,   for: http }              # answers with a redirect to HTTPS, nothing else\n", "");
    let answer = project.json(3, &["check"]);
    assert_eq!(errors(&answer), ["LO209"]);
    let found = finding(&answer, "LO209");
    assert_eq!(
        found["message"],
        "`traefik` publishes tcp 80, which `backend` does not declare"
    );
    assert_eq!(found["place"]["file"], "describers/backend.yaml");
    let evidence = found["evidence"].as_str().expect("evidence");
    assert!(
        evidence.starts_with("ansible/roles/traefik/files/traefik/compose.yaml:")
            && evidence.ends_with(", service traefik"),
        "{evidence}"
    );

    // Opened for another protocol than the one that MySQL speaks.
    let project = Project::lostops();
    project.edit(
        "describers/database.yaml",
        "for: mysql, tls: required }",
        "for: mysql, protocol: udp }",
    );
    let answer = project.json(3, &["check"]);
    assert!(
        messages(&answer)
            .contains(&"`mysql` publishes tcp 3306, which `database` does not declare"),
        "{answer:#}"
    );
}
