//! `lostops scan`: which TCP ports of an address take a connection.

mod namespace;

use crate::harness::{Run, finish};
use serde_json::Value;
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Command;

fn scan(arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lostops"));
    finish(command.arg("scan").args(arguments))
}

/// The ranges of an answer as single ports.
fn ports(answer: &Value, kind: &str) -> BTreeSet<u16> {
    let ranges = answer[kind].as_array().expect("ranges").iter();
    let numbers = ranges.flat_map(|range| {
        let range = range.as_str().expect("a range");
        let (low, high) = range.split_once('-').unwrap_or((range, range));
        let number = |text: &str| text.parse::<u16>().expect("a port");
        number(low)..=number(high)
    });
    numbers.collect()
}

fn answer(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("no JSON: {run:?}"))
}

/// An address of this machine that no other test has.
fn own_address() -> Ipv4Addr {
    let [_, _, high, low] = std::process::id().to_be_bytes();
    Ipv4Addr::new(127, 81, high, low.max(1))
}

#[test]
fn every_port_that_takes_a_connection_is_found_and_no_other() {
    let address = own_address();
    let listeners: Vec<TcpListener> = (0..40)
        .map(|_| TcpListener::bind((address, 0)).expect("a port"))
        .collect();
    let listening: BTreeSet<u16> = listeners
        .iter()
        .map(|one| one.local_addr().expect("an address").port())
        .collect();
    let address = address.to_string();
    let run = scan(&["--json", "--rate", "200000", &address]);
    assert_eq!(run.code, 0, "{run:?}");
    let answer = answer(&run);
    let open = ports(&answer, "open");
    assert!(open.is_superset(&listening), "{answer}");
    // What listens on all addresses of this machine is there as well.
    for port in open.difference(&listening) {
        assert!(
            TcpStream::connect((address.as_str(), *port)).is_ok(),
            "{port} is not open"
        );
    }
    let closed = ports(&answer, "closed").len();
    assert_eq!(open.len() + closed, 65535, "{answer}");
    for none in ["filtered", "unknown"] {
        assert_eq!(answer[none], serde_json::json!([]), "{answer}");
    }
}

#[test]
fn it_keeps_to_its_rate_and_its_deadline_and_says_what_it_did_not_ask() {
    let address = own_address().to_string();
    let run = scan(&["--json", "--rate", "1000", "--deadline", "1s", &address]);
    assert_eq!(run.code, 1, "{run:?}");
    let answer = answer(&run);
    let asked = 65535 - ports(&answer, "unknown").len();
    assert!((1..=1010).contains(&asked), "{asked} in a second");

    let run = scan(&["--deadline", "0s", &address]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("65,535 unknown"), "{run:?}");
    assert!(run.stdout.contains("--deadline"), "{run:?}");
}

#[test]
fn what_is_no_address_is_refused() {
    for wrong in ["lostops.example", "10.0.0.0/24", "", "10.0.0.256"] {
        assert_eq!(scan(&[wrong]).code, 2, "{wrong}");
    }
}
