//! The private key: from a variable into an agent, never onto a disk; or a file that is used where it lies.

use super::place::Place;
use crate::process::{Companion, Invocation};
use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use camino::{Utf8Path, Utf8PathBuf};
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;

/// Where the key is from.
#[derive(Clone)]
pub(crate) enum Source {
    /// Its text.
    Text(String),
    File(Utf8PathBuf),
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(_) => f.write_str("Text(…)"),
            Self::File(path) => write!(f, "File({path})"),
        }
    }
}

/// What is wrong with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("it is encrypted with a passphrase, and nobody is there to type it")]
    Encrypted,
    #[error("it is a public key")]
    Public,
    #[error(
        "it is not an OpenSSH or PEM private key: it begins with `-----BEGIN … PRIVATE KEY-----` and ends with `-----END … PRIVATE KEY-----`"
    )]
    Malformed,
    /// OpenSSH passes over it then, and the server is what seems to refuse.
    #[error("others than its owner may read it, and OpenSSH does not use such a key")]
    Open,
}

impl Unusable {
    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::Encrypted => {
                "make one without a passphrase for lostops alone: `ssh-keygen -t ed25519 -N '' -f lostops`, and put its public half into the describers' `ssh_keys`"
            }
            Self::Public => "give the private half: the file without `.pub`",
            Self::Malformed => {
                "give the whole file as it is, line breaks included: `gh secret set LOSTOPS_SSH_KEY < FILE`"
            }
            Self::Open => "let its owner alone read it: `chmod 600 FILE`",
        }
    }
}

/// How OpenSSH gets at the key, for as long as this lives.
#[derive(Debug)]
pub(crate) enum Key {
    Agent {
        socket: Utf8PathBuf,
        _agent: Box<Companion>,
    },
    /// A name without spaces for the file.
    File(Utf8PathBuf),
}

/// The text as OpenSSH takes it: its own line ends, and one at the end, which secrets of workflows lose.
pub(crate) fn normal(text: &str) -> String {
    let mut key = text.replace("\r\n", "\n").trim().to_owned();
    key.push('\n');
    key
}

/// Looks at a key before anybody uses it, so that what is wrong can be said.
pub(crate) fn look(text: &str) -> Result<(), Unusable> {
    let key = normal(text);
    let lines: Vec<&str> = key.lines().map(str::trim).collect();
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
        return Err(Unusable::Malformed);
    };
    if ["ssh-", "ecdsa-", "sk-"]
        .iter()
        .any(|kind| first.starts_with(kind))
    {
        return Err(Unusable::Public);
    }
    let ends = |line: &str, word: &str| {
        line.starts_with(&format!("-----{word} ")) && line.ends_with("PRIVATE KEY-----")
    };
    if lines.len() < 3 || !ends(first, "BEGIN") || !ends(last, "END") {
        return Err(Unusable::Malformed);
    }
    if first.contains("ENCRYPTED") || key.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(Unusable::Encrypted);
    }
    if first.contains("OPENSSH") {
        let body: String = lines[1..lines.len() - 1].concat();
        let bytes = STANDARD.decode(body).map_err(|_| Unusable::Malformed)?;
        return cipher(&bytes);
    }
    Ok(())
}

/// OpenSSH's own format names the cipher first.
fn cipher(bytes: &[u8]) -> Result<(), Unusable> {
    let rest = bytes
        .strip_prefix(b"openssh-key-v1\0")
        .ok_or(Unusable::Malformed)?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or(Unusable::Malformed)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| Unusable::Malformed)?;
    match rest.get(..length) {
        Some(b"none") => Ok(()),
        Some(_) => Err(Unusable::Encrypted),
        None => Err(Unusable::Malformed),
    }
}

impl Key {
    /// Makes the key usable: a text goes into an agent of its own by standard input.
    pub(crate) fn ready(
        source: &Source,
        place: &Place,
        environment: &BTreeMap<String, String>,
    ) -> anyhow::Result<Self> {
        match source {
            Source::File(path) => {
                let path = camino::absolute_utf8(path)?;
                let name = place.path("key");
                fs_err::os::unix::fs::symlink(&path, &name)?;
                Ok(Self::File(name))
            }
            Source::Text(text) => agent(&normal(text), place, environment),
        }
    }

    /// What OpenSSH must be told.
    pub(crate) fn options(&self) -> Vec<String> {
        match self {
            Self::Agent { socket, .. } => vec![
                format!("IdentityAgent={socket}"),
                "IdentityFile=none".to_owned(),
            ],
            Self::File(path) => vec![
                "IdentityAgent=none".to_owned(),
                format!("IdentityFile={path}"),
                "IdentitiesOnly=yes".to_owned(),
            ],
        }
    }
}

fn agent(key: &str, place: &Place, environment: &BTreeMap<String, String>) -> anyhow::Result<Key> {
    let socket = place.path("agent");
    // The agent ends some seconds after what it was started with; `cat` ends when our end of its input closes.
    let invocation = Invocation::new("ssh-agent")
        .arguments([
            "-a",
            socket.as_str(),
            "sh",
            "-c",
            "echo $SSH_AGENT_PID; exec cat",
        ])
        .environment(environment.clone());
    let mut companion = Companion::start(&invocation)?;
    let Ok(number) = companion.greeting.parse() else {
        bail!("could not start `ssh-agent`: it did not say its number");
    };
    companion.takes_along(number, "ssh-agent");
    let mut environment = environment.clone();
    environment.insert("SSH_AUTH_SOCK".to_owned(), socket.to_string());
    environment.insert("SSH_ASKPASS_REQUIRE".to_owned(), "never".to_owned());
    let added = Invocation::new("ssh-add")
        .arguments(["-q", "-"])
        .environment(environment)
        .input(key)
        .output()
        .context("could not hand the SSH key to its agent")?;
    if !added.success() {
        bail!(
            "could not hand the SSH key to its agent: `ssh-add` ended with {}: {}",
            added.words(),
            added.stderr.trim()
        );
    }
    Ok(Key::Agent {
        socket,
        _agent: Box::new(companion),
    })
}

/// The public half: `ssh-ed25519 AAAA…`. `Err` says why there is none.
pub(crate) fn public(
    source: &Source,
    environment: &BTreeMap<String, String>,
) -> anyhow::Result<String> {
    let text = match source {
        Source::Text(text) => normal(text),
        Source::File(path) => fs_err::read_to_string(path)?,
    };
    let told = Invocation::new("ssh-keygen")
        .arguments(["-y", "-P", "", "-f", "/dev/stdin"])
        .environment(environment.clone())
        .input(text)
        .output()?;
    let said = String::from_utf8_lossy(&told.stdout);
    let mut words = said.split_whitespace();
    match (told.success(), words.next(), words.next()) {
        (true, Some(kind), Some(key)) => Ok(format!("{kind} {key}")),
        _ => bail!(
            "`ssh-keygen` does not understand it: {}",
            told.stderr.trim()
        ),
    }
}

/// A key in a file, which is used where it lies unless OpenSSH would not understand it as it is written. `Err` where it
/// cannot be read.
pub(crate) fn of_file(path: &Utf8Path) -> anyhow::Result<Result<Source, Unusable>> {
    let bytes = fs_err::read(path)?;
    let text = String::from_utf8_lossy(&bytes);
    if let Err(unusable) = look(&text) {
        return Ok(Err(unusable));
    }
    // Line ends of Windows, or none at the end: an editor or `echo -n` has been at it.
    if text != normal(&text) {
        return Ok(Ok(Source::Text(text.into_owned())));
    }
    let found = fs_err::metadata(path)?;
    let is_own = found.uid() == nix::unistd::getuid().as_raw();
    if is_own && found.mode() & 0o077 != 0 {
        return Ok(Err(Unusable::Open));
    }
    Ok(Ok(Source::File(path.to_owned())))
}
