//! Host keys: pinned by a describer, accepted before, or seen for the first time.

use super::digest;
use super::target::Target;
use crate::process::Invocation;
use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A key that was accepted, and of which machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Accepted {
    /// Azure's id; `None` when it was not known.
    #[serde(default)]
    identity: Option<String>,
    /// `ssh-ed25519 AAAA…`
    key: String,
}

/// What was accepted, by server; kept beside the state.
#[derive(Debug)]
pub(crate) struct Book {
    path: Utf8PathBuf,
    accepted: BTreeMap<String, Accepted>,
}

/// By which key a server is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trust {
    /// The describer says so: nothing else will do.
    Pinned(Vec<String>),
    /// Accepted before, from this very machine.
    Known(String),
    /// Never seen.
    First,
    /// Another machine stands in its place, so that another key is what is to be expected.
    Replaced { before: String },
}

impl Book {
    /// Reads it; one that is not there is empty.
    pub(crate) fn read(path: &Utf8Path) -> anyhow::Result<Self> {
        let accepted = match fs_err::read(path) {
            Ok(text) => serde_json::from_slice(&text).with_context(|| {
                format!(
                    "could not understand `{path}`: remove it, and every host key is accepted anew"
                )
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            path: path.to_owned(),
            accepted,
        })
    }

    pub(crate) fn trust(&self, target: &Target) -> Trust {
        if !target.pinned.is_empty() {
            return Trust::Pinned(target.pinned.clone());
        }
        match self.accepted.get(&target.name) {
            None => Trust::First,
            Some(accepted) => match (&accepted.identity, &target.identity) {
                (Some(before), Some(now)) if before != now => Trust::Replaced {
                    before: accepted.key.clone(),
                },
                _ => Trust::Known(accepted.key.clone()),
            },
        }
    }

    /// Keeps a key by which a login has succeeded.
    pub(crate) fn accept(&mut self, target: &Target, key: &str) -> anyhow::Result<()> {
        let accepted = Accepted {
            identity: target.identity.clone(),
            key: bare(key),
        };
        if self.accepted.get(&target.name) == Some(&accepted) {
            return Ok(());
        }
        self.accepted.insert(target.name.clone(), accepted);
        let mut text = serde_json::to_vec_pretty(&self.accepted)?;
        text.push(b'\n');
        // Whole or not at all: a killed run must not leave a half.
        let aside = self.path.with_extension("json.new");
        fs_err::write(&aside, text)?;
        fs_err::rename(&aside, &self.path)?;
        Ok(())
    }
}

/// A key without its comment.
fn bare(key: &str) -> String {
    key.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

/// Lines of a file of known hosts.
pub(crate) fn lines(target: &Target, keys: &[String]) -> Vec<String> {
    let name = target.known_name();
    keys.iter()
        .map(|key| format!("{name} {}", bare(key)))
        .collect()
}

/// The fingerprints of keys, for people.
pub(crate) fn fingerprints(keys: &[String]) -> Vec<String> {
    keys.iter().filter_map(|key| digest::of_key(key)).collect()
}

/// Asks a server for its key, the strongest that it has; `None` when it does not answer.
pub(crate) fn scan(
    target: &Target,
    environment: &BTreeMap<String, String>,
) -> anyhow::Result<Option<String>> {
    for kind in ["ed25519", "ecdsa,rsa"] {
        let scanned = Invocation::new("ssh-keyscan")
            .arguments(["-T", "5", "-t", kind, "-p", &target.port.to_string(), "--"])
            .arguments([target.address.to_string()])
            .environment(environment.clone())
            .output()?;
        let text = String::from_utf8_lossy(&scanned.stdout);
        if let Some(key) = first_key(&text) {
            return Ok(Some(key));
        }
        // Nobody is there, and to ask again would take as long again.
        if !text.contains("SSH-") && !scanned.stderr.contains("SSH-") {
            break;
        }
    }
    Ok(None)
}

/// `[203.0.113.12]:22 ssh-ed25519 AAAA…` among comments.
fn first_key(text: &str) -> Option<String> {
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let (_, key) = line.split_once(' ')?;
    digest::of_key(key).map(|_| bare(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILIPuIfWh+V2mMHtmBmZSUBhk4zOuB3jglinxzUlXM+L";

    fn target(identity: Option<&str>) -> Target {
        Target {
            name: "database".to_owned(),
            role: "database".to_owned(),
            address: "192.0.2.5".parse().unwrap(),
            port: 22,
            user: "lostops".to_owned(),
            identity: identity.map(str::to_owned),
            pinned: Vec::new(),
        }
    }

    fn book(accepted_of: Option<&str>) -> Book {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::try_from(folder.path().join("host-keys.json")).unwrap();
        let mut book = Book::read(&path).unwrap();
        book.accept(&target(accepted_of), &format!("{KEY} comment"))
            .unwrap();
        Book::read(&path).unwrap()
    }

    #[test]
    fn a_server_that_was_never_seen_is_met_for_the_first_time() {
        let book = Book::read(Utf8Path::new("/nowhere/at/all")).unwrap();
        assert_eq!(book.trust(&target(Some("a"))), Trust::First);
    }

    #[test]
    fn the_same_machine_keeps_its_key() {
        let known = Trust::Known(KEY.to_owned());
        assert_eq!(book(Some("a")).trust(&target(Some("a"))), known);
    }

    #[test]
    fn a_machine_in_the_place_of_another_may_have_another_key() {
        let replaced = Trust::Replaced {
            before: KEY.to_owned(),
        };
        assert_eq!(book(Some("a")).trust(&target(Some("b"))), replaced);
    }

    #[test]
    fn where_it_cannot_be_told_apart_the_key_must_be_the_same() {
        let known = Trust::Known(KEY.to_owned());
        assert_eq!(book(None).trust(&target(Some("b"))), known);
        assert_eq!(book(Some("a")).trust(&target(None)), known);
    }

    #[test]
    fn what_a_describer_pins_goes_before_what_was_accepted() {
        let mut target = target(Some("b"));
        target.pinned = vec!["ssh-ed25519 OTHER".to_owned()];
        assert_eq!(
            book(Some("a")).trust(&target),
            Trust::Pinned(target.pinned.clone())
        );
    }

    #[test]
    fn another_port_is_another_name() {
        let mut target = target(None);
        assert_eq!(
            lines(&target, &[format!("{KEY} x")]),
            [format!("192.0.2.5 {KEY}")]
        );
        target.port = 2222;
        assert_eq!(
            lines(&target, &[KEY.to_owned()]),
            [format!("[192.0.2.5]:2222 {KEY}")]
        );
    }

    #[test]
    fn a_scan_is_read_past_its_comments() {
        let text = format!("# 192.0.2.5:22 SSH-2.0-OpenSSH_9.6p1\n192.0.2.5 {KEY}\n");
        assert_eq!(first_key(&text).as_deref(), Some(KEY));
        assert_eq!(first_key("# 192.0.2.5:22 SSH-2.0-x\n"), None);
        assert_eq!(first_key("192.0.2.5 ssh-ed25519 rubbish!\n"), None);
    }
}
