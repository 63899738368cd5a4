//! Who listens, in every form in which that is said.

use super::inside;
use crate::fleet::port::Protocol;
use crate::verify::inside::sockets;
use crate::verify::outcome::{At, Socket};
use std::collections::BTreeMap;

fn of_ss(line: &str) -> Vec<Socket> {
    sockets::of_ss(
        line,
        &BTreeMap::from([(0, "root".to_owned()), (102, "exporter".to_owned())]),
    )
}

#[test]
fn every_form_of_an_address_is_what_it_is() {
    let cases = [
        (
            "tcp LISTEN 0 128 *:8081 *:* ino:1 sk:2",
            Some((At::Both, true)),
        ),
        (
            "tcp LISTEN 0 128 0.0.0.0:8080 0.0.0.0:* ino:1",
            Some((At::V4, true)),
        ),
        (
            "tcp LISTEN 0 128 [::]:8082 [::]:* ino:1 sk:2 v6only:1 <->",
            Some((At::V6, true)),
        ),
        (
            "tcp LISTEN 0 128 [::ffff:127.0.0.1]:8088 *:*",
            Some((At::One([127, 0, 0, 1].into()), false)),
        ),
        (
            "udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*",
            Some((At::One([127, 0, 0, 1].into()), false)),
        ),
        (
            "tcp LISTEN 0 128 127.8.9.1:53 0.0.0.0:*",
            Some((At::One([127, 8, 9, 1].into()), false)),
        ),
        (
            "tcp LISTEN 0 128 [::1]:631 [::]:*",
            Some((At::One("::1".parse().expect("an address")), false)),
        ),
        (
            "udp UNCONN 0 0 [fe80::1]%eth0:546 [::]:*",
            Some((At::One("fe80::1".parse().expect("an address")), true)),
        ),
        (
            "udp UNCONN 0 0 10.10.0.4%eth0:68 0.0.0.0:*",
            Some((At::One([10, 10, 0, 4].into()), true)),
        ),
        // Clients, and what waits for nobody.
        ("udp ESTAB 0 0 10.10.0.4:55123 10.10.0.1:53", None),
        ("udp UNCONN 0 0 10.10.0.4:55123 10.10.0.1:53", None),
        ("tcp ESTAB 0 0 10.10.0.4:22 203.0.113.1:40000", None),
        ("icmp6 UNCONN 0 0 *%eth0:58 *:*", None),
        ("", None),
    ];
    for (line, expected) in cases {
        let found = of_ss(line);
        let found = found.first().map(|one| (one.at, one.is_exposed()));
        assert_eq!(found, expected, "{line}");
    }
}

#[test]
fn whose_a_socket_is_stands_behind_it_whatever_the_process_calls_itself() {
    let line = r#"tcp LISTEN 0 4096 10.10.0.4:9100 0.0.0.0:* users:(("evil" cgroup:/x uid:0 v6only:1",pid=715,fd=3),("b",pid=9,fd=1)) uid:102 ino:7852641 sk:1025 cgroup:/docker/3c/system.slice/prometheus-node-exporter.service <->"#;
    let found = of_ss(line);
    assert_eq!(found[0].process, "evil\" cgroup:/x uid:0 v6only:1");
    assert_eq!(
        (found[0].pid, found[0].user.as_str(), found[0].unit.as_str()),
        (Some(715), "exporter", "prometheus-node-exporter.service")
    );
}

#[test]
fn a_server_without_ss_is_read_from_its_kernel() {
    let kernel = "tcp   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
        tcp 0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0\n\
        tcp 1: 0100007F:0CEA 00000000:0000 0A 00000000:00000000 00:00000000 00000000   102        0 4712 1 0000000000000000 100 0 0 10 0\n\
        tcp 2: 04000A0A:0016 017100CB:9C40 01 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000000000000000 100 0 0 10 0\n\
        tcp6 0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4714 1 0 100 0 0 10 0\n\
        udp 0: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 4715 2 0 0\n\
        fd /proc/812/fd/3 socket:[4711]\n\
        comm /proc/812/comm python3\n";
    let inside = inside(&[
        ("sockets", "", 127),
        ("kernel-sockets", kernel, 0),
        ("people", "root:x:0:0:root:/root:/bin/bash", 0),
    ]);
    let found: Vec<(Protocol, String, &str, bool)> = inside
        .sockets
        .iter()
        .map(|one| {
            (
                one.protocol,
                one.place(),
                one.process.as_str(),
                one.is_exposed(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (Protocol::Udp, "0.0.0.0:68".to_owned(), "", true),
            (Protocol::Tcp, "*:80".to_owned(), "", true),
            (Protocol::Tcp, "127.0.0.1:3306".to_owned(), "", false),
            (Protocol::Tcp, "0.0.0.0:8080".to_owned(), "python3", true),
        ]
    );
    let told = inside
        .gaps
        .iter()
        .find(|gap| gap.words.contains("`ss` is missing"));
    assert!(told.is_some_and(|gap| gap.made_up_for), "{:?}", inside.gaps);
}

#[test]
fn a_server_that_says_nothing_of_its_sockets_has_a_hole() {
    let inside = inside(&[("sockets", "", 124), ("kernel-sockets", "", 1)]);
    let told = inside
        .gaps
        .iter()
        .find(|gap| gap.words.contains("/proc/net"));
    assert!(
        told.is_some_and(|gap| !gap.made_up_for),
        "{:?}",
        inside.gaps
    );
}

#[test]
fn a_udp_client_of_a_moment_is_no_service() {
    let lasting = "udp UNCONN 0 0 0.0.0.0:5353 0.0.0.0:*\nudp UNCONN 0 0 0.0.0.0:40001 0.0.0.0:*";
    let first = format!("{lasting}\nudp UNCONN 0 0 0.0.0.0:40000 0.0.0.0:*");
    let again = format!(
        "{lasting}\ntcp LISTEN 0 1 0.0.0.0:50000 0.0.0.0:*\nudp UNCONN 0 0 0.0.0.0:40002 0.0.0.0:*"
    );
    let inside = inside(&[("sockets", &first, 0), ("sockets-again", &again, 0)]);
    let ports: Vec<u16> = inside.sockets.iter().map(|one| one.port).collect();
    assert_eq!(ports, [5353, 40001, 50000]);
}
