//! Whether servers run, and whether they are billed: what is asked for, what is found, and what a resize leaves.

use crate::harness::{Project, changes, root};

/// Size and power of a machine, as the simulated cloud has them.
fn machine(project: &Project, name: &str) -> [String; 2] {
    let list = project.portal(&["list"]).stdout;
    let row = list.lines().find(|line| {
        let mut words = line.split_whitespace();
        words.next() == Some(name) && line.contains("Standard_")
    });
    let row = row.unwrap_or_else(|| panic!("no machine {name} in {list}"));
    let mut words = row.split_whitespace().skip(1).map(str::to_owned);
    [(); 2].map(|()| words.next().expect("a word"))
}

#[test]
fn a_server_that_is_off_and_still_billed_is_not_stopped() {
    let project = Project::lostops();
    let (describer, running) = ("describers/monitoring.yaml", "state: running");
    project.edit(describer, running, "state: stopped");
    project.apply(0);
    let power = || machine(&project, "monitoring")[1].clone();
    assert_eq!(power(), "deallocated");

    // Somebody starts it and shuts it down from within.
    project.portal(&["start", "monitoring"]);
    project.portal(&["stop", "monitoring"]);
    assert_eq!(power(), "stopped");
    let answer = project.plan(0);
    assert_eq!(changes(&answer, "monitoring"), ["stop"]);
    let notes = answer["notes"].to_string();
    assert!(
        notes.contains("`monitoring` is off but not deallocated, so that it is still billed"),
        "{notes}"
    );
    project.apply(0);
    assert_eq!(power(), "deallocated");
    assert_eq!(changes(&project.plan(0), "monitoring"), ["none"]);
}

#[test]
fn a_resize_leaves_a_server_as_it_was() {
    let project = Project::with(&root().join("examples/managed"));
    let grant = |size: &str| {
        format!(
            "\n  - {{ server: web, operation: resize, to: {size}, reason: \"load test\", until: 2099-01-31 }}"
        )
    };
    let (small, large) = ("Standard_B2s", "Standard_B4ms");
    let grants = format!("grants:{}{}", grant(small), grant(large));
    project.edit("describers/policy.yaml", "grants: []", &grants);
    let web = "describers/web.yaml";
    project.edit(web, "state: running", "state: stopped");
    project.apply(0);
    assert_eq!(machine(&project, "web"), [small, "deallocated"]);

    project.edit(web, small, large);
    assert_eq!(changes(&project.apply(0), "web"), ["resize"]);
    assert_eq!(machine(&project, "web"), [large, "deallocated"]);
    assert_eq!(changes(&project.plan(0), "web"), ["none"]);

    project.edit(web, "state: stopped", "state: running");
    assert_eq!(changes(&project.apply(0), "web"), ["start"]);
    project.edit(web, large, small);
    assert_eq!(changes(&project.apply(0), "web"), ["resize"]);
    assert_eq!(machine(&project, "web"), [small, "running"]);
    assert_eq!(changes(&project.plan(0), "web"), ["none"]);
}
