//! Sets of ports, sources and reach behave like the sets of points that they stand for.

use super::address::Addresses;
use super::interval::IntervalSet;
use super::port::{PortSet, Protocol};
use super::reach::Reach;
use super::sources::{Names, SourceSet};
use proptest::prelude::*;
use std::net::IpAddr;

const PORTS: [u16; 9] = [0, 1, 2, 3, 4, 5, 6, 7, u16::MAX];
const ADDRESSES: [&str; 5] = ["10.0.0.1", "10.0.0.2", "10.1.0.1", "8.8.8.8", "fd00::1"];
const BLOCKS: [&str; 6] = [
    "10.0.0.0/8",
    "10.0.0.0/31",
    "10.0.0.2",
    "0.0.0.0/0",
    "fd00::/8",
    "::/0",
];
const NAMES: [&str; 3] = ["a", "b", "nobody"];

fn ports() -> impl Strategy<Value = PortSet> {
    let low = prop::sample::select(&PORTS[..]);
    let range = (low.clone(), low).prop_map(|(one, other)| PortSet::range(one, other));
    prop::collection::vec(range, 0..4).prop_map(|all| {
        all.iter()
            .fold(PortSet::default(), |all, one| all.union(one))
    })
}

fn names() -> impl Strategy<Value = Names> {
    let one = prop::sample::select(&NAMES[..2]).prop_map(Names::one);
    prop_oneof![Just(Names::default()), Just(Names::all()), one]
}

fn sources() -> impl Strategy<Value = SourceSet> {
    let blocks = prop::collection::vec(prop::sample::select(&BLOCKS[..]), 0..3);
    (blocks, names(), names(), any::<bool>()).prop_map(|(blocks, tags, machines, all_but)| {
        let addresses = blocks.iter().fold(Addresses::default(), |all, block| {
            all.union(&Addresses::parse(block).unwrap())
        });
        let set = SourceSet {
            addresses,
            tags,
            machines,
        };
        if all_but {
            SourceSet::anyone().difference(&set)
        } else {
            set
        }
    })
}

fn reach() -> impl Strategy<Value = Reach> {
    let protocol = prop_oneof![
        Just(None),
        Just(Some(Protocol::Tcp)),
        Just(Some(Protocol::Udp))
    ];
    let one = (protocol, ports(), sources())
        .prop_map(|(protocol, ports, from)| Reach::new(protocol, &ports, &from));
    prop::collection::vec(one, 0..4)
        .prop_map(|all| all.iter().fold(Reach::default(), |all, one| all.union(one)))
}

/// Every point of the little world, and whether it is in the set.
fn points(set: &SourceSet) -> Vec<bool> {
    let addresses = ADDRESSES
        .iter()
        .map(|one| set.addresses.contains(one.parse::<IpAddr>().unwrap()));
    let tags = NAMES.iter().map(|name| set.tags.contains(name));
    let machines = NAMES.iter().map(|name| set.machines.contains(name));
    addresses.chain(tags).chain(machines).collect()
}

fn all_points(reach: &Reach) -> Vec<bool> {
    let at = |protocol: Protocol| PORTS.iter().map(move |port| (protocol, *port));
    let every = Protocol::ALL.into_iter().flat_map(at);
    every
        .flat_map(|(protocol, port)| points(&reach.at(protocol, port)))
        .collect()
}

fn each(a: &[bool], b: &[bool], combine: impl Fn(bool, bool) -> bool) -> Vec<bool> {
    a.iter().zip(b).map(|(&a, &b)| combine(a, b)).collect()
}

fn held(ports: &PortSet) -> Vec<bool> {
    PORTS.iter().map(|port| ports.contains(*port)).collect()
}

proptest! {
    #[test]
    fn ports_are_sets_of_numbers(a in ports(), b in ports()) {
        let (in_a, in_b) = (held(&a), held(&b));
        prop_assert_eq!(held(&a.union(&b)), each(&in_a, &in_b, |a, b| a || b));
        prop_assert_eq!(held(&a.intersection(&b)), each(&in_a, &in_b, |a, b| a && b));
        prop_assert_eq!(held(&a.difference(&b)), each(&in_a, &in_b, |a, b| a && !b));
        prop_assert_eq!(a.complement().complement(), a.clone());
        prop_assert_eq!(a.is_subset(&b), a.union(&b) == b);
        let ranges: Vec<_> = a.ranges().collect();
        prop_assert!(ranges.windows(2).all(|pair| pair[0].1 < pair[1].0 - 1));
        prop_assert_eq!(ranges.into_iter().collect::<IntervalSet<u16>>(), a);
    }

    #[test]
    fn sources_are_sets_of_those_who_connect(a in sources(), b in sources()) {
        let (in_a, in_b) = (points(&a), points(&b));
        prop_assert_eq!(points(&a.union(&b)), each(&in_a, &in_b, |a, b| a || b));
        prop_assert_eq!(points(&a.intersection(&b)), each(&in_a, &in_b, |a, b| a && b));
        prop_assert_eq!(points(&a.difference(&b)), each(&in_a, &in_b, |a, b| a && !b));
        prop_assert_eq!(a.is_subset(&b), a.union(&b) == b);
        prop_assert_eq!(a.is_anyone(), a == SourceSet::anyone());
    }

    #[test]
    fn reach_is_a_set_of_protocol_port_and_source(a in reach(), b in reach()) {
        let (in_a, in_b) = (all_points(&a), all_points(&b));
        prop_assert_eq!(all_points(&a.union(&b)), each(&in_a, &in_b, |a, b| a || b));
        prop_assert_eq!(all_points(&a.intersection(&b)), each(&in_a, &in_b, |a, b| a && b));
        prop_assert_eq!(all_points(&a.difference(&b)), each(&in_a, &in_b, |a, b| a && !b));
        prop_assert_eq!(a.is_subset(&b), a.union(&b) == b);
        prop_assert_eq!(a.difference(&b).union(&a.intersection(&b)), a);
    }
}
