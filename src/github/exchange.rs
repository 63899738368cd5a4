//! One request and what comes back, in words: no answer and no error of the libraries goes further than this.

use super::api::Call;
use super::error::{Cause, GitHubError, inert};
use super::retry::{self, Outcome};
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use octocrab::Octocrab;
use serde::Deserialize;
use serde_json::Value;

/// No answer that is used is longer: a page of 100 comments of 256 KiB.
const LONGEST_ANSWER: usize = 32 << 20;

/// Once.
pub(super) async fn send(octocrab: &Octocrab, call: &Call<'_>) -> Outcome {
    let builder = Request::builder().method(&call.method).uri(call.path);
    let request = match octocrab.build_request(builder, call.body) {
        Ok(request) => request,
        Err(error) => return Outcome::NotSent(chain(&error)),
    };
    let response = match octocrab.execute(request).await {
        Ok(response) => response,
        Err(error) if is_connect(&error) => return not_sent(chain(&error)),
        Err(error) => return Outcome::Lost(chain(&error)),
    };
    let (parts, body) = response.into_parts();
    match Limited::new(body, LONGEST_ANSWER).collect().await {
        Ok(body) => Outcome::Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.to_bytes().to_vec(),
        },
        Err(error) => Outcome::Lost(chain(&*error)),
    }
}

/// The error that an outcome without success is.
pub(super) fn failed(call: &Call<'_>, outcome: &Outcome) -> GitHubError {
    let error = match outcome {
        Outcome::Answer {
            status,
            headers,
            body,
        } => {
            let limited = retry::is_limit(*status, headers, body);
            GitHubError::answered(call.task, *status, &said(*status, body), limited)
        }
        Outcome::NotSent(why) | Outcome::Shut(why) => {
            GitHubError::new(call.task, Cause::Unreachable, inert(why))
        }
        Outcome::Lost(why) => GitHubError::new(call.task, Cause::Lost, inert(why)),
        Outcome::Overdue => GitHubError::new(
            call.task,
            Cause::OutOfTime,
            "the run ends and GitHub has not answered".to_owned(),
        ),
    };
    error.at(&call.method, call.path)
}

/// GitHub's message with those of `errors`, or the text that something else sent in its place.
fn said(status: StatusCode, body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Answer {
        message: String,
        #[serde(default)]
        errors: Value,
    }
    let Ok(answer) = serde_json::from_slice::<Answer>(body) else {
        let text = String::from_utf8_lossy(body).into_owned();
        return if text.trim().is_empty() {
            status.canonical_reason().unwrap_or_default().to_owned()
        } else {
            text
        };
    };
    let mut said = answer.message;
    for message in messages(&answer.errors) {
        said.push_str("; ");
        said.push_str(message);
    }
    said
}

/// What an answer of GraphQL, whose status is a success all the same, has against its query; `None` where there is nothing.
pub(super) fn refusal(errors: &Value) -> Option<(Cause, String)> {
    let none = match errors {
        Value::Null => true,
        Value::Array(errors) => errors.is_empty(),
        _ => false,
    };
    if none {
        return None;
    }
    let cause = match errors[0]["type"].as_str() {
        Some("NOT_FOUND") => Cause::Missing,
        Some("FORBIDDEN" | "INSUFFICIENT_SCOPES") => Cause::Forbidden,
        Some("RATE_LIMITED") => Cause::Limited,
        _ => Cause::Refused,
    };
    let said: Vec<&str> = messages(errors).collect();
    let said = format!("GitHub answered with errors: {}", said.join("; "));
    Some((cause, inert(&said)))
}

fn messages(errors: &Value) -> impl Iterator<Item = &str> {
    let errors = errors.as_array().into_iter().flatten();
    errors.filter_map(|error| error["message"].as_str().or(error.as_str()))
}

fn sources<'e>(
    error: &'e (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'e (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

fn is_connect(error: &octocrab::Error) -> bool {
    sources(error)
        .filter_map(|cause| cause.downcast_ref::<hyper_util::client::legacy::Error>())
        .any(hyper_util::client::legacy::Error::is_connect)
}

/// Whether the way there may open again is told by words only: the libraries keep these errors to themselves.
fn not_sent(why: String) -> Outcome {
    const FOR_GOOD: [&str; 2] = ["invalid peer certificate", "proxy authorization required"];
    if FOR_GOOD.iter().any(|words| why.contains(words)) {
        Outcome::Shut(why)
    } else {
        Outcome::NotSent(why)
    }
}

/// The causes behind an error, the last ones of which say what is wrong.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut words: Vec<String> = Vec::new();
    for cause in sources(error) {
        let word = cause.to_string();
        if words.iter().all(|said| !said.contains(&word)) {
            words.push(word);
        }
    }
    words.join(": ")
}
