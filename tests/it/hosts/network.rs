//! Who reaches whom: security groups, private and public addresses, the way out.

use super::Hosts;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

fn targets(address: &str, ports: &[u16]) -> Vec<String> {
    ports
        .iter()
        .map(|port| format!("{address}/{port}"))
        .collect()
}

/// Whoever is silent is asked once more, and longer: it may be busy.
fn takes_a_connection(to: SocketAddr) -> bool {
    let taken = |seconds| TcpStream::connect_timeout(&to, Duration::from_secs(seconds)).is_ok();
    taken(1) || taken(5)
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn a_port_that_no_describer_names_is_closed_from_every_side() {
    let hosts = Hosts::lostops();
    let ports = [3306, 8080, 8081, 9100, 9104];
    hosts.listen("database", &ports);
    let private = targets("10.10.0.5", &[&[22], &ports[..]].concat());
    assert_eq!(hosts.reached("backend", &private), ["10.10.0.5/3306"]);
    assert_eq!(
        hosts.reached("monitoring", &private),
        ["10.10.0.5/8081", "10.10.0.5/9100", "10.10.0.5/9104"]
    );
    // The engine's machine is the internet, and there an operator.
    let address = hosts.address("database");
    let asked = [22, 3306, 8080, 8081, 9100, 9104].map(|port| {
        let to = format!("{address}:{port}").parse().expect("an address");
        (port, std::thread::spawn(move || takes_a_connection(to)))
    });
    let open = asked.into_iter().filter_map(|(port, asked)| {
        let taken = asked.join().expect("nobody panics");
        taken.then_some(port)
    });
    assert_eq!(open.collect::<Vec<u16>>(), [22]);
    let logs = hosts.simulator(&["logs", "database"]);
    let kept_out = logs.split("Kept out by its security groups").nth(1);
    let kept_out = kept_out.expect("a table");
    for words in ["10.10.0.4", "10.10.0.6", "203.0.113.1 ", "8080/tcp"] {
        assert!(kept_out.contains(words), "{words} in {kept_out}");
    }
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn a_rule_made_in_the_portal_counts_at_once_and_what_is_connected_stays() {
    let hosts = Hosts::lostops();
    hosts.listen("monitoring", &[8080]);
    let target = targets("10.10.0.6", &[8080]);
    assert_eq!(hosts.reached("backend", &target), Vec::<String>::new());
    hosts.simulator(&[
        "open",
        "monitoring",
        "8080",
        "--from",
        "10.10.0.4",
        "--rule",
        "x",
    ]);
    assert_eq!(hosts.reached("backend", &target), target);
    assert_eq!(hosts.reached("database", &target), Vec::<String>::new());
    hosts.simulator(&["close", "monitoring", "x"]);
    assert_eq!(hosts.reached("backend", &target), Vec::<String>::new());
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn nothing_on_the_machine_itself_can_open_what_its_group_closes() {
    let hosts = Hosts::lostops();
    hosts.listen("database", &[8080]);
    let target = targets("10.10.0.5", &[8080]);
    hosts.on(
        "database",
        "nft flush ruleset; ! nft delete table inet azure",
    );
    assert_eq!(hosts.reached("backend", &target), Vec::<String>::new());
    // A restart from inside: the machine comes back behind the same group, without rules of its own.
    hosts.on("database", "nft add table inet own");
    hosts.restart(&["database"]);
    assert_eq!(
        hosts.on("database", "nft list tables | grep -c own || true"),
        "0\n"
    );
    hosts.listen("database", &[8080]);
    assert_eq!(hosts.reached("backend", &target), Vec::<String>::new());
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn a_public_address_leads_to_what_listens_on_the_private_one() {
    let hosts = Hosts::lostops();
    let list = hosts.simulator(&["list"]);
    let line = list.lines().find(|line| line.contains(" 10.10.0.4 "));
    let public = line
        .and_then(|line| {
            line.split_whitespace()
                .find(|word| word.starts_with("203.0.113."))
        })
        .expect("a public address")
        .to_owned();
    hosts.on(
        "backend",
        "systemd-run --quiet python3 -m http.server 443 --bind 10.10.0.4; until ss -Hltn sport = :443 | grep -q .; do sleep 0.05; done",
    );
    hosts.simulator(&["open", "backend", "443", "--from", "internet"]);
    let target = targets(&public, &[443]);
    assert_eq!(hosts.reached("monitoring", &target), target);
    let seen = hosts.on(
        "backend",
        "journalctl -u 'run-*' --no-pager -o cat | tail -n 3; ss -Htn | head",
    );
    assert!(
        !seen.contains("198.1"),
        "transport addresses are not seen inside: {seen}"
    );
}
