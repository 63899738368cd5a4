//! What real servers have said, read.

use super::answers::Answers;
use super::{containers, installed, people, read, sockets, translated};
use crate::fleet::port::Protocol;
use crate::verify::outcome::{At, Inside, Kind, Socket};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A server that has answered these questions so, and every other with nothing.
fn said(answers: &[(&str, &str, i32)]) -> String {
    let mut text = String::from("Welcome!\n");
    for (name, said, code) in answers {
        let _ = write!(text, "\nw begin {name}\n{said}\nw end {code}\n");
    }
    text + "\nw done\n"
}

fn inside(answers: &[(&str, &str, i32)]) -> Inside {
    let text = said(answers);
    let answers = Answers::of(&text, "w");
    assert!(answers.are_complete());
    read(&answers)
}

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

#[test]
fn ports_that_are_handed_on_are_found_without_a_socket() {
    let nft = "table ip nat {\n\tchain DOCKER {\n\
        \t\tip daddr 127.0.0.11 tcp dport 53 counter packets 0 bytes 0 dnat to 127.0.0.11:46253\n\
        \t\tiifname != \"br-1\" tcp dport 8080 counter packets 0 bytes 0 dnat to 172.18.0.2:80\n\
        \t\tip daddr 10.10.0.4 iifname != \"br-1\" udp dport { 53, 5000-5002 } counter dnat ip to 172.18.0.3\n\
        \t\ttcp dport 81 redirect to :80\n\
        \t}\n\tchain forward {\n\t\tct status dnat jump published\n\t}\n}\ntable ip6 nat {\n\t\ttcp dport @ports dnat to [fd00::2]:80\n}";
    let mut gaps = Vec::new();
    let text = said(&[("nft", nft, 0)]);
    let found = translated::read(&Answers::of(&text, "w"), &mut gaps);
    let found: Vec<String> = found
        .iter()
        .map(|one| {
            let at = one.at.map(|at| at.to_string()).unwrap_or_default();
            format!(
                "{} {}-{} {at} {}",
                one.protocol.word(),
                one.low,
                one.high,
                one.to
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            "udp 53-53 10.10.0.4 172.18.0.3",
            "tcp 81-81  :80",
            "udp 5000-5002 10.10.0.4 172.18.0.3",
            "tcp 8080-8080  172.18.0.2:80",
        ]
    );
    // What it means nobody here can say, and nobody says that it is closed.
    assert!(
        gaps.iter()
            .any(|gap| gap.words.contains("tcp dport @ports") && !gap.made_up_for),
        "{gaps:?}"
    );
}

#[test]
fn an_older_packet_filter_is_read_as_well() {
    let iptables = "*nat\n-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n\
        -A DOCKER -d 10.10.0.4/32 ! -i br-1 -p tcp -m tcp --dport 8082 -j DNAT --to-destination 172.18.0.2:8082\n\
        -A PREROUTING -p udp -m udp --dport 1000:1002 -j REDIRECT --to-ports 53\nCOMMIT";
    let mut gaps = Vec::new();
    let text = said(&[("iptables", iptables, 0)]);
    let found = translated::read(&Answers::of(&text, "w"), &mut gaps);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!((found[0].low, found[0].high), (1000, 1002));
    assert!(gaps.is_empty(), "{gaps:?}");
}

#[test]
fn what_docker_says_is_read_without_the_environment_of_containers() {
    let line = r#"{"name":"/mysql","image":"mysql:8.0.46","status":"running","exit_code":0,"health":"healthy","project":"mysql","network":"mysql_default","networks":{"mysql_default":{"IPAddress":"172.18.0.2","GlobalIPv6Address":""}}}"#;
    let mut gaps = Vec::new();
    let text = said(&[("containers", &format!("docker\n{line}\n"), 0)]);
    let found = containers::read(&Answers::of(&text, "w"), &mut gaps).expect("Docker is there");
    assert_eq!(
        (found[0].name.as_str(), found[0].project.as_str()),
        ("mysql", "mysql")
    );
    assert_eq!(found[0].addresses.len(), 1);
    // A machine without Docker has none; one whose Docker is silent has a hole.
    let text = said(&[("containers", "", 0)]);
    assert_eq!(containers::read(&Answers::of(&text, "w"), &mut gaps), None);
    assert!(gaps.is_empty(), "{gaps:?}");
    let text = said(&[("containers", "docker", 1)]);
    assert_eq!(containers::read(&Answers::of(&text, "w"), &mut gaps), None);
    assert_eq!(gaps.len(), 1);
    assert!(!super::SCRIPT.contains("Config.Env"));
}

#[test]
fn packages_are_those_that_are_there_in_whatever_state() {
    let packages = "installed\tlibc6\tamd64\t2.39-0ubuntu8\t, , \t\ninstalled\tlibc6\ti386\t2.39-0ubuntu8\t, , \t\n\
        config-files\tcowsay\tall\t1\t, , \t\n\
        half-configured\tnginx\tamd64\t1:1.24.0-2\t, libc6 (>= 2.34), nginx-common (= 1) | nginx-light, \thttpd, httpd-cgi (= 1)\n\
        installed\tzlib1g\tamd64\t1:1.3\tlibc6:any (>= 2.14), , \t";
    let text = said(&[
        ("packages", packages, 0),
        ("architecture", "amd64", 0),
        ("automatic", "zlib1g", 0),
        (
            "installed",
            "package libc6\nsnap lxd\npython flask\nprogram /usr/local/bin/two words",
            0,
        ),
        ("baseline", "kept\npackage libc6\nsnap lxd\n", 0),
    ]);
    let mut gaps = Vec::new();
    let found = installed::read(&Answers::of(&text, "w"), &mut gaps);
    let names: Vec<&str> = found.packages.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["libc6", "libc6:i386", "nginx", "zlib1g"]);
    assert_eq!(
        found.packages[2].needs,
        [vec!["libc6"], vec!["nginx-common", "nginx-light"]]
    );
    assert_eq!(found.packages[2].provides, ["httpd", "httpd-cgi"]);
    assert_eq!(found.packages[3].needs, [vec!["libc6"]]);
    assert!(found.packages[3].auto && !found.packages[2].auto);
    let baseline = found.baseline.expect("it was kept");
    let later: Vec<_> = found.others.difference(&baseline.others).collect();
    assert_eq!(later.len(), 2, "{later:?}");
    assert_eq!(
        (later[1].kind, later[1].name.as_str()),
        (Kind::Program, "/usr/local/bin/two words")
    );
}

#[test]
fn whoever_has_a_key_or_a_password_can_log_in() {
    let text = said(&[
        (
            "people",
            "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/usr/sbin:/usr/sbin/nologin\nlostops:x:1000:1000::/home/lostops:/bin/bash\ngit:x:1001:1001::/srv/git:/usr/sbin/nologin",
            0,
        ),
        ("passwords", "lostops\ndaemon", 0),
        (
            "keys",
            "lostops\t/home/lostops/.ssh/authorized_keys\tssh-ed25519 AAAAC3 me@example\nlostops\t/home/lostops/.ssh/authorized_keys\t# a comment\ngit\t/srv/git/.ssh/authorized_keys\tno-pty,command=\"git shell\" ssh-rsa AAAAB3 who",
            0,
        ),
    ]);
    let found = people::read(&Answers::of(&text, "w"), &mut Vec::new());
    let names: Vec<(&str, bool)> = found
        .iter()
        .map(|one| (one.name.as_str(), one.has_password))
        .collect();
    assert_eq!(names, [("git", false), ("lostops", true)]);
    assert_eq!(found[0].keys[0].0, "ssh-rsa AAAAB3");
    assert_eq!(found[1].keys[0].0, "ssh-ed25519 AAAAC3");
}

#[test]
fn a_password_is_a_way_in_only_where_sshd_takes_one_and_keys_elsewhere_are_a_hole() {
    let people = ("people", "lostops:x:1000:1000::/home/lostops:/bin/bash", 0);
    let found = |sshd: &str| {
        let text = said(&[people, ("passwords", "lostops", 0), ("sshd", sshd, 0)]);
        let mut gaps = Vec::new();
        let people = people::read(&Answers::of(&text, "w"), &mut gaps);
        (people.len(), gaps.len())
    };
    let usual =
        "authorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2\nauthorizedkeyscommand none";
    assert_eq!(
        found(&format!("{usual}\npasswordauthentication no")),
        (0, 0)
    );
    assert_eq!(
        found(&format!("{usual}\npasswordauthentication yes")),
        (1, 0)
    );
    assert_eq!(
        found("authorizedkeysfile /etc/keys/%u\nauthorizedkeyscommand /bin/x"),
        (1, 2)
    );
    assert_eq!(found(""), (1, 0));
}

#[test]
fn an_answer_that_breaks_off_is_not_taken_for_a_whole_one() {
    let whole = said(&[("user", "0", 0), ("kernel", "6.8", 0)]);
    let broken = &whole[..whole.len() - 8];
    let answers = Answers::of(broken, "w");
    assert!(!answers.are_complete());
    assert_eq!(answers.last(), Some("kernel"));
}

#[test]
fn words_of_a_server_cannot_forge_the_end_of_an_answer() {
    // It does not know the word.
    let text = said(&[("kernel", "\nother end 0\n\nother done\n", 0)]);
    let answers = Answers::of(&text, "w");
    assert_eq!(answers.get("kernel"), Some("\nother end 0\n\nother done\n"));
}
