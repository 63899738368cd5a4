//! The first line, which answers.

use crate::reason::Reason;
use crate::report::comment::headline;
use crate::report::{Counts, Failure, Report, Step, StepEnd};

fn report(command: &'static str) -> Report {
    let mut report = Report::new(command);
    report.environment = Some("production".to_owned());
    report
}

#[test]
fn a_failed_apply_says_how_far_it_came() {
    let mut report = report("apply");
    report.failure = Some(Failure {
        reason: Reason::ApplyFailed,
        message: "quota".to_owned(),
        help: String::new(),
    });
    assert_eq!(
        headline(&report),
        "❌ Not applied to `production`: Terraform stopped halfway"
    );
    let step = |end| Step {
        address: "a".to_owned(),
        end,
    };
    report.steps = vec![step(StepEnd::Done), step(StepEnd::Failed)];
    assert_eq!(
        headline(&report),
        "⚠️ Partly applied to `production`: 1 of 2 changes is done"
    );
}

#[test]
fn every_reason_gives_a_line_that_can_be_read() {
    for reason in Reason::ALL {
        for command in ["check", "plan", "apply", "drift"] {
            let mut report = report(command);
            report.failure = Some(Failure {
                reason: *reason,
                message: String::new(),
                help: String::new(),
            });
            let line = headline(&report);
            assert!(
                line.chars().count() < 120 && !line.ends_with(['.', ':']),
                "{line}"
            );
        }
    }
}

#[test]
fn an_empty_plan_is_one_quiet_line() {
    let mut report = report("plan");
    report.counts = Some(Counts::default());
    assert_eq!(headline(&report), "✅ Nothing to change in `production`");
}
