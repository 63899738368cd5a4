//! Hostile files as they come to the program: it ends in time, says what is wrong, and never takes more memory than it is given.

use crate::fuzz;
use crate::harness::{Project, finish};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::thread;

/// What the program may map, in KiB. Most of it is its own text and the stacks of its threads.
const ADDRESSES: u32 = 1_200_000;
/// It may compute for so long; nothing here takes a tenth of it.
const SECONDS: u32 = 30;

/// The program under limits that the system holds it to.
fn limited(project: &Project, arguments: &[&str]) -> Command {
    let plain = project.command(arguments);
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!(
            "ulimit -v {ADDRESSES} && ulimit -t {SECONDS} && exec \"$0\" \"$@\""
        ))
        .arg(plain.get_program())
        .args(plain.get_args())
        .current_dir(plain.get_current_dir().unwrap_or(Path::new(".")))
        .env_clear()
        // An arena for each thread would take addresses that nobody uses.
        .env("MALLOC_ARENA_MAX", "1");
    for (name, value) in plain.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    command
}

/// Each input, put into a project, ends with one of these exit codes and without a panic.
fn each(kind: &str, count: usize, run: impl Fn(&Project, &[u8]) -> Command + Sync, codes: &[i32]) {
    let kept = fuzz::corpus(kind).into_iter().map(|kept| kept.bytes);
    let inputs: Vec<Vec<u8>> = kept.chain(fuzz::changed(kind, count)).collect();
    let next = Mutex::new(inputs.iter());
    let work = || {
        let project = Project::lostops();
        loop {
            let input = next.lock().unwrap().next();
            let Some(input) = input else { return };
            let run = finish(&mut run(&project, input));
            let words = format!("{}\n{}", run.stdout, run.stderr);
            let is_well = codes.contains(&run.code) && !words.contains("panicked");
            assert!(
                is_well,
                "{kind} ended with {}: {words}\nThe input is {}",
                run.code,
                fuzz::write(kind, input)
            );
        }
    };
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(work);
        }
    });
}

#[test]
fn no_describer_takes_more_memory_or_time_than_there_is() {
    for file in ["environment", "policy", "database"] {
        let run = |project: &Project, input: &[u8]| {
            let name = format!("describers/{file}.yaml");
            project.write(&name, input);
            limited(project, &["check"])
        };
        each("describers", 30, run, &[0, 1, 3]);
    }
}

#[test]
fn no_compose_file_takes_more_memory_or_time_than_there_is() {
    let run = |project: &Project, input: &[u8]| {
        let backend = std::fs::read_to_string(project.path("describers/backend.yaml"));
        let backend = backend.unwrap();
        if !backend.contains("mail.yaml") {
            let with = "services:\n  compose: { mail: { file: compose/mail.yaml } }\n";
            let text = backend.replacen("services:\n", with, 1);
            project.write("describers/backend.yaml", text);
        }
        project.write("describers/compose/mail.yaml", input);
        limited(project, &["check"])
    };
    each("compose", 60, run, &[0, 1, 3]);
}

#[test]
fn no_plan_takes_more_memory_or_time_than_there_is() {
    let run = |project: &Project, input: &[u8]| {
        project.write("plan.json", input);
        limited(project, &["plan", "--from", "plan.json"])
    };
    each("plans", 60, run, &[0, 1, 3]);
    each("rules", 30, run, &[0, 1, 3]);
}

#[test]
fn no_event_file_takes_more_memory_or_time_than_there_is() {
    for event in ["pull_request", "push"] {
        let run = |project: &Project, input: &[u8]| {
            project.write("event.json", input);
            let dry = ["run", "--dry-run", "--event-name", event];
            limited(project, &[&dry[..], &["--event", "event.json"]].concat())
        };
        each("events", 30, run, &[0, 1]);
    }
}

#[test]
fn no_rule_of_the_users_own_takes_more_memory_or_time_than_there_is() {
    let run = |project: &Project, input: &[u8]| {
        project.write("describers/policy/own.rego", input);
        limited(project, &["check"])
    };
    each("rego", 40, run, &[0, 1, 3]);
}
