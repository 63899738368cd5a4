//! A server from within: one script over SSH says everything, and here it is read.

mod answers;
mod containers;
mod installed;
mod people;
mod sockets;
#[cfg(test)]
mod tests;
mod translated;

use super::outcome::{Gap, Inside};
use crate::ssh::Ssh;
use crate::ssh::target::Target;
use crate::ssh::trouble::{Trouble, of_ssh};
use answers::Answers;
use std::net::IpAddr;
use std::time::Duration;

/// What is asked; the second says what is installed, and the play asks it too.
const SCRIPT: &str = include_str!("collect.sh");
const INSTALLED: &str = include_str!("../../../ansible/roles/base/files/installed.sh");

/// A server has this long to say everything; it takes a second.
const LIMIT: Duration = Duration::from_mins(1);

/// Asks a server. `word` is one that nobody can guess.
///
/// # Errors
/// It does not let us in, or does not answer in time.
pub(crate) fn measure(ssh: &Ssh, target: &Target, word: &str) -> Result<Inside, Trouble> {
    let ended = ssh
        .command(target, &login(word))
        .input(script())
        .output_within(LIMIT)
        .map_err(|error| Trouble::Inability(format!("{error:#}")))?
        .ok_or(Trouble::Silent)?;
    let said = String::from_utf8_lossy(&ended.stdout);
    let answers = Answers::of(&said, word);
    if !answers.are_complete() {
        return Err(if ended.code == Some(255) {
            of_ssh(&ended.stderr, target)
        } else {
            Trouble::Other(format!(
                "its answer broke off after {} ({})",
                answers.last().unwrap_or("nothing"),
                ended.words()
            ))
        });
    }
    Ok(read(&answers))
}

/// As root where that is possible; what it runs comes over standard input, for a line would be too long.
fn login(word: &str) -> String {
    let shell = format!("bash -s -- {word} \"$SSH_CONNECTION\"");
    format!("if sudo -n true 2>/dev/null; then exec sudo -n {shell}; else exec {shell}; fi")
}

fn script() -> String {
    // Nothing in it is the end that it is read until.
    format!("installed=$(cat <<'LOSTOPS'\n{INSTALLED}LOSTOPS\n)\n{SCRIPT}")
}

/// What all the answers mean.
fn read(answers: &Answers<'_>) -> Inside {
    let mut gaps = Vec::new();
    let containers = containers::read(answers, &mut gaps);
    let people = people::read(answers, &mut gaps);
    let mut translated = translated::read(answers, &mut gaps);
    let mut sockets = sockets::read(answers, &mut gaps);
    containers::name(containers.as_deref(), &mut translated, &mut sockets);
    gaps.extend(answers.failed("addresses", &[]).map(|how| {
        Gap::new(format!(
            "`ip address` {how}, so which addresses it has besides is not known"
        ))
    }));
    if !answers.are_of_root() {
        gaps.push(Gap {
            words: "the login may not become root (`sudo -n`), so whose sockets they are, the packet filter and the keys of others are not seen".to_owned(),
            made_up_for: false,
        });
    }
    let line = |name| answers.get(name).unwrap_or_default().trim().to_owned();
    let uptime = line("uptime");
    let uptime = uptime.split(['.', ' ']).next().unwrap_or_default();
    let mut reboot = answers.get("reboot").unwrap_or_default().lines();
    Inside {
        release: line("release"),
        kernel: line("kernel"),
        uptime_seconds: uptime.parse().unwrap_or(0),
        reboot: (reboot.next() == Some("pending")).then(|| reboot.map(str::to_owned).collect()),
        // CLIENT PORT SERVER PORT
        seen_from: line("connection")
            .split(' ')
            .next()
            .and_then(|address| address.parse().ok()),
        addresses: addresses(answers),
        sockets,
        translated,
        installed: installed::read(answers, &mut gaps),
        people,
        containers,
        gaps,
    }
}

/// `2: eth0    inet 10.10.0.4/24 brd … scope global eth0 …`: those of the machine, not those of networks of containers.
fn addresses(answers: &Answers<'_>) -> Vec<IpAddr> {
    let lines = answers.get("addresses").unwrap_or_default().lines();
    lines
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let interface = words.nth(1)?;
            let is_bridge = ["docker", "br-", "veth"]
                .iter()
                .any(|begin| interface.starts_with(begin));
            let address = words.nth(1)?.split('/').next()?.parse::<IpAddr>().ok()?;
            let is_local = address.is_loopback()
                || matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local());
            (!is_bridge && !is_local).then_some(address)
        })
        .collect()
}

impl Gap {
    /// Nothing is known in its place.
    fn new(words: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            made_up_for: false,
        }
    }
}
