//! The house: who may import whom, and how large a file may grow. ARCHITECTURE.md has the same table.

use crate::harness::root;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const MAY_USE: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("yaml", &[]),
    ("exit", &[]),
    ("random", &[]),
    ("review", &[]),
    ("rego", &[]),
    ("schema", &[]),
    ("seal", &[]),
    ("reason", &[]),
    ("redact", &[]),
    ("process", &[]),
    ("cli", &["simulator"]),
    ("context", &[]),
    ("finding", &["source"]),
    ("fleet", &["source"]),
    ("compose", &["fleet", "source", "yaml"]),
    (
        "describer",
        &["fleet", "finding", "rego", "schema", "source", "yaml"],
    ),
    ("terraform", &["fleet", "process", "finding"]),
    ("services", &["compose", "fleet"]),
    ("ssh", &["process"]),
    ("ansible", &["fleet", "process", "services", "ssh"]),
    (
        "policy",
        &[
            "ansible",
            "compose",
            "fleet",
            "finding",
            "rego",
            "schema",
            "source",
            "terraform",
            "verify",
        ],
    ),
    ("simulator", &["fleet", "process", "random", "source"]),
    ("verify", &["fleet", "process", "services", "ssh"]),
    ("github", &["random", "reason", "redact"]),
    (
        "report",
        &[
            "ansible", "fleet", "finding", "random", "reason", "redact", "source", "verify",
        ],
    ),
    (
        "pipeline",
        &[
            "ansible",
            "cli",
            "compose",
            "context",
            "describer",
            "exit",
            "finding",
            "fleet",
            "github",
            "policy",
            "process",
            "random",
            "reason",
            "redact",
            "report",
            "review",
            "seal",
            "services",
            "simulator",
            "source",
            "ssh",
            "terraform",
            "verify",
        ],
    ),
    // Tests of every module may use it, and nothing but tests.
    ("fuzz", &[]),
    (
        "main",
        &["cli", "context", "exit", "pipeline", "report", "simulator"],
    ),
];

/// What `policy` may know of `terraform`: results, never the runner.
const RESULTS: &[&str] = &["terraform::plan", "terraform::subject"];
/// What `policy` and `report` may know of `ansible`: what came of it.
const OUTCOME: &str = "ansible::outcome";

fn sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("src").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The top module of a file: `fleet` for src/fleet/port.rs.
fn module(file: &Path) -> String {
    let inside = file
        .strip_prefix(root().join("src"))
        .expect("a source file");
    let first = inside
        .components()
        .next()
        .expect("a name")
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The line from which on a file holds tests.
fn tests_from(file: &Path, text: &str) -> usize {
    let is_of_tests = ["tests", "tests.rs", "fuzz.rs"].iter().any(|name| {
        let mut parts = file.components();
        parts.any(|part| part.as_os_str() == *name)
    });
    if is_of_tests {
        return 0;
    }
    let mark = text.lines().position(|line| line == "mod tests {");
    mark.unwrap_or(usize::MAX)
}

#[test]
fn modules_import_only_what_stands_below_them() {
    let table: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut wrong = Vec::new();
    for file in sources() {
        let own = module(&file);
        let allowed = table
            .get(own.as_str())
            .unwrap_or_else(|| panic!("{own} is not in the table"));
        let text = fs::read_to_string(&file).expect("a source file");
        let tests_from = tests_from(&file, &text);
        for (number, line) in text.lines().enumerate() {
            let in_tests = number >= tests_from;
            for (at, _) in line.match_indices("crate::") {
                let rest = &line[at + "crate::".len()..];
                let used: String = rest
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                let known = table.contains_key(used.as_str());
                let result = used != "terraform"
                    || own != "policy"
                    || RESULTS.iter().any(|path| rest.starts_with(path));
                let outcome = used != "ansible"
                    || !["policy", "report"].contains(&own.as_str())
                    || rest.starts_with(OUTCOME);
                let is_allowed = match used.as_str() {
                    "fuzz" => in_tests,
                    used => allowed.contains(&used) && result && outcome,
                };
                if known && used != own && !is_allowed {
                    wrong.push(format!(
                        "{}:{}: {own} uses {used}",
                        file.display(),
                        number + 1
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_outgrows_its_one_job() {
    for file in sources() {
        let lines = fs::read_to_string(&file)
            .expect("a source file")
            .lines()
            .count();
        let limit = if file.ends_with("src/main.rs") {
            90
        } else {
            300
        };
        assert!(
            lines <= limit,
            "{} has {lines} lines, more than {limit}",
            file.display()
        );
    }
}

#[test]
fn every_file_says_its_job_in_its_first_line() {
    for file in sources() {
        let text = fs::read_to_string(&file).expect("a source file");
        assert!(
            text.starts_with("//! "),
            "{} does not begin with its job",
            file.display()
        );
    }
}

#[test]
fn the_table_of_imports_is_the_one_that_people_read() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    for (module, uses) in MAY_USE {
        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| {module} |")));
        let row = row.unwrap_or_else(|| panic!("ARCHITECTURE.md has no row for {module}"));
        for used in *uses {
            assert!(
                row.contains(used),
                "ARCHITECTURE.md does not let {module} use {used}: {row}"
            );
        }
    }
}

#[test]
fn the_paths_that_pages_name_exist() {
    for page in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "docs/decisions/yaml.md",
    ] {
        let text = fs::read_to_string(root().join(page)).expect("the page");
        for name in text.split('`').skip(1).step_by(2) {
            let is_path = ["src/", "tests/", "docs/", "scripts/", "terraform/"]
                .iter()
                .any(|folder| name.starts_with(folder));
            if is_path && !name.contains(['<', '*', ' ']) {
                assert!(root().join(name).exists(), "{page} names {name}");
            }
        }
    }
}
