//! The event that started the workflow, as far as lostops needs it.

use serde_json::Value;
use std::collections::BTreeMap;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    PullRequest(PullRequest),
    Push(Push),
    /// `workflow_dispatch`: the inputs, all of them texts.
    Dispatch(BTreeMap<String, String>),
    Schedule,
    MergeGroup,
    /// Anything else, by its name.
    Other(String),
}

/// `pull_request` and `pull_request_target`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PullRequest {
    /// `None` when neither the payload nor the ref tells.
    pub(crate) number: Option<u64>,
    /// Now, or since before: the title of a merged one can still be edited.
    pub(crate) closed: bool,
    pub(crate) head_sha: Option<String>,
    /// The commit of the branch that it goes to.
    pub(crate) base_sha: Option<String>,
    /// That branch: `main`.
    pub(crate) base_branch: Option<String>,
    /// `octo-org/servers`; `None` when the fork is gone or the payload does not tell.
    pub(crate) head_repository: Option<String>,
    /// `pull_request_target`: secrets are there whoever wrote the change.
    pub(crate) target: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Push {
    pub(crate) git_ref: String,
    pub(crate) deleted: bool,
    pub(crate) default_branch: Option<String>,
}

impl Event {
    /// Never fails: what a payload does not tell is not known, and who decides must then be careful.
    pub(crate) fn read(name: &str, payload: &Value, git_ref: &str) -> Self {
        match name {
            "pull_request" | "pull_request_target" => Self::PullRequest(PullRequest {
                number: number(payload, git_ref),
                closed: ["/action", "/pull_request/state"]
                    .iter()
                    .any(|told| text(payload, told).as_deref() == Some("closed")),
                head_sha: text(payload, "/pull_request/head/sha"),
                base_sha: text(payload, "/pull_request/base/sha"),
                base_branch: text(payload, "/pull_request/base/ref"),
                head_repository: text(payload, "/pull_request/head/repo/full_name"),
                target: name == "pull_request_target",
            }),
            "push" => Self::Push(Push {
                git_ref: text(payload, "/ref").unwrap_or_else(|| git_ref.to_owned()),
                deleted: payload.pointer("/deleted") == Some(&Value::Bool(true)),
                default_branch: text(payload, "/repository/default_branch"),
            }),
            "workflow_dispatch" => Self::Dispatch(inputs(payload)),
            "schedule" => Self::Schedule,
            "merge_group" => Self::MergeGroup,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// The branch that is the repository's main one, where the payload names it.
pub(crate) fn default_branch(payload: &Value) -> Option<String> {
    text(payload, "/repository/default_branch")
}

fn text(payload: &Value, pointer: &str) -> Option<String> {
    let text = payload.pointer(pointer)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

fn number(payload: &Value, git_ref: &str) -> Option<u64> {
    let told = payload
        .pointer("/pull_request/number")
        .or_else(|| payload.pointer("/number"))
        .and_then(Value::as_u64);
    told.or_else(|| {
        git_ref
            .strip_prefix("refs/pull/")?
            .split('/')
            .next()?
            .parse()
            .ok()
    })
}

/// `inputs` is null when the workflow declares none.
fn inputs(payload: &Value) -> BTreeMap<String, String> {
    let Some(inputs) = payload.pointer("/inputs").and_then(Value::as_object) else {
        return BTreeMap::new();
    };
    let text = |value: &Value| match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    inputs
        .iter()
        .map(|(name, value)| (name.clone(), text(value)))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_payload_without_the_pull_request_still_gives_its_number() {
        let event = Event::read(
            "pull_request",
            &json!({ "action": "opened" }),
            "refs/pull/41/merge",
        );
        let Event::PullRequest(pull) = event else {
            panic!("{event:?}")
        };
        assert_eq!((pull.number, pull.head_repository), (Some(41), None));
    }

    #[test]
    fn no_payload_whatever_its_shape_is_too_strange_to_read() {
        let shapes = [
            json!(null),
            json!([1]),
            json!({ "inputs": [1], "ref": 3, "pull_request": "no" }),
        ];
        for shape in shapes {
            for name in [
                "pull_request",
                "push",
                "workflow_dispatch",
                "schedule",
                "merge_group",
                "x",
            ] {
                Event::read(name, &shape, "refs/heads/main");
            }
        }
    }

    #[test]
    fn inputs_of_a_dispatch_are_texts_whatever_they_were() {
        let event = Event::read(
            "workflow_dispatch",
            &json!({ "inputs": { "a": true, "b": null, "c": " x " } }),
            "",
        );
        let Event::Dispatch(inputs) = event else {
            panic!("{event:?}")
        };
        assert_eq!(
            inputs,
            [("a", "true"), ("c", "x")]
                .map(|(a, b)| (a.into(), b.into()))
                .into()
        );
    }
}
