//! One change of a server that is there: start, stop, restart, resize, destroy; and what the next push makes of it.

use crate::harness::{Project, changes, errors, server};
use serde_json::Value;

const WEB: &str = "describers/web.yaml";

/// The staging environment, whose one server Terraform has made.
fn managed() -> Project {
    let project = Project::with(&crate::harness::root().join("examples/managed"));
    project.apply(0);
    project
}

fn operate(project: &Project, code: i32, arguments: &[&str]) -> Value {
    project.json(code, &[arguments, &["--cloud", "simulated"]].concat())
}

fn details(answer: &Value) -> &Value {
    &server(answer, "web")["details"]
}

fn message(answer: &Value) -> &str {
    answer["failure"]["message"].as_str().unwrap_or_default()
}

#[test]
fn a_server_is_stopped_and_the_patch_keeps_it_so() {
    let project = managed();
    let before = std::fs::read(project.path(WEB)).expect("the describer");
    let stopped = operate(&project, 0, &["stop", "web"]);
    assert_eq!(stopped["command"], "stop");
    assert_eq!(changes(&stopped, "web"), ["stop"]);
    assert_eq!(
        project
            .portal(&["list"])
            .stdout
            .matches("deallocated")
            .count(),
        1
    );
    assert_eq!(std::fs::read(project.path(WEB)).expect("it"), before);
    let note = stopped["notes"].to_string();
    assert!(
        note.contains("the next push would start it again"),
        "{note}"
    );
    assert_eq!(changes(&project.plan(0), "web"), ["start"]);

    let patch = stopped["patch"].as_str().expect("a patch");
    assert!(
        patch.contains("-state: running\n+state: stopped\n"),
        "{patch}"
    );
    project.write("keep.patch", patch);
    let applied = std::process::Command::new("git")
        .args(["apply", "keep.patch"])
        .current_dir(project.path(""))
        .status();
    assert!(applied.is_ok_and(|status| status.success()));
    assert_eq!(changes(&project.plan(0), "web"), ["none"]);

    let started = operate(&project, 0, &["start", "web"]);
    assert_eq!(changes(&started, "web"), ["start"]);
    assert!(
        started["patch"]
            .as_str()
            .is_some_and(|it| it.contains("+state: running"))
    );
}

#[test]
fn a_server_that_is_stopped_takes_no_change_of_another_along() {
    let project = Project::with(&crate::harness::root().join("examples/managed"));
    let web = std::fs::read_to_string(project.path(WEB)).expect("the describer");
    let another = |name: &str, address: &str| {
        let text = web.replace("server: web", &format!("server: {name}"));
        project.write(
            &format!("describers/{name}.yaml"),
            text.replace("10.20.0.4", address),
        );
    };
    another("web2", "10.20.0.5");
    project.apply(0);
    // Everything of another server that the next push would do: a port, a machine that is to be made.
    project.edit("describers/web2.yaml", "for: http }", "for: another }");
    another("web3", "10.20.0.6");
    assert_eq!(changes(&project.plan(0), "web3"), ["create"]);
    let rules = || project.portal(&["show"]).stdout.contains("another");

    operate(&project, 0, &["stop", "web"]);
    let list = project.portal(&["list"]).stdout;
    assert!(
        list.contains("deallocated") && !list.contains("web3"),
        "{list}"
    );
    assert!(!rules());
    project.json(
        0,
        &["apply", "--cloud", "simulated", "--servers", "web2,web"],
    );
    assert!(rules() && !project.portal(&["list"]).stdout.contains("web3"));
}

#[test]
fn where_the_policy_keeps_servers_running_nobody_stops_one() {
    let project = managed();
    project.edit("describers/policy.yaml", "stop: allow", "stop: deny");
    let refused = operate(&project, 3, &["stop", "web"]);
    assert_eq!(errors(&refused), ["LO306"]);
    assert_eq!(changes(&project.plan(0), "web"), ["none"]);
}

#[test]
fn what_is_so_already_is_left_alone_and_needs_no_patch() {
    let project = managed();
    let started = operate(&project, 0, &["start", "web"]);
    assert_eq!(changes(&started, "web"), ["none"]);
    assert!(started["patch"].is_null());
    // Somebody stopped it in the portal: that is mended, and the describer has said so all along.
    project.portal(&["stop", "web"]);
    let started = operate(&project, 0, &["start", "web"]);
    assert_eq!(changes(&started, "web"), ["start"]);
    assert!(started["patch"].is_null());
    assert_eq!(changes(&project.plan(0), "web"), ["none"]);
}

#[test]
fn a_restart_leaves_nothing_for_the_next_plan() {
    let project = managed();
    let restarted = operate(&project, 0, &["restart", "web"]);
    assert_eq!(*details(&restarted), serde_json::json!(["restart"]));
    assert!(restarted["patch"].is_null());
    assert_eq!(changes(&project.plan(0), "web"), ["none"]);
    project.edit(WEB, "state: running", "state: stopped");
    let refused = operate(&project, 1, &["restart", "web"]);
    assert!(message(&refused).contains("not to run"), "{refused:#}");
}

#[test]
fn a_size_takes_a_grant_for_exactly_that_size() {
    let project = managed();
    let to = |size: &str| ["resize", "web", "--to", size].map(str::to_owned);
    let resize = |code, size: &str| {
        let arguments = to(size);
        operate(&project, code, &arguments.each_ref().map(String::as_str))
    };
    assert_eq!(errors(&resize(3, "Standard_B4ms")), ["LO304"]);
    let sly = resize(1, "x\nstate: absent");
    assert_eq!(sly["failure"]["reason"], "bad-input");
    assert_eq!(changes(&project.plan(0), "web"), ["none"]);
    let grant = "grants:\n  - { server: web, operation: resize, to: Standard_B4ms, reason: \"load test\", until: 2099-01-31 }";
    project.edit("describers/policy.yaml", "grants: []", grant);
    assert_eq!(errors(&resize(3, "Standard_B8ms")), ["LO304"]);
    let resized = resize(0, "Standard_B4ms");
    assert_eq!(changes(&resized, "web"), ["resize"]);
    let patch = resized["patch"].as_str().expect("a patch");
    assert!(patch.contains("+  size: Standard_B4ms"), "{patch}");
}

#[test]
fn a_server_is_destroyed_by_its_name_typed_twice_and_by_grant() {
    let project = managed();
    for arguments in [
        &["destroy", "web"][..],
        &["destroy", "web", "--confirm", "wbe"],
    ] {
        let refused = operate(&project, 1, arguments);
        assert_eq!(refused["failure"]["reason"], "refused");
        assert!(
            message(&refused).contains("was not confirmed"),
            "{refused:#}"
        );
    }
    let destroy = ["destroy", "web", "--confirm", "web"];
    // The policy lets the machine go, and its data disk it does not.
    assert_eq!(errors(&operate(&project, 3, &destroy)), ["LO305"]);
    assert_eq!(changes(&project.plan(0), "web"), ["none"]);
    let grant =
        "grants:\n  - { server: web, operation: disk, reason: \"moved\", until: 2099-01-31 }";
    project.edit("describers/policy.yaml", "grants: []", grant);
    let destroyed = operate(&project, 0, &destroy);
    assert!(changes(&destroyed, "web").contains(&"destroy".to_owned()));
    assert!(!project.portal(&["list"]).stdout.contains("web"));
    let note = destroyed["notes"].to_string();
    assert!(note.contains("make it again, with empty disks"), "{note}");
}

#[test]
fn an_adopted_machine_is_stopped_and_started_and_never_resized_or_destroyed() {
    let project = Project::lostops();
    project.apply(0);
    let stopped = operate(&project, 0, &["stop", "backend", "monitoring"]);
    assert_eq!(changes(&stopped, "backend"), ["stop"]);
    let patch = stopped["patch"].as_str().expect("a patch");
    assert_eq!(patch.matches("+state: stopped").count(), 2, "{patch}");
    for arguments in [
        &["resize", "database", "--to", "Standard_B4ms"][..],
        &["destroy", "database", "--confirm", "database"],
    ] {
        let refused = operate(&project, 1, arguments);
        assert_eq!(refused["failure"]["reason"], "refused");
        assert!(message(&refused).contains("its owner's"), "{refused:#}");
    }
    let refused = operate(
        &project,
        1,
        &["destroy", "backend", "database", "--confirm", "backend"],
    );
    assert!(message(&refused).contains("one server"), "{refused:#}");
    let unknown = operate(&project, 1, &["stop", "databse"]);
    assert_eq!(unknown["failure"]["reason"], "unknown-server");
}
