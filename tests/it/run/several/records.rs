//! Reviewed is applied, with one comment for all environments: each push finds its own record there, and no other.

use super::Matrix;
use crate::fake_github::{Fault, route};
use std::fs;

const OPENED: &str = "pull_request.opened";
const PUSH: &str = "push.squash-merge";

/// Two environments whose plans were reviewed and merged.
fn reviewed() -> Matrix {
    let mut matrix = Matrix::new(&["blue", "green"]);
    matrix.parts(OPENED);
    matrix.summary(OPENED, 0);
    let kept = [("blue".to_owned(), false), ("green".to_owned(), false)];
    assert_eq!(matrix.kept(), kept);
    matrix.job.merged();
    matrix
}

#[test]
fn each_environment_is_applied_against_its_own_record_and_uses_it_up() {
    let mut matrix = reviewed();
    for name in ["blue", "green"] {
        let ended = matrix.part(PUSH, name, 0);
        let words = "the plan is the one that was reviewed in #7";
        assert!(ended.log.contains(words), "{}", ended.log);
        // Until the summary has come the records stand.
        assert_eq!(matrix.kept().len(), 2);
    }
    matrix.summary(PUSH, 0);
    let comment = matrix.job.comment();
    assert!(
        comment.contains("Applied to 2 servers in 2 environments: "),
        "{comment}"
    );
    assert_eq!(matrix.kept(), []);
}

#[test]
fn what_was_not_reviewed_is_refused_in_its_environment_alone() {
    let mut matrix = reviewed();
    matrix.edit("blue", "web.yaml", "Standard_B2s", "Standard_B4ms");
    let ended = matrix.part(PUSH, "blue", 1);
    assert_eq!(ended.output("failure-reason"), "plan-changed");
    matrix.part(PUSH, "green", 0);
    let ended = matrix.summary(PUSH, 1);
    assert_eq!(ended.output("failure-reason"), "plan-changed");
    let comment = matrix.job.comment();
    assert!(
        super::row(&comment, "blue").contains("⛔ plan-changed"),
        "{comment}"
    );
    assert!(
        super::row(&comment, "green").contains("✅ applied"),
        "{comment}"
    );
    // It holds the next run as well.
    assert_eq!(matrix.kept(), [("blue".to_owned(), false)]);
}

#[test]
fn a_comment_in_which_somebody_else_has_written_authorises_nothing_in_any_environment() {
    let mut matrix = reviewed();
    for comment in matrix.job.github.state().comments.values_mut() {
        comment.body.push_str("\nLooks good to me.");
        comment.editor = Some("mallory".to_owned());
    }
    let ended = matrix.part(PUSH, "blue", 1);
    assert_eq!(ended.output("failure-reason"), "plan-not-reviewed");
    assert!(
        ended.log.contains("`mallory` has edited the comment"),
        "{}",
        ended.log
    );
    // The other job died. What our own hand writes next must not make theirs of it.
    matrix.summary(PUSH, 1);
    let void = [("blue".to_owned(), true), ("green".to_owned(), true)];
    assert_eq!(matrix.kept(), void);
    let ended = matrix.part(PUSH, "green", 1);
    assert!(ended.log.contains("was not to be trusted"), "{}", ended.log);
}

#[test]
fn a_record_below_what_others_have_written_is_nobodys() {
    let mut matrix = reviewed();
    let moved = |body: &str| {
        let mut lines: Vec<&str> = body.lines().collect();
        let green = lines.remove(2);
        assert!(green.contains("-of green "), "{green}");
        lines.push(green);
        lines.join("\n")
    };
    for comment in matrix.job.github.state().comments.values_mut() {
        comment.body = moved(&comment.body);
    }
    matrix.job.set("INPUT_REVIEWED-PLAN", "required");
    let ended = matrix.part(PUSH, "green", 1);
    assert!(
        ended
            .log
            .contains("no plan was reviewed for a push to `main`"),
        "{}",
        ended.log
    );
    matrix.part(PUSH, "blue", 0);
}

#[test]
fn the_record_of_another_environment_is_none() {
    let mut matrix = reviewed();
    let swapped = |body: &str| {
        let body = body.replace("-of blue ", "-of other ");
        body.replace("-of green ", "-of blue ")
            .replace("-of other ", "-of green ")
    };
    for comment in matrix.job.github.state().comments.values_mut() {
        comment.body = swapped(&comment.body);
    }
    let ended = matrix.part(PUSH, "blue", 1);
    assert_eq!(ended.output("failure-reason"), "plan-not-reviewed");
    assert!(
        ended.log.contains("belongs to another pull request"),
        "{}",
        ended.log
    );
}

#[test]
fn where_an_apply_left_no_report_its_record_stays_as_it_was() {
    let mut matrix = reviewed();
    matrix.part(PUSH, "blue", 0);
    let ended = matrix.summary(PUSH, 1);
    assert_eq!(ended.output("failure-reason"), "part-missing");
    assert_eq!(matrix.kept(), [("green".to_owned(), false)]);
    let ended = matrix.part(PUSH, "green", 0);
    assert!(
        ended.log.contains("the one that was reviewed in #7"),
        "{}",
        ended.log
    );
}

#[test]
fn where_github_does_not_say_what_the_comment_keeps_it_is_left_alone() {
    let mut matrix = reviewed();
    let before = matrix.job.comment();
    let fault = || {
        Fault::status(
            route::LIST_COMMENTS,
            403,
            "Resource not accessible by integration",
        )
    };
    matrix.job.github.fault(fault());
    let ended = matrix.part(PUSH, "blue", 1);
    assert!(
        ended.log.contains("could not be found out"),
        "{}",
        ended.log
    );
    matrix.part(PUSH, "green", 0);
    let parts = ["blue", "green"].map(|name| {
        let path = super::part(name);
        let text = fs::read(matrix.job.project.path(&path)).expect("a part");
        (path, text)
    });
    matrix.job.github.fault(fault());
    let ended = matrix.summary(PUSH, 1);
    assert_eq!(matrix.job.comment(), before);
    assert!(ended.log.contains("::warning"), "{}", ended.log);
    for (path, text) in parts {
        matrix.job.project.write(&path, text);
    }
    matrix.summary(PUSH, 1);
    assert_eq!(matrix.kept(), [("blue".to_owned(), false)]);
}

#[test]
fn a_plan_whose_describers_could_not_be_read_authorises_nothing_either() {
    let mut matrix = Matrix::new(&["blue", "green"]);
    matrix.parts(OPENED);
    matrix.edit("green", "environment.yaml", "name: green", "name: [green");
    matrix.part(OPENED, "green", 3);
    matrix.part(OPENED, "blue", 0);
    matrix.summary(OPENED, 3);
    let kept = [("blue".to_owned(), false), ("green".to_owned(), true)];
    assert_eq!(matrix.kept(), kept);
}

#[test]
fn a_comment_left_over_from_before_does_not_stand_in_the_way() {
    let mut matrix = Matrix::new(&["blue"]);
    // Of a time when each environment had its own; its plan did not end well.
    matrix.opens_a_port("blue");
    matrix.job.set("INPUT_COMMENT", "always");
    matrix.job.set("INPUT_ENVIRONMENT", "blue");
    matrix.job.ends(OPENED, 3);
    let port = "  - { port: 8080, from: internet, for: debug }\n";
    matrix.edit("blue", "web.yaml", port, "");
    matrix.job.set("INPUT_COMMENT", "part");
    matrix.parts(OPENED);
    matrix.summary(OPENED, 0);
    assert_eq!(matrix.job.github.comments(7).len(), 2);
    matrix.job.merged();
    let ended = matrix.part(PUSH, "blue", 0);
    assert!(
        ended.log.contains("the one that was reviewed in #7"),
        "{}",
        ended.log
    );
}

#[test]
fn with_a_key_a_strange_hand_changes_nothing() {
    let mut matrix = Matrix::new(&["blue", "green"]);
    matrix
        .job
        .set("INPUT_PLAN-KEY", "a plan key that is long enough");
    matrix.parts(OPENED);
    matrix.summary(OPENED, 0);
    matrix.job.merged();
    for comment in matrix.job.github.state().comments.values_mut() {
        comment.editor = Some("mallory".to_owned());
    }
    matrix.part(PUSH, "blue", 0);
    matrix.summary(PUSH, 1);
    assert_eq!(matrix.kept(), [("green".to_owned(), false)]);
    matrix.part(PUSH, "green", 0);
}
