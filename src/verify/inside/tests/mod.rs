//! What real servers have said, read.

mod fuzz;
mod sockets;

use super::answers::Answers;
use super::{containers, installed, people, read, translated};
use crate::verify::outcome::{Inside, Kind};
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
fn a_port_that_is_handed_on_for_all_addresses_but_one_is_not_that_one_s_alone() {
    let rule = |words: &str| format!("-A OUTPUT {words} -j DNAT --to-destination 172.18.0.2:80\n");
    let iptables = [
        rule("! -d 127.0.0.1/32 -p tcp -m tcp --dport 80"),
        rule("-d 127.0.0.1/32 -p tcp -m tcp --dport 81"),
        rule("-d 10.10.0.0/16 -p tcp -m tcp --dport 82"),
        rule("-p tcp -m tcp ! --dport 83"),
    ];
    let mut gaps = Vec::new();
    let text = said(&[("iptables", &iptables.concat(), 0)]);
    let found = translated::read(&Answers::of(&text, "w"), &mut gaps);
    let found: Vec<_> = found.iter().map(|one| (one.low, one.at)).collect();
    assert_eq!(found, [(80, None), (82, None)]);
    assert!(gaps[0].words.contains("! --dport 83"), "{gaps:?}");
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
fn an_answer_that_was_not_given_is_a_hole_and_not_an_empty_one() {
    let holes = |user: &str, name: &str, code: i32| {
        let inside = inside(&[("user", user, 0), (name, "", code)]);
        let gaps = inside.gaps.into_iter().filter(|gap| !gap.made_up_for);
        let gaps: Vec<String> = gaps.map(|gap| gap.words).collect();
        gaps
    };
    let usual = holes("0", "uptime", 0);
    for (name, code, words) in [
        ("nft", 1, "`nft list ruleset` fails (exit code 1)"),
        ("iptables", 4, "`iptables-save` fails (exit code 4)"),
        ("passwords", 2, "/etc/shadow fails (exit code 2)"),
        ("keys", 124, "the keys of its users does not end"),
        ("sshd", 3, "`sshd -T` fails (exit code 3)"),
        ("addresses", 127, "`ip address` is missing"),
    ] {
        let text = said(&[
            ("user", "0", 0),
            ("people", "root:x:0:0:root:/root:/bin/bash", 0),
            (name, "", code),
        ]);
        let gaps = read(&Answers::of(&text, "w")).gaps;
        assert!(
            gaps.iter()
                .any(|gap| gap.words.contains(words) && !gap.made_up_for),
            "{name}: {gaps:?}"
        );
        assert_eq!(holes("0", name, 0), usual, "{name}");
        // That the login is not root is told once.
        assert_eq!(
            holes("1000", name, code),
            holes("1000", "uptime", 0),
            "{name}"
        );
    }
    // Nothing was found, and that is an answer.
    assert_eq!(holes("0", "sshd", 1), usual);
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
