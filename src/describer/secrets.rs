//! Finds secrets that stand in clear, by the name of their key or by what they look like, and masks them.

use super::codes::{LO110, LO114};
use super::read::Reader;
use crate::yaml::tree::{Kind, Node, Range};
use std::collections::BTreeSet;

/// What a key's last word says when its value must be a secret.
const SECRET_WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "webhook",
    "apikey",
    "credential",
    "credentials",
];
/// Before `_key`: keys that are no secret.
const OPEN_KEYS: &[&str] = &[
    "ssh", "host", "public", "pub", "sort", "primary", "foreign", "cache", "blob", "state",
];

/// Looks at every value of a document; whatever it finds is reported once.
pub(super) fn scan(node: &Node, key: &str, reader: &mut Reader<'_>) {
    match &node.kind {
        Kind::Map(entries) => {
            for (key, value) in entries {
                scan(value, &key.name, reader);
            }
        }
        Kind::List(items) => {
            for item in items {
                scan(item, key, reader);
            }
        }
        Kind::Text(text) => {
            if let Some(kind) = looks_like(text) {
                found(node, key, kind, reader);
            } else if is_secret_key(key) && !text.is_empty() && !text.starts_with("secret:") {
                in_clear(node, key, reader);
            }
        }
        Kind::Bool(_) | Kind::Integer(_) | Kind::Float => {
            if is_secret_key(key) && !matches!(node.kind, Kind::Bool(_)) {
                in_clear(node, key, reader);
            }
        }
        Kind::Null => {}
    }
}

/// Reports a value that should be `secret:NAME`.
pub(super) fn in_clear(node: &Node, key: &str, reader: &mut Reader<'_>) {
    if !reader.secrets.insert(node.range) {
        return;
    }
    reader.secrets.insert(node.text);
    reader.report(
        &LO110,
        node.range,
        format!("the secret `{key}` is written in clear"),
        "everybody who reads the repository knows it",
        "replace the secret, put the new one into an environment variable and write `secret:NAME`",
    );
}

fn found(node: &Node, key: &str, kind: &'static str, reader: &mut Reader<'_>) {
    if !reader.secrets.insert(node.range) {
        return;
    }
    reader.secrets.insert(node.text);
    let meta = if key == "ssh_keys" || key == "host_keys" {
        &LO114
    } else {
        &LO110
    };
    reader.report(
        meta,
        node.range,
        format!("{kind} is written in clear"),
        "everybody who reads the repository knows it",
        "replace the secret, put the new one into an environment variable and write `secret:NAME`",
    );
}

fn is_secret_key(key: &str) -> bool {
    let lower: String = split_words(key);
    let mut words = lower.rsplit('_').filter(|word| !word.is_empty());
    match (words.next(), words.next()) {
        (Some("key"), Some(before)) => !OPEN_KEYS.contains(&before),
        (Some("string"), Some("connection")) => true,
        (Some(last), _) => SECRET_WORDS.contains(&last) || last.ends_with("password"),
        (None, _) => false,
    }
}

/// `accessKey`, `access-key` and `ACCESS_KEY` are all `access_key`.
fn split_words(key: &str) -> String {
    let mut words = String::with_capacity(key.len() + 4);
    let mut lower_before = false;
    for c in key.chars() {
        if c.is_ascii_uppercase() && lower_before {
            words.push('_');
        }
        lower_before = c.is_ascii_lowercase() || c.is_ascii_digit();
        words.push(if c == '-' || c == '.' {
            '_'
        } else {
            c.to_ascii_lowercase()
        });
    }
    words
}

/// The armour of PEM and OpenSSH.
pub(super) fn is_private_key(text: &str) -> bool {
    text.contains("PRIVATE KEY-----")
}

fn looks_like(text: &str) -> Option<&'static str> {
    if text.len() < 20 {
        return password_in_url(text);
    }
    if is_private_key(text) {
        return Some("a private key");
    }
    if text.contains("discord.com/api/webhooks/") || text.contains("discordapp.com/api/webhooks/") {
        return Some("a Discord webhook");
    }
    if text.contains("AccountKey=") || text.contains("SharedAccessKey=") || is_storage_key(text) {
        return Some("an Azure storage key");
    }
    if ["ghp_", "gho_", "ghs_", "github_pat_"]
        .iter()
        .any(|start| text.starts_with(start))
    {
        return Some("a GitHub token");
    }
    password_in_url(text)
}

/// 64 bytes in base64: 86 characters and `==`.
fn is_storage_key(text: &str) -> bool {
    text.len() == 88
        && text.ends_with("==")
        && text[..86]
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

/// `scheme://user:password@host`
fn password_in_url(text: &str) -> Option<&'static str> {
    let (_, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (user, _) = authority.rsplit_once('@')?;
    let (_, password) = user.split_once(':')?;
    let plain = !password.is_empty() && !password.starts_with("${");
    plain.then_some("a password in a URL")
}

/// The text with each secret as asterisks, byte for byte, so that places stay right.
pub(super) fn masked(text: &str, secrets: &BTreeSet<Range>) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for range in secrets {
        let end = range.end.min(bytes.len());
        for byte in &mut bytes[range.start.min(end)..end] {
            if !matches!(*byte, b'\n' | b'\r') {
                *byte = b'*';
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| "*".repeat(text.len()))
}

/// Where secrets probably stand in a text that is no YAML: its lines are shown all the same.
pub(super) fn guess(text: &str) -> BTreeSet<Range> {
    let place = |part: &str| {
        let start = part.as_ptr() as usize - text.as_ptr() as usize;
        Range {
            start,
            end: start + part.len(),
        }
    };
    let mut secrets = BTreeSet::new();
    let mut in_key = false;
    for line in text.lines() {
        in_key |= line.contains("-----BEGIN") && line.contains("PRIVATE KEY");
        if in_key
            || line
                .split([' ', '"', '\''])
                .any(|word| looks_like(word).is_some())
        {
            secrets.insert(place(line));
        }
        in_key &= !line.contains("-----END");
        let flow = line.contains('{');
        for part in line.split(|c| flow && matches!(c, ',' | '{' | '}')) {
            let Some((key, value)) = part.split_once(':') else {
                continue;
            };
            let key = key.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            if is_secret_key(key) && !value.trim().starts_with("secret:") {
                secrets.insert(place(value));
            }
        }
    }
    secrets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_hold_secrets_are_known_by_their_last_word() {
        for key in [
            "password",
            "DB_PASSWORD",
            "APP_KEY",
            "accessKey",
            "api-token",
            "webhook",
            "connection_string",
        ] {
            assert!(is_secret_key(key), "{key}");
        }
        for key in [
            "key",
            "ssh_keys",
            "ssh_key",
            "host_keys",
            "password_policy",
            "keyboard",
            "public_key",
            "monkey",
        ] {
            assert!(!is_secret_key(key), "{key}");
        }
    }

    #[test]
    fn values_are_known_by_their_looks() {
        for text in [
            "-----BEGIN OPENSSH PRIVATE KEY-----\nabc",
            "https://discord.com/api/webhooks/1/abc",
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=abc",
            "mysql://root:hunter2@db/x",
        ] {
            assert!(looks_like(text).is_some(), "{text}");
        }
        for text in [
            "https://example.org/a:b@c",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI a@b",
            "mysql:8.0",
        ] {
            assert!(looks_like(text).is_none(), "{text}");
        }
    }

    #[test]
    fn secrets_are_masked_in_a_text_that_is_no_yaml() {
        let text = "a: [\n- { user: x, password: swordfish, b: secret:C }\nDB_PASSWORD: \"sword, fish\"\nurl: mysql://a:swordfish@b\n";
        let masked = masked(text, &guess(text));
        assert!(
            !masked.contains("fish\"") && !masked.contains("swordfish"),
            "{masked}"
        );
        assert!(
            masked.contains("user: x") && masked.contains("secret:C"),
            "{masked}"
        );
    }

    #[test]
    fn masking_keeps_every_place() {
        assert_eq!(
            masked("a: é\nb", &BTreeSet::from([Range { start: 3, end: 5 }])),
            "a: **\nb"
        );
    }
}
