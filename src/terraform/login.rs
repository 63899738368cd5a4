//! Why Azure did not let Terraform in, read from what it said, and what to do about it.
//!
//! Codes of Entra ID: <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>; of storage:
//! <https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes>.

/// What stood in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    /// An identity or its roles; else something that is not there.
    pub(crate) is_login: bool,
    /// What to do.
    pub(crate) help: String,
}

/// What is said, whether it is about the login, and what to do about it.
const KNOWN: &[(&str, bool, &str)] = &[
    (
        "AADSTS90002",
        true,
        "`ARM_TENANT_ID` is no directory: it is the one of the identity, on the application's page in Entra ID",
    ),
    (
        "AADSTS900023",
        true,
        "`ARM_TENANT_ID` is no directory: it is the one of the identity, on the application's page in Entra ID",
    ),
    (
        "AADSTS700016",
        true,
        "`ARM_CLIENT_ID` is no application of the directory `ARM_TENANT_ID`: compare both with the application's page in Entra ID",
    ),
    ("AADSTS700211", true, CREDENTIAL),
    ("AADSTS700212", true, CREDENTIAL),
    ("AADSTS700213", true, CREDENTIAL),
    ("AADSTS70021", true, CREDENTIAL),
    (
        "AADSTS700024",
        true,
        "the identity token had ended: let lostops ask for it itself, without `ARM_OIDC_TOKEN`",
    ),
    (
        "AADSTS7000215",
        true,
        "`ARM_CLIENT_SECRET` is wrong; better do without one: `ARM_USE_OIDC: \"true\"`",
    ),
    (
        "AADSTS7000222",
        true,
        "`ARM_CLIENT_SECRET` has ended; better do without one: `ARM_USE_OIDC: \"true\"`",
    ),
    (
        "AuthorizationPermissionMismatch",
        true,
        "the identity may not reach the state: give it `Storage Blob Data Contributor` on the container where it applies, `Storage Blob Data Reader` where it plans; `lostops doctor --azure-roles` prints all it needs",
    ),
    (
        "AuthorizationFailed",
        true,
        "the identity lacks a role: `lostops doctor --azure-roles` prints the least that it needs",
    ),
    (
        "SubscriptionNotFound",
        true,
        "`ARM_SUBSCRIPTION_ID` is no subscription that the identity may see",
    ),
    (
        "ContainerNotFound",
        false,
        "make the container, once: `az storage container create --auth-mode login --account-name ACCOUNT --name CONTAINER`, with the names of `state` in environment.yaml",
    ),
];

const CREDENTIAL: &str = "give the identity a federated credential for exactly this subject; `lostops doctor`, as a step of the same job, prints the one to make";

/// What a message of Terraform's says of it; `None`: it is about something else.
pub(crate) fn refused(message: &str) -> Option<Refused> {
    let (word, is_login, help) = KNOWN.iter().find(|(word, ..)| says(message, word))?;
    let subject = (*help == CREDENTIAL)
        .then(|| quoted(message, "subject '"))
        .flatten();
    let help = match subject {
        Some(subject) => help.replace("exactly this subject", &format!("the subject `{subject}`")),
        None => (*help).to_owned(),
    };
    tracing::debug!(word, "Azure refused");
    Some(Refused {
        is_login: *is_login,
        help,
    })
}

/// The whole word: a code may be the beginning of another.
fn says(message: &str, word: &str) -> bool {
    message.match_indices(word).any(|(at, _)| {
        let rest = &message[at + word.len()..];
        !rest.starts_with(|c: char| c.is_ascii_alphanumeric())
    })
}

fn quoted<'m>(message: &'m str, before: &str) -> Option<&'m str> {
    let (_, rest) = message.split_once(before)?;
    let (value, _) = rest.split_once('\'')?;
    (!value.is_empty() && value.len() < 300).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_not_taken_for_a_longer_one() {
        let said = refused("AADSTS7000222: The provided client secret keys are expired.");
        assert!(said.unwrap().help.contains("has ended"));
        assert_eq!(refused("AADSTS7000229: something else"), None);
    }

    #[test]
    fn the_subject_that_is_missing_is_named() {
        let said = "AADSTS700213: No matching federated identity record found for presented assertion subject 'repo:a/b:pull_request'. Check";
        let help = refused(said).unwrap().help;
        assert!(help.contains("`repo:a/b:pull_request`"), "{help}");
    }
}
