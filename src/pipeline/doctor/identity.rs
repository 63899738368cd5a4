//! Who this job is to Azure: what its identity token says, and the federated credential that lets it in.

use super::{Mark, Sheet};
use crate::context::Context;
use crate::github::access::{Access, Patience};
use crate::github::claims::{self, AUDIENCE, Claims};
use crate::github::runner::Runner;
use crate::pipeline::run::proxies;
use crate::report::paint::inert;
use serde_json::json;
use std::io;
use std::time::Duration;

/// What else tells jobs apart.
const BESIDE: [&str; 5] = [
    "repository",
    "ref",
    "environment",
    "event_name",
    "job_workflow_ref",
];

/// Says nothing outside of a job that may ask for an identity.
pub(super) fn show(context: &Context, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let variable = |name: &str| context.variable(name);
    let (Some(url), Some(token)) = (
        variable("ACTIONS_ID_TOKEN_REQUEST_URL"),
        variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
    ) else {
        return Ok(());
    };
    let runner = Runner::new(variable);
    let access = Access {
        api_url: runner.api_url,
        graphql_url: runner.graphql_url,
        token: String::new(),
        repository: runner.repository,
        ca_bundle: None,
        proxies: proxies(context),
        patience: Patience {
            total: Duration::from_secs(10),
            ..Patience::default()
        },
    };
    match claims::ask(&access, url, token, |wait| tracing::info!("{wait}")) {
        Ok(claims) => told(&claims, variable("ARM_CLIENT_ID"), sheet),
        Err(error) => {
            sheet.line(Mark::Missing, "identity", &inert(&error.to_string()))?;
            sheet.below(&inert(&error.help()))
        }
    }
}

fn told(claims: &Claims, client: Option<&str>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let subject = claims.text("sub");
    sheet.line(
        Mark::Ok,
        "identity",
        "what GitHub says of this job to Azure:",
    )?;
    for (what, value) in [
        ("issuer", claims.text("iss")),
        ("subject", subject),
        ("audience", claims.text("aud")),
    ] {
        sheet.below(&format!("{what:9} {}", inert(value)))?;
    }
    let beside = BESIDE.iter().map(|name| (name, claims.text(name)));
    let beside: Vec<String> = beside
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name} {}", inert(value)))
        .collect();
    sheet.below(&format!("beside    {}", beside.join(", ")))?;
    for words in explained(subject) {
        sheet.below(&words)?;
    }
    sheet.below(
        "the federated credential that lets it in, made once by whoever owns the application:",
    )?;
    let credential = json!({
        "name": name(subject),
        "issuer": claims.text("iss"),
        "subject": subject,
        "audiences": [AUDIENCE],
    });
    let client = client.unwrap_or("ARM_CLIENT_ID");
    let line = format!(
        "az ad app federated-credential create --id {} --parameters '{}'",
        inert(client),
        // A quote in it would end the shell's.
        inert(&credential.to_string()).replace('\'', "\\u0027")
    );
    let line = sheet.paint.dim(&format!("  {line}"));
    sheet.below(&line)
}

/// Why the subject is as it is: a credential holds for exactly one, without any placeholder.
fn explained(subject: &str) -> Vec<String> {
    let mut parts = subject.splitn(3, ':').skip(1);
    let (repository, rest) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let why = if rest.starts_with("environment:") {
        "the subject is that of the job's `environment`, whatever started it"
    } else if rest == "pull_request" {
        "the subject is that of every pull request, for the job names no `environment`"
    } else if rest.starts_with("ref:") {
        "the subject is that of this branch or tag, for the job names no `environment`"
    } else {
        "the subject is not one of GitHub's usual ones: the organisation has chosen its form"
    };
    let form = if repository.contains('@') {
        "it holds the numbers of owner and repository (`repo:OWNER@NUMBER/NAME@NUMBER:…`), as GitHub gives them to repositories made after 15 July 2026, renamed or moved: a credential for `repo:OWNER/NAME:…` does not match"
    } else {
        "it holds names alone (`repo:OWNER/NAME:…`): when the repository is renamed or moved the numbers of both come in (`repo:OWNER@NUMBER/NAME@NUMBER:…`), and a new credential is needed"
    };
    vec![why.to_owned(), form.to_owned()]
}

/// Letters, digits and dashes, 120 at most, as Entra ID asks of the name of a credential.
fn name(subject: &str) -> String {
    let name: String = subject
        .trim_start_matches("repo:")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(120)
        .collect();
    name.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_a_subject_is_explained() {
        for (subject, why, form) in [
            (
                "repo:a/b:environment:production",
                "`environment`, whatever",
                "names alone",
            ),
            (
                "repo:a@1/b@2:pull_request",
                "every pull request",
                "the numbers of",
            ),
            ("repo:a/b:ref:refs/heads/main", "this branch", "names alone"),
            ("project:x", "usual ones", "names alone"),
        ] {
            let words = explained(subject).join("\n");
            assert!(words.contains(why) && words.contains(form), "{words}");
        }
        assert_eq!(name("repo:a@1/b@2:pull_request"), "a-1-b-2-pull-request");
    }
}
