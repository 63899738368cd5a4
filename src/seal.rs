//! A file that nobody reads without its key: for what must outlive a run and may not lie open.
//!
//! AES-256-GCM under a key that PBKDF2 makes of a passphrase. What was changed, or sealed with another key, does not open.

use anyhow::{Context as _, anyhow, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::pbkdf2;
use ring::rand::{SecureRandom as _, SystemRandom};
use std::num::NonZeroU32;

/// The first line of a sealed file.
const HEAD: &str = "lostops-sealed-1";
const SALT: usize = 16;
/// What OWASP advises for PBKDF2 with SHA-256.
const ROUNDS: NonZeroU32 = NonZeroU32::new(600_000).unwrap();

/// Seals, as text.
pub(crate) fn seal(content: &[u8], passphrase: &str) -> anyhow::Result<String> {
    let mut start = [0; SALT + NONCE_LEN];
    SystemRandom::new()
        .fill(&mut start)
        .map_err(|_| anyhow!("could not read random bytes"))?;
    let (key, nonce) = key(&start, passphrase)?;
    let mut content = content.to_vec();
    key.seal_in_place_append_tag(nonce, Aad::from(HEAD), &mut content)
        .map_err(|_| anyhow!("could not seal it"))?;
    let packed = [&start[..], &content].concat();
    Ok(format!("{HEAD}\n{}\n", STANDARD.encode(packed)))
}

/// Whether a file is a sealed one.
pub(crate) fn is_sealed(text: &[u8]) -> bool {
    text.starts_with(HEAD.as_bytes())
}

/// Opens what `seal` has made.
///
/// # Errors
/// The key is another one, or the file is not as it was sealed: nobody can tell which.
pub(crate) fn open(text: &[u8], passphrase: &str) -> anyhow::Result<Vec<u8>> {
    let text = std::str::from_utf8(text).context("it is no sealed file")?;
    let packed = text.strip_prefix(HEAD).context("it is no sealed file")?;
    let packed = STANDARD.decode(packed.trim()).context("it is not whole")?;
    let Some((start, sealed)) = packed.split_first_chunk::<{ SALT + NONCE_LEN }>() else {
        bail!("it is not whole");
    };
    let (key, nonce) = key(start, passphrase)?;
    let mut sealed = sealed.to_vec();
    let opened = key
        .open_in_place(nonce, Aad::from(HEAD), &mut sealed)
        .map_err(|_| anyhow!("the key is another one, or the file was changed"))?;
    Ok(opened.to_vec())
}

fn key(start: &[u8; SALT + NONCE_LEN], passphrase: &str) -> anyhow::Result<(LessSafeKey, Nonce)> {
    let (salt, nonce) = start.split_at(SALT);
    let mut bytes = [0; 32];
    pbkdf2::derive(
        pbkdf2::PBKDF2_HMAC_SHA256,
        ROUNDS,
        salt,
        passphrase.as_bytes(),
        &mut bytes,
    );
    let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| anyhow!("could not make a key"))?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| anyhow!("it is not whole"))?;
    Ok((LessSafeKey::new(key), nonce))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_with_its_key_and_with_no_other() {
        let sealed = seal(b"the state", "a key of sixteen").unwrap();
        assert!(is_sealed(sealed.as_bytes()) && !sealed.contains("state"));
        let opened = open(sealed.as_bytes(), "a key of sixteen").unwrap();
        assert_eq!(opened, b"the state");
        assert!(open(sealed.as_bytes(), "a key of sixteeN").is_err());
        let again = seal(b"the state", "a key of sixteen").unwrap();
        assert_ne!(sealed, again);
    }

    #[test]
    fn what_was_changed_or_cut_does_not_open() {
        let sealed = seal(b"the state", "a key of sixteen").unwrap();
        let changed = sealed.replace('A', "B").replace('a', "b");
        for text in [&changed, &sealed[..40], HEAD, "", "another file"] {
            assert!(open(text.as_bytes(), "a key of sixteen").is_err(), "{text}");
        }
    }
}
