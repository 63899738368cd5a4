//! What a filter does to packets beside letting them in or not.

use super::addresses;
use super::network::Network;
use super::random::{PORTS, SOURCES};
use crate::terraform::{Configuration, deny, guarded, machine, rule};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};

/// A server whose group lets everyone reach 22 and 443, and the way there.
struct Server {
    configuration: Configuration,
    network: Network,
    private: Ipv4Addr,
}

impl Server {
    fn new() -> Self {
        let open = |name: &str, priority, port: &str| rule(name, priority, port, "\"*\"");
        let rules = [
            open("ssh", 100, "\"22\""),
            open("https", 110, "\"443\""),
            deny(),
        ];
        let configuration = Configuration::applied(&[
            &machine("web", "azurerm_subnet.a.id", "Standard"),
            &guarded("web", &rules),
        ]);
        let rules = configuration.simulator(&["rules", "web"]);
        let addresses = addresses(&rules);
        let mut network = Network::new(&addresses);
        network.load(&rules);
        Self {
            configuration,
            network,
            private: addresses[0],
        }
    }

    /// Changes the group by hand and loads what it is then.
    fn change(&mut self, arguments: &[&str]) {
        let rules = self
            .configuration
            .portal(arguments)
            .simulator(&["rules", "web"]);
        self.network.load(&rules);
    }

    /// The ports of TCP that the last of the sources, one of the internet, reaches.
    fn open(&mut self) -> Vec<u16> {
        let arrived = self.network.arrived(self.private, 0);
        let open = |port: &u16| arrived.contains(&(SOURCES[7], "tcp", *port));
        PORTS.into_iter().filter(open).collect()
    }
}

#[test]
#[ignore = "needs root and nft: make network-test"]
fn a_port_that_is_closed_keeps_its_connections_and_takes_no_new_ones() {
    let mut server = Server::new();
    let to = (server.private, 22);
    let cable = &server.network.cable;
    let listener =
        cable.inside(|| TcpListener::bind((Ipv4Addr::UNSPECIFIED, 22)).expect("a listener"));
    let mut client = cable.outside(|| TcpStream::connect(to).expect("the port is open"));
    let (mut held, _) = listener.accept().expect("a connection");
    drop(listener);
    server.change(&["close", "web", "ssh"]);
    client
        .write_all(b"still here")
        .expect("the connection lasts");
    let mut said = [0; 10];
    held.read_exact(&mut said).expect("it arrives");
    assert_eq!(&said, b"still here");
    assert_eq!(server.open(), [443]);
}

#[test]
#[ignore = "needs root and nft: make network-test"]
fn what_was_dropped_is_remembered_when_rules_are_loaded_again() {
    let mut server = Server::new();
    assert_eq!(server.open(), [22, 443]);
    let dropped = server.network.cable.dropped();
    assert!(dropped.contains(&(SOURCES[7], "tcp", 3306)), "{dropped:?}");
    server.change(&["close", "web", "ssh"]);
    assert_eq!(server.network.cable.dropped(), dropped);
}

#[test]
#[ignore = "needs root and nft: make network-test"]
fn a_rule_of_any_name_is_loaded_as_it_is_meant() {
    let mut server = Server::new();
    let hostile = "a\" accept comment \"b\n}\nflush ruleset # ü \\ $x @y";
    server.change(&[
        "open", "web", "8080", "--from", "internet", "--rule", hostile,
    ]);
    assert_eq!(server.open(), [22, 443, 8080]);
}

#[test]
#[ignore = "needs root and nft: make network-test"]
fn more_than_can_be_remembered_is_dropped_all_the_same() {
    let mut server = Server::new();
    let closed = (server.private, 53);
    let cable = &server.network.cable;
    let (hidden, seen) = cable.inside(|| {
        let bind = |port| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port)).expect("a socket");
        (
            bind(53),
            TcpListener::bind((Ipv4Addr::UNSPECIFIED, 443)).expect("a listener"),
        )
    });
    hidden.set_nonblocking(true).expect("it does not wait");
    cable.outside(|| {
        for source in &SOURCES[..2] {
            let socket = UdpSocket::bind((*source, 0)).expect("the source");
            for port in 1..=u16::MAX {
                socket
                    .send_to(&[7], (closed.0, port))
                    .expect("a packet leaves");
            }
        }
    });
    assert_eq!(cable.dropped().len(), 65_535, "the set is full");
    let late = cable.outside(|| {
        let socket = UdpSocket::bind((SOURCES[7], 0)).expect("the source");
        socket.send_to(&[7], closed).expect("a packet leaves");
        TcpStream::connect((closed.0, 443)).expect("the port is open")
    });
    // What was sent before a connection that stands has been judged.
    seen.accept().expect("a connection");
    drop(late);
    assert!(
        hidden.recv(&mut [0]).is_err(),
        "a packet passed where nothing may"
    );
    let _ = server.network.said("flush set inet azure dropped");
}

#[test]
#[ignore = "needs root and nft: make network-test"]
fn packets_of_ipv6_find_their_neighbour_and_are_dropped() {
    let server = Server::new();
    let cable = &server.network.cable;
    cable.address("fd00::1/64", "fd00::2/64");
    cable.outside(|| {
        let socket = UdpSocket::bind("[fd00::2]:0").expect("a socket");
        socket
            .send_to(&[7], "[fd00::1]:22")
            .expect("a packet leaves");
    });
    cable.wait_for("no IPv6 in this network");
}
