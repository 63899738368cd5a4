//! A filter as nftables take it: one table that is loaded again and again while packets flow.

use super::prefix::{PROBES, Peer};
use super::rule::{Protocol, Rule};
use super::{Filter, Gate, Place};
use ipnet::Ipv4Net;
use std::fmt::Write as _;

/// What nftables keep of a comment is 128 bytes.
const COMMENT: usize = 120;

/// The table and what was dropped are kept; everything else is made anew. Recording and dropping are two rules:
/// when the set is full, the one that records ends there, and the next must still drop.
const HEAD: &str = "add table inet azure { flags owner; }
add set inet azure dropped { type ipv4_addr . inet_proto . inet_service; flags dynamic,timeout; timeout 1h; size 65535; counter; }
flush table inet azure
add chain inet azure inbound { type filter hook prerouting priority -150; policy accept; }
add chain inet azure refuse
add rule inet azure refuse meta l4proto { tcp, udp } update @dropped { ip saddr . meta l4proto . th dport }
add rule inet azure refuse meta l4proto != { tcp, udp } update @dropped { ip saddr . meta l4proto . 0 }
add rule inet azure refuse counter drop
";

impl Filter {
    /// Commands for `nft`, in one transaction. Only what comes in on these interfaces is judged.
    pub(in crate::simulator) fn nft(&self, nics: &[&str]) -> String {
        let mut text = format!(
            "# What the security groups of {} let in.\n",
            clean(&self.machine)
        );
        text.push_str(HEAD);
        for (number, place) in self.places.iter().enumerate() {
            write_place(&mut text, number, place);
        }
        let nics: Vec<String> = nics.iter().map(|nic| quoted(nic)).collect();
        let mut inbound = |rule: &str| line(&mut text, "inbound", rule);
        if nics.is_empty() {
            return text;
        }
        inbound(&format!("iifname != {{ {} }} accept", nics.join(", ")));
        inbound("ct state established,related accept");
        inbound(
            "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept comment \"neighbour discovery\"",
        );
        inbound("meta nfproto ipv6 counter drop comment \"no IPv6 in this network\"");
        for (number, place) in self.places.iter().enumerate() {
            let addresses: Vec<String> = [Some(place.private), place.public]
                .into_iter()
                .flatten()
                .map(|address| address.to_string())
                .collect();
            inbound(&format!(
                "ip daddr {{ {} }} goto address_{number}",
                addresses.join(", ")
            ));
        }
        inbound("counter goto refuse comment \"no address of this machine\"");
        text
    }
}

/// `gates` of an address are chains of their own, which return what they let in.
fn write_place(text: &mut String, number: usize, place: &Place) {
    let own = format!("address_{number}");
    let chain = |text: &mut String, name: &str| {
        let _ = writeln!(text, "add chain inet azure {name}");
    };
    chain(text, &own);
    for gate in &place.gates {
        let name = format!("{}_{number}", gate.side);
        chain(text, &name);
        write_gate(text, &name, gate, place);
        line(text, &own, &format!("jump {name}"));
    }
    if !place.gates.is_empty() || place.is_basic {
        let why = if place.gates.is_empty() {
            " comment \"no security group before a Basic public address\""
        } else {
            ""
        };
        line(text, &own, &format!("counter accept{why}"));
        return;
    }
    for from in sources(&[Peer::VirtualNetwork], &place.network) {
        let comment = "comment \"no security group: the virtual network\"";
        line(text, &own, &format!("{from}counter accept {comment}"));
    }
    let comment = "comment \"no security group: closed to all others\"";
    line(text, &own, &format!("counter goto refuse {comment}"));
}

fn write_gate(text: &mut String, chain: &str, gate: &Gate, place: &Place) {
    let group = clean(&gate.group);
    let _ = writeln!(text, "# The group {group} of the {}", gate.side);
    for rule in &gate.rules {
        write_rule(text, chain, &group, rule, place);
    }
    if gate.has_defaults {
        for (peer, name) in [
            (Peer::VirtualNetwork, "65000 AllowVnetInBound"),
            (Peer::LoadBalancer, "65001 AllowAzureLoadBalancerInBound"),
        ] {
            for from in sources(&[peer], &place.network) {
                let comment = comment(&format!("{group} {name}"));
                line(text, chain, &format!("{from}counter return {comment}"));
            }
        }
    }
    let comment = comment(&format!("{group} 65500 DenyAllInBound"));
    line(text, chain, &format!("counter goto refuse {comment}"));
}

fn write_rule(text: &mut String, chain: &str, group: &str, rule: &Rule, place: &Place) {
    let name = clean(&rule.name);
    for note in &rule.notes {
        let _ = writeln!(text, "# {name}: {}", clean(note));
    }
    let verdict = if rule.allows { "return" } else { "goto refuse" };
    let comment = comment(&format!("{group} {} {name}", rule.priority));
    let packets = packets(rule);
    for from in sources(&rule.from, &place.network) {
        line(
            text,
            chain,
            &format!("{from}{packets}counter {verdict} {comment}"),
        );
    }
}

/// Protocol and ports, with a space behind.
fn packets(rule: &Rule) -> String {
    let narrows = !rule.ports.is_all() || !rule.from_ports.is_all();
    let mut text = String::new();
    text.push_str(match rule.protocol {
        Protocol::Any if narrows => "meta l4proto { tcp, udp } ",
        Protocol::Any => "",
        Protocol::Tcp => "meta l4proto tcp ",
        Protocol::Udp => "meta l4proto udp ",
        Protocol::Icmp => "meta l4proto icmp ",
        Protocol::Ah => "meta l4proto ah ",
        Protocol::Esp => "meta l4proto esp ",
    });
    if !rule.protocol.has_ports() {
        return text;
    }
    for (field, ports) in [("sport", &rule.from_ports), ("dport", &rule.ports)] {
        if !ports.is_all() {
            let _ = write!(text, "th {field} {{ {} }} ", ports.elements());
        }
    }
    text
}

/// One match for each way of being one of them, with a space behind; the empty one matches everybody.
fn sources(peers: &[Peer], network: &[Ipv4Net]) -> Vec<String> {
    let mut blocks = Vec::new();
    for peer in peers {
        match peer {
            Peer::Anyone => return vec![String::new()],
            Peer::VirtualNetwork => blocks.extend(network),
            Peer::LoadBalancer => blocks.push(Ipv4Net::from(PROBES)),
            Peer::Block(block) => blocks.push(*block),
            Peer::Internet | Peer::Nobody(_) | Peer::Unread(_) => {}
        }
    }
    let mut ways = Vec::new();
    // Merged, because nftables refuse a set whose intervals overlap.
    let blocks = Ipv4Net::aggregate(&blocks);
    if blocks.iter().any(|block| block.prefix_len() == 0) {
        return vec![String::new()];
    }
    if !blocks.is_empty() {
        ways.push(format!("ip saddr {{ {} }} ", listed(&blocks)));
    }
    if peers.contains(&Peer::Internet) {
        let inside = [network, &[Ipv4Net::from(PROBES)]].concat();
        let inside = Ipv4Net::aggregate(&inside);
        if inside.iter().all(|block| block.prefix_len() > 0) {
            ways.push(format!("ip saddr != {{ {} }} ", listed(&inside)));
        }
    }
    ways
}

fn listed(blocks: &[Ipv4Net]) -> String {
    let all: Vec<String> = blocks.iter().map(ToString::to_string).collect();
    all.join(", ")
}

fn line(text: &mut String, chain: &str, rule: &str) {
    let _ = writeln!(text, "add rule inet azure {chain} {rule}");
}

fn comment(words: &str) -> String {
    let words: String = clean(words).chars().take(COMMENT).collect();
    quoted(&words).replacen('"', "comment \"", 1)
}

fn quoted(word: &str) -> String {
    format!("\"{}\"", clean(word))
}

/// Names are others' text: nothing of it may mean anything to nftables. Every letter that is left is one byte.
fn clean(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || " ._-".contains(letter);
    text.chars()
        .map(|letter| if plain(letter) { letter } else { '_' })
        .collect()
}
