//! A run that takes long.

use super::{Job, headline};
use crate::fake_github::route;
use std::process::Stdio;

#[test]
fn a_run_that_takes_longer_than_half_a_minute_says_so_and_then_how_it_ended() {
    let job = Job::managed();
    job.ends("pull_request.opened", 0);
    let before = job.github.asked(route::EDIT_COMMENT);
    job.portal("staging", &["latency", "9000"]);
    let child = job
        .command("push.direct")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let child = child.expect("lostops starts");
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!(
        ended.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&ended.stdout)
    );
    let _ = (before, headline(&job.comment()));
}
