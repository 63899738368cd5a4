//! Where GitHub is and with what right: checked before the first request, so that no request can fail for its address.

use super::error::{Cause, GitHubError, Task};
use camino::Utf8PathBuf;
use http::Uri;
use std::time::Duration;

/// What the client needs to know; every value as the runner gives it.
#[derive(Clone)]
pub(crate) struct Access {
    /// `https://api.github.com`, or `https://HOST/api/v3` of an Enterprise Server.
    pub(crate) api_url: String,
    /// `https://api.github.com/graphql`, or `https://HOST/api/graphql`.
    pub(crate) graphql_url: String,
    /// Sent to these two addresses only.
    pub(crate) token: String,
    /// `owner/name`.
    pub(crate) repository: String,
    /// A PEM file of certificates that are trusted besides those of the system.
    pub(crate) ca_bundle: Option<Utf8PathBuf>,
    pub(crate) proxies: Proxies,
    pub(crate) patience: Patience,
}

/// The values of `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`; empty: none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Proxies {
    pub(crate) http: String,
    pub(crate) https: String,
    pub(crate) no: String,
}

/// How long GitHub may keep a run waiting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// All waits between tries of one run together.
    pub(crate) total: Duration,
    /// The first wait after a failure; each further one is twice as long.
    pub(crate) step: Duration,
    /// The wait at a limit that does not say how long.
    pub(crate) limited: Duration,
    /// One request, from connecting to the end of its answer.
    pub(crate) answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            total: Duration::from_mins(2),
            step: Duration::from_secs(1),
            // GitHub asks for at least a minute.
            limited: Duration::from_mins(1),
            answer: Duration::from_secs(30),
        }
    }
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access")
            .field("api_url", &self.api_url)
            .field("repository", &self.repository)
            .finish_non_exhaustive()
    }
}

impl Access {
    /// `/repos/owner/name`, after the path of the API.
    pub(super) fn repository_path(&self) -> Result<String, GitHubError> {
        let name = self.repository.trim();
        let sound = |part: &str| {
            !matches!(part, "" | "." | "..")
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        };
        match name.split_once('/') {
            Some((owner, repository)) if sound(owner) && sound(repository) => {
                Ok(format!("/repos/{owner}/{repository}"))
            }
            _ => Err(setup(
                format!("the repository {name:?} is not `owner/name`"),
                "on a runner GITHUB_REPOSITORY holds it",
            )),
        }
    }

    /// As a header carries it.
    pub(super) fn bare_token(&self) -> Result<&str, GitHubError> {
        let token = self.token.trim();
        if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(token);
        }
        let what = if token.is_empty() {
            "there is no token"
        } else {
            "the token holds characters that no token has"
        };
        Err(setup(
            what.to_owned(),
            "leave the input `github-token` out, or give it `${{ github.token }}`",
        ))
    }
}

/// An http or https address: scheme and host, and a path without a slash at its end.
#[derive(Debug, Clone)]
pub(super) struct Address {
    pub(super) origin: Uri,
    pub(super) path: String,
}

impl Address {
    /// `variable` is where the runner tells the address.
    pub(super) fn parse(text: &str, variable: &str) -> Result<Self, GitHubError> {
        let wrong = |why: &str| {
            setup(
                format!("the address {:?} {why}", without_user(text)),
                &format!("on a runner {variable} holds it, as https://api.github.com"),
            )
        };
        let uri: Uri = text.trim().parse().map_err(|_| wrong("is not a URL"))?;
        let scheme = uri
            .scheme_str()
            .filter(|scheme| matches!(*scheme, "http" | "https"))
            .ok_or_else(|| wrong("begins with neither https:// nor http://"))?;
        let authority = uri
            .authority()
            .filter(|authority| !authority.host().is_empty())
            .ok_or_else(|| wrong("names no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("holds a user name"));
        }
        if uri.query().is_some() || text.contains('#') {
            return Err(wrong("holds more than a host and a path"));
        }
        let origin = Uri::builder()
            .scheme(scheme)
            .authority(authority.as_str())
            .path_and_query("/")
            .build()
            .map_err(|_| wrong("is not a URL"))?;
        Ok(Self {
            origin,
            path: uri.path().trim_end_matches('/').to_owned(),
        })
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.origin.scheme_str() == Some("https")
    }
}

/// A password in an address must not reach a message.
pub(super) fn without_user(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((_, host)) => format!("…@{host}"),
        None => text.to_owned(),
    }
}

pub(super) fn setup(what: String, help: &str) -> GitHubError {
    GitHubError::new(Task::Connect, Cause::Setup, what).with_help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Result<Address, GitHubError> {
        Address::parse(text, "GITHUB_API_URL")
    }

    #[test]
    fn an_address_may_end_with_a_slash_and_carry_a_path() {
        for text in [
            "https://ghe.example/api/v3",
            " https://ghe.example/api/v3/ ",
        ] {
            let address = address(text).unwrap();
            assert_eq!(address.origin, "https://ghe.example/");
            assert_eq!(address.path, "/api/v3");
        }
        assert_eq!(address("http://127.0.0.1:8080").unwrap().path, "");
    }

    #[test]
    fn an_address_that_no_request_can_use_is_refused_and_its_password_not_shown() {
        for text in [
            "",
            "api.github.com",
            "/api/v3",
            "ftp://api.github.com",
            "https://",
            "https://:443",
            "https://api.github.com?x=1",
            "https://api.github.com#x",
            "https://user:hunter2@api.github.com",
            "https://a b",
        ] {
            let said = address(text).unwrap_err().to_string();
            assert!(said.contains("the address"), "{said}");
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
}
