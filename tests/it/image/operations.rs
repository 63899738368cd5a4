//! Each event, from the runner's `docker run` to comment, outputs, summary and files.

use super::bench::{Bench, PULL};
use super::job::Job;
use super::runner::Runner;
use crate::harness::{Project, root};

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn a_pull_request_is_planned_and_its_one_comment_kept_up_to_date() {
    let bench = Bench::new();
    let ended = bench.run("pull_request.opened", &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    assert_eq!(ended.output("result"), "clean");
    assert_eq!(ended.output("failure-reason"), "");
    assert_eq!(ended.output("changes"), "true");
    assert_eq!(
        ended.output("servers"),
        r#"["backend","database","monitoring"]"#
    );
    assert_eq!(ended.output("report"), ".lostops/production/report.json");
    for name in ["report", "sarif"] {
        let path = bench.runner.project.path(ended.output(name));
        assert!(path.is_file(), "{name}: {}", path.display());
    }
    assert!(ended.summary.contains("backend"), "{}", ended.summary);
    let comments = bench.comments();
    assert_eq!(comments.len(), 1, "{}", ended.log);
    assert!(comments[0].starts_with("<!-- lostops {"), "{}", comments[0]);
    let comment = &bench.github.comments(PULL)[0];
    assert!(
        ended
            .output("comment-url")
            .contains(&comment.id.to_string()),
        "{}",
        ended.output("comment-url")
    );

    let again = bench.with_a_violation();
    let ended = again.run("pull_request.opened", &[]);
    assert_eq!(ended.code, Some(3), "{}", ended.log);
    let comments = again.comments();
    assert_eq!(comments.len(), 1);
    assert!(comments[0].contains("8080"), "{}", comments[0]);
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn a_pull_request_with_a_violation_fails_and_says_where() {
    let bench = Bench::new().with_a_violation();
    let ended = bench.run("pull_request.opened", &[]);
    assert_eq!(ended.code, Some(3), "{}", ended.log);
    assert_eq!(ended.output("result"), "violations");
    assert_eq!(ended.output("failure-reason"), "policy-violation");
    assert_ne!(ended.output("violations"), "0");
    let annotated = ended
        .log
        .lines()
        .any(|line| line.starts_with("::error ") && line.contains("describers/database.yaml"));
    assert!(annotated, "{}", ended.log);
    assert!(ended.summary.contains("8080"), "{}", ended.summary);
    assert!(bench.comments()[0].contains("8080"));
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn of_a_fork_and_of_dependabot_the_describers_alone_are_judged() {
    for event in ["pull_request.fork", "pull_request.dependabot"] {
        let bench = Bench::new().read_only();
        let ended = bench.run(event, &[]);
        assert_eq!(ended.code, Some(0), "{event}: {}", ended.log);
        assert_eq!(ended.output("result"), "clean", "{event}");
        assert_eq!(ended.output("changes"), "false", "{event}");
        assert!(
            ended
                .log
                .lines()
                .any(|line| line.starts_with("::notice ") && line.contains("nothing was planned")),
            "{event}: {}",
            ended.log
        );
        assert!(bench.wrote_nothing(), "{event}");

        let broken = bench.with_a_violation().run(event, &[]);
        assert_eq!(broken.code, Some(3), "{event}: {}", broken.log);
        assert_eq!(broken.output("failure-reason"), "policy-violation");
    }
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn a_merge_is_applied_and_its_pull_request_told() {
    let bench = Bench::new().merged();
    let ended = bench.run("push.squash-merge", &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    assert_eq!(ended.output("result"), "clean");
    let comments = bench.comments();
    assert_eq!(comments.len(), 1, "{}", ended.log);
    assert!(comments[0].contains("pplied"), "{}", comments[0]);

    let again = bench.run("schedule", &[]);
    assert_eq!(again.code, Some(0), "{}", again.log);
    assert_eq!(again.output("changes"), "false", "what was applied stays");
    assert_eq!(bench.comments().len(), 1, "a schedule is nobody's");
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn a_direct_push_is_applied_though_there_is_nobody_to_tell() {
    let bench = Bench::new();
    let ended = bench.run("push.direct", &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    assert_eq!(ended.output("result"), "clean");
    assert_eq!(ended.output("comment-url"), "");
    assert!(bench.wrote_nothing());
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn a_violation_that_was_merged_is_not_applied() {
    let bench = Bench::new().merged().with_a_violation();
    let ended = bench.run("push.squash-merge", &[]);
    assert_eq!(ended.code, Some(3), "{}", ended.log);
    assert_eq!(ended.output("failure-reason"), "policy-violation");
    assert!(bench.comments()[0].contains("8080"));
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn each_operation_can_be_dispatched() {
    let bench = Bench::new();
    // In this order: what is applied no longer differs.
    for (operation, code, reason, changes) in [
        ("check", 0, "", "false"),
        ("plan", 0, "", "true"),
        ("drift", 1, "drift", "true"),
        ("apply", 0, "", "true"),
        ("drift", 0, "", "false"),
    ] {
        let ended = bench.run("workflow_dispatch", &[("operation", operation)]);
        assert_eq!(ended.code, Some(code), "{operation}: {}", ended.log);
        assert_eq!(ended.output("failure-reason"), reason, "{operation}");
        assert_eq!(ended.output("changes"), changes, "{operation}");
    }
    // Told of when it was found, and ended when it was gone.
    assert!(!bench.issue_of_drift());
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn an_operation_on_one_server_leaves_the_others_alone() {
    let bench = Bench::new();
    let inputs = [("operation", "apply"), ("servers", "backend")];
    let ended = bench.run("workflow_dispatch", &inputs);
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    assert_eq!(ended.output("servers"), r#"["backend"]"#);
    let rest = bench.run("workflow_dispatch", &[("operation", "plan")]);
    assert_eq!(rest.output("servers"), r#"["database","monitoring"]"#);
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn what_there_is_not_is_refused_by_name() {
    let bench = Bench::new();
    for (inputs, reason, said) in [
        (("operation", "teleport"), "unknown-operation", "`drift`"),
        (("servers", "frontend"), "unknown-server", "backend"),
        (
            ("environment", "staging"),
            "unknown-environment",
            "production",
        ),
        (("cloud", "aws"), "bad-input", "`simulated`"),
    ] {
        let ended = bench.run("workflow_dispatch", &[inputs]);
        assert_eq!(ended.code, Some(1), "{inputs:?}: {}", ended.log);
        assert_eq!(ended.output("result"), "failed", "{inputs:?}");
        assert_eq!(ended.output("failure-reason"), reason, "{}", ended.log);
        assert!(ended.log.contains(said), "{inputs:?}: {}", ended.log);
    }
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn a_schedule_looks_for_drift_and_a_merge_queue_is_checked() {
    let bench = Bench::new();
    let ended = bench.run("schedule", &[]);
    assert_eq!(ended.code, Some(1), "{}", ended.log);
    assert_eq!(ended.output("failure-reason"), "drift");
    let ended = bench.run("merge_group", &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    assert_eq!(ended.output("result"), "clean");
    assert!(bench.issue_of_drift());
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn events_that_strangers_can_start_with_our_secrets_are_refused() {
    for event in ["pull_request_target.fork", "issue_comment.created"] {
        let bench = Bench::new();
        let ended = bench.run(event, &[]);
        assert_eq!(ended.code, Some(1), "{event}: {}", ended.log);
        assert_eq!(ended.output("result"), "failed", "{event}");
        assert_eq!(ended.output("failure-reason"), "refused", "{event}");
        assert!(bench.wrote_nothing(), "{event}");
        assert!(!bench.runner.kept("").exists(), "{event}: nothing was read");
    }
}

#[test]
#[ignore = "needs a Docker engine: make image-test"]
fn without_github_nobody_knows_the_policy_that_judges_and_nothing_is_planned() {
    let runner = Runner::new(Project::with(&root().join("examples/managed")));
    let ended = Job::new("pull_request.opened", &runner)
        .variable("GITHUB_API_URL", "http://127.0.0.1:9")
        .variable("GITHUB_GRAPHQL_URL", "http://127.0.0.1:9/graphql")
        .run();
    assert_eq!(ended.code, Some(1), "{}", ended.log);
    assert_eq!(ended.output("failure-reason"), "policy-not-known");
    assert!(ended.log.contains("::warning "), "{}", ended.log);
}
