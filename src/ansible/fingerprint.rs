//! What was last applied to a server with success, as one line that the server keeps: equal means nothing to do.

use super::digest;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;

/// Raised when the same content would do something else because lostops runs it otherwise.
const VERSION: &str = "lostops/1";
/// Variables that say where a server is and not what it is to be: a machine that was deallocated comes back with another
/// public address, and nothing on it is to be changed for that.
const WHERE: &[&str] = &["lostops_public_ip"];

/// The parts, apart, so that a difference can be named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    content: String,
    describer: String,
    machine: String,
    /// `None`: some secret is not known here, so nothing can be said of them.
    secrets: Option<String>,
}

/// Why a server is initialised, or why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Why {
    NeverInitialised,
    NewMachine,
    DescriberChanged,
    SecretsChanged,
    RolesChanged,
    /// It was asked for: `--all`.
    Asked,
    NothingChanged,
}

impl Why {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::NeverInitialised => "never initialised",
            Self::NewMachine => "the machine is new",
            Self::DescriberChanged => "its describer has changed",
            Self::SecretsChanged => "a secret has changed",
            Self::RolesChanged => "the roles have changed",
            Self::Asked => "all were asked for",
            Self::NothingChanged => "nothing changed since its last successful run",
        }
    }
}

/// The variables of an inventory that say what a server is to be: how and where it is reached is left out.
pub(crate) fn lasting(variables: &Map<String, Value>) -> Map<String, Value> {
    let own = variables
        .iter()
        .filter(|(name, _)| !name.starts_with("ansible_") && !WHERE.contains(&name.as_str()));
    own.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

impl Fingerprint {
    /// `variables` are those of the inventory; how the server is reached is left out, for it changes nothing on it.
    pub(crate) fn new(
        content: &str,
        variables: &Map<String, Value>,
        identity: Option<&str>,
        secrets: Option<&BTreeMap<String, String>>,
    ) -> Self {
        let describer = Value::Object(lasting(variables)).to_string();
        Self {
            content: content.to_owned(),
            describer: digest::short([describer.as_bytes()]),
            machine: digest::short([identity.unwrap_or_default().as_bytes()]),
            secrets: secrets.map(digest::of_secrets),
        }
    }

    /// Why the server is due, from what it holds.
    pub(crate) fn why(&self, held: Option<&str>, all: bool) -> Why {
        let Some(held) = held.map(str::trim).filter(|held| !held.is_empty()) else {
            return Why::NeverInitialised;
        };
        let part = |name: &str| {
            let word = held.split(' ').find_map(|word| word.strip_prefix(name));
            word.and_then(|word| word.strip_prefix(':'))
        };
        if part("machine") != Some(&self.machine) {
            Why::NewMachine
        } else if part("describer") != Some(&self.describer) {
            Why::DescriberChanged
        } else if self.secrets.is_some() && part("secrets") != self.secrets.as_deref() {
            Why::SecretsChanged
        } else if held != self.words(part("secrets")) {
            Why::RolesChanged
        } else if all {
            Why::Asked
        } else {
            Why::NothingChanged
        }
    }
}

impl Fingerprint {
    /// With `secrets` where those of the server are not known here.
    fn words(&self, secrets: Option<&str>) -> String {
        let secrets = self.secrets.as_deref().or(secrets).unwrap_or_default();
        format!(
            "{VERSION} content:{} describer:{} machine:{} secrets:{secrets}",
            self.content, self.describer, self.machine
        )
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(content: &str, ports: u16, identity: Option<&str>) -> Fingerprint {
        let Value::Object(variables) =
            json!({ "ansible_host": "192.0.2.1", "lostops_ports": ports })
        else {
            panic!("an object");
        };
        Fingerprint::new(content, &variables, identity, Some(&BTreeMap::new()))
    }

    #[test]
    fn a_secret_that_was_rotated_is_a_reason_and_one_that_is_not_known_is_none() {
        let with = |secret: Option<&str>| {
            let secrets = secret.map(|it| BTreeMap::from([("A".to_owned(), it.to_owned())]));
            Fingerprint::new("c", &Map::new(), None, secrets.as_ref())
        };
        let held = with(Some("old")).to_string();
        assert!(!held.contains("old"), "{held}");
        let why = |secret| with(secret).why(Some(&held), false);
        assert_eq!(why(Some("old")), Why::NothingChanged);
        assert_eq!(why(Some("new")), Why::SecretsChanged);
        assert_eq!(why(None), Why::NothingChanged);
    }

    #[test]
    fn the_reason_is_what_differs() {
        let now = of("c", 22, Some("m"));
        let held = |held: &Fingerprint| now.why(Some(&format!("{held}\n")), false);
        assert_eq!(held(&now), Why::NothingChanged);
        assert_eq!(held(&of("d", 22, Some("m"))), Why::RolesChanged);
        assert_eq!(held(&of("c", 23, Some("m"))), Why::DescriberChanged);
        assert_eq!(held(&of("c", 22, Some("n"))), Why::NewMachine);
        assert_eq!(held(&of("c", 22, None)), Why::NewMachine);
    }

    #[test]
    fn a_server_that_holds_nothing_was_never_initialised() {
        let now = of("c", 22, None);
        assert_eq!(now.why(None, true), Why::NeverInitialised);
        assert_eq!(now.why(Some(" \n"), false), Why::NeverInitialised);
        assert_ne!(now.why(Some("anything else"), false), Why::NothingChanged);
    }

    #[test]
    fn an_older_version_of_lostops_has_changed_the_roles() {
        let now = of("c", 22, None);
        let older = now.to_string().replace("lostops/1", "lostops/0");
        assert_eq!(now.why(Some(&older), false), Why::RolesChanged);
    }

    #[test]
    fn all_means_also_those_that_are_not_due() {
        let now = of("c", 22, None);
        assert_eq!(now.why(Some(&now.to_string()), true), Why::Asked);
    }

    #[test]
    fn another_address_changes_nothing_on_the_server() {
        let variables = |host: &str| match json!({ "ansible_host": host, "lostops_public_ip": host })
        {
            Value::Object(variables) => variables,
            _ => panic!("an object"),
        };
        assert_eq!(
            Fingerprint::new("c", &variables("192.0.2.1"), None, None),
            Fingerprint::new("c", &variables("192.0.2.2"), None, None)
        );
    }
}
