//! Whom the address prefixes of a security rule name: blocks, addresses and service tags.

use ipnet::{IpNet, Ipv4Net};
use std::net::{IpAddr, Ipv4Addr};

/// From where Azure's load balancers probe.
pub(super) const PROBES: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

/// Whom one prefix names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Peer {
    Anyone,
    /// Everyone outside the virtual network.
    Internet,
    VirtualNetwork,
    LoadBalancer,
    Block(Ipv4Net),
    /// Addresses that no packet here has: those of a service of Azure's, or of IPv6.
    Nobody(String),
    Unread(String),
}

/// Reads every prefix, and what of it stands behind commas.
pub(super) fn read<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<Peer> {
    let parts = texts.flat_map(|text| text.split(','));
    parts.map(|part| peer(part.trim())).collect()
}

fn peer(text: &str) -> Peer {
    match text.to_ascii_lowercase().as_str() {
        "*" | "any" => return Peer::Anyone,
        "internet" => return Peer::Internet,
        "virtualnetwork" => return Peer::VirtualNetwork,
        "azureloadbalancer" => return Peer::LoadBalancer,
        _ => {}
    }
    let block = text
        .parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    let is_tag = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter));
    match block {
        // Bits of the host do not count: 19.168.0.1/0 is everyone.
        Ok(IpNet::V4(block)) if block.prefix_len() == 0 => Peer::Anyone,
        Ok(IpNet::V4(block)) => Peer::Block(block.trunc()),
        Ok(IpNet::V6(_)) => Peer::Nobody(text.to_owned()),
        Err(_) if is_tag => Peer::Nobody(text.to_owned()),
        Err(_) => Peer::Unread(text.to_owned()),
    }
}

impl Peer {
    /// Whether a private address of the virtual network is one of its own.
    pub(super) fn holds(&self, private: Ipv4Addr) -> bool {
        match self {
            Self::Anyone | Self::VirtualNetwork => true,
            Self::Block(block) => block.contains(&private),
            Self::Internet | Self::LoadBalancer | Self::Nobody(_) | Self::Unread(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_addresses_and_tags_are_told_apart() {
        let block = |text: &str| Peer::Block(text.parse().unwrap());
        let nobody = |text: &str| Peer::Nobody(text.to_owned());
        for (text, peer) in [
            ("*", Peer::Anyone),
            ("Any", Peer::Anyone),
            ("0.0.0.0/0", Peer::Anyone),
            ("19.168.0.1/0", Peer::Anyone),
            ("internet", Peer::Internet),
            ("VIRTUALNETWORK", Peer::VirtualNetwork),
            ("AzureLoadBalancer", Peer::LoadBalancer),
            ("10.0.0.7/8", block("10.0.0.0/8")),
            (" 10.0.0.7 ", block("10.0.0.7/32")),
            ("AzureCloud.westeurope", nobody("AzureCloud.westeurope")),
            ("::/0", nobody("::/0")),
            ("10.0.0.0/33", Peer::Unread("10.0.0.0/33".to_owned())),
            ("", Peer::Unread(String::new())),
        ] {
            assert_eq!(read([text].into_iter()), [peer], "{text:?}");
        }
        assert_eq!(
            read(["10.0.0.1, Internet"].into_iter()),
            [block("10.0.0.1/32"), Peer::Internet]
        );
    }
}
