//! `lostops plan` and `apply` with real Terraform on the simulated Azure: a change in a describer, and the words for it.

use crate::harness::{Project, changes, errors, finding, planned, server};
use serde_json::Value;

/// A fleet whose adopted servers were applied once.
fn applied() -> Project {
    let project = Project::lostops();
    let answer = project.apply(0);
    assert_eq!(answer["applied"], true, "{answer:#}");
    project
}

#[test]
fn the_first_plan_takes_over_the_groups_and_the_second_has_nothing_to_do() {
    let project = Project::lostops();
    let first = project.plan(0);
    assert_eq!(changes(&first, "database"), ["update"]);
    assert_eq!(
        planned(&first, "database"),
        [
            "22/tcp from operators",
            "3306/tcp from backend",
            "8081/tcp from monitoring",
            "9100/tcp from monitoring",
            "9104/tcp from monitoring",
        ]
    );
    assert!(first["totals"]["import"].as_u64() > Some(0), "{first:#}");
    assert!(
        first["notes"].to_string().contains("simulated"),
        "what was put into the subscription is said: {first:#}"
    );
    project.apply(0);
    let second = project.plan(0);
    assert_eq!(
        second["totals"],
        serde_json::json!({ "add": 0, "change": 0, "destroy": 0, "import": 0, "forget": 0, "move": 0, "power": 0 })
    );
    for name in ["backend", "database", "monitoring"] {
        assert_eq!(changes(&second, name), ["none"], "{name}");
    }
}

#[test]
fn the_evidence_of_a_port_is_the_rule_that_opens_it() {
    let answer = Project::lostops().plan(0);
    let exposures = server(&answer, "database")["exposures"]
        .as_array()
        .expect("exposures");
    let mysql = exposures
        .iter()
        .find(|one| one["stage"] == "planned" && one["ports"] == "3306")
        .expect("3306");
    assert_eq!(
        mysql["evidence"],
        "azurerm_network_security_group.this[\"database\"] rule mysql"
    );
    assert_eq!(mysql["proof"], "open");
    let groups = answer["security_groups"].as_array().expect("groups");
    let group = groups
        .iter()
        .find(|group| group["address"] == "azurerm_network_security_group.this[\"database\"]")
        .expect("the group");
    let mysql = group["exposures"]
        .as_array()
        .expect("exposures")
        .iter()
        .find(|one| one["ports"] == "3306")
        .expect("3306");
    assert_eq!(mysql["from"], serde_json::json!(["10.10.0.4/32"]));
}

#[test]
fn a_port_more_in_the_database_fails_and_points_at_the_line() {
    let project = applied();
    project.edit(
        "describers/database.yaml",
        "ports:\n",
        "ports:\n  - { port: 8080, from: internet, for: debug }\n",
    );
    let answer = project.plan(3);
    let found = finding(&answer, "LO203");
    assert_eq!(found["server"], "database");
    assert_eq!(
        found["evidence"],
        "azurerm_network_security_group.this[\"database\"] rule debug"
    );
    assert_eq!(found["place"]["file"], "describers/database.yaml");
    assert!(
        server(&answer, "database")["details"]
            .to_string()
            .contains("opens 8080/tcp from internet"),
        "{answer:#}"
    );
    let refused = project.apply(3);
    assert_eq!(refused["applied"], false);
    assert!(!project.portal(&["list"]).stdout.contains("8080"));
}

#[test]
fn another_size_of_an_adopted_machine_is_refused_as_its_owners_business() {
    let project = applied();
    project.edit(
        "describers/backend.yaml",
        "size: Standard_B2ms",
        "size: Standard_B4ms",
    );
    let answer = project.plan(3);
    assert_eq!(changes(&answer, "backend"), ["resize"]);
    let found = finding(&answer, "LO304");
    assert_eq!(
        found["message"],
        "`backend` would be resized from Standard_B2ms to Standard_B4ms, which the policy denies"
    );
    assert_eq!(found["place"]["file"], "describers/backend.yaml");
}

#[test]
fn another_image_of_an_adopted_machine_is_a_replacement() {
    let project = applied();
    project.edit(
        "describers/backend.yaml",
        "ubuntu-24_04-lts:server",
        "ubuntu-26_04-lts:server",
    );
    let answer = project.plan(3);
    assert_eq!(changes(&answer, "backend"), ["replace"]);
    assert_eq!(errors(&answer), ["LO303"]);
}

#[test]
fn stopping_and_starting_is_the_teams_own() {
    let project = applied();
    project.edit(
        "describers/monitoring.yaml",
        "state: running",
        "state: stopped",
    );
    let answer = project.apply(0);
    assert_eq!(changes(&answer, "monitoring"), ["stop"]);
    assert_eq!(server(&answer, "monitoring")["state"], "stopped");
    assert!(project.portal(&["list"]).stdout.contains("deallocated"));
    assert_eq!(changes(&project.plan(0), "monitoring"), ["none"]);
    project.edit(
        "describers/monitoring.yaml",
        "state: stopped",
        "state: running",
    );
    assert_eq!(changes(&project.apply(0), "monitoring"), ["start"]);
}

#[test]
fn a_machine_that_the_portal_stopped_is_started_again() {
    let project = applied();
    project.portal(&["deallocate", "backend"]);
    let answer = project.plan(0);
    assert_eq!(changes(&answer, "backend"), ["start"]);
    assert_eq!(changes(&answer, "database"), ["none"]);
    project.apply(0);
    assert_eq!(changes(&project.plan(0), "backend"), ["none"]);
}

#[test]
fn a_rule_that_the_portal_added_is_seen_and_removed() {
    let project = applied();
    project.portal(&["open", "database", "3306", "--from", "internet"]);
    let answer = project.plan(0);
    let details = server(&answer, "database")["details"].to_string();
    assert!(
        details.contains("closes 3306/tcp from internet"),
        "{answer:#}"
    );
    assert!(
        answer["notes"]
            .to_string()
            .contains("azurerm_network_security_group.this"),
        "{:#}",
        answer["notes"]
    );
    project.apply(0);
    assert_eq!(changes(&project.plan(0), "database"), ["none"]);
}

#[test]
fn markdown_and_terminal_say_the_same_as_json() {
    let project = applied();
    project.edit(
        "describers/database.yaml",
        "ports:\n",
        "ports:\n  - { port: 8080, from: internet, for: debug }\n",
    );
    let markdown = project.run(&["plan", "--cloud", "simulated", "--format", "markdown"]);
    assert_eq!(markdown.code, 3);
    assert!(
        markdown
            .stdout
            .starts_with("### ❌ 1 violation in the plan for 1 server of `production`"),
        "{}",
        markdown.stdout
    );
    assert!(
        markdown.stdout.contains("LO203") && markdown.stdout.contains("describers/database.yaml:"),
        "{}",
        markdown.stdout
    );
    let human = project.run(&["plan", "--cloud", "simulated"]);
    assert_eq!(human.code, 3);
    assert!(
        human.stdout.contains("error[LO203]") && !human.stdout.contains('\u{1b}'),
        "{}",
        human.stdout
    );
    assert_eq!(human.stderr, "", "nothing noisy where there is no terminal");
}

#[test]
fn the_same_plan_twice_gives_the_same_bytes() {
    let project = applied();
    let once = project
        .run(&["plan", "--cloud", "simulated", "--format", "json"])
        .stdout;
    let twice = project
        .run(&["plan", "--cloud", "simulated", "--format", "json"])
        .stdout;
    assert_eq!(once, twice);
}

#[test]
fn nothing_of_a_simulated_run_lies_where_a_real_one_looks() {
    let project = applied();
    let real = project.path(".lostops/production/azure");
    assert!(!real.exists());
    for leak in [".terraform.lock.hcl", "terraform.tfstate", ".terraform"] {
        assert!(!project.path(leak).exists(), "{leak}");
    }
    let left: Vec<_> = std::fs::read_dir(project.path(".lostops/production/simulated"))
        .expect("the folder")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("tfplan"))
        .collect();
    assert!(left.is_empty(), "a plan file was left: {left:?}");
}

#[test]
fn two_plans_at_once_do_not_meet() {
    let project = applied();
    let children: Vec<_> = (0..2)
        .map(|_| {
            let mut command =
                project.command(&["plan", "--cloud", "simulated", "--format", "json"]);
            command
                .stdout(std::process::Stdio::piped())
                .spawn()
                .expect("lostops starts")
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().expect("lostops ends");
        let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(answer["result"], "clean", "{answer:#}");
    }
}

#[test]
fn an_adopted_machine_whose_group_is_not_named_is_told_how_to_name_it() {
    let project = Project::lostops();
    project.plan(0);
    project.edit(
        "describers/backend.yaml",
        "  security_group: backend-nsg",
        "  # none named",
    );
    let failed = project.apply(1);
    let help = failed["failure"]["help"].as_str().expect("help");
    assert!(help.contains("security_group"), "{failed:#}");
}
