//! Cases that a tool of this kind must bear: docs/decisions/cases.md names the test of each, and it is there.

use crate::harness::{Project, root};
use std::fs;

/// The rows of the table, cell by cell.
fn rows() -> Vec<Vec<String>> {
    let page = fs::read_to_string(root().join("docs/decisions/cases.md")).expect("the page");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| "));
    let rows = rows.map(|row| row.split(" | ").map(str::to_owned).collect());
    let rows: Vec<Vec<String>> = rows.collect();
    let is_numbered = |row: &Vec<String>| row[0].parse::<usize>().is_ok();
    rows.into_iter().filter(is_numbered).collect()
}

/// Whether a file of tests of this module has a test of this name.
fn is_there(module: &str, name: &str) -> bool {
    let path = module.replace("::", "/");
    let files = ["tests/it/", "src/"].into_iter().flat_map(|folder| {
        let path = root().join(folder).join(&path);
        [path.with_extension("rs"), path.join("mod.rs")]
    });
    let head = format!("fn {name}(");
    let mut texts = files.filter_map(|file| fs::read_to_string(file).ok());
    texts.any(|text| text.contains(&head) && text.contains("#[test]"))
}

#[test]
fn every_case_has_a_test_that_is_there_or_a_reason() {
    let rows = rows();
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(
            (row[0].as_str(), row.len()),
            ((at + 1).to_string().as_str(), 3),
            "{row:?}"
        );
        assert!(row[2].len() > 20, "neither a test nor a reason: {row:?}");
        for named in row[2].split('`').skip(1).step_by(2) {
            if let Some((module, name)) = named.rsplit_once("::") {
                assert!(is_there(module, name), "case {} names {named}", row[0]);
            }
        }
    }
    assert_eq!(rows.len(), 60);
}

#[test]
fn a_folder_with_spaces_in_its_name_is_as_good_as_any() {
    let project = Project::empty();
    for file in ["environment", "policy", "web"] {
        let text = fs::read_to_string(root().join(format!("examples/managed/{file}.yaml")));
        project.write(
            &format!("a b/our \"own\" servers/{file}.yaml"),
            text.unwrap(),
        );
    }
    for command in ["apply", "plan"] {
        let mut run = project.command(&[command, "--cloud", "simulated", "--format", "json"]);
        run.args(["--describers", "our \"own\" servers"]);
        let run = crate::harness::finish(run.current_dir(project.path("a b")));
        assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    }
}

#[test]
fn without_a_home_or_an_event_file_a_run_says_what_is_missing() {
    let project = Project::lostops();
    for command in [&["check"][..], &["plan", "--cloud", "simulated"]] {
        let run = crate::harness::finish(project.command(command).env_remove("HOME"));
        assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    }
    let mut run = project.command(&["run"]);
    run.env_remove("HOME")
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_EVENT_NAME", "push")
        .env("GITHUB_EVENT_PATH", project.path("no such/event.json"));
    let run = crate::harness::finish(&mut run);
    let words = format!("{}{}", run.stdout, run.stderr);
    assert_eq!(run.code, 1, "{words}");
    assert!(
        words.contains("event.json") && !words.contains("panicked"),
        "{words}"
    );
}
