//! An event file of `tests/it/events`, and the variables with which the runner accompanies such an event.

use crate::harness::root;
use serde_json::Value;
use std::fs;

/// What main points to before anything happens.
pub(crate) const MAIN: &str = "1f0e2d3c4b5a69788796a5b4c3d2e1f001122334";

pub(crate) struct Event {
    pub(crate) payload: Value,
    /// `pull_request`
    name: String,
}

impl Event {
    /// From `tests/it/events/<file>.json`, whose name begins with that of the event.
    pub(crate) fn new(file: &str) -> Self {
        let path = root().join(format!("tests/it/events/{file}.json"));
        let text = fs::read_to_string(path).expect("the event file");
        Self {
            payload: serde_json::from_str(&text).expect("the event is JSON"),
            name: file.split('.').next().unwrap_or(file).to_owned(),
        }
    }

    fn text(&self, pointer: &str) -> Option<&str> {
        self.payload.pointer(pointer).and_then(Value::as_str)
    }

    /// `GITHUB_` variables that depend on the event, as the table of events in GitHub's documentation gives them.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        let (reference, sha) = match self.name.as_str() {
            "pull_request" => (
                format!("refs/pull/{}/merge", self.payload["number"]),
                self.text("/pull_request/merge_commit_sha"),
            ),
            "push" => (
                self.text("/ref").expect("a ref").to_owned(),
                self.text("/after"),
            ),
            "merge_group" => (
                self.text("/merge_group/head_ref")
                    .expect("a ref")
                    .to_owned(),
                self.text("/merge_group/head_sha"),
            ),
            _ => ("refs/heads/main".to_owned(), Some(MAIN)),
        };
        let short = reference
            .trim_start_matches("refs/heads/")
            .trim_start_matches("refs/pull/")
            .to_owned();
        let side = |side: &str| {
            let name = self.text(&format!("/pull_request/{side}/ref"));
            name.unwrap_or_default().to_owned()
        };
        let actor = self.text("/sender/login").unwrap_or("mona").to_owned();
        vec![
            ("GITHUB_EVENT_NAME", self.name.clone()),
            ("GITHUB_REF", reference),
            ("GITHUB_REF_NAME", short),
            ("GITHUB_REF_TYPE", "branch".to_owned()),
            ("GITHUB_REF_PROTECTED", "false".to_owned()),
            ("GITHUB_SHA", sha.expect("a sha").to_owned()),
            ("GITHUB_HEAD_REF", side("head")),
            ("GITHUB_BASE_REF", side("base")),
            ("GITHUB_ACTOR", actor.clone()),
            ("GITHUB_TRIGGERING_ACTOR", actor),
        ]
    }
}
