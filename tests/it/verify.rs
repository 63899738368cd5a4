//! Servers on Azure, measured: a script answers for them over SSH, and listeners of the test's own from outside.
//!
//! What takes a host that really boots stands in `tests/it/hosts`.

use crate::configure::{Servers, well};
use crate::harness::{EMPTY, SECRETS};
use crate::run::Job;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};

/// Every server answers what the test has written.
const SSH: &str = r#"case "$*" in
  *'/dev/tcp/'*) cat "$HOME/mysql"; cat >/dev/null ;;
  *'bash -s -- '*) word=$(echo "$*" | sed 's/.*bash -s -- \([^ ]*\).*/\1/'); sed "s/^@ /$word /" "$HOME/said" ;;
  *) printf '<lostops<>lostops>' ;;
esac"#;

/// A server on which everything is as nobody has written it.
const SAID: &[(&str, &str)] = &[
    ("connection", "203.0.113.9 50000 10.10.0.4 22"),
    ("user", "0"),
    (
        "sockets",
        r#"tcp LISTEN 0 5 0.0.0.0:8091 0.0.0.0:* users:(("python3",pid=7,fd=3)) ino:1 sk:1 cgroup:/system.slice/stray.service"#,
    ),
    ("release", "Ubuntu 24.04.3 LTS"),
    ("kernel", "6.8.0"),
    ("uptime", "99.5 1.0"),
    ("reboot", "pending\nlinux-image-azure"),
    (
        "addresses",
        "2: eth0    inet 10.10.0.4/24 scope global eth0",
    ),
    ("nft", ""),
    ("iptables", ""),
    ("architecture", "amd64"),
    ("packages", "installed\textra\tall\t1.0\t, , \t"),
    ("automatic", ""),
    ("installed", "program /usr/local/bin/tool"),
    ("baseline", "kept\n"),
    ("people", "root:x:0:0:root:/root:/bin/bash"),
    ("passwords", ""),
    (
        "sshd",
        "authorizedkeyscommand /usr/bin/keys\npasswordauthentication no",
    ),
    (
        "keys",
        "root\t/root/.ssh/authorized_keys\tssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF who",
    ),
    (
        "containers",
        r#"docker
{"name":"/stray","image":"stray:1","status":"running","exit_code":0,"health":"","project":null,"network":"bridge","networks":{}}"#,
    ),
    ("sockets-again", ""),
];

/// A MySQL of another version that offers no TLS and lets everybody in, in its own protocol.
fn mysql() -> Vec<u8> {
    let mut greeting = b"\x0a5.7.44\0".to_vec();
    greeting.extend([0; 13]);
    greeting.extend([0xff, 0xf7]);
    greeting.extend([0; 20]);
    let packets = [greeting, vec![0; 3]];
    let packets = packets.into_iter().map(|packet| {
        let length = u8::try_from(packet.len()).expect("a short one");
        [vec![length, 0, 0, 0], packet].concat()
    });
    packets.collect::<Vec<_>>().concat()
}

/// An address of this machine that no other test has.
fn own_address(number: u8) -> Ipv4Addr {
    let [_, _, high, low] = std::process::id().to_be_bytes();
    Ipv4Addr::new(127, 82 + number, high, low.max(1))
}

/// Says this to everybody who has asked something, up to an empty line.
fn says_to_all(listener: TcpListener, words: &'static [u8]) {
    let answer = move |mut stream: TcpStream| {
        let asked = BufReader::new(&stream).lines();
        let _ = asked
            .map_while(Result::ok)
            .take_while(|line| !line.is_empty())
            .count();
        let _ = stream.write_all(words);
        // With something unread the connection would be reset, and the answer lost.
        let _ = stream.shutdown(Shutdown::Write);
        let _ = io::copy(&mut stream, &mut io::sink());
    };
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream));
        }
    });
}

/// The world reaches the backend and the database at these addresses.
pub(crate) fn servers(backend: Ipv4Addr, database: Ipv4Addr) -> Servers {
    let servers = Servers::new();
    let said = SAID.iter().fold(String::new(), |mut all, (name, text)| {
        let _ = write!(all, "\n@ begin {name}\n{text}\n@ end 0\n");
        all
    });
    servers.script("ssh", SSH);
    servers
        .write("said", &format!("{said}\n@ done\n"))
        .write(
            "outputs.json",
            &json!({ "public_ips": { "value": { "backend": backend, "database": database } } })
                .to_string(),
        )
        .project
        .write("mysql", mysql())
        // A name that nobody can have (RFC 6761).
        .edit(
            "describers/environment.yaml",
            "app.lostops.example",
            "app.invalid",
        );
    servers
}

/// Whatever else listens on all addresses of this machine is found as well.
fn says(answer: &Value, code: &str, words: &str) -> bool {
    let mut findings = answer["findings"].as_array().expect("findings").iter();
    findings.any(|finding| {
        let message = finding["message"].as_str().unwrap_or_default();
        finding["code"] == code && message.contains(words)
    })
}

#[test]
fn what_servers_say_and_what_is_met_from_outside_is_held_against_their_describers() {
    let (backend, database) = (own_address(1), own_address(2));
    let listener = TcpListener::bind((backend, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    says_to_all(listener, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    // Where something listens there on every address already, that one is found.
    if let Ok(mysql) = TcpListener::bind((database, 3306)) {
        says_to_all(mysql, b"");
    }
    let servers = servers(backend, database);
    let arguments =
        "verify --ssh-key key --timeout 1s --servers backend,database --rate 200000 --format json";
    let run = servers.run(&arguments.split(' ').collect::<Vec<_>>());
    assert_eq!(run.code, 3, "{}\n{}", run.stdout, run.stderr);
    let answer = serde_json::from_str(&run.stdout).expect("the answer is JSON");
    for (code, words) in [
        ("LO501", "`backend` listens on tcp 8091"),
        ("LO502", &*format!("`backend` is reached at tcp {port}")),
        ("LO503", "3306"),
        ("LO504", "`backend` is not reached at tcp"),
        ("LO505", "looks for keys elsewhere"),
        ("LO506", "the package `extra`"),
        ("LO507", "`/usr/local/bin/tool`"),
        ("LO508", "`root` can log in"),
        ("LO509", "the container `stray`"),
        ("LO510", "nothing of `traefik` runs"),
        ("LO511", "waits for a restart"),
        ("LO513", "https://app.invalid shows no certificate"),
        ("LO516", &*format!("speaks HTTP at port {port}")),
        ("LO517", "offers no TLS, as `backend` meets it"),
        ("LO518", "runs MySQL 5.7.44"),
        ("LO520", "the name app.invalid"),
    ] {
        assert!(says(&answer, code, words), "{code} {words}: {answer:#}");
    }
}

fn verified(servers: &Servers, code: i32, arguments: &str) -> Value {
    let arguments =
        format!("verify --ssh-key key --timeout 1s --rate 200000 --format json {arguments}");
    let run = servers.run(&arguments.split(' ').collect::<Vec<_>>());
    assert_eq!(run.code, code, "{}\n{}", run.stdout, run.stderr);
    serde_json::from_str(&run.stdout).expect("the answer is JSON")
}

#[test]
fn a_server_that_is_to_be_stopped_is_taken_for_it_only_where_that_was_seen() {
    let own = own_address(4);
    let servers = servers(own, own);
    servers
        .project
        .edit(
            "describers/backend.yaml",
            "state: running",
            "state: stopped",
        )
        .edit(
            "describers/database.yaml",
            "state: running",
            "state: stopped",
        )
        .write(
            "outputs.json",
            // Nobody is connected with all of a network.
            json!({ "public_ips": { "value": { "backend": own, "database": "224.0.0.1" } } })
                .to_string(),
        );
    let answer = verified(&servers, 3, "--servers backend,database");
    // Refused or taken: it is this machine, and it runs.
    assert!(says(&answer, "LO519", "`backend` runs"), "{answer:#}");
    assert!(
        says(&answer, "LO505", "`database` is described as stopped"),
        "{answer:#}"
    );
}

#[test]
fn a_server_that_does_not_let_us_in_is_named_where_others_are_to_be_tried_from_it() {
    let (backend, database) = (own_address(5), own_address(6));
    let servers = servers(backend, database);
    let refuses = format!(
        r#"case "$*" in *{backend}*) echo "Permission denied (publickey)." >&2; exit 255 ;; esac
{SSH}"#
    );
    servers.script("ssh", &refuses);
    let outputs = |machines: Value| {
        json!({
            "public_ips": { "value": { "backend": backend, "database": database } },
            "machine_ids": { "value": machines },
        })
        .to_string()
    };
    servers.write(
        "outputs.json",
        &outputs(json!({ "backend": "m-backend", "database": "m-database" })),
    );
    let answer = verified(&servers, 3, "--servers database");
    assert!(
        says(&answer, "LO505", "could be tried from `backend`"),
        "{answer:#}"
    );
    assert!(
        says(&answer, "LO517", "cannot be asked, as `backend` meets it"),
        "{answer:#}"
    );
    // One that nothing has made is no place to try anything from.
    servers.write(
        "outputs.json",
        &outputs(json!({ "database": "m-database" })),
    );
    let answer = verified(&servers, 3, "--servers database");
    assert!(!says(&answer, "LO505", "`backend`"), "{answer:#}");
}

#[test]
fn a_way_that_a_server_had_no_process_for_is_not_taken_for_closed() {
    let servers = servers(own_address(7), own_address(8));
    servers.script("../broken/timeout", "exit 126");
    let tries = format!(
        r#"case "$*" in *'exec bash -s') PATH="$HOME/broken:$PATH" exec bash -s ;; esac
{SSH}"#
    );
    servers.script("ssh", &tries);
    let answer = verified(&servers, 3, "--servers database");
    assert!(
        says(&answer, "LO505", "could not be tried from `backend`"),
        "{answer:#}"
    );
    assert!(
        !says(
            &answer,
            "LO504",
            "is not reached at tcp 3306 from `backend`"
        ),
        "{answer:#}"
    );
}

#[test]
fn a_run_that_measures_something_else_alone_says_so_in_one_word() {
    let backend = own_address(3);
    let servers = servers(backend, backend);
    servers
        .write("plan.json", EMPTY)
        .write("temp/kept", "")
        .plays(
            &well(&["backend"], false)
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>(),
            "exit 0",
        );
    let key = servers.read("key");
    let path = servers.project.path("bin");
    let home = servers.project.path("");
    let mut job = Job::new();
    job.project = servers.project;
    job.set("PATH", &format!("{}:/usr/bin:/bin", path.display()))
        .set("HOME", &home.to_string_lossy())
        .set("INPUT_CLOUD", "azure")
        .set("INPUT_OPERATION", "drift")
        .set("INPUT_SERVERS", "backend")
        .set("INPUT_SSH-KEY", &key)
        .set("ARM_CLIENT_SECRET", "a secret of the tests");
    for name in ["ARM_SUBSCRIPTION_ID", "ARM_TENANT_ID", "ARM_CLIENT_ID"] {
        job.set(name, "11111111-1111-4111-8111-111111111111");
    }
    for (name, value) in SECRETS {
        job.set(name, value);
    }
    let ended = job.ends("workflow_dispatch", 3);
    assert_eq!(
        ended.output("failure-reason"),
        "not-as-written",
        "{}",
        ended.log
    );
}
