//! Two network namespaces with a cable between them: in one the sources, in the other the machine behind its filter.

use super::random::{PORTS, SOURCES};
use nix::sched::{CloneFlags, setns};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpSocket, UdpSocket};

/// Every answer comes at once; this long only a test waits that is to fail.
const PATIENCE: Duration = Duration::from_secs(30);

/// Source, protocol, port.
pub(super) type Attempt = (Ipv4Addr, &'static str, u16);

pub(super) struct Network {
    pub(super) cable: Cable,
    nft: Child,
    commands: ChildStdin,
    errors: Receiver<String>,
    turn: usize,
    folder: tempfile::TempDir,
}

/// The two namespaces, which go when this goes.
pub(super) struct Cable {
    outside: String,
    inside: String,
}

fn done(program: &str, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program} is needed: {error}"));
    let mut pipe = child.stdin.take().expect("a pipe");
    pipe.write_all(input.as_bytes()).expect("its input");
    drop(pipe);
    let output = child.wait_with_output().expect("it ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

impl Network {
    /// The machine side answers for all of these addresses.
    pub(super) fn new(addresses: &[Ipv4Addr]) -> Self {
        assert!(
            nix::unistd::geteuid().is_root(),
            "root is needed to make network namespaces"
        );
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let own = format!(
            "{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let cable = Cable {
            outside: format!("nftt-{own}-out"),
            inside: format!("nftt-{own}-in"),
        };
        cable.lay(addresses);
        let folder = tempfile::tempdir().expect("a folder");
        let mut nft = Command::new("ip")
            .args(["netns", "exec", &cable.inside, "nft", "-i"])
            .env("HOME", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("nft starts");
        let commands = nft.stdin.take().expect("a pipe");
        let lines = BufReader::new(nft.stderr.take().expect("a pipe")).lines();
        let (sender, errors) = channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Self {
            cable,
            nft,
            commands,
            errors,
            turn: 0,
            folder,
        }
    }

    /// Loads a rule set as the simulator does: into the living table, by the process that owns it.
    pub(super) fn load(&mut self, rules: &str) {
        let path = self.folder.path().join("rules.nft");
        std::fs::write(&path, rules).expect("the rules");
        let include = format!("include \"{}\"", path.display());
        let said = self.said(&include);
        assert!(said.is_empty(), "{}\n{rules}", said.join("\n"));
    }

    /// What nft complains of. That of a chain that is not there ends it: only errors are said at once.
    pub(super) fn said(&mut self, command: &str) -> Vec<String> {
        self.turn += 1;
        let end = format!("list chain inet azure end-{}", self.turn);
        writeln!(self.commands, "{command}\n{end}").expect("nft listens");
        let mut said = Vec::new();
        loop {
            let line = self
                .errors
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|_| panic!("nft says nothing: {said:?}"));
            if line == end {
                // The line before belongs to it.
                said.pop();
                return said;
            }
            if !line.chars().all(|letter| " ^".contains(letter)) {
                said.push(line);
            }
        }
    }

    /// Tries every port from every source, from this port or any; returns what arrived. Everything else was dropped, as the filter itself says:
    /// no silence is taken for an answer.
    pub(super) fn arrived(&mut self, to: Ipv4Addr, from: u16) -> BTreeSet<Attempt> {
        assert_eq!(self.said("flush set inet azure dropped"), [""; 0]);
        let cable = &self.cable;
        cable.inside(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(cable.try_all(to, from))
        })
    }
}

impl Cable {
    fn lay(&self, addresses: &[Ipv4Addr]) {
        let (outside, inside) = (&self.outside, &self.inside);
        done("ip", &["netns", "add", outside], "");
        done("ip", &["netns", "add", inside], "");
        let link = [
            "link", "add", "eth0", "netns", inside, "type", "veth", "peer", "name", "out", "netns",
            outside,
        ];
        done("ip", &link, "");
        let mut batch =
            String::from("link set lo up\nlink set eth0 up\nroute add default dev eth0\n");
        for address in addresses {
            batch += &format!("route add local {address} dev lo\n");
        }
        done("ip", &["-n", inside, "-batch", "-"], &batch);
        let mut batch =
            String::from("link set lo up\nlink set out up\nroute add default dev out\n");
        for source in SOURCES {
            batch += &format!("address add {source}/32 dev out\n");
        }
        done("ip", &["-n", outside, "-batch", "-"], &batch);
    }

    /// Sockets that this makes are the machine's.
    pub(super) fn inside<T: Send>(&self, make: impl FnOnce() -> T + Send) -> T {
        made(&self.inside, make)
    }

    /// Sockets that this makes are those of the sources.
    pub(super) fn outside<T: Send>(&self, make: impl FnOnce() -> T + Send) -> T {
        made(&self.outside, make)
    }

    /// Gives the machine and the sources one more address each.
    pub(super) fn address(&self, inside: &str, outside: &str) {
        for (name, address, device) in [
            (&self.inside, inside, "eth0"),
            (&self.outside, outside, "out"),
        ] {
            done(
                "ip",
                &[
                    "-n", name, "address", "add", address, "dev", device, "nodad",
                ],
                "",
            );
        }
    }

    /// Until the rule with this comment has met a packet.
    pub(super) fn wait_for(&self, comment: &str) {
        let list = [
            "netns",
            "exec",
            &self.inside,
            "nft",
            "list",
            "chain",
            "inet",
            "azure",
            "inbound",
        ];
        let started = Instant::now();
        loop {
            let rules = done("ip", &list, "");
            let rule = rules.lines().find(|line| line.contains(comment));
            let rule = rule.unwrap_or_else(|| panic!("no rule {comment} in {rules}"));
            if !rule.contains("packets 0 ") {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "no packet met {rule}");
        }
    }

    /// The machine's side of what was dropped, as nft tells it.
    pub(super) fn dropped(&self) -> BTreeSet<Attempt> {
        let list = [
            "netns",
            "exec",
            &self.inside,
            "nft",
            "-j",
            "list",
            "set",
            "inet",
            "azure",
            "dropped",
        ];
        let answer: Value = serde_json::from_str(&done("ip", &list, "")).expect("JSON");
        let items = answer["nftables"].as_array().expect("a list");
        let set = items
            .iter()
            .find_map(|item| item.get("set"))
            .expect("the set");
        let elements = set["elem"].as_array().into_iter().flatten();
        elements
            .filter_map(|element| {
                let key = &element["elem"]["val"]["concat"];
                let protocol = match key[1].as_str()? {
                    "tcp" => "tcp",
                    "udp" => "udp",
                    _ => return None,
                };
                let port = u16::try_from(key[2].as_u64()?).ok()?;
                Some((key[0].as_str()?.parse().ok()?, protocol, port))
            })
            .collect()
    }

    async fn try_all(&self, to: Ipv4Addr, from: u16) -> BTreeSet<Attempt> {
        let (sender, mut arrivals) = tokio::sync::mpsc::unbounded_channel();
        for port in PORTS {
            let any = (Ipv4Addr::UNSPECIFIED, port);
            let (listener, socket) = (
                TcpListener::bind(any).await.expect("a listener"),
                UdpSocket::bind(any).await.expect("a socket"),
            );
            let (tcp, udp) = (sender.clone(), sender.clone());
            tokio::spawn(async move {
                while let Ok((_, peer)) = listener.accept().await {
                    let _ = tcp.send((peer.ip(), "tcp", port));
                }
            });
            tokio::spawn(async move {
                let mut byte = [0];
                while let Ok((_, peer)) = socket.recv_from(&mut byte).await {
                    let _ = udp.send((peer.ip(), "udp", port));
                }
            });
        }
        enter(&self.outside);
        let mut waiting = BTreeSet::new();
        for source in SOURCES {
            let from = SocketAddr::from((source, from));
            let udp = UdpSocket::bind(from).await.expect("the source");
            for port in PORTS {
                let to = SocketAddr::from((to, port));
                let socket = TcpSocket::new_v4().expect("a socket");
                socket.set_reuseaddr(true).expect("a port that others use");
                socket.bind(from).expect("the source");
                tokio::spawn(async move { socket.connect(to).await });
                waiting.insert((source, "tcp", port));
                udp.send_to(&[7], to).await.expect("a packet leaves");
                waiting.insert((source, "udp", port));
            }
        }
        let mut arrived = BTreeSet::new();
        let started = Instant::now();
        while !waiting.is_empty() {
            tokio::task::yield_now().await;
            while let Ok((IpAddr::V4(source), protocol, port)) = arrivals.try_recv() {
                waiting.remove(&(source, protocol, port));
                arrived.insert((source, protocol, port));
            }
            if arrivals.is_empty() {
                waiting = &waiting - &self.dropped();
            }
            assert!(
                started.elapsed() < PATIENCE,
                "neither arrived nor dropped: {waiting:?}"
            );
        }
        let both: Vec<Attempt> = self.dropped().intersection(&arrived).copied().collect();
        assert!(both.is_empty(), "arrived and dropped: {both:?}");
        arrived
    }
}

/// What a thread makes whose sockets are of that namespace.
fn made<T: Send>(namespace: &str, make: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            enter(namespace);
            make()
        });
        thread.join().expect("it is made")
    })
}

/// Sockets of this thread are made in that namespace from now on.
fn enter(namespace: &str) {
    let file = File::open(format!("/run/netns/{namespace}")).expect("the namespace");
    setns(file, CloneFlags::CLONE_NEWNET).expect("into the namespace");
}

impl Drop for Network {
    fn drop(&mut self) {
        let _ = self.nft.kill();
        let _ = self.nft.wait();
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        for name in [&self.inside, &self.outside] {
            let _ = Command::new("ip").args(["netns", "delete", name]).output();
        }
    }
}
