//! Several environments: a job for each, whose report is a part of the one comment that a summary writes.

mod growing;
mod hostile;
mod records;

use super::{Ended, Job, headline};
use crate::fake_github::FakeGitHub;
use crate::harness::{finish, root};
use std::fs;
use std::path::Path;

const ALL: [&str; 3] = ["blue", "green", "red"];

/// A workflow with a matrix: its jobs run one after the other, and their reports are carried as artifacts would be.
pub(super) struct Matrix {
    pub(super) job: Job,
    names: Vec<String>,
}

impl Matrix {
    /// Environments like the one of `examples/managed`, each with one server.
    pub(super) fn new(names: &[&str]) -> Self {
        let mut job = Job::with(&root().join("examples/managed"), FakeGitHub::builder());
        for file in ["environment.yaml", "policy.yaml", "web.yaml"] {
            fs::remove_file(job.project.path(&format!("describers/{file}"))).expect("a file");
        }
        for (at, name) in names.iter().enumerate() {
            environment(&job, name, at, 1);
        }
        job.origin = job.project.path("base");
        job.set("INPUT_COMMENT", "part");
        let matrix = Self {
            job,
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        matrix.is_base();
        matrix
    }

    /// What is written now is what pull requests go to.
    fn is_base(&self) {
        copy(&self.job.project.path("describers"), &self.job.origin);
    }

    /// What `lostops matrix` lists.
    fn listed(&self) -> Vec<String> {
        let run = self.job.project.run(&["matrix"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        serde_json::from_str(&run.stdout).expect("a JSON list")
    }

    /// The job of one environment; its report is uploaded, and downloaded for the summary.
    pub(super) fn part(&mut self, event: &str, environment: &str, code: i32) -> Ended {
        self.job.set("INPUT_ENVIRONMENT", environment);
        let ended = self.job.ends(event, code);
        self.carry(environment, ended.output("report"));
        ended
    }

    fn carry(&self, environment: &str, report: &str) {
        let text = fs::read(self.job.project.path(report)).expect("the report");
        self.job.project.write(&part(environment), text);
    }

    /// The jobs of all environments.
    pub(super) fn parts(&mut self, event: &str) {
        for name in self.names.clone() {
            self.part(event, &name, 0);
        }
    }

    /// The job that merges.
    pub(super) fn summary(&mut self, event: &str, code: i32) -> Ended {
        let set = [
            ("OPERATION", "summary"),
            ("COMMENT", ""),
            ("ENVIRONMENT", ""),
        ];
        let mut command = self.job.command(event);
        for (name, value) in set {
            command.env(format!("INPUT_{name}"), value);
        }
        let run = finish(&mut command);
        let ended = self.job.ended(run.code, run.stdout + &run.stderr);
        assert_eq!(ended.code, code, "{}", ended.log);
        let _ = fs::remove_dir_all(self.job.project.path("parts"));
        ended
    }

    fn edit(&self, environment: &str, file: &str, from: &str, to: &str) {
        let file = format!("describers/{environment}/{file}");
        self.job.project.edit(&file, from, to);
    }

    fn opens_a_port(&self, environment: &str) {
        let port = "ports:\n  - { port: 8080, from: internet, for: debug }\n";
        self.edit(environment, "web.yaml", "ports:\n", port);
    }

    /// Which environments the comment keeps a record of, and whether each is void.
    fn kept(&self) -> Vec<(String, bool)> {
        let comment = self.job.comment();
        let lines = comment.lines().skip(1);
        let lines = lines.map_while(|line| line.strip_prefix("<!-- lostops-reviewed-of "));
        lines
            .map(|line| {
                let mut words = line.split(' ');
                let name = words.next().expect("a name").to_owned();
                (name, words.next() == Some("void"))
            })
            .collect()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(from, to).expect("the copy");
        }
    }
}

fn part(environment: &str) -> String {
    format!("parts/lostops-{environment}/report.json")
}

/// Writes an environment with so many servers.
fn environment(job: &Job, name: &str, at: usize, servers: usize) {
    let read = |file: &str| {
        let file = root().join("examples/managed").join(file);
        fs::read_to_string(file).expect("a describer")
    };
    let write = |file: &str, text: String| {
        job.project
            .write(&format!("describers/{name}/{file}"), text);
    };
    let block = |text: String| text.replace("10.20.", &format!("10.{}.", 20 + at));
    let text = read("environment.yaml");
    let text = text.replace("name: staging\n", &format!("name: {name}\n"));
    write(
        "environment.yaml",
        block(text.replace("staging-", &format!("{name}-"))),
    );
    write("policy.yaml", read("policy.yaml"));
    for number in 0..servers {
        let server = if servers == 1 {
            "web".to_owned()
        } else {
            format!("web-{number}")
        };
        let text = read("web.yaml").replace("server: web\n", &format!("server: {server}\n"));
        let text = text.replace("10.20.0.4", &format!("10.20.0.{}", 4 + number));
        write(&format!("{server}.yaml"), block(text));
    }
}

/// The row of an environment in the comment's table.
fn row<'a>(comment: &'a str, environment: &str) -> &'a str {
    let begin = format!("**`{environment}`**");
    let mut rows = comment.lines().filter(|line| line.starts_with("| "));
    rows.find(|line| line.contains(&begin))
        .unwrap_or_else(|| panic!("no row of {environment} in {comment}"))
}

#[test]
fn one_comment_tells_of_all_environments_and_is_edited_in_place() {
    let mut matrix = Matrix::new(&ALL);
    assert_eq!(matrix.listed(), ALL);
    matrix.job.set("INPUT_JOB-ID", "815");
    matrix.parts("pull_request.opened");
    assert!(
        matrix.job.github.comments(7).is_empty(),
        "a part says nothing by itself"
    );
    let ended = matrix.summary("pull_request.opened", 0);
    let comment = matrix.job.comment();
    assert!(
        headline(&comment).starts_with("### ✅ Plan for 3 servers in 3 environments: "),
        "{comment}"
    );
    for name in ALL {
        let row = row(&comment, name);
        assert!(row.contains("/actions/runs/4711/job/815)"), "{row}");
    }
    assert_eq!(ended.output("result"), "clean");
    assert!(
        ended.output("comment-url").contains("issuecomment"),
        "{ended:?}"
    );
    assert_eq!(ended.output("servers"), r#"["web","web","web"]"#);
    assert!(
        ended.summary.contains("3 environments"),
        "{}",
        ended.summary
    );

    let first = matrix.job.github.comments(7).remove(0);
    matrix.opens_a_port("green");
    matrix.part("pull_request.opened", "blue", 0);
    matrix.part("pull_request.opened", "green", 3);
    matrix.part("pull_request.opened", "red", 0);
    let ended = matrix.summary("pull_request.opened", 3);
    assert_eq!(ended.output("failure-reason"), "policy-violation");
    let comment = matrix.job.comment();
    assert_eq!(matrix.job.github.comments(7)[0].id, first.id);
    assert!(
        headline(&comment)
            .starts_with("### ❌ Plan of 3 environments: 1 violation in 1, 2 in order"),
        "{comment}"
    );
    assert!(
        row(&comment, "green").contains("❌ 1 violation"),
        "{comment}"
    );
    assert!(comment.contains("`green`: "), "{comment}");
    assert!(comment.contains("describers/green/web.yaml:"), "{comment}");
    // The worst comes first.
    assert!(
        comment.find("**`green`**") < comment.find("**`blue`**"),
        "{comment}"
    );
}

#[test]
fn an_environment_whose_job_left_nothing_is_said_and_fails_the_summary() {
    let mut matrix = Matrix::new(&ALL);
    matrix.part("pull_request.opened", "blue", 0);
    matrix.part("pull_request.opened", "red", 0);
    let ended = matrix.summary("pull_request.opened", 1);
    assert_eq!(ended.output("failure-reason"), "part-missing");
    assert!(
        ended.log.contains("there is no report of `green`"),
        "{}",
        ended.log
    );
    let comment = matrix.job.comment();
    assert!(
        headline(&comment).contains("1 without a report"),
        "{comment}"
    );
    assert!(row(&comment, "green").contains("❓ no report"), "{comment}");
    // Nor may an older plan be taken for it.
    assert!(
        matrix.kept().contains(&("green".to_owned(), true)),
        "{:?}",
        matrix.kept()
    );

    let ended = matrix.summary("pull_request.opened", 1);
    assert_eq!(ended.output("failure-reason"), "part-missing");
    assert!(headline(&matrix.job.comment()).contains("3 without a report"));
}

#[test]
fn a_job_that_fails_says_why_in_its_part() {
    let mut matrix = Matrix::new(&ALL);
    let path = matrix
        .job
        .terraform("case $1 in plan) echo 'Error: the moon is full' >&2; exit 1;; esac");
    let whole = std::env::var("PATH").unwrap_or_default();
    matrix.job.set("PATH", &path);
    matrix.part("pull_request.opened", "red", 1);
    matrix.job.set("PATH", &whole);
    matrix.part("pull_request.opened", "blue", 0);
    matrix.part("pull_request.opened", "green", 0);
    let ended = matrix.summary("pull_request.opened", 1);
    assert_eq!(ended.output("failure-reason"), "plan-failed");
    let comment = matrix.job.comment();
    assert!(
        headline(&comment).contains("1 failed, 2 in order"),
        "{comment}"
    );
    assert!(row(&comment, "red").contains("❌ plan-failed"), "{comment}");
    assert!(comment.contains("the moon is full"), "{comment}");
}

#[test]
fn of_a_fork_the_describers_are_judged_and_the_summary_writes_no_comment() {
    let mut matrix = Matrix::new(&["blue", "green"]);
    matrix.parts("pull_request.fork");
    let ended = matrix.summary("pull_request.fork", 0);
    assert!(matrix.job.github.comments(7).is_empty());
    assert!(
        ended
            .summary
            .starts_with("### ✅ Describers of 2 servers in 2 environments are in order"),
        "{}",
        ended.summary
    );
    assert!(ended.summary.contains("fork"), "{}", ended.summary);
    assert_eq!(
        ended.summary.matches("comes from a fork").count(),
        1,
        "{}",
        ended.summary
    );
    matrix.opens_a_port("blue");
    matrix.part("pull_request.fork", "blue", 3);
    matrix.part("pull_request.fork", "green", 0);
    matrix.summary("pull_request.fork", 3);
}

#[test]
fn where_nothing_changes_it_is_one_quiet_table() {
    let mut matrix = Matrix::new(&["blue", "green"]);
    matrix.parts("push.direct");
    matrix.parts("pull_request.opened");
    matrix.summary("pull_request.opened", 0);
    let comment = matrix.job.comment();
    assert!(
        headline(&comment)
            .starts_with("### ✅ Nothing to change in 2 environments: 2 servers as described"),
        "{comment}"
    );
    assert!(!comment.contains("<details>"), "{comment}");
}
