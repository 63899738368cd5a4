//! Compose projects of the user's own: their names, files and variables.

use super::{Copy, only};
use crate::fleet::server::Setting;
use std::os::unix::fs::symlink;

const FILE: &str = "services:\n  mail:\n    image: mail:1\n    environment: { TOKEN: \"${TOKEN}\" }\n    ports: [\"8025:8025\"]\n";

/// The Lostops infrastructure with a project on the backend.
fn with(name: &str, keys: &str, file: &str) -> Copy {
    let copy = Copy::new();
    fs_err::create_dir(copy.path.join("compose")).unwrap();
    copy.write("compose/mail.yaml", file);
    let project = format!("services:\n  compose:\n    {name}: {{ {keys} }}\n");
    copy.change("backend.yaml", "services:\n", &project);
    copy
}

fn mail(file: &str) -> Vec<String> {
    with("mail", "file: compose/mail.yaml", file).findings()
}

#[test]
fn a_project_has_its_file_and_its_variables() {
    let keys =
        "file: compose/mail.yaml, environment: { TZ: UTC, V: 1.10, TOKEN: secret:MAIL_TOKEN }";
    let copy = with("mail", keys, FILE);
    assert_eq!(copy.findings(), [""; 0]);
    let loaded = copy.load();
    let fleet = only(&loaded).fleet.as_ref().unwrap();
    let project = &fleet.server("backend").unwrap().services.compose[0];
    assert_eq!(
        (project.name.value.as_str(), project.text.as_str()),
        ("mail", FILE)
    );
    assert_eq!(
        loaded.sources.path(project.source),
        copy.path.join("compose/mail.yaml")
    );
    let values: Vec<&Setting> = project
        .environment
        .iter()
        .map(|(_, value)| &value.value)
        .collect();
    assert_eq!(
        values,
        [
            &Setting::Plain("UTC".to_owned()),
            &Setting::Plain("1.10".to_owned()),
            &Setting::Secret("MAIL_TOKEN".to_owned())
        ]
    );
    assert!(fleet.secret_names().contains("MAIL_TOKEN"));
}

#[test]
fn every_role_may_have_one() {
    for server in ["backend", "database", "monitoring"] {
        let copy = with("mail", "file: compose/mail.yaml", FILE);
        let project = "services:\n  compose: { more: { file: compose/mail.yaml } }\n";
        if server != "backend" {
            copy.change(&format!("{server}.yaml"), "services:\n", project);
        }
        assert_eq!(copy.findings(), [""; 0], "{server}");
    }
}

#[test]
fn a_file_that_is_not_there_is_found_at_the_describers_line() {
    let findings = with("mail", "file: compose/other.yaml", FILE).findings();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(
        findings[0].starts_with("LO112 error backend.yaml [compose/other.yaml] `")
            && findings[0].ends_with("other.yaml` is not there"),
        "{findings:?}"
    );
}

#[test]
fn a_file_outside_the_folder_is_not_read() {
    let outside = tempfile::tempdir().unwrap();
    fs_err::write(outside.path().join("mail.yaml"), FILE).unwrap();
    let copy = with("mail", "file: compose/link.yaml", FILE);
    symlink(
        outside.path().join("mail.yaml"),
        copy.path.join("compose/link.yaml"),
    )
    .unwrap();
    let findings = copy.findings();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(
        findings[0].starts_with("LO101 error backend.yaml [compose/link.yaml]"),
        "{findings:?}"
    );

    let copy = with("mail", "file: linked/mail.yaml", FILE);
    symlink(outside.path(), copy.path.join("linked")).unwrap();
    let findings = copy.findings();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(
        findings[0].ends_with("is reached by a link that leaves the folder"),
        "{findings:?}"
    );

    for path in [
        "../mail.yaml",
        "/etc/mail.yaml",
        "compose/../../mail.yaml",
        "mail.yaml",
    ] {
        let findings = with("mail", &format!("file: {path}"), FILE).findings();
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(
            findings[0].starts_with(&format!("LO104 error backend.yaml [{path}]")),
            "{findings:?}"
        );
    }
}

#[test]
fn a_file_that_is_no_small_text_is_refused_at_the_describers_line() {
    for (content, says) in [
        (Vec::new(), "is empty"),
        (vec![b'a', 0], "is binary"),
        (b"a: \xff".to_vec(), "is not UTF-8"),
        (vec![b'#'; (1 << 20) + 1], "larger than 1 MiB"),
    ] {
        let copy = with("mail", "file: compose/mail.yaml", FILE);
        copy.write("compose/mail.yaml", content);
        let findings = copy.findings();
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(
            findings[0].starts_with("LO101 error backend.yaml [compose/mail.yaml]")
                && findings[0].contains(says),
            "{findings:?}"
        );
    }
}

#[test]
fn a_file_that_is_no_yaml_is_found_at_its_own_line() {
    for (text, there) in [
        ("services: [", ""),
        ("services: {}\n---\nservices: {}\n", "---"),
        ("services:\n  mail:\n    ports: !reset []\n", ""),
    ] {
        let findings = mail(text);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(
            findings[0].starts_with(&format!("LO102 error mail.yaml [{there}")),
            "{findings:?}"
        );
    }
}

#[test]
fn a_name_of_lostops_own_is_taken() {
    for name in ["mysql", "traefik", "grafana"] {
        let findings = with(name, "file: compose/mail.yaml", FILE).findings();
        assert_eq!(
            findings,
            [format!(
                "LO105 error backend.yaml [{name}] `{name}` is a project of lostops' own"
            )]
        );
    }
}

#[test]
fn a_file_may_not_make_itself_another_project() {
    assert_eq!(
        mail(&format!("name: mysql\n{FILE}")),
        ["LO113 error mail.yaml [mysql] the project `mail` gives itself another name in its file"]
    );
    assert_eq!(mail(&format!("name: mail\n{FILE}")), [""; 0]);
}

#[test]
fn variables_that_compose_itself_obeys_are_refused() {
    for (name, expected) in [
        ("COMPOSE_FILE", 1),
        ("COMPOSE_PROJECT_NAME", 1),
        ("DOCKER_HOST", 1),
        ("COMPOSE_PROFILES", 0),
    ] {
        let keys = format!("file: compose/mail.yaml, environment: {{ {name}: x }}");
        let findings = with("mail", &keys, FILE).findings();
        assert_eq!(findings.len(), expected, "{findings:?}");
        assert!(findings.iter().all(
            |line| line.starts_with("LO104 error backend.yaml [COMPOSE_")
                || line.starts_with("LO104 error backend.yaml [DOCKER_")
        ));
    }
}

#[test]
fn a_secret_in_clear_is_found_and_masked_and_a_variable_is_none() {
    for (line, found) in [
        ("DB_PASSWORD: swordfish", true),
        ("DB_PASSWORD: ${DB_PASSWORD}", false),
        ("DB_PASSWORD_FILE: /run/secrets/db", false),
        ("MYSQL_ALLOW_EMPTY_PASSWORD: \"yes\"", false),
        ("URL: mysql://root:swordfish@db/x", true),
        ("- DB_PASSWORD=swordfish", true),
        ("- DB_PASSWORD=${DB_PASSWORD}", false),
        ("- DB_PASSWORD", false),
    ] {
        let text =
            format!("services:\n  mail:\n    image: mail:1\n    environment:\n      {line}\n");
        let copy = with("mail", "file: compose/mail.yaml", &text);
        let loaded = copy.load();
        let findings: Vec<&str> = only(&loaded)
            .findings
            .iter()
            .map(|one| one.meta.code)
            .collect();
        let expected: &[&str] = if found { &["LO110"] } else { &[] };
        assert_eq!(findings, expected, "{line}");
        assert!(
            loaded
                .sources
                .files()
                .all(|(_, file)| !file.text.contains("swordfish")),
            "{line}"
        );
    }
}

#[test]
fn the_folder_of_compose_files_is_no_environment() {
    let copy = with("mail", "file: compose/mail.yaml", FILE);
    copy.write("compose/policy.yaml", FILE)
        .write("compose/spare.yaml", "not: read\n");
    assert_eq!(copy.findings(), [""; 0]);
}
