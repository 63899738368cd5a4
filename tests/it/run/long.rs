//! A run that takes long: half a minute is what the program waits, so this test takes longer than that.

use super::{Job, headline};

#[test]
fn a_run_that_takes_longer_than_half_a_minute_says_so_and_then_how_it_ended() {
    let job = Job::managed();
    job.ends("push.direct", 0);
    // Eight requests in a row: forty seconds.
    job.portal("staging", &["latency", "5000"]);
    job.ends("pull_request.opened", 0);
    let said: Vec<String> = job
        .github
        .requests()
        .iter()
        .filter_map(|request| request.body["body"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(said.len(), 2, "{said:#?}");
    assert!(headline(&said[0]).contains('⏳'), "{}", said[0]);
    assert!(
        said[0].contains("/actions/runs/4711/attempts/2"),
        "{}",
        said[0]
    );
    assert!(
        headline(&job.comment()).contains("Nothing to change"),
        "{}",
        job.comment()
    );
}
