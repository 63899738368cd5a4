//! Sets of IP addresses, both families, and how they are written as CIDR blocks.

use super::interval::IntervalSet;
use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Addresses {
    v4: IntervalSet<u32>,
    v6: IntervalSet<u128>,
}

/// Where a virtual network may lie when nothing better is known: RFC 1918, RFC 6598 and unique local IPv6.
static PRIVATE: LazyLock<Addresses> = LazyLock::new(|| {
    nets(&[
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "fc00::/7",
    ])
});

/// What no packet from the internet carries as its source, beside the private blocks (RFC 6890).
static UNROUTED: LazyLock<Addresses> = LazyLock::new(|| {
    nets(&[
        "0.0.0.0/8",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "::/3",
        "2001:db8::/32",
        "4000::/2",
        "8000::/1",
    ])
});

static PUBLIC: LazyLock<Addresses> =
    LazyLock::new(|| Addresses::all().difference(&PRIVATE).difference(&UNROUTED));

/// From so many public addresses on a source is called the internet: a /8 of IPv4, a /20 of IPv6.
const INTERNET_V4: u64 = 1 << 24;
const INTERNET_V6: u128 = 1 << 108;

fn nets(list: &[&str]) -> Addresses {
    list.iter()
        .filter_map(|net| Addresses::parse(net))
        .fold(Addresses::default(), |all, net| all.union(&net))
}

impl Addresses {
    pub(crate) fn all() -> Self {
        Self {
            v4: IntervalSet::all(),
            v6: IntervalSet::all(),
        }
    }

    pub(crate) fn is_all(&self) -> bool {
        self.v4.is_all() && self.v6.is_all()
    }

    pub(crate) fn private() -> &'static Self {
        &PRIVATE
    }

    pub(crate) fn one(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => Self {
                v4: IntervalSet::range(v4.to_bits(), v4.to_bits()),
                v6: IntervalSet::default(),
            },
            IpAddr::V6(v6) => Self {
                v4: IntervalSet::default(),
                v6: IntervalSet::range(v6.to_bits(), v6.to_bits()),
            },
        }
    }

    pub(crate) fn net(net: IpNet) -> Self {
        match net {
            IpNet::V4(net) => Self {
                v4: IntervalSet::range(net.network().to_bits(), net.broadcast().to_bits()),
                v6: IntervalSet::default(),
            },
            IpNet::V6(net) => Self {
                v4: IntervalSet::default(),
                v6: IntervalSet::range(net.network().to_bits(), net.broadcast().to_bits()),
            },
        }
    }

    /// A CIDR block, host bits allowed (`19.168.0.1/0` is everything), or a bare address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(net) = text.parse::<IpNet>() {
            return Some(Self::net(net));
        }
        text.parse::<IpAddr>().ok().map(Self::one)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    #[must_use]
    pub(crate) fn union(&self, other: &Self) -> Self {
        Self {
            v4: self.v4.union(&other.v4),
            v6: self.v6.union(&other.v6),
        }
    }

    #[must_use]
    pub(crate) fn intersection(&self, other: &Self) -> Self {
        Self {
            v4: self.v4.intersection(&other.v4),
            v6: self.v6.intersection(&other.v6),
        }
    }

    /// Whether they have an address in common.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.v4.meets(&other.v4) || self.v6.meets(&other.v6)
    }

    #[must_use]
    pub(crate) fn difference(&self, other: &Self) -> Self {
        Self {
            v4: self.v4.difference(&other.v4),
            v6: self.v6.difference(&other.v6),
        }
    }

    pub(crate) fn is_subset(&self, other: &Self) -> bool {
        self.v4.is_subset(&other.v4) && self.v6.is_subset(&other.v6)
    }

    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(v4) => self.v4.contains(v4.to_bits()),
            IpAddr::V6(v6) => self.v6.contains(v6.to_bits()),
        }
    }

    /// Whether so many public addresses are in it that it can only mean the internet.
    pub(crate) fn is_internet(&self) -> bool {
        let public = self.intersection(&PUBLIC);
        let v4: u64 = public
            .v4
            .ranges()
            .map(|(low, high)| u64::from(high - low) + 1)
            .sum();
        let v6 = public
            .v6
            .ranges()
            .fold(0u128, |sum, (low, high)| sum.saturating_add(high - low));
        v4 >= INTERNET_V4 || v6 >= INTERNET_V6
    }

    /// The fewest CIDR blocks that hold exactly these addresses, ascending, IPv4 first.
    pub(crate) fn cidrs(&self) -> Vec<IpNet> {
        let v4 = self.v4.ranges().flat_map(|(low, high)| {
            Ipv4Subnets::new(Ipv4Addr::from_bits(low), Ipv4Addr::from_bits(high), 0).map(IpNet::V4)
        });
        let v6 = self.v6.ranges().flat_map(|(low, high)| {
            Ipv6Subnets::new(Ipv6Addr::from_bits(low), Ipv6Addr::from_bits(high), 0).map(IpNet::V6)
        });
        v4.chain(v6).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn internet(nets_: &[&str]) -> bool {
        nets(nets_).is_internet()
    }

    #[test]
    fn the_internet_is_known_in_every_disguise() {
        for disguise in [
            &["0.0.0.0/0"][..],
            &["19.168.0.1/0"],
            &["0.0.0.0/1", "128.0.0.0/1"],
            &["0.0.0.0/1"],
            &["20.0.0.0/8"],
            &["::/0"],
            &["2000::/3"],
        ] {
            assert!(internet(disguise), "{disguise:?}");
        }
    }

    #[test]
    fn an_office_or_a_private_network_is_not_the_internet() {
        for place in [
            "10.0.0.0/8",
            "192.168.0.0/16",
            "203.0.113.0/24",
            "8.8.8.8",
            "fc00::/7",
            "127.0.0.1",
            "2a00:1450::/32",
        ] {
            assert!(!internet(&[place]), "{place}");
        }
    }

    #[test]
    fn ranges_are_written_as_the_fewest_blocks() {
        let all_but = Addresses::parse("10.0.0.0/30")
            .unwrap()
            .difference(&Addresses::parse("10.0.0.3").unwrap());
        let words: Vec<String> = all_but.cidrs().iter().map(ToString::to_string).collect();
        assert_eq!(words, ["10.0.0.0/31", "10.0.0.2/32"]);
    }
}
