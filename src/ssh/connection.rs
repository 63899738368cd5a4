//! How every connection is made, by us and by Ansible: strict host keys, one connection a server, death noticed.

use super::key::Key;
use super::place::Place;
use super::target::Target;
use crate::process::Invocation;
use anyhow::Context as _;
use camino::Utf8PathBuf;
use std::collections::BTreeMap;
use std::time::Duration;

/// What ends a connection that is dead: three times five seconds without an answer.
const ALIVE: [&str; 2] = ["ServerAliveInterval=5", "ServerAliveCountMax=3"];

/// The file of known hosts, in the place.
const KNOWN: &str = "known_hosts";

/// Connections of one run. They and the key end with this.
#[derive(Debug)]
pub(crate) struct Ssh {
    key: Key,
    /// After the key, which lies in it.
    place: Place,
    environment: BTreeMap<String, String>,
    /// Seconds that one attempt to connect may take.
    attempt: u64,
}

impl Ssh {
    pub(crate) fn new(
        place: Place,
        key: Key,
        environment: BTreeMap<String, String>,
        patience: Duration,
    ) -> anyhow::Result<Self> {
        place.folder("s")?;
        place.write(KNOWN, "")?;
        Ok(Self {
            key,
            place,
            environment,
            attempt: patience.as_secs().clamp(1, 10),
        })
    }

    pub(crate) fn path(&self, name: &str) -> Utf8PathBuf {
        self.place.path(name)
    }

    pub(crate) fn environment(&self) -> &BTreeMap<String, String> {
        &self.environment
    }

    /// The hosts that may answer, and by which keys; whoever is not in it is refused. Connections to other servers are
    /// being made meanwhile, and read it.
    pub(crate) fn trust(&self, lines: &[String]) -> anyhow::Result<()> {
        let mut text = lines.join("\n");
        text.push('\n');
        self.place
            .write(KNOWN, &text)
            .context("could not write the known hosts")
    }

    /// Every `-o`, without the `-o`. Names without spaces, for OpenSSH takes the values apart at them.
    pub(crate) fn options(&self) -> Vec<String> {
        let mut options: Vec<String> = ALIVE.iter().map(ToString::to_string).collect();
        options.extend(
            [
                "BatchMode=yes",
                "PreferredAuthentications=publickey",
                "StrictHostKeyChecking=yes",
                "UpdateHostKeys=no",
                "GlobalKnownHostsFile=/dev/null",
                "ForwardAgent=no",
                "ControlMaster=auto",
                "ControlPersist=60s",
            ]
            .map(str::to_owned),
        );
        options.push(format!("ConnectTimeout={}", self.attempt));
        options.push(format!("UserKnownHostsFile={}", self.place.path(KNOWN)));
        options.extend(self.key.options());
        options
    }

    /// Where a connection is kept, as OpenSSH and Ansible's configuration fill it in.
    pub(crate) fn control_path(&self) -> Utf8PathBuf {
        self.place.path("s").join("%C")
    }

    /// Runs a script of ours on the server; the connection stays for Ansible, and goes on in a process of its own.
    pub(crate) fn command(&self, target: &Target, script: &str) -> Invocation {
        // Without a file: what users have set for themselves is not for servers.
        let mut arguments: Vec<String> = ["-F", "none", "-T"].map(str::to_owned).into();
        for option in self.options() {
            arguments.extend(["-o".to_owned(), option]);
        }
        arguments.extend([
            "-o".to_owned(),
            format!("ControlPath={}", self.control_path()),
        ]);
        arguments.extend(["-p".to_owned(), target.port.to_string()]);
        arguments.extend(["-l".to_owned(), target.user.clone()]);
        arguments.extend([
            "--".to_owned(),
            target.address.to_string(),
            script.to_owned(),
        ]);
        Invocation::new("ssh")
            .arguments(arguments)
            .environment(self.environment.clone())
    }
}

impl Drop for Ssh {
    /// Connections that are kept would stay for a minute, and with them whoever could use their sockets.
    fn drop(&mut self) {
        for socket in self.place.sockets() {
            let ended = Invocation::new("ssh")
                .arguments([
                    "-F",
                    "none",
                    "-o",
                    &format!("ControlPath={socket}"),
                    "-O",
                    "exit",
                    "--",
                    "x",
                ])
                .environment(self.environment.clone())
                .finally();
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection was not ended");
            }
        }
    }
}
