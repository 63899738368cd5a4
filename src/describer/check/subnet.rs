//! Which addresses of a subnet a server can have.

use ipnet::IpNet;
use std::net::IpAddr;

/// Why a server cannot have an address in the subnet: what it is instead.
pub(in crate::describer) fn problem(address: IpAddr, subnet: IpNet) -> Option<&'static str> {
    if !subnet.contains(&address) {
        return Some("outside the subnet");
    }
    match place(address, subnet) {
        (0, _) => Some("the subnet's own address, which Azure keeps"),
        (1, _) => Some("the subnet's gateway, which Azure keeps"),
        (2 | 3, _) => Some("one of the two addresses that Azure keeps for its name servers"),
        (_, 0) => Some("the subnet's last address, which Azure keeps"),
        _ => None,
    }
}

/// The first address that Azure leaves free.
pub(in crate::describer) fn first_free(subnet: IpNet) -> Option<IpAddr> {
    match subnet {
        IpNet::V4(net) => net
            .network()
            .to_bits()
            .checked_add(4)
            .map(|bits| IpAddr::V4(bits.into())),
        IpNet::V6(net) => net
            .network()
            .to_bits()
            .checked_add(4)
            .map(|bits| IpAddr::V6(bits.into())),
    }
}

/// How far from the first and from the last address.
fn place(address: IpAddr, subnet: IpNet) -> (u128, u128) {
    match (address, subnet) {
        (IpAddr::V4(address), IpNet::V4(net)) => {
            let address = address.to_bits();
            (
                u128::from(address - net.network().to_bits()),
                u128::from(net.broadcast().to_bits() - address),
            )
        }
        (IpAddr::V6(address), IpNet::V6(net)) => {
            let address = address.to_bits();
            (
                address - net.network().to_bits(),
                net.broadcast().to_bits() - address,
            )
        }
        _ => (u128::MAX, u128::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn azure_keeps_the_first_four_and_the_last() {
        let subnet: IpNet = "10.10.0.0/29".parse().unwrap();
        let free: Vec<u8> = (0..=8)
            .filter(|last| problem(IpAddr::from([10, 10, 0, *last]), subnet).is_none())
            .collect();
        assert_eq!(free, [4, 5, 6]);
        assert_eq!(first_free(subnet), Some(IpAddr::from([10, 10, 0, 4])));
    }
}
