//! Azure's rules read twice, by what judges plans and by what filters packets: both must say the same of every
//! source and port. Needs root and nft: `make network-test`.

mod configuration;
mod judged;
mod network;
mod random;

use self::judged::{Exposed, exposed};
use self::network::Network;
use self::random::{PORTS, Random, RuleSet, SOURCES};
use crate::terraform::Configuration;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::Ipv4Addr;

const RULE_SETS: usize = 48;

/// `SEED=7 make network-test` tries others.
const SEED: u64 = 20_261_123;

struct Judged {
    whole: BTreeMap<String, Exposed>,
    sliced: BTreeMap<String, Exposed>,
    configuration: Configuration,
}

fn judged(sets: &[RuleSet]) -> Judged {
    let public: Vec<String> = sets
        .iter()
        .filter(|set| set.public)
        .map(configuration::slices)
        .collect();
    let t = std::time::Instant::now();
    let sliced = || {
        let parts = [configuration::slicers(), public.concat()];
        let answer = Configuration::new(&[&parts.concat()]).judged(3, &["-refresh=false"]);
        eprintln!("T sliced {:?}", t.elapsed());
        exposed(&answer)
    };
    std::thread::scope(|scope| {
        let sliced = scope.spawn(sliced);
        let machines: Vec<String> = sets.iter().map(configuration::machine).collect();
        let configuration = Configuration::new(&[&machines.concat()]);
        let whole = exposed(&configuration.judged(3, &[]));
        eprintln!("T whole {:?}", t.elapsed());
        configuration.terraform(&["apply", "tfplan"]);
        eprintln!("T applied {:?}", t.elapsed());
        Judged {
            whole,
            sliced: sliced.join().expect("the slices are judged"),
            configuration,
        }
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
    let judged = judged(&sets);
    let rules: Vec<String> = sets
        .iter()
        .map(|set| {
            judged
                .configuration
                .simulator(&["rules", &format!("r{}", set.number)])
        })
        .collect();
    let addresses: Vec<Vec<Ipv4Addr>> = rules.iter().map(|rules| addresses(rules)).collect();
    let t = std::time::Instant::now();
    let mut network = Network::new(&addresses.concat());
    let (mut tried, mut open, mut wrong) = (0, 0, String::new());
    for ((set, rules), addresses) in sets.iter().zip(&rules).zip(&addresses) {
        network.load(rules);
        assert!(addresses.contains(&set.private), "{rules}");
        assert_eq!(addresses.len(), 1 + usize::from(set.public), "{rules}");
        for address in addresses {
            let arrived = network.arrived(*address);
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
                    if is_open != expected {
                        let _ = writeln!(
                            here,
                            "  {port}/{protocol} from {source}: plan {expected}, packet {is_open}"
                        );
                    }
                }
            }
            if !here.is_empty() {
                let _ = writeln!(wrong, "{set:?}\n{rules}\nto {address}\n{here}");
            }
        }
    }
    eprintln!("T measured {:?}", t.elapsed());
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
