//! Which operation an event starts, as `lostops run --dry-run` tells it.

use crate::harness::{Project, Run, finish};
use serde_json::{Value, json};

const HEAD: &str = "6dcb09b5b57875f334f61aebed695e2e4193db5e";
const MERGE: &str = "e5bd3914e2e596debea16f433f57875b5b90bcd6";

/// An event of octo-org/servers, whose default branch is `main`.
struct Happened {
    name: &'static str,
    payload: Value,
    variables: Vec<(&'static str, String)>,
}

fn event(name: &'static str, git_ref: &str, mut payload: Value) -> Happened {
    if let Some(payload) = payload.as_object_mut() {
        payload.insert(
            "repository".to_owned(),
            json!({ "full_name": "octo-org/servers", "default_branch": "main" }),
        );
    }
    let variables = vec![
        ("GITHUB_REPOSITORY", "octo-org/servers".to_owned()),
        ("GITHUB_EVENT_NAME", name.to_owned()),
        ("GITHUB_REF", git_ref.to_owned()),
        ("GITHUB_SHA", MERGE.to_owned()),
        ("GITHUB_ACTOR", "octocat".to_owned()),
    ];
    Happened {
        name,
        payload,
        variables,
    }
}

fn pull_request(name: &'static str, action: &str, from: &str) -> Happened {
    let head = json!({ "sha": HEAD, "ref": "bigger", "repo": { "full_name": from } });
    event(
        name,
        "refs/pull/7/merge",
        json!({ "action": action, "number": 7, "pull_request": { "number": 7, "head": head } }),
    )
}

fn push(git_ref: &str) -> Happened {
    event(
        "push",
        git_ref,
        json!({ "ref": git_ref, "deleted": false, "after": MERGE }),
    )
}

fn dispatch(git_ref: &str, inputs: &Value) -> Happened {
    event(
        "workflow_dispatch",
        git_ref,
        json!({ "inputs": inputs, "ref": git_ref }),
    )
}

impl Happened {
    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    fn told(&self, code: i32) -> String {
        let project = Project::empty();
        project.write("event.json", self.payload.to_string());
        let mut command = project.command(&["run", "--dry-run"]);
        command.env("GITHUB_EVENT_PATH", project.path("event.json"));
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        let Run {
            code: found,
            stdout,
            stderr,
        } = finish(&mut command);
        assert_eq!(found, code, "{}: {stdout}{stderr}", self.name);
        stdout
    }

    fn starts(&self, operation: &str) -> String {
        let told = self.told(0);
        assert!(
            told.contains(&format!("operation  {operation}\n")),
            "{}: {told}",
            self.name
        );
        told
    }

    fn is_refused(&self, words: &[&str]) {
        let told = self.told(1);
        assert!(told.starts_with("refused "), "{told}");
        for word in words {
            assert!(told.contains(word), "{word:?} is not in {told}");
        }
    }
}

#[test]
fn a_pull_request_is_planned_and_its_comment_points_at_its_head() {
    let actions = [
        "opened",
        "synchronize",
        "reopened",
        "edited",
        "ready_for_review",
    ];
    for action in actions {
        let told = pull_request("pull_request", action, "octo-org/servers").starts("plan");
        assert!(
            told.contains("on pull request #7") && told.contains(HEAD),
            "{told}"
        );
    }
    let told = pull_request("pull_request", "closed", "octo-org/servers").told(0);
    assert!(told.starts_with("nothing "), "{told}");
}

#[test]
fn a_title_that_is_edited_after_the_merge_plans_nothing() {
    let mut edited = pull_request("pull_request", "edited", "octo-org/servers");
    edited.payload["pull_request"]["state"] = json!("closed");
    let told = edited.told(0);
    assert!(
        told.starts_with("nothing ") && told.contains("#7 is closed"),
        "{told}"
    );
}

#[test]
fn a_pull_request_applies_nothing_whatever_the_workflow_asks() {
    pull_request("pull_request", "opened", "octo-org/servers")
        .with("INPUT_OPERATION", "check")
        .starts("check");
    pull_request("pull_request", "opened", "octo-org/servers")
        .with("INPUT_OPERATION", "apply")
        .is_refused(&[
            "`apply` is not done on pull request #7",
            "push to the default branch",
        ]);
}

#[test]
fn a_fork_and_dependabot_get_the_first_stage_and_no_comment() {
    let fork = pull_request("pull_request", "opened", "somebody/servers");
    let gone = event(
        "pull_request",
        "refs/pull/7/merge",
        json!({ "action": "opened", "number": 7, "pull_request": { "head": { "sha": HEAD, "repo": null } } }),
    );
    let dependabot = pull_request("pull_request", "opened", "octo-org/servers")
        .with("GITHUB_ACTOR", "dependabot[bot]");
    for happened in [fork, gone, dependabot] {
        let told = happened.with("INPUT_OPERATION", "plan").starts("check");
        assert!(
            told.contains("comment    none") && told.contains("only the describers were judged"),
            "{told}"
        );
    }
}

#[test]
fn pull_request_target_never_meets_a_forks_change() {
    pull_request("pull_request_target", "opened", "somebody/servers").is_refused(&[
        "fork",
        "secrets",
        "on: pull_request",
    ]);
    pull_request("pull_request_target", "opened", "octo-org/servers")
        .is_refused(&["checks out the base branch"]);
}

#[test]
fn a_push_to_the_default_branch_is_applied_and_any_other_is_checked() {
    let told = push("refs/heads/main").starts("apply");
    assert!(
        told.contains("the pull request that the commit came by"),
        "{told}"
    );
    let told = push("refs/heads/feature").starts("check");
    assert!(
        told.contains("comment    none") && told.contains("`main`"),
        "{told}"
    );
    push("refs/heads/main")
        .with("INPUT_OPERATION", "plan")
        .starts("plan");
}

#[test]
fn a_deleted_branch_and_a_tag_are_nothing_to_do() {
    let mut deleted = push("refs/heads/main");
    deleted.payload["deleted"] = json!(true);
    for happened in [deleted, push("refs/tags/v1")] {
        let told = happened.told(0);
        assert!(told.starts_with("nothing "), "{told}");
    }
}

#[test]
fn a_dispatch_on_servers_without_a_name_does_not_mean_all_of_them() {
    let inputs = json!({ "operation": "apply", "servers": " , " });
    dispatch("refs/heads/main", &inputs).is_refused(&["bad-input", "`servers`"]);
}

#[test]
fn a_dispatch_does_what_it_names_on_the_servers_it_names() {
    let told = dispatch(
        "refs/heads/main",
        &json!({ "operation": "apply", "servers": "backend, database" }),
    )
    .starts("apply");
    assert!(told.contains("servers    backend, database"), "{told}");
    // What `with:` says comes before what the event says.
    dispatch("refs/heads/main", &json!({ "operation": "apply" }))
        .with("INPUT_OPERATION", "check")
        .starts("check");
    dispatch("refs/heads/feature", &json!({ "operation": "plan" })).starts("plan");
    dispatch("refs/heads/main", &Value::Null).starts("plan");
}

#[test]
fn a_dispatch_of_what_there_is_not_lists_what_there_is() {
    dispatch("refs/heads/main", &json!({ "operation": "explode" })).is_refused(&[
        "unknown-operation",
        "`explode`",
        "`check`, `plan`, `apply`, `verify`, `drift`",
    ]);
}

#[test]
fn what_was_not_merged_is_not_applied_by_a_dispatch() {
    for operation in ["apply", "stop", "destroy"] {
        let inputs = json!({ "operation": operation, "servers": "backend" });
        dispatch("refs/heads/feature", &inputs)
            .is_refused(&["`refs/heads/feature`", "default branch"]);
    }
}

#[test]
fn an_operation_on_servers_is_asked_for_by_hand_and_by_their_names() {
    for operation in ["start", "stop", "restart", "resize", "destroy"] {
        let inputs = json!({ "operation": operation, "servers": "backend", "to": "Standard_B4ms" });
        dispatch("refs/heads/main", &inputs).starts(operation);
        push("refs/heads/main")
            .with("INPUT_OPERATION", operation)
            .is_refused(&["is not done on a push"]);
        dispatch("refs/heads/main", &json!({ "operation": operation }))
            .is_refused(&["bad-input", "no server was named"]);
    }
    let inputs = json!({ "operation": "resize", "servers": "backend", "to": "" });
    dispatch("refs/heads/main", &inputs).is_refused(&["bad-input", "`to`"]);
}

#[test]
fn a_schedule_looks_for_drift_and_a_merge_queue_is_checked() {
    event(
        "schedule",
        "refs/heads/main",
        json!({ "schedule": "0 5 * * *" }),
    )
    .starts("drift");
    event(
        "merge_group",
        "refs/heads/gh-readonly-queue/main/pr-7-abc",
        json!({ "action": "checks_requested" }),
    )
    .starts("check");
}

#[test]
fn other_events_are_refused_with_what_to_use_instead() {
    event(
        "issue_comment",
        "refs/heads/main",
        json!({ "action": "created" }),
    )
    .is_refused(&["`issue_comment`", "workflow_dispatch"]);
    event("workflow_run", "refs/heads/main", json!({}))
        .is_refused(&["`workflow_run`", "`pull_request`"]);
}

#[test]
fn all_that_is_wrong_with_the_inputs_is_said_at_once() {
    push("refs/heads/main")
        .with("INPUT_CLOUD", "aws")
        .with("INPUT_COMMENT", "maybe")
        .is_refused(&["bad-input", "`azure`, `simulated`", "`always`, `changes`"]);
}

#[test]
fn outside_of_a_workflow_it_says_what_to_call_instead() {
    let run = Project::empty().run(&["run"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stderr.contains("this is no workflow") && run.stderr.contains("--dry-run"),
        "{run:?}"
    );
    assert_eq!(run.stdout, "", "no workflow command for a person");
    let push = crate::harness::root().join("tests/it/events/push.direct.json");
    let forgotten = [
        "run",
        "--event-name",
        "push",
        "--event",
        &push.to_string_lossy(),
    ];
    let run = Project::lostops().run(&forgotten);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (2, ""),
        "nothing is applied: {run:?}"
    );
}

#[test]
fn on_a_terminal_the_event_file_alone_tells_what_a_workflow_would_do() {
    let told = |name: &str, file: &str| {
        let file = crate::harness::root().join("tests/it/events").join(file);
        let file = file.to_string_lossy();
        let dry = ["run", "--dry-run", "--event-name", name, "--event", &file];
        Project::empty().run(&dry).stdout
    };
    let opened = told("pull_request", "pull_request.opened.json");
    assert!(opened.starts_with("operation  plan\n"), "{opened}");
    let fork = told("pull_request", "pull_request.fork.json");
    assert!(
        fork.starts_with("operation  check\n") && fork.contains("push its branch"),
        "{fork}"
    );
    let push = told("push", "push.direct.json");
    assert!(push.contains("commit     d1ec7000"), "{push}");
}

#[test]
fn an_event_that_cannot_be_read_is_not_blamed_on_the_event() {
    let project = Project::empty();
    project.write("event.json", "{");
    let run = project.run(&[
        "run",
        "--dry-run",
        "--event-name",
        "push",
        "--event",
        "event.json",
    ]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stdout.starts_with("failed     failed\n") && run.stdout.contains("--event FILE"),
        "{run:?}"
    );
}
