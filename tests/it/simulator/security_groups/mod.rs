//! Azure's rules read twice, by what judges plans and by what filters packets: both must say the same of every
//! source and port. Needs root and nft: `make network-test`.

mod configuration;
mod judged;
mod network;
mod packets;
mod random;

use self::judged::{Exposed, exposed};
use self::network::{Attempt, Network};
use self::random::{PORTS, Random, RuleSet, SOURCES};
use crate::terraform::Configuration;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::net::Ipv4Addr;

const RULE_SETS: usize = 48;

/// `SEED=7 make network-test` tries others.
const SEED: u64 = 20_261_123;

/// So many share a simulated cloud: large ones are slow, and several are worked on at once.
const PER_CLOUD: usize = 12;

/// What the plans of some rule sets let in, and what filters packets once they are applied.
#[derive(Default)]
struct Judged {
    whole: BTreeMap<String, Exposed>,
    sliced: BTreeMap<String, Exposed>,
    filters: BTreeMap<usize, String>,
}

fn judged(sets: &[RuleSet]) -> Judged {
    let public = sets.iter().filter(|set| set.public);
    let slices: String = public.map(configuration::slices).collect();
    let sliced = Configuration::new(&[&configuration::slicers(), &slices]);
    let machines: String = sets.iter().map(configuration::machine).collect();
    let whole = Configuration::new(&[&machines]);
    let planned = exposed(&whole.judged(3, &[]));
    whole.terraform(&["apply", "tfplan"]);
    // What is there by now is judged as it was when it was to come.
    assert_eq!(exposed(&whole.judged(3, &[])), planned);
    let filter = |set: &RuleSet| {
        let rules = whole.simulator(&["rules", &format!("r{}", set.number)]);
        (set.number, rules)
    };
    Judged {
        whole: planned,
        sliced: exposed(&sliced.judged(3, &["-refresh=false"])),
        filters: sets.iter().map(filter).collect(),
    }
}

fn all_judged(sets: &[RuleSet]) -> Judged {
    std::thread::scope(|scope| {
        let threads: Vec<_> = sets
            .chunks(PER_CLOUD)
            .map(|sets| scope.spawn(move || judged(sets)))
            .collect();
        threads
            .into_iter()
            .fold(Judged::default(), |mut all, thread| {
                let part = thread.join().expect("the rule sets are judged");
                all.whole.extend(part.whole);
                all.sliced.extend(part.sliced);
                all.filters.extend(part.filters);
                all
            })
    })
}

/// What the plan says of one attempt; `None` where no packet could come that way.
fn expected(
    judged: &Judged,
    set: &RuleSet,
    source: usize,
    protocol: &str,
    port: u16,
) -> Option<bool> {
    let address = SOURCES[source];
    let whole = &judged.whole[&format!("r{}", set.number)];
    let is_named = whole.names(address, protocol, port);
    if !set.public || set.groups().next().is_none() {
        assert!(
            !whole.says_internet(),
            "r{} has no way to the internet",
            set.number
        );
        let arrives = address.octets()[..2] == [10, 20] || set.public || set.names(address);
        return arrives.then_some(is_named);
    }
    let is_open = set.groups().all(|(side, _)| {
        let slice = configuration::slice(set, side, source);
        let exposed = &judged.sliced[&slice];
        assert!(!exposed.says_internet(), "{slice} lets in one source");
        exposed.names(address, protocol, port)
    });
    assert!(
        is_named || !is_open,
        "r{}: {port}/{protocol} from {address} is open and not named",
        set.number
    );
    Some(is_open)
}

#[test]
#[ignore = "needs root and nft: make network-test"]
fn plans_and_packets_agree_on_every_source_and_port() {
    let seed = std::env::var("SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(SEED);
    println!("seed {seed}");
    let mut random = Random(seed);
    let sets: Vec<RuleSet> = (2..2 + RULE_SETS)
        .map(|number| RuleSet::new(number, &mut random))
        .collect();
    let judged = all_judged(&sets);
    let addresses: Vec<Vec<Ipv4Addr>> = judged
        .filters
        .values()
        .map(|rules| addresses(rules))
        .collect();
    let mut network = Network::new(&addresses.concat());
    let (mut tried, mut open, mut wrong) = (0, 0, String::new());
    for (set, addresses) in sets.iter().zip(&addresses) {
        let rules = &judged.filters[&set.number];
        network.load(rules);
        let ways: Vec<BTreeSet<Attempt>> = addresses
            .iter()
            .map(|address| {
                let mut arrived = network.arrived(*address, 0);
                if set.asks_for_source_ports() {
                    arrived.extend(network.arrived(*address, 1000));
                }
                arrived
            })
            .collect();
        let arrived: BTreeSet<Attempt> = ways.iter().flatten().copied().collect();
        assert_eq!(addresses[0], set.private, "{rules}");
        assert_eq!(
            addresses.len(),
            1 + usize::from(set.public) + usize::from(set.second.is_some()),
            "{rules}"
        );
        assert!(
            !set.public || ways[0] == ways[1],
            "the public address is the private one: {rules}"
        );
        let mut here = String::new();
        for (at, source) in SOURCES.into_iter().enumerate() {
            for (protocol, port) in PORTS
                .iter()
                .flat_map(|port| [("tcp", *port), ("udp", *port)])
            {
                let is_open = arrived.contains(&(source, protocol, port));
                let Some(expected) = expected(&judged, set, at, protocol, port) else {
                    continue;
                };
                tried += 1;
                open += usize::from(is_open);
                if is_open != expected && (is_open || set.is_exact()) {
                    let _ = writeln!(
                        here,
                        "  {port}/{protocol} from {source}: plan {expected}, packet {is_open}"
                    );
                }
            }
        }
        if !here.is_empty() {
            let _ = writeln!(wrong, "{set:?}\n{rules}\n{here}");
        }
    }
    println!("{} rule sets, {tried} attempts, {open} arrived", sets.len());
    assert!(wrong.is_empty(), "seed {seed}\n{wrong}");
    assert!(
        open * 10 > tried && open * 10 < tried * 9,
        "{open} of {tried} show little"
    );
}

/// The addresses that a filter stands before.
fn addresses(rules: &str) -> Vec<Ipv4Addr> {
    let lines = rules
        .lines()
        .filter_map(|line| line.split_once(" ip daddr { "));
    let lists = lines.filter_map(|(_, rest)| rest.split_once(" }"));
    lists
        .flat_map(|(list, _)| list.split(", "))
        .filter_map(|address| address.parse().ok())
        .collect()
}
