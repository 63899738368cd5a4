//! Ports that the packet filter hands on to somebody else: open without anybody who listens.

use super::answers::Answers;
use crate::fleet::port::Protocol;
use crate::verify::outcome::{Gap, Translated};
use std::net::IpAddr;

pub(super) fn read(answers: &Answers<'_>, gaps: &mut Vec<Gap>) -> Vec<Translated> {
    let mut all = Vec::new();
    let mut odd = Vec::new();
    for (name, what) in [("nft", "nft list ruleset"), ("iptables", "iptables-save")] {
        gaps.extend(answers.failed(name, &[]).map(|how| {
            Gap::new(format!(
                "`{what}` {how}, so ports that its packet filter hands on are not known"
            ))
        }));
    }
    for line in answers.get("nft").unwrap_or_default().lines() {
        let line = line.trim();
        let Some((rule, to)) = target(line) else {
            continue;
        };
        match of_nft(rule, to) {
            Some(found) => all.extend(found),
            None => odd.push(line),
        }
    }
    for line in answers.get("iptables").unwrap_or_default().lines() {
        if line.contains(" -j DNAT ") || line.contains(" -j REDIRECT ") {
            match of_iptables(line) {
                Some(found) => all.push(found),
                None => odd.push(line),
            }
        }
    }
    gaps.extend(odd.into_iter().map(|line| {
        Gap::new(format!(
            "a rule of its packet filter cannot be followed: {line}"
        ))
    }));
    all.retain(|one| !one.at.is_some_and(|at| at.is_loopback()));
    all.sort_by_key(|one| (one.low, one.high, one.protocol, one.at, one.to.clone()));
    all.dedup();
    all
}

/// What stands before the words that hand a connection on, and to where.
fn target(line: &str) -> Option<(&str, &str)> {
    let words = [
        " dnat to ",
        " dnat ip to ",
        " dnat ip6 to ",
        " redirect to ",
    ];
    let (rule, to) = words.iter().find_map(|words| line.split_once(words))?;
    Some((rule, to.split(' ').next().unwrap_or_default()))
}

/// `ip daddr 10.10.0.4 iifname != "br-1" tcp dport 8082 counter packets 1 bytes 60`, one for each range of its ports.
fn of_nft(rule: &str, to: &str) -> Option<Vec<Translated>> {
    let words: Vec<&str> = rule.split_whitespace().collect();
    let after = |name: &[&str]| {
        let at = words.windows(name.len()).position(|part| part == name)?;
        words.get(at + name.len()..)
    };
    let at = match after(&["daddr"]) {
        Some(rest) => Some(rest.first()?.parse::<IpAddr>().ok()?),
        None => None,
    };
    let (protocol, ports) = match (after(&["tcp", "dport"]), after(&["udp", "dport"])) {
        (Some(ports), None) => (Protocol::Tcp, ports),
        (None, Some(ports)) => (Protocol::Udp, ports),
        _ => return None,
    };
    let ports: Vec<&str> = if ports.first() == Some(&"{") {
        ports[1..]
            .iter()
            .take_while(|word| **word != "}")
            .copied()
            .collect()
    } else {
        ports.first().into_iter().copied().collect()
    };
    let ranges = ports.iter().map(|port| range(port.trim_end_matches(',')));
    let ranges: Option<Vec<(u16, u16)>> = ranges.collect();
    Some(
        ranges?
            .into_iter()
            .map(|(low, high)| Translated {
                protocol,
                low,
                high,
                at,
                to: to.to_owned(),
                container: String::new(),
            })
            .collect(),
    )
}

/// `-A DOCKER -d 10.10.0.4/32 ! -i br-1 -p tcp -m tcp --dport 8082 -j DNAT --to-destination 172.18.0.2:8082`
fn of_iptables(rule: &str) -> Option<Translated> {
    let words: Vec<&str> = rule.split_whitespace().collect();
    let place = |name: &str| words.iter().position(|word| *word == name);
    let after = |name: &str| words.get(place(name)? + 1).copied();
    let is_but = |name| place(name).is_some_and(|at| at > 0 && words[at - 1] == "!");
    if is_but("-p") || is_but("--dport") {
        return None;
    }
    let (low, high) = range(&after("--dport")?.replace(':', "-"))?;
    Some(Translated {
        protocol: match after("-p")? {
            "tcp" => Protocol::Tcp,
            "udp" => Protocol::Udp,
            _ => return None,
        },
        low,
        high,
        // For all addresses but those it may be any.
        at: match after("-d").filter(|_| !is_but("-d")) {
            Some(block) => {
                let (address, is_alone) = block_of(block)?;
                is_alone.then_some(address)
            }
            None => None,
        },
        to: after("--to-destination")
            .or_else(|| after("--to-ports"))
            .unwrap_or_default()
            .to_owned(),
        container: String::new(),
    })
}

/// The first address of a block, and whether it stands for the block: of `10.10.0.0/16` it may be any.
fn block_of(block: &str) -> Option<(IpAddr, bool)> {
    let (address, length) = block.split_once('/').unwrap_or((block, ""));
    let address: IpAddr = address.parse().ok()?;
    let whole = if address.is_ipv4() { "32" } else { "128" };
    let is_alone = length.is_empty() || length == whole || address.is_loopback();
    Some((address, is_alone))
}

fn range(text: &str) -> Option<(u16, u16)> {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    Some((low.parse().ok()?, high.parse().ok()?))
}
