//! Why a server does not answer by SSH, as a person would say it, and what to do.

use super::known::fingerprints;
use super::target::Target;
use std::io::{ErrorKind, Read as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long the system tries to reach a port, and its owner may take to greet.
const GREETING: Duration = Duration::from_secs(5);

/// Why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The machine answers, and nothing listens.
    Refused,
    /// Nothing answers at all.
    Filtered,
    NoRoute,
    /// Something listens that is no SSH server.
    NotSsh,
    /// It closes the connection: not up yet, or too many at once.
    Closed,
    HostKey {
        expected: Vec<String>,
        found: Option<String>,
        pinned: bool,
    },
    KeyRejected,
    /// It lets us in, and does nothing.
    Silent,
    /// What OpenSSH said, when it is none of these.
    Other(String),
    /// It lies with us.
    Inability(String),
    Cancelled,
}

impl Trouble {
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Refused => "the connection is refused: nothing listens there".to_owned(),
            Self::Filtered => {
                "the connection times out: a firewall drops it, or the machine is down".to_owned()
            }
            Self::NoRoute => "there is no route to it".to_owned(),
            Self::NotSsh => "what answers there is not SSH".to_owned(),
            Self::Closed => "it closes the connection before it has greeted".to_owned(),
            Self::HostKey {
                expected,
                found,
                pinned,
            } => host_key(expected, found.as_deref(), *pinned),
            Self::KeyRejected => "it does not accept the SSH key".to_owned(),
            Self::Silent => "SSH connects, and the server does not answer in time".to_owned(),
            Self::Other(said) | Self::Inability(said) => said.clone(),
            Self::Cancelled => "cancelled".to_owned(),
        }
    }

    pub(crate) fn help(&self, target: &Target) -> String {
        match self {
            Self::Refused | Self::Closed => {
                "look at the machine's console: `systemctl status ssh`; it may still boot, then run again".to_owned()
            }
            Self::Filtered => format!(
                "let its describer open port {} to where lostops runs, and see that the machine runs",
                target.port
            ),
            Self::NoRoute => "run lostops where the server's network is reached, or give the server a public address".to_owned(),
            Self::NotSsh => format!("see what listens on port {} of `{}`", target.port, target.name),
            Self::HostKey { pinned, found, .. } => match (pinned, found) {
                (true, Some(found)) => format!(
                    "somebody may stand in between; if the machine was made anew, compare the key on its console (`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`) and pin it in the describer: `host_keys: [\"{found}\"]`"
                ),
                _ => "somebody may stand in between; compare the key on the machine's console (`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`), and if it is right pin it in the describer's `host_keys`".to_owned(),
            },
            Self::KeyRejected => format!(
                "the public half of the key must be among the describer's `admin: {{ ssh_keys }}` and in `~{}/.ssh/authorized_keys` on the machine",
                target.user
            ),
            Self::Silent => "look at the machine's console: its disk or its memory may be full, or its boot hangs".to_owned(),
            Self::Other(_) | Self::Inability(_) => format!("try it by hand: `ssh {}@{}`", target.user, target.address),
            Self::Cancelled => "start again: nothing was lost".to_owned(),
        }
    }
}

fn host_key(expected: &[String], found: Option<&str>, pinned: bool) -> String {
    let known = fingerprints(expected).join(" or ");
    let how = if pinned {
        "its describer pins"
    } else {
        "it was known by"
    };
    let shown = found
        .and_then(super::digest::of_key)
        .unwrap_or_else(|| "another".to_owned());
    if known.contains(&shown) {
        // To say that it changed into itself would be nonsense.
        return format!(
            "its host key was refused, though asked again it shows {shown}, as it should: more than one machine may answer there"
        );
    }
    format!("its host key has changed: {how} {known}, and it shows {shown}")
}

/// What OpenSSH complains of. Its words are those of the C locale.
pub(crate) fn of_ssh(stderr: &str, target: &Target) -> Trouble {
    let said = |words: &str| stderr.contains(words);
    if said("REMOTE HOST IDENTIFICATION HAS CHANGED") || said("Host key verification failed") {
        Trouble::HostKey {
            expected: Vec::new(),
            found: None,
            pinned: false,
        }
    } else if said("Permission denied") || said("Too many authentication failures") {
        Trouble::KeyRejected
    } else if said("Connection refused") {
        Trouble::Refused
    } else if said("timed out") {
        // A port that is open and says nothing times out, too.
        if said("banner exchange") {
            Trouble::NotSsh
        } else {
            Trouble::Filtered
        }
    } else if said("No route to host") || said("Network is unreachable") {
        Trouble::NoRoute
    } else if said("banner") && (said("invalid") || said("too long") || said("Bad remote")) {
        Trouble::NotSsh
    } else if said("kex_exchange_identification")
        || said("Connection closed by")
        || said("Connection reset by")
    {
        Trouble::Closed
    } else {
        let line = stderr
            .lines()
            .map(str::trim)
            .rfind(|line| !line.is_empty() && !line.starts_with("Warning: Permanently added"));
        let said = line.map_or_else(
            || format!("`ssh` to `{}` ended without a word", target.place()),
            str::to_owned,
        );
        Trouble::Other(said)
    }
}

/// Why no key could be had: tried once more without SSH, whose tools do not say.
pub(crate) fn of_connect(target: &Target) -> Trouble {
    let address = SocketAddr::new(target.address, target.port);
    let mut stream = match TcpStream::connect_timeout(&address, GREETING) {
        Ok(stream) => stream,
        Err(error) => return of_io(&error),
    };
    let mut greeting = [0; 4];
    let read = stream
        .set_read_timeout(Some(GREETING))
        .and_then(|()| stream.read_exact(&mut greeting));
    match read {
        Ok(()) if greeting == *b"SSH-" => {
            Trouble::Other("it greets as SSH, and shows no host key that is known here".to_owned())
        }
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset
            ) =>
        {
            Trouble::Closed
        }
        _ => Trouble::NotSsh,
    }
}

fn of_io(error: &std::io::Error) -> Trouble {
    match error.kind() {
        ErrorKind::ConnectionRefused => Trouble::Refused,
        ErrorKind::TimedOut | ErrorKind::WouldBlock => Trouble::Filtered,
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => Trouble::NoRoute,
        _ => Trouble::Other(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::net::TcpListener;

    fn target(port: u16) -> Target {
        Target {
            name: "database".to_owned(),
            role: "database".to_owned(),
            address: "127.0.0.1".parse().unwrap(),
            port,
            user: "lostops".to_owned(),
            identity: None,
            pinned: Vec::new(),
        }
    }

    #[test]
    fn openssh_is_understood() {
        let cases = [
            (
                "ssh: connect to host 192.0.2.1 port 22: Connection refused\r\n",
                Trouble::Refused,
            ),
            (
                "ssh: connect to host 192.0.2.1 port 22: Connection timed out\r\n",
                Trouble::Filtered,
            ),
            (
                "Connection timed out during banner exchange\r\nConnection to 192.0.2.1 port 22 timed out\r\n",
                Trouble::NotSsh,
            ),
            (
                "ssh: connect to host 192.0.2.1 port 22: No route to host\r\n",
                Trouble::NoRoute,
            ),
            (
                "lostops@192.0.2.1: Permission denied (publickey).\r\n",
                Trouble::KeyRejected,
            ),
            (
                "kex_exchange_identification: Connection closed by remote host\r\nConnection closed by 192.0.2.1 port 22\r\n",
                Trouble::Closed,
            ),
            (
                "banner line contains invalid characters\r\n",
                Trouble::NotSsh,
            ),
            (
                "odd\r\nstranger things\r\n",
                Trouble::Other("stranger things".to_owned()),
            ),
        ];
        for (said, trouble) in cases {
            assert_eq!(of_ssh(said, &target(22)), trouble, "{said}");
        }
        assert!(matches!(
            of_ssh("Host key verification failed.\r\n", &target(22)),
            Trouble::HostKey { .. }
        ));
    }

    /// Somebody who greets each caller with these words.
    fn greeter(words: &'static [u8]) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let _ = stream.write_all(words);
            }
        });
        port
    }

    #[test]
    fn whoever_greets_otherwise_is_not_ssh() {
        assert_eq!(
            of_connect(&target(greeter(b"HTTP/1.1 400 Bad Request\r\n"))),
            Trouble::NotSsh
        );
        assert_eq!(of_connect(&target(greeter(b""))), Trouble::Closed);
    }

    #[test]
    fn a_port_where_nobody_listens_refuses() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        assert_eq!(of_connect(&target(port)), Trouble::Refused);
    }

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILIPuIfWh+V2mMHtmBmZSUBhk4zOuB3jglinxzUlXM+L";

    fn key_trouble(found: &str) -> Trouble {
        Trouble::HostKey {
            expected: vec![KEY.to_owned()],
            found: Some(found.to_owned()),
            pinned: true,
        }
    }

    #[test]
    fn a_changed_key_is_named_with_the_one_that_was_known() {
        let trouble = key_trouble("ssh-ed25519 AAAA");
        let words = trouble.words();
        assert!(words.contains("its describer pins SHA256:"), "{words}");
        assert!(words.contains("it shows SHA256:"), "{words}");
        let help = trouble.help(&target(22));
        assert!(help.contains("host_keys: [\"ssh-ed25519 AAAA\"]"));
        let same = key_trouble(KEY).words();
        assert!(same.contains("more than one machine") && !same.contains("changed"));
    }
}
