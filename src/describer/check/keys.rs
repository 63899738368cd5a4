//! SSH keys: a public key of a known kind, and never a private one.

use crate::describer::codes::LO114;
use crate::describer::secrets;
use crate::finding::Finding;
use crate::source::Located;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const KINDS: &[&str] = &[
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];

/// Reports a key that is none. A private key has been reported where it was read.
pub(in crate::describer) fn check(key: &Located<String>, findings: &mut Vec<Finding>) {
    if secrets::is_private_key(&key.value) {
        return;
    }
    if let Some(problem) = problem(key.value.trim()) {
        findings.push(
            Finding::new(
                &LO114,
                format!("this is not an OpenSSH public key: {problem}"),
            )
            .at(key.span, "not a public key")
            .help("paste the one line of the `.pub` file"),
        );
    }
}

fn problem(line: &str) -> Option<String> {
    if line.contains('\n') {
        return Some("it has more than one line".to_owned());
    }
    let mut words = line.split_ascii_whitespace();
    let kind = words.next().unwrap_or_default();
    if !KINDS.contains(&kind) {
        return Some("it does not begin with a kind of key such as `ssh-ed25519`".to_owned());
    }
    let Some(blob) = words.next() else {
        return Some("nothing follows its kind".to_owned());
    };
    let Ok(blob) = STANDARD.decode(blob) else {
        return Some("its second word is not base64, or is cut off".to_owned());
    };
    let Some((inner, rest)) = field(&blob) else {
        return Some("it is cut off".to_owned());
    };
    if inner != kind.as_bytes() {
        return Some(format!(
            "it says `{kind}`, but the key inside is of another kind"
        ));
    }
    match field(rest) {
        None | Some(([], _)) => Some("it is cut off".to_owned()),
        Some((key, _)) if kind == "ssh-ed25519" && key.len() != 32 => {
            Some("it is not 32 bytes long".to_owned())
        }
        Some(_) => None,
    }
}

/// A length of four bytes, then so many bytes (RFC 4251).
fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_public_keys_of_their_kind_pass() {
        let key = |kind: &str, bytes: usize| {
            let mut blob = Vec::new();
            blob.extend(u32::try_from(kind.len()).unwrap().to_be_bytes());
            blob.extend(kind.as_bytes());
            blob.extend(u32::try_from(bytes).unwrap().to_be_bytes());
            blob.extend(vec![7; bytes]);
            STANDARD.encode(blob)
        };
        let good = format!("ssh-ed25519 {} maria@example.org", key("ssh-ed25519", 32));
        assert_eq!(problem(&good), None);
        for bad in [
            "ssh-ed25519".to_owned(),
            "ssh-ed25519 AAAA".to_owned(),
            format!("ssh-ed25519 {}", key("ssh-ed25519", 31)),
            format!("ssh-rsa {}", key("ssh-ed25519", 32)),
            format!("{good}\n{good}"),
            good[..40].to_owned(),
            "maria".to_owned(),
        ] {
            assert!(problem(&bad).is_some(), "{bad}");
        }
    }
}
