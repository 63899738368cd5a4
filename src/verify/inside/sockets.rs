//! Who waits for connections: what `ss` says, and where there is none what the kernel says itself.

use super::answers::Answers;
use crate::fleet::port::Protocol;
use crate::verify::outcome::{At, Gap, Socket};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where the system takes the port of a client from.
const EPHEMERAL: std::ops::RangeInclusive<u16> = 32_768..=60_999;

pub(super) fn read(answers: &Answers<'_>, gaps: &mut Vec<Gap>) -> Vec<Socket> {
    let users = users(answers);
    let first = answers.get("sockets").map(|said| of_ss(said, &users));
    let again = answers.get("sockets-again").map(|said| of_ss(said, &users));
    let mut sockets = match (first, again) {
        (Some(first), Some(again)) => steady(first, again),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => kernel(answers, &users, gaps),
    };
    sockets.sort_by(|a, b| {
        (a.port, a.protocol, &a.process, a.place()).cmp(&(
            b.port,
            b.protocol,
            &b.process,
            b.place(),
        ))
    });
    sockets.dedup();
    sockets
}

fn kernel(
    answers: &Answers<'_>,
    users: &BTreeMap<u32, String>,
    gaps: &mut Vec<Gap>,
) -> Vec<Socket> {
    let said = answers.get("kernel-sockets").unwrap_or_default();
    let sockets = of_kernel(said, users);
    if sockets.is_empty() {
        gaps.push(Gap::new(
            "neither `ss` nor /proc/net says which sockets listen",
        ));
    } else {
        let how = match answers.code("sockets") {
            Some(127) => "is missing",
            Some(124) => "does not end",
            _ => "fails",
        };
        gaps.push(Gap {
            words: format!(
                "`ss` {how} on the server: the listening sockets were read from /proc/net, without their units"
            ),
            made_up_for: true,
        });
    }
    sockets
}

/// Both looks together, but UDP sockets of clients, which are there for the moment of a question.
fn steady(first: Vec<Socket>, again: Vec<Socket>) -> Vec<Socket> {
    let key = |socket: &Socket| (socket.protocol, socket.port, socket.place());
    let both: BTreeSet<_> = again.iter().map(key).collect();
    let before: BTreeSet<_> = first.iter().map(key).collect();
    let stays = |socket: &Socket, other: &BTreeSet<_>| {
        socket.protocol == Protocol::Tcp
            || !EPHEMERAL.contains(&socket.port)
            || other.contains(&key(socket))
    };
    let new = again
        .into_iter()
        .filter(|socket| !before.contains(&key(socket)) && stays(socket, &before))
        .collect::<Vec<_>>();
    first
        .into_iter()
        .filter(|socket| stays(socket, &both))
        .chain(new)
        .collect()
}

fn users(answers: &Answers<'_>) -> BTreeMap<u32, String> {
    let lines = answers.get("people").unwrap_or_default().lines();
    lines
        .filter_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?.to_owned();
            Some((fields.nth(1)?.parse().ok()?, name))
        })
        .collect()
}

/// `tcp LISTEN 0 4096 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=129,fd=3)) uid:102 ino:1 sk:2 cgroup:/system.slice/ssh.socket v6only:1 <->`
pub(super) fn of_ss(said: &str, users: &BTreeMap<u32, String>) -> Vec<Socket> {
    let of = |line: &str| {
        let mut words = line.split_whitespace();
        let protocol = match words.next()? {
            "tcp" => Protocol::Tcp,
            "udp" => Protocol::Udp,
            _ => return None,
        };
        let state = words.next()?;
        let (local, peer) = (words.nth(2)?, words.next()?);
        // A UDP socket that is connected belongs to a client.
        let waits = match protocol {
            Protocol::Tcp => state == "LISTEN",
            Protocol::Udp => state == "UNCONN" && peer.ends_with(":*"),
        };
        let (host, port) = local.rsplit_once(':')?;
        let only_v6 = line.contains(" v6only:1");
        // Names of processes are whatever they like: what comes after the last of them is the kernel's.
        let (owners, rest) = match line.split_once(" users:((") {
            Some((_, rest)) => rest.rsplit_once("))").unwrap_or((rest, "")),
            None => ("", line),
        };
        let field = |name: &str| {
            let (_, value) = rest.split_once(name)?;
            value.split_whitespace().next()
        };
        let uid = field(" uid:").and_then(|uid| uid.parse().ok()).unwrap_or(0);
        let unit = field(" cgroup:").and_then(|path| path.rsplit('/').next());
        let first = owners.strip_prefix('"').unwrap_or(owners);
        let (process, pid) = first.split_once("\",pid=").unwrap_or_default();
        let pid = pid.split([',', ')']).next().unwrap_or_default();
        waits.then(|| {
            Some(Socket {
                protocol,
                at: at(host, only_v6)?,
                port: port.parse().ok()?,
                process: process.to_owned(),
                pid: pid.parse().ok(),
                user: users
                    .get(&uid)
                    .filter(|_| !owners.is_empty())
                    .cloned()
                    .unwrap_or_default(),
                unit: unit.unwrap_or_default().to_owned(),
                container: String::new(),
            })
        })?
    };
    said.lines().filter_map(of).collect()
}

/// `*`, `0.0.0.0`, `[::]`, `127.0.0.53%lo`, `[fe80::1]%eth0`, `[::ffff:127.0.0.1]`
fn at(host: &str, only_v6: bool) -> Option<At> {
    let (host, interface) = host.split_once('%').unwrap_or((host, ""));
    if interface == "lo" {
        return Some(At::One(Ipv4Addr::LOCALHOST.into()));
    }
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host == "*" {
        return Some(At::Both);
    }
    let address: IpAddr = host.parse().ok()?;
    Some(match address.to_canonical() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => At::V4,
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) if only_v6 => At::V6,
        // An older `ss` calls both families so, too, and does not say which it is.
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => At::V6,
        one => At::One(one),
    })
}

/// Lines of /proc/net with the name of their file before them; then `fd /proc/12/fd/3 socket:[7842271]` and
/// `comm /proc/12/comm sshd`.
pub(super) fn of_kernel(said: &str, users: &BTreeMap<u32, String>) -> Vec<Socket> {
    let mut owners: BTreeMap<&str, u32> = BTreeMap::new();
    let mut names: BTreeMap<u32, &str> = BTreeMap::new();
    let pid = |path: &str| path.split('/').nth(2)?.parse::<u32>().ok();
    for line in said.lines() {
        if let Some((path, socket)) = line.strip_prefix("fd ").and_then(|it| it.split_once(' ')) {
            let inode = socket
                .strip_prefix("socket:[")
                .and_then(|it| it.strip_suffix(']'));
            if let (Some(pid), Some(inode)) = (pid(path), inode) {
                owners.entry(inode).or_insert(pid);
            }
        } else if let Some((path, name)) =
            line.strip_prefix("comm ").and_then(|it| it.split_once(' '))
        {
            names.extend(pid(path).map(|pid| (pid, name)));
        }
    }
    let of = |line: &str| {
        let mut words = line.split_whitespace();
        let (protocol, waits) = match words.next()? {
            "tcp" | "tcp6" => (Protocol::Tcp, "0A"),
            "udp" | "udp6" => (Protocol::Udp, "07"),
            _ => return None,
        };
        let (local, _, state) = (words.nth(1)?, words.next()?, words.next()?);
        let uid: u32 = words.nth(3)?.parse().ok()?;
        let inode = words.nth(1)?;
        let (host, port) = local.split_once(':')?;
        let owner = owners.get(inode).copied();
        (state == waits).then(|| {
            Some(Socket {
                protocol,
                at: match hexadecimal(host)?.to_canonical() {
                    IpAddr::V4(Ipv4Addr::UNSPECIFIED) => At::V4,
                    // Both, unless somebody listens on IPv4 beside it: the file does not say.
                    IpAddr::V6(Ipv6Addr::UNSPECIFIED) => At::Both,
                    one => At::One(one),
                },
                port: u16::from_str_radix(port, 16).ok()?,
                process: owner
                    .and_then(|pid| names.get(&pid).copied())
                    .unwrap_or_default()
                    .to_owned(),
                pid: owner,
                user: users.get(&uid).cloned().unwrap_or_default(),
                unit: String::new(),
                container: String::new(),
            })
        })?
    };
    said.lines().filter_map(of).collect()
}

/// `0100007F`, in words of four bytes as a little machine has them.
fn hexadecimal(text: &str) -> Option<IpAddr> {
    let words: Option<Vec<u32>> = (0..text.len() / 8)
        .map(|at| u32::from_str_radix(text.get(at * 8..at * 8 + 8)?, 16).ok())
        .collect();
    let bytes: Vec<u8> = words?.into_iter().flat_map(u32::to_le_bytes).collect();
    match bytes.len() {
        4 => Some(IpAddr::from(<[u8; 4]>::try_from(bytes).ok()?)),
        16 => Some(IpAddr::from(<[u8; 16]>::try_from(bytes).ok()?)),
        _ => None,
    }
}
