//! Which files of a folder are describers, and which folders are environments.

use super::Copy;

#[test]
fn both_endings_count_and_other_files_do_not() {
    let copy = Copy::new();
    fs_err::rename(
        copy.path.join("backend.yaml"),
        copy.path.join("backend.yml"),
    )
    .unwrap();
    copy.write("README.md", "# not a describer")
        .write(".hidden.yaml", "%")
        .write("notes.txt", [0, 1, 2]);
    fs_err::create_dir(copy.path.join("policy")).unwrap();
    copy.write("policy/environment.yaml", "%");
    assert_eq!(copy.findings(), [""; 0]);
    assert!(super::only(&copy.load()).fleet.is_some());
}

#[test]
fn the_same_file_with_both_endings_is_a_finding() {
    let copy = Copy::new();
    fs_err::copy(copy.path.join("policy.yaml"), copy.path.join("policy.yml")).unwrap();
    assert_eq!(
        copy.findings(),
        ["LO105 error policy.yml [] `policy` is there as `.yaml` and as `.yml`"]
    );
}

#[test]
fn sub_folders_with_an_environment_are_environments() {
    let (copy, source) = (Copy::empty(), Copy::new());
    for name in ["staging", "production"] {
        fs_err::create_dir(copy.path.join(name)).unwrap();
        for file in ["environment", "policy", "backend", "database", "monitoring"] {
            let file = format!("{file}.yaml");
            fs_err::copy(source.path.join(&file), copy.path.join(name).join(&file)).unwrap();
        }
    }
    copy.change(
        "staging/environment.yaml",
        "name: production",
        "name: staging",
    );
    copy.change("staging/database.yaml", "port: 3306", "port: 0");
    let loaded = copy.load();
    assert_eq!(loaded.findings, []);
    let names: Vec<(&str, bool)> = loaded
        .environments
        .iter()
        .map(|one| (one.name.as_str(), one.fleet.is_some()))
        .collect();
    assert_eq!(names, [("production", true), ("staging", false)]);
    assert_eq!(
        copy.findings(),
        ["LO109 error database.yaml [0] there is no port 0"]
    );
}

#[test]
fn a_file_beside_environments_belongs_to_none() {
    let copy = Copy::empty();
    fs_err::create_dir(copy.path.join("staging")).unwrap();
    copy.write("staging/environment.yaml", "name: staging\n")
        .write("backend.yaml", "server: backend\n");
    let loaded = copy.load();
    assert_eq!(loaded.findings.len(), 1);
    assert_eq!(loaded.findings[0].meta.code, "LO112");
    assert_eq!(loaded.environments.len(), 1);
}

#[test]
fn an_environment_inside_an_environment_is_a_contradiction() {
    let copy = Copy::new();
    fs_err::create_dir(copy.path.join("inner")).unwrap();
    copy.write("inner/environment.yaml", "name: inner\n");
    assert!(
        copy.findings()[0].starts_with("LO113 error"),
        "{:?}",
        copy.findings()
    );
}

#[test]
fn a_file_that_cannot_be_read_still_lends_its_name() {
    let copy = Copy::new();
    copy.write("backend.yaml", "a: [");
    let findings = copy.findings();
    assert_eq!(
        findings.len(),
        1,
        "no `unknown source` beside the one error: {findings:?}"
    );
    assert!(
        findings[0].starts_with("LO102 error backend.yaml"),
        "{findings:?}"
    );
}

#[test]
fn without_groups_no_source_is_called_unknown() {
    let copy = Copy::new();
    copy.write("environment.yaml", "name: [");
    let findings = copy.findings();
    assert_eq!(findings.len(), 1, "{findings:?}");
}
