//! What keeps a run from its state, each with its own words.

use super::Team;
use crate::fake_azure::TENANT;
use serde_json::Value;

fn failure(answer: &Value) -> (String, String, String) {
    let text = |key: &str| {
        answer["failure"][key]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    (text("reason"), text("message"), text("help"))
}

#[test]
fn a_wrong_tenant_is_told_from_everything_else() {
    let team = Team::new();
    let mut command = team.command(&["plan", "--format", "json"]);
    command.env("ARM_TENANT_ID", "99999999-9999-4999-8999-999999999999");
    let (reason, message, help) = failure(&super::answer(1, &mut command));
    assert_eq!(reason, "auth-failed", "{message}");
    assert!(message.contains("AADSTS90002"), "{message}");
    assert!(help.contains("ARM_TENANT_ID"), "{help}");
    assert!(!message.contains(TENANT));
}

#[test]
fn an_identity_without_this_federated_credential_is_told_which_one_to_make() {
    let team = Team::new();
    team.azure.state().subject = "repo:octo/fleet:pull_request".to_owned();
    let (reason, message, help) = failure(&team.json(1, &["plan"]));
    assert_eq!(reason, "auth-failed", "{message}");
    assert!(message.contains("AADSTS700213"), "{message}");
    assert!(help.contains("repo:octo/fleet:pull_request"), "{help}");
    assert!(help.contains("lostops doctor"), "{help}");
}

#[test]
fn a_client_that_does_not_exist_is_named_as_the_variable_it_came_from() {
    let team = Team::new();
    let mut command = team.command(&["plan", "--format", "json"]);
    command.env("ARM_CLIENT_ID", "99999999-9999-4999-8999-999999999999");
    let (reason, message, help) = failure(&super::answer(1, &mut command));
    assert_eq!(reason, "auth-failed", "{message}");
    assert!(help.contains("ARM_CLIENT_ID"), "{help}");
}

#[test]
fn a_container_that_is_not_there_is_said_with_how_to_make_it() {
    let team = Team::new();
    team.azure.state().blobs.remove("tfstate");
    let (reason, message, help) = failure(&team.json(1, &["plan"]));
    assert_eq!(reason, "init-failed", "{message}");
    assert!(message.contains("ContainerNotFound"), "{message}");
    assert!(help.contains("az storage container create"), "{help}");
}

#[test]
fn an_identity_that_may_not_read_the_state_is_told_which_role_it_needs() {
    let team = Team::new();
    team.azure.state().forbidden = true;
    let (reason, message, help) = failure(&team.json(1, &["plan"]));
    assert_eq!(reason, "auth-failed", "{message}");
    assert!(help.contains("Storage Blob Data"), "{help}");
}
