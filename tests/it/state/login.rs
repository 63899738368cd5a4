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

#[test]
fn the_doctor_reads_the_claims_of_the_job_and_gives_the_credential_to_make() {
    let team = Team::new();
    let run = crate::harness::finish(&mut team.command(&["doctor"]));
    let said = &run.stdout;
    for words in [
        "issuer    https://token.actions.githubusercontent.com",
        "subject   repo:octo/fleet:environment:production",
        "audience  api://AzureADTokenExchange",
        "the subject is that of the job's `environment`",
        "it holds names alone",
        "az ad app federated-credential create --id 22222222-2222-4222-8222-222222222222",
        r#""subject":"repo:octo/fleet:environment:production""#,
    ] {
        assert!(said.contains(words), "no {words:?} in\n{said}");
    }
    // The head of every such token.
    assert!(
        !said.contains("eyJ") && !run.stderr.contains("eyJ"),
        "{said}"
    );

    team.azure.state().subject = "repo:octo@583231/fleet@1296269:pull_request".to_owned();
    let run = crate::harness::finish(&mut team.command(&["doctor"]));
    assert!(
        run.stdout.contains("it holds the numbers"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_job_that_may_not_ask_for_an_identity_is_told_by_the_doctor() {
    let team = Team::new();
    let mut command = team.command(&["doctor"]);
    command.env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "another");
    let said = crate::harness::finish(&mut command).stdout;
    assert!(said.contains("missing identity"), "{said}");
    assert!(said.contains("401"), "{said}");
}

#[test]
fn the_doctor_prints_the_least_that_plan_and_apply_need() {
    let team = Team::new();
    let said = team.project.run(&["doctor", "--azure-roles"]).stdout;
    let (plan, apply) = said.split_once("\n\n").expect("two identities");
    assert!(
        plan.contains("Storage Blob Data Reader") && !plan.contains("/write"),
        "{plan}"
    );
    for words in [
        "Microsoft.Compute/virtualMachines/write",
        "Microsoft.Compute/virtualMachines/vmSizes/read",
        "Microsoft.Network/networkSecurityGroups/delete",
        "Storage Blob Data Contributor",
        "containers/tfstate",
    ] {
        assert!(apply.contains(words), "no {words} in {apply}");
    }
    let definition = plan
        .split_once("--role-definition '")
        .expect("a definition")
        .1;
    let definition = definition.split_once('\'').expect("its end").0;
    let definition: Value = serde_json::from_str(definition).expect("JSON");
    assert_eq!(definition["IsCustom"], true);
}
