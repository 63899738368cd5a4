//! What is no change to a server: an order that Azure has chosen, and what Terraform gives out alone.

use crate::harness::{Project, changes, root};
use serde_json::Value;
use std::fs;

/// A file of the simulated cloud or of Terraform, changed past both.
fn changed(project: &Project, name: &str, change: impl Fn(&mut Value)) {
    let name = format!(".lostops/staging/simulated/{name}");
    let text = fs::read_to_string(project.path(&name)).expect("the file");
    let mut document = serde_json::from_str(&text).expect("JSON");
    change(&mut document);
    project.write(&name, document.to_string());
}

fn applied() -> Project {
    let project = Project::with(&root().join("examples/managed"));
    project.apply(0);
    project
}

#[test]
fn rules_in_another_order_are_the_same_rules() {
    let project = applied();
    let shuffled = || {
        changed(&project, "cloud.json", |cloud| {
            let resources = cloud["resources"].as_object_mut().expect("resources");
            let groups = resources
                .values_mut()
                .filter(|resource| resource["kind"] == "network_security_group");
            for group in groups {
                let rules = group["attributes"]["security_rule"].as_array_mut();
                let rules = rules.expect("rules");
                assert!(rules.len() > 2, "{rules:#?}");
                rules.rotate_left(1);
            }
        });
    };
    shuffled();
    let answer = project.plan(0);
    assert_eq!(changes(&answer, "web"), ["none"]);
    assert_eq!(answer["totals"]["change"], 0, "{answer:#}");

    // Beside a change that there is, the others still are none.
    project.edit(
        "describers/web.yaml",
        "  - { port: 80,  from: internet,  for: http }\n",
        "",
    );
    shuffled();
    let details = crate::harness::server(&project.plan(0), "web")["details"].to_string();
    assert!(details.contains("closes 80/tcp from internet"), "{details}");
    for other in ["443", "22/tcp", "opens"] {
        assert!(!details.contains(other), "{other}: {details}");
    }
}

#[test]
fn an_output_alone_changes_no_server_and_is_brought_up_to_date() {
    let project = applied();
    changed(&project, "terraform.tfstate", |state| {
        state["outputs"]["private_ips"]["value"]["web"] = "10.20.0.99".into();
    });
    let plan = project.run(&["plan", "--cloud", "simulated", "--format", "markdown"]);
    let first = plan.stdout.lines().next().unwrap_or_default();
    assert!(first.contains("Nothing to change"), "{first}");
    assert_eq!(project.apply(0)["applied"], true);
    let state = fs::read_to_string(project.path(".lostops/staging/simulated/terraform.tfstate"));
    assert!(!state.expect("the state").contains("10.20.0.99"));
}
