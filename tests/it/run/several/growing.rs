//! A thousand servers in ten environments: a job for each, a few at a time as `max-parallel` lets them, one comment at the end,
//! and a push that applies two of them against their records. `make growing-test` runs it and prints how long it took.
#![expect(clippy::print_stdout, reason = "it measures, too")]

use super::{Matrix, environment, headline, row};
use crate::harness::{Run, finish};
use std::fs;
use std::sync::Mutex;
use std::time::{Duration, Instant};

const ENVIRONMENTS: usize = 10;
const SERVERS: usize = 100;
const OPENED: &str = "pull_request.opened";

/// What `max-parallel` would be on this machine.
fn at_once() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

impl Matrix {
    /// The jobs of these environments side by side, each as a runner would start it. Gives how long each took.
    fn side_by_side(&mut self, event: &str, environments: &[String]) -> Vec<Duration> {
        let commands = environments.iter().map(|name| {
            let mut command = self.job.command(event);
            let file = |what: &str| self.job.project.path(&format!("temp/{name}.{what}"));
            command
                .env("INPUT_ENVIRONMENT", name)
                .env("GITHUB_OUTPUT", file("output"))
                .env("GITHUB_STEP_SUMMARY", file("summary"));
            (name.clone(), command)
        });
        let waiting = Mutex::new(commands.collect::<Vec<_>>());
        let ended: Mutex<Vec<(String, Run, Duration)>> = Mutex::default();
        let next = || waiting.lock().expect("nobody died").pop();
        std::thread::scope(|scope| {
            for _ in 0..at_once() {
                scope.spawn(|| {
                    while let Some((name, mut command)) = next() {
                        let begun = Instant::now();
                        let run = finish(&mut command);
                        let ended_now = (name, run, begun.elapsed());
                        ended.lock().expect("nobody died").push(ended_now);
                    }
                });
            }
        });
        let ended = ended.into_inner().expect("nobody died");
        let each = ended.into_iter().map(|(name, run, took)| {
            assert_eq!(run.code, 0, "{name}: {}{}", run.stdout, run.stderr);
            self.carry(&name, &format!(".lostops/{name}/report.json"));
            took
        });
        each.collect()
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[test]
#[ignore = "minutes: make growing-test runs it"]
fn a_thousand_servers_are_planned_by_a_matrix_and_told_in_one_comment() {
    let mut matrix = Matrix::new(&[]);
    for at in 0..ENVIRONMENTS {
        environment(&matrix.job, &format!("region-{at}"), at, SERVERS);
    }
    matrix.is_base();
    let names = matrix.listed();
    assert_eq!(names.len(), ENVIRONMENTS);

    let begun = Instant::now();
    let jobs = matrix.side_by_side(OPENED, &names);
    let all = begun.elapsed();
    let begun = Instant::now();
    let ended = matrix.summary(OPENED, 0);
    let merged = begun.elapsed();

    let comment = matrix.job.comment();
    if let Some(file) = std::env::var_os("LOSTOPS_COMMENT") {
        fs::write(file, &comment).expect("the comment");
    }
    let size = comment.chars().count();
    assert!(size <= 65_536, "{size}");
    assert!(
        headline(&comment).starts_with("### ✅ Plan for 1000 servers in 10 environments: "),
        "{}",
        headline(&comment)
    );
    for name in &names {
        assert!(row(&comment, name).contains("100 of 100"), "{comment}");
        assert!(
            comment.contains(&format!("<code>{name}</code>")),
            "a part of {name}"
        );
    }
    let kept: Vec<(String, bool)> = matrix.kept();
    assert!(kept.iter().all(|(_, void)| !void), "{kept:?}");
    assert_eq!(kept.len(), ENVIRONMENTS);
    let servers: Vec<String> = serde_json::from_str(ended.output("servers")).expect("a list");
    assert_eq!(servers.len(), ENVIRONMENTS * SERVERS);

    matrix.job.merged();
    let two = &names[..2];
    let begun = Instant::now();
    matrix.side_by_side("push.squash-merge", two);
    let applied = begun.elapsed();
    for name in two {
        let report = fs::read_to_string(matrix.job.project.path(&super::part(name)));
        let words = "the plan is the one that was reviewed in #7";
        assert!(report.expect("a part").contains(words), "{name}");
    }
    // The others' jobs are still to come: nothing of theirs is lost.
    matrix.summary("push.squash-merge", 1);
    assert_eq!(matrix.kept().len(), ENVIRONMENTS - 2);
    let comment = matrix.job.comment();
    assert!(row(&comment, &names[0]).contains("✅ applied"), "{comment}");

    let slowest = jobs.iter().max().copied().unwrap_or_default();
    println!(
        "{} environments of {SERVERS} servers, {} jobs at once: planned in {} (slowest job {}), merged in {}; comment of {size} characters; two applied in {}",
        names.len(),
        at_once(),
        seconds(all),
        seconds(slowest),
        seconds(merged),
        seconds(applied),
    );
}
