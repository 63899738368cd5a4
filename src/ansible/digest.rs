//! SHA-256, as fingerprints of ours.

use ring::digest::{Context, SHA256};
use std::collections::BTreeMap;
use std::num::NonZeroU32;

/// The first 64 bits of the digest of several parts, in hexadecimal; where one part ends and the next begins counts.
pub(crate) fn short<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    hexadecimal(&context.finish().as_ref()[..8])
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Rounds of the digest of secrets: some milliseconds for us, and far too many for who would guess.
const ROUNDS: NonZeroU32 = NonZeroU32::new(20_000).expect("it is not nought");

/// Stands for all secrets of a server together, so that none can be guessed alone: whoever reads it on the server learns
/// whether they have changed, and nothing else. Empty where there are none.
pub(crate) fn of_secrets(secrets: &BTreeMap<String, String>) -> String {
    if secrets.is_empty() {
        return String::new();
    }
    let mut all = Vec::new();
    for part in secrets.iter().flat_map(|(name, value)| [name, value]) {
        all.extend((part.len() as u64).to_be_bytes());
        all.extend(part.as_bytes());
    }
    let mut digest = [0; 8];
    let algorithm = ring::pbkdf2::PBKDF2_HMAC_SHA256;
    ring::pbkdf2::derive(algorithm, ROUNDS, b"lostops secrets", &all, &mut digest);
    hexadecimal(&digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(short([&b"ab"[..], b"c"]), short([&b"a"[..], b"bc"]));
        assert_eq!(short([&b"a"[..]]).len(), 16);
    }
}
