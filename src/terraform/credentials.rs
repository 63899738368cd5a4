//! Which variables Azure needs, and how a workflow sets them.

use crate::fleet::environment::{BackendKind, StateBackend};

/// Variables of the environment that providers and backends read; nothing else of it reaches Terraform.
pub(crate) const VARIABLES: &[&str] = &[
    "ARM_*",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "AZURE_CONFIG_DIR",
];

/// Variables that a state's backend reads beside those, as its documentation names them.
pub(crate) fn of_backend(state: &StateBackend) -> &'static [&'static str] {
    let StateBackend::File { kind, .. } = state else {
        return &[];
    };
    match kind {
        BackendKind::Consul => &["CONSUL_*"],
        BackendKind::Cos => &["TENCENTCLOUD_*"],
        BackendKind::Gcs => &["GOOGLE_*"],
        BackendKind::Http => &["TF_HTTP_*"],
        BackendKind::Kubernetes => &["KUBE_*"],
        BackendKind::Oss => &["ALICLOUD_*"],
        BackendKind::Pg => &["PG*"],
        BackendKind::S3 => &["AWS_*"],
    }
}

/// What is missing, and the line that would set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    pub(crate) variable: &'static str,
    /// What it is.
    pub(crate) what: &'static str,
    /// The lines of a workflow.
    pub(crate) workflow: &'static str,
}

/// Everything that is missing for Azure; empty when Terraform can log in. `set` tells a variable's value.
pub(crate) fn missing<'a>(set: impl Fn(&str) -> Option<&'a str>) -> Vec<Missing> {
    let has = |name: &str| set(name).is_some();
    let yes = |name: &str| {
        set(name).is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1")
    };
    let mut missing = Vec::new();
    let mut need = |variable, what, workflow| {
        missing.push(Missing {
            variable,
            what,
            workflow,
        });
    };
    if !has("ARM_SUBSCRIPTION_ID") {
        need(
            "ARM_SUBSCRIPTION_ID",
            "the subscription that holds the servers",
            "env:\n  ARM_SUBSCRIPTION_ID: ${{ vars.ARM_SUBSCRIPTION_ID }}",
        );
    }
    if yes("ARM_USE_CLI") || yes("ARM_USE_MSI") {
        return missing;
    }
    if !has("ARM_TENANT_ID") {
        need(
            "ARM_TENANT_ID",
            "the directory the identity belongs to",
            "env:\n  ARM_TENANT_ID: ${{ vars.ARM_TENANT_ID }}",
        );
    }
    if !has("ARM_CLIENT_ID") && !has("ARM_CLIENT_ID_FILE_PATH") {
        need(
            "ARM_CLIENT_ID",
            "the identity that may plan or apply",
            "env:\n  ARM_CLIENT_ID: ${{ vars.ARM_CLIENT_ID }}",
        );
    }
    let secret = [
        "ARM_CLIENT_SECRET",
        "ARM_CLIENT_SECRET_FILE_PATH",
        "ARM_CLIENT_CERTIFICATE",
        "ARM_CLIENT_CERTIFICATE_PATH",
    ];
    if secret.into_iter().any(has) {
        return missing;
    }
    if !yes("ARM_USE_OIDC") {
        need(
            "ARM_USE_OIDC",
            "`true`: log in with the workflow's own token, without any secret",
            "env:\n  ARM_USE_OIDC: \"true\"",
        );
    }
    let token = ["ARM_OIDC_TOKEN", "ARM_OIDC_TOKEN_FILE_PATH"]
        .into_iter()
        .any(has);
    let request = (has("ACTIONS_ID_TOKEN_REQUEST_URL") && has("ACTIONS_ID_TOKEN_REQUEST_TOKEN"))
        || (has("ARM_OIDC_REQUEST_URL") && has("ARM_OIDC_REQUEST_TOKEN"));
    if !token && !request {
        need(
            "ACTIONS_ID_TOKEN_REQUEST_URL",
            "GitHub sets it, with its token, for a job that may ask for an identity token",
            "permissions:\n  contents: read\n  id-token: write",
        );
    }
    missing
}

/// One message for all of them, and the lines to add. `instead` is how to do without an account.
pub(crate) fn words(missing: &[Missing], instead: &str) -> (String, String) {
    let list: Vec<String> = missing
        .iter()
        .map(|one| format!("{}: {}", one.variable, one.what))
        .collect();
    (
        format!("Azure needs what is not set:\n{}", list.join("\n")),
        format!(
            "add this to the workflow's job, or try it without an account by `{instead}`:\n{}",
            workflow(missing)
        ),
    )
}

/// The lines of a workflow that set all of them.
pub(crate) fn workflow(missing: &[Missing]) -> String {
    let lines: Vec<&str> = missing.iter().map(|one| one.workflow).collect();
    merged(&lines)
}

/// Blocks under the same key become one block.
fn merged(blocks: &[&str]) -> String {
    let mut merged: Vec<(&str, Vec<&str>)> = Vec::new();
    for block in blocks {
        let Some((key, lines)) = block.split_once('\n') else {
            continue;
        };
        match merged.iter_mut().find(|(known, _)| *known == key) {
            Some((_, all)) => all.push(lines),
            None => merged.push((key, vec![lines])),
        }
    }
    merged
        .iter()
        .map(|(key, lines)| format!("{key}\n{}", lines.join("\n")))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn names(set: &[(&'static str, &'static str)]) -> Vec<&'static str> {
        let set: BTreeMap<&str, &str> = set.iter().copied().collect();
        missing(|name| set.get(name).copied())
            .iter()
            .map(|one| one.variable)
            .collect()
    }

    #[test]
    fn with_nothing_set_every_variable_is_named() {
        assert_eq!(
            names(&[]),
            [
                "ARM_SUBSCRIPTION_ID",
                "ARM_TENANT_ID",
                "ARM_CLIENT_ID",
                "ARM_USE_OIDC",
                "ACTIONS_ID_TOKEN_REQUEST_URL"
            ]
        );
    }

    #[test]
    fn a_client_secret_is_enough_beside_the_three_ids() {
        let ids = [
            ("ARM_SUBSCRIPTION_ID", "s"),
            ("ARM_TENANT_ID", "t"),
            ("ARM_CLIENT_ID", "c"),
            ("ARM_CLIENT_SECRET", "x"),
        ];
        assert!(names(&ids).is_empty());
    }

    #[test]
    fn lines_of_one_block_stand_under_one_key() {
        let (_, help) = words(&missing(|_| None), "--cloud simulated");
        assert_eq!(help.matches("env:").count(), 1, "{help}");
    }
}
