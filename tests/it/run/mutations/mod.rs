//! Ways in which a plan may differ between its review and the push, each with the verdict it must get: real Terraform plans
//! both times. The table takes a minute: `make review-test`.

mod around;
mod written;

use super::Job;

/// What must come of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// It is the plan that was reviewed.
    Equal,
    /// It is a part of it.
    Remainder,
    /// It is more, or otherwise: these words say what.
    Changed(&'static str),
    /// There is nothing to hold it against that could be trusted.
    NotReviewed(&'static str),
}
use Verdict::{Changed, Equal, NotReviewed, Remainder};

type Case = (&'static str, fn(&mut Job), Verdict);

const KEY: &str = "a plan key that is long enough";

#[test]
#[ignore = "takes a minute: make review-test"]
fn each_way_in_which_what_is_written_may_differ_gets_its_verdict() {
    judged(written::CASES);
}

#[test]
#[ignore = "takes a minute: make review-test"]
fn each_way_in_which_anything_else_may_differ_gets_its_verdict() {
    judged(around::CASES);
}

/// One pull request is planned; each case begins where that has ended. Every wrong verdict is told, not the first alone.
fn judged(cases: &[Case]) {
    let mut wrong = Vec::new();
    for (what, change, expected) in cases {
        let mut job = Job::new();
        job.set("INPUT_PLAN-KEY", KEY)
            .set("INPUT_REVIEWED-PLAN", "required");
        job.ends("pull_request.opened", 0);
        job.merged();
        change(&mut job);
        let ended = job.run("push.squash-merge");
        let says = |words: &str| ended.log.contains(words);
        let reason = ended.output("failure-reason");
        let right = match expected {
            Equal => ended.code == 0 && says("the plan is the one that was reviewed"),
            Remainder => ended.code == 0 && says("what is left of the one that was reviewed"),
            Changed(words) => reason == "plan-changed" && says(words),
            NotReviewed(words) => reason == "plan-not-reviewed" && says(words),
        };
        if !right {
            wrong.push(format!(
                "{what}: {expected:?}, and it ended with {reason:?}\n{}",
                ended.log
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
