//! SARIF to code scanning: compressed, encoded, and small enough to be taken.

use super::api::{Call, GitHub};
use super::error::{Cause, GitHubError, Task};
use super::retry::Repeat;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::Method;
use serde::Deserialize;
use serde_json::json;
use std::io::Write as _;

/// What GitHub takes, compressed.
const LARGEST: usize = 10 << 20;

impl GitHub<'_> {
    /// `commit_sha` hexadecimal, `git_ref` as `refs/pull/7/merge` or `refs/heads/main`. Gives the id of the upload,
    /// which GitHub goes on to read.
    pub(crate) fn upload_sarif(
        &self,
        commit_sha: &str,
        git_ref: &str,
        sarif: &[u8],
    ) -> Result<String, GitHubError> {
        #[derive(Deserialize)]
        struct Receipt {
            id: String,
        }
        let packed = packed(sarif)?;
        let path = format!("{}/code-scanning/sarifs", self.repository);
        let body = json!({
            "commit_sha": commit_sha,
            "ref": git_ref,
            "sarif": packed,
        });
        let receipt: Receipt = self.call(&Call {
            task: Task::UploadSarif,
            method: Method::POST,
            path: &path,
            body: Some(&body),
            // A second upload for the same commit takes the place of the first.
            repeat: Repeat::Freely,
        })?;
        Ok(receipt.id)
    }
}

fn packed(sarif: &[u8]) -> Result<String, GitHubError> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let packed = encoder.write_all(sarif).and_then(|()| encoder.finish());
    let packed = packed
        .map_err(|error| GitHubError::new(Task::UploadSarif, Cause::Setup, error.to_string()))?;
    if packed.len() > LARGEST {
        let what = format!(
            "{} bytes compressed, and GitHub takes {LARGEST}",
            packed.len()
        );
        return Err(GitHubError::new(Task::UploadSarif, Cause::TooLong, what));
    }
    Ok(STANDARD.encode(packed))
}
