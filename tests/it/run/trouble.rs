//! A runner in trouble: its log is gone, its disk is full, somebody cancels at a bad moment.

use super::Job;
use crate::harness::finish;
use std::fs::{self, File};
use std::io::Read as _;
use std::process::{Command, Stdio};

/// Ends with this exit code whatever became of its log, and tells how by its outputs.
fn applied(job: &Job, command: &mut Command) {
    let status = command.status().expect("lostops starts");
    let ended = job.ended(status.code().unwrap_or(-1), String::new());
    assert_eq!(
        (ended.code, ended.output("result"), ended.output("changes")),
        (0, "clean", "true")
    );
}

fn full() -> File {
    File::options()
        .write(true)
        .open("/dev/full")
        .expect("a disk that is full")
}

#[test]
fn what_is_pushed_is_applied_although_nobody_reads_the_log() {
    let mut job = Job::managed();
    job.set("RUNNER_DEBUG", "1");
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = job.command("push.direct");
    let other = writer.try_clone().expect("the pipe");
    applied(&job, command.stdout(writer).stderr(other));
}

#[test]
fn what_is_pushed_is_applied_although_the_log_can_hold_no_more() {
    let mut job = Job::managed();
    job.set("RUNNER_DEBUG", "1");
    let mut command = job.command("push.direct");
    applied(&job, command.stdout(full()).stderr(full()));
}

#[test]
fn words_of_terraform_are_no_commands_in_a_log_for_debugging() {
    let mut job = Job::managed();
    let said = r#"{"@message":"a\r::error::x","type":"refresh_start"}
{"type":"diagnostic","diagnostic":{"severity":"warning","summary":"a\r::add-path::x","detail":"b\n::error::x\r##[group]"}}"#;
    job.project.write("said", said);
    let said = job.project.path("said");
    let path = job.terraform(&format!(
        "[ \"$1\" != plan ] || cat '{}' && echo",
        said.display()
    ));
    job.set("PATH", &path).set("RUNNER_DEBUG", "1");
    let run = finish(&mut job.command("pull_request.opened"));
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("add-path"), "{}", run.stderr);
    for line in run.stderr.split(['\n', '\r']) {
        assert!(!line.trim_start().starts_with("::"), "{line}");
        assert!(!line.contains("##["), "{line}");
    }
}

#[test]
fn a_run_that_waits_for_another_can_be_cancelled() {
    let job = Job::managed();
    let folder = job.project.path("temp/.lostops/staging/simulated");
    fs::create_dir_all(&folder).expect("the folder");
    let lock = File::create(folder.join("lock")).expect("the lock");
    lock.lock().expect("the other run");
    let mut child = job
        .command("pull_request.opened")
        .stdout(Stdio::piped())
        .spawn()
        .expect("lostops starts");
    let mut out = child.stdout.take().expect("the log");
    let mut log = Vec::new();
    let mut piece = [0; 4096];
    while !String::from_utf8_lossy(&log).contains("waiting for another lostops") {
        let read = out.read(&mut piece).expect("the log");
        assert_ne!(read, 0, "{}", String::from_utf8_lossy(&log));
        log.extend_from_slice(&piece[..read]);
    }
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).expect("a number"));
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).expect("the interrupt");
    // Only the interrupt ends the wait: the other run never does.
    out.read_to_end(&mut log).expect("the rest of the log");
    let status = child.wait().expect("its end");
    let ended = job.ended(
        status.code().unwrap_or(-1),
        String::from_utf8_lossy(&log).into_owned(),
    );
    assert_eq!(
        (ended.code, ended.output("failure-reason")),
        (1, "cancelled"),
        "{}",
        ended.log
    );
    drop(lock);
}
