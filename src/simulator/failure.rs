//! How the cloud says no, in the words of Azure and its providers.

/// Why a request was not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// An answer of Azure's interface.
    #[error("unexpected status {status} ({status} {reason}) with error: {code}: {message}", reason = reason(*status))]
    Api {
        status: u16,
        code: &'static str,
        message: String,
    },
    /// What the provider itself refuses to do.
    #[error("{0}")]
    Refused(String),
    /// The cloud's file cannot be used.
    #[error(transparent)]
    Broken(#[from] anyhow::Error),
}

fn reason(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        404 => "Not Found",
        409 => "Conflict",
        429 => "Too Many Requests",
        _ => "Error",
    }
}

impl Failure {
    pub(super) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::api(400, code, message)
    }

    pub(super) fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::api(404, code, message)
    }

    pub(super) fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::api(409, code, message)
    }

    pub(super) fn api(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self::Api {
            status,
            code,
            message: message.into(),
        }
    }

    /// What is to be created exists.
    pub(super) fn exists(id: &str, type_name: &str) -> Self {
        Self::Refused(format!(
            "a resource with the ID \"{id}\" already exists - to be managed via Terraform this resource needs to be \
             imported into the State. Please see the resource documentation for \"{type_name}\" for more information."
        ))
    }
}
