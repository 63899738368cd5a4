//! What `check` finds stands in the way of a plan, an apply and Ansible as well; of several environments one is chosen.

use crate::harness::{Project, Run, errors};
use serde_json::Value;

#[test]
fn nothing_is_planned_applied_or_initialised_where_a_project_opens_a_port_that_no_describer_names()
{
    let project = Project::lostops();
    project
        .write(
            "describers/compose/mail.yaml",
            "services:\n  mail:\n    image: mail:1\n    ports: [\"8025:8025\"]\n",
        )
        .edit(
            "describers/backend.yaml",
            "services:\n",
            "services:\n  compose:\n    mail: { file: compose/mail.yaml }\n",
        );
    let answer = project.plan(3);
    assert!(errors(&answer).contains(&"LO209".to_owned()), "{answer:#}");
    let Run {
        code,
        stdout,
        stderr,
    } = project.run(&[
        "apply",
        "--cloud",
        "simulated",
        "--only",
        "terraform",
        "--format",
        "json",
    ]);
    assert_eq!(code, 3, "{stdout}{stderr}");
    let answer: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(answer["applied"], false);
    assert!(errors(&answer).contains(&"LO209".to_owned()), "{answer:#}");
    let answer = project.json(3, &["configure", "--cloud", "simulated"]);
    assert_eq!(errors(&answer), ["LO209"]);
    assert!(
        answer["notes"]
            .to_string()
            .contains("no server was touched"),
        "{answer:#}"
    );
}

#[test]
fn several_environments_are_checked_together_and_planned_one_at_a_time() {
    let project = Project::two_environments();
    let answer = project.json(0, &["check"]);
    assert_eq!(answer["servers"].as_array().map(Vec::len), Some(4));
    let run = project.run(&["plan", "--cloud", "simulated"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.contains("production or staging"),
        "{}",
        run.stdout
    );
    project.json(
        0,
        &["plan", "--cloud", "simulated", "--environment", "staging"],
    );
}
