//! The one comment on the pull request, from the first plan to the merge.

use super::several::Matrix;
use super::{HEAD, Job, headline};
use crate::fake_github::{FakeGitHub, Fault, route};
use crate::harness::root;

#[test]
fn a_plan_is_one_comment_that_answers_first_and_links_lines_at_the_head() {
    let job = Job::new();
    job.opens_a_port();
    let ended = job.ends("pull_request.opened", 3);
    let comment = job.comment();
    assert!(comment.starts_with("<!-- lostops {\"v\":1,\"describers\":\"describers\",\"environment\":\"production\"} -->\n"), "{comment}");
    assert!(headline(&comment).starts_with("### ❌ "), "{comment}");
    assert!(
        comment.contains(&format!(
            "/octo-org/servers/blob/{HEAD}/describers/database.yaml#L"
        )),
        "{comment}"
    );
    assert!(
        comment.contains("/octo-org/servers/actions/runs/4711/attempts/2"),
        "{comment}"
    );
    let kept = &job.github.comments(7)[0];
    assert!(
        ended.output("comment-url").contains(&kept.id.to_string()),
        "{ended:?}"
    );

    // Mended: the same comment, edited.
    job.project.edit(
        "describers/database.yaml",
        "  - { port: 8080, from: internet, for: debug }\n",
        "",
    );
    job.ends("pull_request.opened", 0);
    assert!(
        headline(&job.comment()).starts_with("### ✅ Plan for 3 servers"),
        "{}",
        job.comment()
    );
    assert_eq!(job.github.comments(7)[0].id, kept.id);
}

#[test]
fn after_the_merge_the_same_comment_tells_what_was_applied_and_an_empty_plan_says_so() {
    let job = Job::managed();
    job.ends("pull_request.opened", 0);
    job.merged();
    let ended = job.ends("push.squash-merge", 0);
    assert!(
        headline(&job.comment()).contains("Applied"),
        "{}",
        job.comment()
    );
    assert_eq!(ended.output("result"), "clean");
    job.ends("pull_request.opened", 0);
    let quiet = job.comment();
    assert!(headline(&quiet).contains("Nothing to change"), "{quiet}");
    assert!(
        quiet.lines().count() < 8,
        "an empty plan is one quiet line:\n{quiet}"
    );
}

#[test]
fn an_apply_that_stopped_halfway_tells_what_is_done_and_what_is_not() {
    let job = Job::managed();
    job.ends("pull_request.opened", 0);
    job.merged();
    job.portal(
        "staging",
        &[
            "fault",
            "quota",
            "--type",
            "azurerm_linux_virtual_machine",
            "--times",
            "1",
        ],
    );
    let ended = job.ends("push.squash-merge", 1);
    assert_eq!(ended.output("failure-reason"), "apply-failed");
    let comment = job.comment();
    assert!(headline(&comment).contains("Partly applied"), "{comment}");
    for words in ["not started", "azurerm_linux_virtual_machine.this", "quota"] {
        assert!(
            comment.to_lowercase().contains(words),
            "{words:?} is not in {comment}"
        );
    }
    // The next run finishes it.
    job.ends("push.squash-merge", 0);
    assert!(
        headline(&job.comment()).contains("Applied"),
        "{}",
        job.comment()
    );
}

#[test]
fn a_refused_apply_is_told_too() {
    let job = Job::new();
    job.ends("pull_request.opened", 0);
    job.merged();
    job.opens_a_port();
    // However often it is tried.
    for _ in 0..2 {
        let ended = job.ends("push.squash-merge", 3);
        assert_eq!(ended.output("failure-reason"), "policy-violation");
        let comment = job.comment();
        assert!(headline(&comment).contains("Not applied"), "{comment}");
        let report = ended.report(&job);
        assert_eq!(report["applied"], false, "{report:#}");
    }
}

#[test]
fn a_direct_push_is_applied_without_a_comment() {
    let job = Job::managed();
    let ended = job.ends("push.direct", 0);
    assert_eq!(ended.output("comment-url"), "");
    assert!(job.github.comments(7).is_empty());
    // Once to find what was reviewed, once to tell what came of it.
    assert_eq!(job.github.asked(route::PULLS_OF_COMMIT), 2);
}

#[test]
fn whether_a_comment_is_written_is_the_users_choice() {
    let mut job = Job::new();
    for choice in ["never", "failure"] {
        job.set("INPUT_COMMENT", choice)
            .ends("pull_request.opened", 0);
        assert!(job.github.comments(7).is_empty(), "{choice}");
    }
    job.set("INPUT_COMMENT", "changes")
        .ends("pull_request.opened", 0);
    assert!(headline(&job.comment()).contains("Plan for 3 servers"));
    // One that is there is kept true.
    job.ends("push.direct", 0);
    job.set("INPUT_COMMENT", "failure")
        .ends("pull_request.opened", 0);
    assert!(
        headline(&job.comment()).contains("Nothing to change"),
        "{}",
        job.comment()
    );
}

#[test]
fn two_environments_on_one_pull_request_have_a_comment_each() {
    let mut job = Job::new();
    job.ends("pull_request.opened", 0);
    let staging = root().join("examples/managed");
    for entry in std::fs::read_dir(staging).expect("the example").flatten() {
        let text = std::fs::read_to_string(entry.path()).expect("a describer");
        job.project.write(
            &format!("staging/{}", entry.file_name().to_string_lossy()),
            text,
        );
    }
    job.set("INPUT_DESCRIBERS", "staging")
        .ends("pull_request.opened", 0);
    // A job by another name is the same to it.
    job.set("GITHUB_JOB", "lostops-2")
        .set("INPUT_JOB-ID", "4712")
        .ends("pull_request.opened", 0);
    let comments = job.github.comments(7);
    assert_eq!(comments.len(), 2);
    assert!(
        comments[0].body.contains("`production`") && comments[1].body.contains("`staging`"),
        "{comments:#?}"
    );
}

#[test]
fn an_environment_that_cannot_be_read_touches_no_others_comment_and_no_others_plan() {
    let mut matrix = Matrix::new(&["blue", "green"]);
    matrix.job.set("INPUT_COMMENT", "always");
    // The newest comment is not the one of the environment that breaks.
    for name in ["green", "blue"] {
        matrix.part("pull_request.opened", name, 0);
    }
    let kept = |matrix: &Matrix, name: &str| {
        let begin = format!(
            "<!-- lostops {{\"v\":1,\"describers\":\"describers\",\"environment\":\"{name}\"}} -->\n"
        );
        let comments = matrix.job.github.comments(7);
        let found = comments
            .into_iter()
            .filter(|comment| comment.body.starts_with(&begin));
        let bodies: Vec<String> = found.map(|comment| comment.body).collect();
        assert_eq!(bodies.len(), 1, "{name}: {bodies:#?}");
        bodies[0].clone()
    };
    let (blue, green) = (kept(&matrix, "blue"), kept(&matrix, "green"));
    // Neither a broken describer, nor a name that there is not, nor none at all.
    let file = "describers/green/environment.yaml";
    let text = std::fs::read(matrix.job.project.path(file)).expect("the file");
    matrix.job.project.write(file, "name: [");
    matrix.part("pull_request.opened", "green", 3);
    assert_eq!(kept(&matrix, "blue"), blue);
    let broken = kept(&matrix, "green");
    assert!(headline(&broken).contains('❌'), "{broken}");
    assert_ne!(broken, green);
    for (name, reason) in [
        ("yellow", "unknown-environment"),
        ("", "environment-not-chosen"),
    ] {
        let ended = matrix
            .job
            .set("INPUT_ENVIRONMENT", name)
            .ends("pull_request.opened", 1);
        assert_eq!(ended.output("failure-reason"), reason);
        let own = kept(&matrix, name);
        assert!(headline(&own).contains('❌'), "{own}");
        assert_eq!(
            (kept(&matrix, "blue"), kept(&matrix, "green")),
            (blue.clone(), broken.clone())
        );
    }
    matrix.job.merged();
    matrix.job.project.write(file, text);
    let ended = matrix.part("push.squash-merge", "green", 1);
    assert_eq!(ended.output("failure-reason"), "plan-not-reviewed");
    assert!(ended.log.contains("did not end well"), "{}", ended.log);
    let ended = matrix.part("push.squash-merge", "blue", 0);
    assert!(
        ended.log.contains("the plan is the one that was reviewed"),
        "{}",
        ended.log
    );
}

#[test]
fn a_comment_that_cannot_be_written_is_a_warning_with_the_line_to_add() {
    let job = Job::with(
        &root().join("describers"),
        FakeGitHub::builder().read_only(),
    );
    let ended = job.ends("pull_request.opened", 0);
    let warning = ended
        .log
        .lines()
        .find(|line| line.starts_with("::warning title=lostops::"));
    let warning = warning.unwrap_or_else(|| panic!("no warning in {}", ended.log));
    assert!(
        warning.contains("permissions:%0A  pull-requests: write"),
        "{warning}"
    );
    assert_eq!(ended.output("result"), "clean");
}

#[test]
fn a_github_that_fails_changes_nothing_about_an_apply_that_needs_no_review() {
    let mut job = Job::managed();
    job.set("INPUT_REVIEWED-PLAN", "off");
    job.github
        .fault(Fault::status(route::PULLS_OF_COMMIT, 404, "Not Found").times(9));
    let ended = job.ends("push.squash-merge", 0);
    assert_eq!(ended.output("result"), "clean");
    assert!(
        ended
            .log
            .contains("::warning title=lostops::could not find the pull request"),
        "{}",
        ended.log
    );
}

#[test]
fn describers_that_cannot_be_read_do_not_leave_a_second_comment() {
    let job = Job::new();
    let (aside, folder) = (job.project.path("aside"), job.project.path("describers"));
    for _ in 0..2 {
        std::fs::rename(&folder, &aside).expect("the folder");
        job.run("pull_request.opened");
        assert!(
            !headline(&job.comment()).contains('✅'),
            "{}",
            job.comment()
        );
        std::fs::rename(&aside, &folder).expect("the folder");
        job.ends("pull_request.opened", 0);
        assert!(headline(&job.comment()).contains('✅'), "{}", job.comment());
    }
}

#[test]
fn an_apply_ends_as_it_did_whatever_github_answers_to_its_comment() {
    for status in [403, 404, 422, 500] {
        let mut job = Job::managed();
        job.set("INPUT_REVIEWED-PLAN", "off").merged();
        job.github
            .fault(Fault::status(route::CREATE_COMMENT, status, "No").times(9));
        let ended = job.ends("push.squash-merge", 0);
        assert_eq!(ended.output("result"), "clean", "{status}");
        assert_eq!(ended.report(&job)["applied"], true, "{status}");
        assert!(
            ended.log.contains("::warning title=lostops::"),
            "{status}: {}",
            ended.log
        );
    }
}

#[test]
fn on_an_enterprise_server_every_link_leads_there() {
    let job = Job::with(
        &root().join("describers"),
        FakeGitHub::builder().enterprise(),
    );
    job.opens_a_port();
    job.ends("pull_request.opened", 3);
    let (comment, server) = (job.comment(), job.github.server_url());
    let links: Vec<&str> = comment.split("](").skip(1).collect();
    let own = env!("CARGO_PKG_REPOSITORY");
    assert!(links.len() > 2, "{comment}");
    for link in links {
        assert!(link.starts_with(&server) || link.starts_with(own), "{link}");
    }
}
