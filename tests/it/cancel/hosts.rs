//! Simulated hosts that are booted when the run is cancelled, and a rehearsal that is taken down all the same.

use super::is_told;
use super::started::{As, may_be_first, start};
use crate::harness::Project;
use crate::run::Job;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixListener;

/// An engine that says that it is there, and to whatever else it is asked nothing; that it was asked is then in the file
/// `asked`. Its address.
fn silent_engine(project: &Project) -> String {
    let socket = project.path("engine.sock");
    let asked = project.path("asked");
    let listener = UnixListener::bind(&socket).expect("a socket");
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for mut stream in listener.incoming().flatten() {
            let mut question = [0; 4096];
            let read = stream.read(&mut question).unwrap_or(0);
            if String::from_utf8_lossy(&question[..read]).contains("/version") {
                let body = r#"{"ApiVersion":"1.47","Version":"28.0.0"}"#;
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                );
                let _ = stream.write_all(answer.as_bytes());
            } else {
                let _ = std::fs::write(&asked, &question[..read]);
                open.push(stream);
            }
        }
    });
    format!("unix://{}", socket.display())
}

fn boot(way: As) {
    let mut job = Job::managed();
    job.set("INPUT_REVIEWED-PLAN", "off");
    job.ends("push.direct", 0);
    let engine = silent_engine(&job.project);
    job.set("DOCKER_HOST", &engine);
    let command = job.command("push.direct");
    let mut run = start(&job.project, &command, way);
    run.until("the engine is asked", |run| !run.read("asked").is_empty());
    run.cancel();
    let ended = run.ended(&job);
    is_told(&job, &ended, "hosts");
    // Terraform was done by then.
    assert_eq!(ended.report(&job)["applied"], true, "{}", ended.log);
}

#[test]
fn an_engine_that_does_not_answer_keeps_no_cancelled_run() {
    boot(As::Plain);
    if may_be_first() {
        boot(As::First);
    }
}

fn rehearsal(way: As) {
    let mut job = Job::managed();
    job.project
        .write("hang.sh", include_str!("hang.sh"))
        .write("hang", "rehearsal");
    let path = job.terraform(
        r#". "$HOME/hang.sh"; case "$PWD $1" in */rehearsal/*' plan') hangs rehearsal ;; esac"#,
    );
    let (home, engine) = (job.project.path(""), silent_engine(&job.project));
    job.set("PATH", &path)
        .set("HOME", &home.to_string_lossy())
        .set("DOCKER_HOST", &engine)
        .set("INPUT_REHEARSE", "true");
    let command = job.command("pull_request.opened");
    let mut run = start(&job.project, &command, way);
    run.until("the rehearsal plans", |run| !run.read("reached").is_empty());
    run.cancel();
    let ended = run.ended(&job);
    is_told(&job, &ended, "rehearse");
    run.left_nobody("rehearse");
    let room = job.project.path("temp/.lostops/rehearsal");
    assert!(room.exists(), "there was no rehearsal");
    assert!(!room.join(".lostops").exists(), "{}", ended.log);
}

#[test]
fn a_rehearsal_that_is_cancelled_is_taken_down() {
    rehearsal(As::Plain);
    if may_be_first() {
        rehearsal(As::First);
    }
}
