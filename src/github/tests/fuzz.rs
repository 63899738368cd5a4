//! Event files that no GitHub has written.

use crate::fuzz::fuzz;
use crate::github::decision::{Decision, decide};
use crate::github::event::{Event, default_branch};
use crate::github::inputs::Inputs;
use crate::github::runner::Runner;
use serde_json::Value;

const NAMES: [&str; 7] = [
    "pull_request",
    "pull_request_target",
    "push",
    "workflow_dispatch",
    "schedule",
    "merge_group",
    "issue_comment",
];

#[test]
fn no_event_panics_or_hangs_and_a_stranger_is_never_trusted() {
    fuzz("events", 600, |input| {
        let Ok(payload) = serde_json::from_slice::<Value>(input) else {
            return;
        };
        for name in NAMES {
            let mut runner = Runner::new(|variable| match variable {
                "GITHUB_REPOSITORY" => Some("octo-org/servers"),
                "GITHUB_EVENT_NAME" => Some(name),
                _ => None,
            });
            runner.complete(&payload);
            let event = Event::read(name, &payload, &runner.git_ref);
            let inputs = Inputs::read(|_| None).expect("usual inputs");
            let branch = default_branch(&payload);
            let decision = decide(&event, &runner, &inputs, branch.as_deref());
            let (Event::PullRequest(pull), Decision::Do(task)) = (event, decision) else {
                continue;
            };
            let ours = pull.head_repository.as_deref() == Some("octo-org/servers");
            assert!(ours || !task.trusted, "{pull:?} {task:?}");
        }
    });
}
