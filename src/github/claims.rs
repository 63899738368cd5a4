//! What the identity token of a job says of it. The token itself goes no further than this.

use super::access::{Access, setup};
use super::api::{Call, GitHub};
use super::error::{Cause, GitHubError, Task};
use super::retry::Repeat;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, Uri};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Whom a token is for that Azure takes.
pub(crate) const AUDIENCE: &str = "api://AzureADTokenExchange";

/// What GitHub says of a job, by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Claims(Map<String, Value>);

impl Claims {
    /// Empty where it is not said.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Reads the middle of `head.claims.signature`; whether the signature is good, Azure asks.
    fn of(token: &str) -> Option<Self> {
        let claims = token.split('.').nth(1)?;
        let bytes = URL_SAFE_NO_PAD.decode(claims).ok()?;
        serde_json::from_slice(&bytes).ok().map(Self)
    }
}

/// Asks for the token with which Terraform would log in, and reads it. `url` and `token` are the runner's
/// `ACTIONS_ID_TOKEN_REQUEST_…`; of `access` the rest counts.
pub(crate) fn ask(
    access: &Access,
    url: &str,
    token: &str,
    say: impl Fn(&str),
) -> Result<Claims, GitHubError> {
    #[derive(Deserialize)]
    struct Answer {
        value: String,
    }
    let wrong = || {
        setup(
            "ACTIONS_ID_TOKEN_REQUEST_URL is no address".to_owned(),
            "GitHub's runner sets it",
        )
    };
    let uri: Uri = url.parse().map_err(|_| wrong())?;
    let (scheme, authority) = uri.scheme_str().zip(uri.authority()).ok_or_else(wrong)?;
    let origin = format!("{scheme}://{authority}");
    let mut path = uri
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    path.push(if path.contains('?') { '&' } else { '?' });
    path.push_str("audience=api%3A%2F%2FAzureADTokenExchange");
    let access = Access {
        api_url: origin.clone(),
        graphql_url: origin,
        token: token.to_owned(),
        // No repository is asked for.
        repository: "any/one".to_owned(),
        ..access.clone()
    };
    let answer: Answer = GitHub::new(&access, say)?.call(&Call {
        task: Task::AskIdentity,
        method: Method::GET,
        path: &path,
        body: None,
        repeat: Repeat::Freely,
    })?;
    Claims::of(&answer.value).ok_or_else(|| {
        let what = "the identity token is not what GitHub documents".to_owned();
        GitHubError::new(Task::AskIdentity, Cause::Unreadable, what)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_token_says_nothing() {
        for text in ["", "a.b", "a.!!.c", "a.bnVsbA.c"] {
            assert!(Claims::of(text).is_none(), "{text}");
        }
        let claims = format!(
            "a.{}.c",
            URL_SAFE_NO_PAD.encode(r#"{"sub":"repo:a/b:pull_request"}"#)
        );
        let claims = Claims::of(&claims).unwrap();
        assert_eq!(claims.text("sub"), "repo:a/b:pull_request");
        assert_eq!(claims.text("iss"), "");
    }
}
