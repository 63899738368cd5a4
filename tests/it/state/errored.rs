//! A state that cannot be written after the cloud was changed: tried again, kept, and brought to its place by a command.

use super::{Team, answer};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

/// What the storage account refuses: to write the state itself. The lock can still be taken and given back.
const WRITE: &str = "PUT /tfstate/staging.tfstate? ";

/// With a state, and a change of it to come.
fn changed() -> Team {
    let team = Team::new();
    assert_eq!(team.apply(0)["applied"], true);
    team.project.edit(
        "describers/environment.yaml",
        "203.0.113.0/24",
        "203.0.113.0/25",
    );
    team
}

fn words(answer: &Value) -> String {
    format!(
        "{}\n{}",
        answer["failure"]["message"].as_str().unwrap_or_default(),
        answer["failure"]["help"].as_str().unwrap_or_default()
    )
}

#[test]
fn a_state_that_could_not_be_written_is_kept_for_its_owner_and_pushed_by_a_command() {
    let team = changed();
    team.azure.state().refuse.push((WRITE.to_owned(), u32::MAX));
    let failed = team.apply(1);
    assert_eq!(failed["failure"]["reason"], "state-not-saved", "{failed:#}");
    assert!(words(&failed).contains("lostops push-state"), "{failed:#}");
    let kept = team.project.path(".lostops/staging/azure/errored.tfstate");
    let mode = kept.metadata().expect("the state").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    // Whoever goes on without it would make everything twice.
    let refused = team.json(1, &["plan"]);
    assert_eq!(
        refused["failure"]["reason"], "state-not-saved",
        "{refused:#}"
    );

    team.azure.state().refuse.clear();
    team.json(0, &["push-state"]);
    assert!(!kept.exists());
    assert_eq!(team.json(0, &["plan"])["totals"]["change"], 0);
}

#[test]
fn a_storage_account_that_answers_again_within_seconds_loses_nothing() {
    let team = changed();
    // Terraform's own tries, and the first of ours.
    team.azure.state().refuse.push((WRITE.to_owned(), 2));
    let failed = team.apply(1);
    assert_eq!(failed["failure"]["reason"], "apply-failed", "{failed:#}");
    assert!(words(&failed).contains("nothing is lost"), "{failed:#}");
    assert_eq!(team.json(0, &["plan"])["totals"]["change"], 0);
}

#[test]
fn in_a_workflow_the_state_is_sealed_with_the_plan_key_and_opens_with_it_alone() {
    let team = changed();
    team.azure.state().refuse.push((WRITE.to_owned(), u32::MAX));
    let (code, output) = push(&team, Some("a key of sixteen"));
    assert_eq!(code, 1);
    assert!(output.contains("state-not-saved"), "{output}");
    let sealed = ".lostops/staging/errored.tfstate.sealed";
    assert!(output.contains(sealed), "{output}");
    let text = std::fs::read_to_string(team.project.path(sealed)).expect("the sealed state");
    assert!(!text.contains("azurerm"), "{text}");
    assert_eq!(lying_open(&team), Vec::<String>::new());

    team.azure.state().refuse.clear();
    let push = |key: &str| {
        let mut command = team.command(&["push-state", sealed, "--format", "json"]);
        command.env("LOSTOPS_PLAN_KEY", key);
        command
    };
    let wrong = answer(1, &mut push("another key of it"));
    assert!(words(&wrong).contains("does not open"), "{wrong:#}");
    answer(0, &mut push("a key of sixteen"));
    assert_eq!(team.json(0, &["plan"])["totals"]["change"], 0);
}

#[test]
fn an_apply_that_a_workflow_calls_itself_keeps_the_state_sealed_beside_it() {
    let team = changed();
    team.azure.state().refuse.push((WRITE.to_owned(), u32::MAX));
    let call = |arguments: &[&str]| {
        let mut command = team.command(arguments);
        command
            .args(["--format", "json"])
            .env("GITHUB_ACTIONS", "true")
            .env("LOSTOPS_PLAN_KEY", "a key of sixteen");
        command
    };
    let apply = ["apply", "--only", "terraform", "--lock-timeout", "0s"];
    let failed = answer(1, &mut call(&apply));
    assert_eq!(failed["failure"]["reason"], "state-not-saved", "{failed:#}");
    let sealed = ".lostops/staging/azure/errored.tfstate.sealed";
    assert!(words(&failed).contains(sealed), "{failed:#}");
    let text = std::fs::read_to_string(team.project.path(sealed)).expect("the sealed state");
    assert!(!text.contains("azurerm"), "{text}");
    assert_eq!(lying_open(&team), Vec::<String>::new());
    let refused = answer(1, &mut call(&["plan"]));
    assert!(words(&refused).contains(sealed), "{refused:#}");

    team.azure.state().refuse.clear();
    answer(0, &mut call(&["push-state"]));
    assert!(!team.project.path(sealed).exists());
    assert_eq!(team.json(0, &["plan"])["totals"]["change"], 0);
}

#[test]
fn a_state_that_cannot_be_sealed_stays_where_terraform_left_it() {
    let team = changed();
    team.azure.state().refuse.push((WRITE.to_owned(), u32::MAX));
    // In the way of the file.
    team.project
        .write(".lostops/staging/errored.tfstate.sealed/file", "");
    let (code, output) = push(&team, Some("a key of sixteen"));
    assert_eq!(code, 1);
    assert!(output.contains("state-not-saved"), "{output}");
    let left = "runner/.lostops/staging/azure/module/errored.tfstate";
    assert!(output.contains(left), "{output}");
    let left = team.project.path(left);
    let mode = left.metadata().expect("the state").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_state_that_a_killed_run_has_left_is_found_and_nothing_is_done_beside_it() {
    let team = changed();
    team.azure.state().refuse.push((WRITE.to_owned(), u32::MAX));
    team.apply(1);
    team.azure.state().refuse.clear();
    // As Terraform leaves it, before anybody looks after it.
    let kept = team.project.path(".lostops/staging/azure/errored.tfstate");
    let left = team
        .project
        .path(".lostops/staging/azure/module/errored.tfstate");
    std::fs::rename(&kept, &left).expect("the state");
    std::fs::set_permissions(&left, std::fs::Permissions::from_mode(0o644)).expect("its mode");
    let refused = team.apply(1);
    assert_eq!(
        refused["failure"]["reason"], "state-not-saved",
        "{refused:#}"
    );
    assert!(!left.exists());
    let mode = kept.metadata().expect("the state").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    // Nor does it have to be found by an apply first.
    std::fs::rename(&kept, &left).expect("the state");
    team.json(
        0,
        &[
            "push-state",
            ".lostops/staging/azure/module/errored.tfstate",
        ],
    );
    assert!(!left.exists());
    assert_eq!(team.json(0, &["plan"])["totals"]["change"], 0);
}

#[test]
fn a_state_that_lies_there_is_forgotten_only_when_it_was_the_one_that_was_pushed() {
    let team = changed();
    team.azure.state().refuse.push((WRITE.to_owned(), u32::MAX));
    team.apply(1);
    team.azure.state().refuse.clear();
    let own = ".lostops/staging/azure/errored.tfstate";
    let kept = team.project.path(own);
    std::fs::copy(&kept, team.project.path("other.tfstate")).expect("the state");
    let pushed = team.json(0, &["push-state", "other.tfstate"]);
    assert!(kept.exists());
    assert!(pushed.to_string().contains(own), "{pushed:#}");
    // Terraform has a newer one by now, and what it refuses is kept.
    team.json(1, &["push-state"]);
    assert!(kept.exists());
}

#[test]
fn in_a_workflow_without_a_plan_key_the_state_does_not_lie_open() {
    let team = changed();
    team.azure.state().refuse.push((WRITE.to_owned(), u32::MAX));
    let (code, output) = push(&team, None);
    assert_eq!(code, 1);
    assert!(output.contains("state-not-saved"), "{output}");
    assert!(
        !team
            .project
            .path(".lostops/staging/errored.tfstate.sealed")
            .exists()
    );
    assert_eq!(lying_open(&team), Vec::<String>::new());
}

/// Files of a state, wherever they lie in the runner's folders.
fn lying_open(team: &Team) -> Vec<String> {
    let found = Command::new("find")
        .args([".", "-name", "*tfstate*", "-not", "-name", "*.sealed"])
        .current_dir(team.project.path("."))
        .output()
        .expect("find runs");
    let found = String::from_utf8_lossy(&found.stdout).into_owned();
    // What Terraform writes of its backend, which is no state.
    let files = found.lines().filter(|path| !path.contains("/.terraform/"));
    files.map(str::to_owned).collect()
}

/// As the action's step on a push: its exit code, and what it says.
fn push(team: &Team, key: Option<&str>) -> (i32, String) {
    let key = key.map(|key| ("INPUT_PLAN-KEY", key));
    team.step("push.direct", key.as_slice())
}
