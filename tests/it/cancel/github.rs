//! A GitHub that does not answer keeps no cancelled run.

use super::started::{As, may_be_first, start};
use crate::fake_github::{Fault, route};
use crate::run::Job;

/// Cancelled while GitHub is asked for this.
fn cancelled_at(job: &Job, event: &str, route: &str, way: As) -> crate::run::Ended {
    // However often it is asked.
    job.github.fault(Fault::hang(route).times(1000));
    let command = job.command(event);
    let mut run = start(&job.project, &command, way);
    run.until(route, |_| job.github.asked(route) > 0);
    run.cancel();
    run.ended(job)
}

fn each_way(test: impl Fn(As)) {
    test(As::Plain);
    if may_be_first() {
        test(As::First);
    }
}

#[test]
fn the_policy_of_the_base_is_not_waited_for() {
    each_way(|way| {
        let job = Job::managed();
        let ended = cancelled_at(&job, "pull_request.opened", route::CONTENTS, way);
        super::is_told(&job, &ended, "the policy");
    });
}

#[test]
fn the_plan_that_was_reviewed_is_not_waited_for() {
    each_way(|way| {
        let job = Job::managed();
        job.merged();
        let ended = cancelled_at(&job, "push.squash-merge", route::PULLS_OF_COMMIT, way);
        super::is_told(&job, &ended, "the reviewed plan");
    });
}

#[test]
fn a_run_that_had_done_its_work_gives_up_its_comment_and_tells_the_rest() {
    each_way(|way| {
        let job = Job::managed();
        let ended = cancelled_at(&job, "pull_request.opened", route::LIST_COMMENTS, way);
        // Nothing of the plan was cut short, so it is told as it is.
        assert_eq!(
            (ended.code, ended.output("result")),
            (0, "clean"),
            "{}",
            ended.log
        );
        assert_eq!(ended.report(&job)["result"], "clean");
    });
}
