//! What goes wrong halfway is finished by the next run.

use super::{Hosts, docker, engine, labelled};
use crate::harness::{Project, finish, root};
use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// An engine that dies when it is asked for something: a socket before the real one.
struct Dying {
    socket: PathBuf,
    dead: Arc<AtomicBool>,
}

impl Dying {
    /// It dies at the first request that contains these words.
    fn at(folder: &Path, words: &'static str) -> Self {
        let socket = folder.join("dying.sock");
        let listener = UnixListener::bind(&socket).expect("a socket");
        let dead = Arc::new(AtomicBool::new(false));
        let real = engine().trim_start_matches("unix://").to_owned();
        let died = dead.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if died.load(Ordering::SeqCst) {
                    continue;
                }
                let (real, died) = (real.clone(), died.clone());
                std::thread::spawn(move || pass(&stream, &real, words, &died));
            }
        });
        Self { socket, dead }
    }

    fn address(&self) -> String {
        format!("unix://{}", self.socket.display())
    }
}

fn pass(stream: &UnixStream, real: &str, words: &str, dead: &AtomicBool) {
    let Ok(engine) = UnixStream::connect(real) else {
        return;
    };
    let (mut from, mut to) = (
        engine.try_clone().expect("a clone"),
        stream.try_clone().expect("a clone"),
    );
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(std::net::Shutdown::Both);
    });
    let (mut input, mut output) = (stream, &engine);
    let mut part = vec![0; 65536];
    while let Ok(read) = input.read(&mut part) {
        if read == 0 || dead.load(Ordering::SeqCst) {
            break;
        }
        if String::from_utf8_lossy(&part[..read]).contains(words) {
            dead.store(true, Ordering::SeqCst);
            break;
        }
        if output.write_all(&part[..read]).is_err() {
            break;
        }
    }
    if dead.load(Ordering::SeqCst) {
        let _ = stream.shutdown(std::net::Shutdown::Both);
    }
    let _ = engine.shutdown(std::net::Shutdown::Write);
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn an_engine_that_dies_while_a_machine_is_made_is_told_and_the_next_run_makes_it() {
    let hosts = Hosts::of(Project::with(&root().join("examples/managed")));
    let dying = Dying::at(&hosts.project.path("."), "/sbin/init");
    let arguments = ["apply", "--cloud", "simulated", "--only", "terraform"];
    let failed = finish(
        hosts
            .project
            .command(&arguments)
            .env("DOCKER_HOST", dying.address()),
    );
    assert_eq!(failed.code, 1, "{}\n{}", failed.stdout, failed.stderr);
    assert!(dying.dead.load(Ordering::SeqCst));
    assert!(
        failed.stdout.contains("could not make the host lostops-"),
        "{}",
        failed.stdout
    );
    let mended = hosts.run(&arguments);
    assert_eq!(mended.code, 0, "{}\n{}", mended.stdout, mended.stderr);
    let login = hosts.ssh("staging", "web", "hostname");
    assert_eq!(login.stdout, "web\n", "{}", login.stderr);
    let again = hosts.run(&["plan", "--cloud", "simulated"]);
    assert!(again.stdout.contains("no changes"), "{}", again.stdout);
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn a_run_that_was_killed_while_machines_boot_is_finished_by_the_next() {
    let hosts = Hosts::of(Project::bare());
    hosts.project.plan(0);
    let mut up = hosts
        .command(&["simulator", "up"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    let word = loop {
        let word = hosts.word_if_any();
        if let Some(word) = word
            && labelled(&word).iter().any(|name| name.ends_with("-card"))
        {
            break word;
        }
        assert!(
            up.try_wait().expect("a child").is_none(),
            "it ended too early"
        );
    };
    up.kill().expect("it is killed");
    up.wait().expect("it ends");
    hosts.up();
    assert_eq!(hosts.word(), word);
    for host in ["backend", "database", "monitoring"] {
        assert_eq!(hosts.on(host, "hostname"), format!("{host}\n"));
    }
    let networks = docker(&[
        "network",
        "ls",
        "--quiet",
        "--filter",
        &format!("label=lostops.cloud={word}"),
    ]);
    assert_eq!(networks.lines().count(), 2, "none of them was made twice");
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn a_network_card_with_one_of_its_two_plugs_gets_the_other_from_the_next_run() {
    let hosts = Hosts::of(Project::with(&root().join("examples/managed")));
    hosts.terraform();
    let word = hosts.word();
    let (host, card) = (
        format!("lostops-{word}-web"),
        format!("lostops-{word}-web-card"),
    );
    docker(&["rm", "--force", &host]);
    let internet = format!("lostops-{word}-internet");
    docker(&["network", "disconnect", "--force", &internet, &card]);
    docker(&["kill", &card]);
    hosts.up();
    assert_eq!(hosts.on("web", "hostname"), "web\n");
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn what_a_cloud_that_was_removed_by_hand_has_left_goes_down_too() {
    let hosts = Hosts::of(Project::with(&root().join("examples/managed")));
    hosts.terraform();
    let word = hosts.word();
    std::fs::remove_file(hosts.project.path(".lostops/staging/simulated/cloud.json"))
        .expect("the cloud");
    let said = hosts.simulator(&["down"]);
    assert!(said.contains("Removed from the engine: 1 host,"), "{said}");
    assert_eq!(labelled(&word), Vec::<String>::new());
}
