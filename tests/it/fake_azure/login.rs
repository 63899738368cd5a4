//! Tokens: the runner's identity token, and what Entra ID gives for it.

use super::server::{Answer, Asked};
use super::{CLIENT, REQUEST_TOKEN, SUBJECT, State, TENANT};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// For what an identity token may be exchanged.
const EXCHANGE: &str = "api://AzureADTokenExchange";
const STORAGE: &str = "https://storage.azure.com";

/// GitHub's, for the job.
pub(super) fn identity(state: &mut State, asked: &Asked) -> Answer {
    if asked.header("authorization") != format!("Bearer {REQUEST_TOKEN}") {
        return Answer::json(401, &json!({ "message": "not the job's request token" }));
    }
    let audience = asked.parameter("audience").unwrap_or_default();
    if audience != EXCHANGE {
        state.violation(format!("an identity token for {audience:?}"));
    }
    let claims = json!({
        "iss": "https://token.actions.githubusercontent.com",
        "aud": audience,
        "sub": state.subject,
        "repository": "octo/fleet",
        "repository_id": "1296269",
        "repository_owner_id": "583231",
        "ref": "refs/heads/main",
        "environment": "production",
        "event_name": "push",
        "job_workflow_ref": "octo/fleet/.github/workflows/lostops.yml@refs/heads/main",
        "exp": in_an_hour(),
    });
    Answer::json(200, &json!({ "value": token(&claims) }))
}

/// Entra ID's: an access token for an identity token that a federated credential accepts.
pub(super) fn access(state: &mut State, asked: &Asked) -> Answer {
    let tenant = asked.path.split('/').nth(1).unwrap_or_default();
    let refused = |code: u32, kind: &str, words: &str| {
        Answer::json(
            400,
            &json!({
                "error": kind,
                "error_description": format!("AADSTS{code}: {words}"),
                "error_codes": [code],
            }),
        )
    };
    if tenant != TENANT {
        let words = format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
        );
        return refused(90002, "invalid_request", &words);
    }
    let form: Vec<(String, String)> = asked.form();
    let field = |name: &str| {
        let found = form.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    if field("grant_type") != "client_credentials"
        || field("client_assertion_type")
            != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    {
        state.violation(format!("a grant of {:?}", field("grant_type")));
    }
    if field("client_id") != CLIENT {
        let words = format!(
            "Application with identifier '{}' was not found in the directory.",
            field("client_id")
        );
        return refused(700_016, "unauthorized_client", &words);
    }
    let claims = claims(field("client_assertion"));
    let subject = claims["sub"].as_str().unwrap_or_default();
    if claims["aud"] != EXCHANGE || subject != SUBJECT {
        let words = format!(
            "No matching federated identity record found for presented assertion subject '{subject}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion."
        );
        return refused(700_213, "invalid_client", &words);
    }
    let scope = field("scope")
        .trim_end_matches("/.default")
        .trim_end_matches('/');
    let claims = json!({
        "aud": scope,
        "iss": format!("https://sts.windows.net/{TENANT}/"),
        "appid": CLIENT,
        "oid": "44444444-4444-4444-8444-444444444444",
        "tid": TENANT,
        "exp": in_an_hour(),
    });
    Answer::json(
        200,
        &json!({ "token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": token(&claims) }),
    )
}

/// Whether a request for blobs bears a token of ours for them.
pub(super) fn may_store(asked: &Asked) -> bool {
    let header = asked.header("authorization");
    let claims = header
        .strip_prefix("Bearer ")
        .map(claims)
        .unwrap_or_default();
    claims["aud"] == STORAGE && claims["appid"] == CLIENT
}

fn in_an_hour() -> i64 {
    jiff::Timestamp::now().as_second() + 3600
}

/// Nobody checks its signature.
fn token(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = json!({ "alg": "RS256", "typ": "JWT" });
    format!("{}.{}.c2lnbmF0dXJl", part(&head), part(claims))
}

fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}
