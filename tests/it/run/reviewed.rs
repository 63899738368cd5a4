//! Reviewed is applied: what a push does is what its pull request has shown, or a part of it.

use super::{HEAD, Job, headline};
use crate::fake_github::{Fault, route};

/// Whether the comment keeps a plan.
fn keeps_a_record(job: &Job) -> bool {
    job.comment().contains("<!-- lostops-reviewed ")
}

/// What is in the simulated cloud of the job.
fn cloud(job: &Job) -> String {
    let file = job
        .project
        .path("temp/.lostops/staging/simulated/cloud.json");
    std::fs::read_to_string(file).unwrap_or_default()
}

/// Nothing was applied.
pub(super) fn nothing_was_made(job: &Job) -> bool {
    !cloud(job).contains("\"virtual_machine\"")
}

#[test]
fn the_plan_that_was_reviewed_is_applied_and_its_record_is_used_up() {
    let mut job = Job::managed();
    job.ends("pull_request.opened", 0);
    assert!(keeps_a_record(&job));
    assert!(
        headline(&job.comment()).starts_with("### "),
        "{}",
        job.comment()
    );
    job.merged();
    let ended = job.ends("push.squash-merge", 0);
    assert!(
        ended
            .log
            .contains("the plan is the one that was reviewed in #7"),
        "{}",
        ended.log
    );
    assert!(
        ended.log.contains("that takes a `plan-key`"),
        "{}",
        ended.log
    );
    assert!(!keeps_a_record(&job), "{}", job.comment());
    let made = cloud(&job);
    let ended = job
        .set("INPUT_REVIEWED-PLAN", "required")
        .ends("push.squash-merge", 1);
    assert_eq!(ended.output("failure-reason"), "plan-not-reviewed");
    assert_eq!(cloud(&job), made);
}

#[test]
fn warnings_times_and_waits_are_no_difference() {
    let mut job = Job::managed();
    job.ends("pull_request.opened", 0);
    job.merged();
    let path = job.terraform(
        r#"if [ "$1" = plan ]; then
  echo '{"@level":"warn","@timestamp":"2099-01-31T00:00:00Z","type":"diagnostic","diagnostic":{"severity":"warning","summary":"Argument is deprecated","detail":"use another"}}'
  echo 'Acquiring state lock. This may take a few moments...'
fi"#,
    );
    let ended = job.set("PATH", &path).ends("push.squash-merge", 0);
    assert!(
        ended.log.contains("the plan is the one that was reviewed"),
        "{}",
        ended.log
    );
}

#[test]
fn what_is_left_after_a_partial_failure_is_covered_too() {
    let job = Job::managed();
    job.ends("pull_request.opened", 0);
    job.merged();
    let fault = [
        "fault",
        "quota",
        "--type",
        "azurerm_linux_virtual_machine",
        "--times",
        "1",
    ];
    job.portal("staging", &fault);
    let ended = job.ends("push.squash-merge", 1);
    assert_eq!(ended.output("failure-reason"), "apply-failed");
    assert!(keeps_a_record(&job), "{}", job.comment());
    // What is left, and otherwise: it is not made.
    let (web, small, large) = ("describers/web.yaml", "Standard_B2s", "Standard_B4ms");
    job.project.edit(web, small, large);
    let ended = job.ends("push.squash-merge", 1);
    assert_eq!(ended.output("failure-reason"), "plan-changed");
    assert!(nothing_was_made(&job));
    job.project.edit(web, large, small);
    let ended = job.ends("push.squash-merge", 0);
    assert!(
        ended
            .log
            .contains("what is left of the one that was reviewed in #7"),
        "{}",
        ended.log
    );
    assert!(!keeps_a_record(&job), "{}", job.comment());
    assert!(!nothing_was_made(&job));
}

#[test]
fn what_somebody_changed_in_the_portal_since_is_not_in_the_reviewed_plan() {
    let job = Job::new();
    job.ends("pull_request.opened", 0);
    job.merged();
    job.portal(
        "production",
        &["open", "database", "3306", "--from", "internet"],
    );
    for _ in 0..2 {
        let ended = job.ends("push.squash-merge", 1);
        assert_eq!(ended.output("failure-reason"), "plan-changed");
        let comment = job.comment();
        assert!(comment.contains("3306/tcp from internet"), "{comment}");
        // The new plan is shown, and the record still holds the next run.
        assert!(
            comment.contains("3 to change") || comment.contains("to change"),
            "{comment}"
        );
        assert!(keeps_a_record(&job), "{comment}");
    }
}

#[test]
fn a_port_that_is_opened_after_the_review_is_named() {
    let job = Job::new();
    job.ends("pull_request.opened", 0);
    job.merged();
    let (describer, policy) = ("describers/database.yaml", "describers/policy.yaml");
    let port = "ports:\n  - { port: 9200, from: monitoring, for: another-exporter }\n";
    job.project.edit(describer, "ports:\n", port);
    job.project
        .edit(policy, "9100, 9104], from", "9100, 9104, 9200], from");
    let ended = job.ends("push.squash-merge", 1);
    assert_eq!(ended.output("failure-reason"), "plan-changed");
    for words in [
        "database: opens 9200/tcp from monitoring",
        "Ansible on database",
    ] {
        assert!(ended.log.contains(words), "{words}: {}", ended.log);
    }
}

#[test]
fn a_plan_of_an_earlier_commit_authorises_nothing() {
    let job = Job::managed();
    job.ends("pull_request.opened", 0);
    job.merged();
    let later = "5".repeat(40);
    job.github
        .state()
        .pulls
        .get_mut(&7)
        .expect("it")
        .head_sha
        .clone_from(&later);
    let ended = job.ends("push.squash-merge", 1);
    assert_eq!(ended.output("failure-reason"), "plan-not-reviewed");
    assert!(
        ended
            .log
            .contains(&format!("commit {}, and 5555555 was merged", &HEAD[..7])),
        "{}",
        ended.log
    );
    assert!(nothing_was_made(&job));
}

#[test]
fn a_plan_for_another_branch_authorises_nothing_until_it_is_planned_for_this_one() {
    let mut job = Job::managed();
    job.base("release").ends("pull_request.opened", 0);
    job.merged();
    let ended = job.ends("push.squash-merge", 1);
    assert_eq!(ended.output("failure-reason"), "plan-not-reviewed");
    assert!(
        ended.log.contains("for another branch than `main`"),
        "{}",
        ended.log
    );
    assert!(nothing_was_made(&job));
    // What GitHub says when somebody gives it another base.
    let mut job = Job::managed();
    job.base("release").ends("pull_request.opened", 0);
    job.base("main").ends("pull_request.edited", 0);
    job.merged();
    let ended = job.ends("push.squash-merge", 0);
    let words = "the plan is the one that was reviewed in #7";
    assert!(ended.log.contains(words), "{}", ended.log);
}

#[test]
fn a_direct_push_is_judged_by_the_policy_alone_unless_a_review_is_required() {
    let mut job = Job::managed();
    let ended = job
        .set("INPUT_REVIEWED-PLAN", "required")
        .ends("push.direct", 1);
    assert_eq!(ended.output("failure-reason"), "plan-not-reviewed");
    assert!(nothing_was_made(&job));
    let ended = job
        .set("INPUT_OPERATION", "apply")
        .ends("workflow_dispatch", 1);
    assert_eq!(
        ended.output("failure-reason"),
        "plan-not-reviewed",
        "{}",
        ended.log
    );
    job.set("INPUT_OPERATION", "")
        .set("INPUT_REVIEWED-PLAN", "");
    job.ends("push.direct", 0);
}

#[test]
fn where_github_does_not_say_whether_it_was_reviewed_nothing_is_applied_and_nothing_is_lost() {
    let job = Job::managed();
    job.ends("pull_request.opened", 0);
    job.merged();
    let before = job.comment();
    job.github.fault(Fault::status(
        route::LIST_COMMENTS,
        403,
        "Resource not accessible by integration",
    ));
    let ended = job.ends("push.squash-merge", 1);
    assert_eq!(
        ended.output("failure-reason"),
        "plan-not-reviewed",
        "{}",
        ended.log
    );
    assert!(
        ended.log.contains("could not be found out"),
        "{}",
        ended.log
    );
    assert_eq!(job.comment(), before);
    assert!(nothing_was_made(&job));
    job.ends("push.squash-merge", 0);
}
