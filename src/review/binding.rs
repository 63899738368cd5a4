//! What digests are bound to, so that those of one pull request are worth nothing on another.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

/// So much of a digest is kept: 128 bits.
const KEPT: usize = 16;

/// The secret by which only a run of the repository's own can have made a digest.
#[derive(Clone)]
pub(crate) struct Key(hmac::Key);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    pub(crate) fn new(secret: &str) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()))
    }
}

/// Whose plan it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Binding {
    /// `octo-org/servers`
    pub(crate) repository: String,
    pub(crate) describers: String,
    pub(crate) environment: String,
    pub(crate) pull: u64,
    /// The commit that was reviewed.
    pub(crate) head: String,
    /// The commit of the branch that it was to go into.
    pub(crate) base: String,
    /// That branch: another one has another policy.
    pub(crate) branch: String,
}

impl Binding {
    /// Without a key everybody can make it: it then tells of change, and not of whoever made it.
    pub(super) fn digest(&self, key: Option<&Key>, text: &str) -> String {
        let Self {
            repository,
            describers,
            environment,
            pull,
            head,
            base,
            branch,
        } = self;
        let pull = pull.to_string();
        let parts = [
            "lostops reviewed 2",
            repository,
            describers,
            environment,
            &pull,
            head,
            base,
            branch,
            text,
        ];
        let mut all = Vec::new();
        for part in parts {
            all.extend((part.len() as u64).to_be_bytes());
            all.extend(part.as_bytes());
        }
        let digest = match key {
            Some(key) => hmac::sign(&key.0, &all).as_ref()[..KEPT].to_vec(),
            None => ring::digest::digest(&ring::digest::SHA256, &all).as_ref()[..KEPT].to_vec(),
        };
        URL_SAFE_NO_PAD.encode(digest)
    }
}
