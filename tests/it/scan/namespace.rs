//! Networks of the test's own, in which packets are lost or a machine asks itself. They need root: `make network-test`.

use super::{answer, ports};
use crate::harness::{Run, finish};
use nix::sched::{CloneFlags, setns};
use std::collections::BTreeSet;
use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

static COUNT: AtomicUsize = AtomicUsize::new(0);

/// A network namespace, which goes when this goes.
struct Namespace(String);

impl Namespace {
    fn new() -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("nftt-{}-scan{number}", std::process::id());
        let made = finish(Command::new("ip").args(["netns", "add", &name]));
        assert_eq!(made.code, 0, "root is needed: {made:?}");
        let namespace = Self(name);
        namespace.does("ip link set lo up");
        namespace
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Run {
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", &self.0, program])
            .args(arguments);
        finish(&mut command)
    }

    fn does(&self, script: &str) {
        let run = self.run("sh", &["-ec", script]);
        assert_eq!(run.code, 0, "{script}: {run:?}");
    }

    /// Rules for what asks for a connection.
    fn drops(&self, rules: &[&str]) {
        let rules: Vec<String> = rules
            .iter()
            .map(|rule| format!("tcp flags syn / syn,ack {rule}\n"))
            .collect();
        let table = format!(
            "table inet test {{\nchain input {{\ntype filter hook input priority 0\n{}}}\n}}\n",
            rules.concat()
        );
        self.does(&format!("nft -f - <<'E'\n{table}E"));
    }

    fn listens(&self, addresses: &[&str]) -> Vec<TcpListener> {
        let file = File::open(format!("/run/netns/{}", self.0)).expect("a namespace");
        let addresses: Vec<SocketAddr> = addresses
            .iter()
            .map(|address| address.parse().expect("an address"))
            .collect();
        // A thread of its own: it stays in the namespace.
        let listen = move || {
            setns(&file, CloneFlags::CLONE_NEWNET).expect("the namespace");
            let listeners = addresses.into_iter().map(TcpListener::bind);
            listeners.map(|one| one.expect("a port")).collect()
        };
        std::thread::spawn(listen).join().expect("listeners")
    }

    fn scan(&self, address: &str) -> serde_json::Value {
        let program = env!("CARGO_BIN_EXE_lostops");
        let run = self.run(program, &["scan", "--json", "--rate", "200000", address]);
        assert_eq!(run.code, 0, "{run:?}");
        answer(&run)
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        finish(Command::new("ip").args(["netns", "delete", &self.0]));
    }
}

fn set(ports: &[u16]) -> BTreeSet<u16> {
    ports.iter().copied().collect()
}

#[test]
#[ignore = "needs root: make network-test"]
fn a_machine_that_asks_itself_finds_no_port_that_nobody_listens_to() {
    let namespace = Namespace::new();
    // So few to choose from that the system often takes the very port that is asked.
    namespace.does("echo '40000 40015' >/proc/sys/net/ipv4/ip_local_port_range");
    let _listeners = namespace.listens(&["127.0.0.1:22", "127.0.0.1:40007"]);
    for _ in 0..20 {
        let answer = namespace.scan("127.0.0.1");
        assert_eq!(ports(&answer, "open"), set(&[22, 40007]), "{answer}");
        assert_eq!(ports(&answer, "closed").len(), 65533, "{answer}");
    }
}

#[test]
#[ignore = "needs root: make network-test"]
fn open_closed_and_filtered_are_kept_apart() {
    let namespace = Namespace::new();
    let _listeners = namespace.listens(&["127.0.0.1:22", "127.0.0.1:443", "127.0.0.1:3306"]);
    namespace.drops(&[
        "tcp dport { 22, 80, 443 } accept",
        "tcp dport 81 reject with icmpx admin-prohibited",
        "tcp dport 82 meta nfproto ipv4 reject with icmp net-unreachable",
        "drop",
    ]);
    let answer = namespace.scan("127.0.0.1");
    assert_eq!(ports(&answer, "open"), set(&[22, 443]), "{answer}");
    assert_eq!(ports(&answer, "closed"), set(&[80]), "{answer}");
    let filtered = ports(&answer, "filtered");
    assert_eq!(filtered.len(), 65532, "{answer}");
    assert!(filtered.is_superset(&set(&[81, 82, 3306])), "{answer}");
}

#[test]
#[ignore = "needs root: make network-test"]
fn what_a_network_that_loses_packets_swallows_is_asked_again() {
    let namespace = Namespace::new();
    let open = [22, 80, 443, 3306, 5432, 8080, 9090, 9100, 30000, 65535];
    let addresses: Vec<String> = open
        .iter()
        .map(|port| format!("127.0.0.1:{port}"))
        .collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let _listeners = namespace.listens(&addresses);
    // One in fifty of all that asks for a connection.
    namespace.drops(&["numgen random mod 50 == 0 drop"]);
    for _ in 0..5 {
        let answer = namespace.scan("127.0.0.1");
        assert_eq!(ports(&answer, "open"), set(&open), "{answer}");
    }
}

#[test]
#[ignore = "needs root: make network-test"]
fn a_port_is_open_for_the_family_in_which_it_listens() {
    let namespace = Namespace::new();
    namespace.does("echo 1 >/proc/sys/net/ipv6/bindv6only");
    let _listeners = namespace.listens(&["127.0.0.1:22", "[::1]:23", "[::]:24"]);
    assert_eq!(ports(&namespace.scan("::1"), "open"), set(&[23, 24]));
    assert_eq!(ports(&namespace.scan("127.0.0.1"), "open"), set(&[22]));
}

#[test]
#[ignore = "needs root: make network-test"]
fn an_address_without_a_way_to_it_is_said_at_once() {
    let namespace = Namespace::new();
    let program = env!("CARGO_BIN_EXE_lostops");
    let run = namespace.run(program, &["scan", "203.0.113.7"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("could not ask 203.0.113.7"), "{run:?}");
}
