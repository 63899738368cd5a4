//! Machines of the simulated cloud as hosts that boot. Needs a Docker engine: `make hosts-test`.

mod busy;
// The first by name of those that boot hosts, because it takes the longest.
mod complete;
mod disks;
mod faults;
mod initialise;
mod lifecycle;
mod measured;
mod network;
mod rehearsed;
mod trouble;

use crate::harness::{Project, Run, SECRETS, finish, root};
use std::process::Command;
use std::time::{Duration, Instant};

/// A project whose machines have hosts; whatever it makes on the engine goes with it.
pub(crate) struct Hosts {
    pub(crate) project: Project,
}

impl Hosts {
    pub(crate) fn of(project: Project) -> Self {
        // One Ansible for all tests: each folder would else install its own.
        let shared = root().join(".tools/ansible");
        std::fs::create_dir_all(&shared).expect("a folder for Ansible");
        std::fs::create_dir_all(project.path(".lostops")).expect("a folder");
        std::os::unix::fs::symlink(shared, project.path(".lostops/ansible")).expect("a link");
        Self { project }
    }

    /// The three servers of the repository's own describers without their containers, booted.
    pub(crate) fn lostops() -> Self {
        let hosts = Self::of(Project::bare());
        hosts.terraform();
        hosts
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.project.command(arguments);
        command.env("DOCKER_HOST", engine()).envs(SECRETS);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        finish(&mut self.command(arguments))
    }

    /// `lostops simulator …`, which must do it.
    pub(crate) fn simulator(&self, arguments: &[&str]) -> String {
        let run = self.run(&[&["simulator"], arguments].concat());
        assert_eq!(run.code, 0, "{arguments:?}\n{}\n{}", run.stdout, run.stderr);
        run.stdout
    }

    /// Applies what is described, and leaves the servers as they booted.
    pub(crate) fn terraform(&self) {
        let run = self.run(&["apply", "--cloud", "simulated", "--only", "terraform"]);
        assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    }

    pub(crate) fn up(&self) {
        self.simulator(&["up"]);
    }

    /// Runs a script on a host, as root; what it prints.
    pub(crate) fn on(&self, host: &str, script: &str) -> String {
        let run = self.run(&["simulator", "shell", host, "--", "bash", "-c", script]);
        assert_eq!(
            run.code, 0,
            "{host}: {script}\n{}\n{}",
            run.stdout, run.stderr
        );
        run.stdout
    }

    /// Listens on these TCP ports of a host, whatever its own firewall thinks.
    pub(crate) fn listen(&self, host: &str, ports: &[u16]) {
        let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
        let script = format!(
            "for port in {}; do systemd-run --quiet --unit test-$port python3 -m http.server $port; done; \
             for port in {0}; do until ss -Hltn sport = :$port | grep -q .; do sleep 0.05; done; done",
            ports.join(" ")
        );
        self.on(host, &script);
    }

    /// Has Docker on a host publish these TCP ports of containers, in which a web server answers. No image can be pulled for
    /// that: one of links alone, with the host's own programs in it.
    pub(crate) fn publish(&self, host: &str, ports: &[u16]) {
        let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
        let script = format!(
            "set -e; cd \"$(mktemp -d)\"; for link in bin lib lib64; do ln -s usr/$link $link; done; \
             tar -c . | docker import - test >/dev/null; for port in {}; do \
             docker run --quiet --detach --publish $port:80 --volume /usr:/usr:ro test python3 -m http.server 80 >/dev/null; \
             until python3 -c \"import urllib.request as it; it.urlopen('http://127.0.0.1:$port/')\" 2>/dev/null; \
             do sleep 0.05; done; done",
            ports.join(" ")
        );
        self.on(host, &script);
    }

    /// Which of `address/port` answer a connection from a host. Whoever is silent is asked once more, and longer: it may be busy.
    pub(crate) fn reached(&self, from: &str, targets: &[String]) -> Vec<String> {
        let script = format!(
            "for to in {}; do (for patience in 1 5; do timeout $patience bash -c \"echo >/dev/tcp/$to\" 2>/dev/null && echo $to && break; done) & done; wait",
            targets.join(" ")
        );
        let mut reached: Vec<String> = self.on(from, &script).lines().map(str::to_owned).collect();
        reached.sort();
        reached
    }

    /// Restarts hosts from inside, all at once, and waits until systemd says how each has come back.
    pub(crate) fn restart(&self, servers: &[&str]) -> Vec<String> {
        let started = |server: &str| self.inspect(server, "{{.State.StartedAt}}");
        let before: Vec<String> = servers.iter().map(|server| started(server)).collect();
        for server in servers {
            self.on(server, "systemctl reboot || true");
        }
        let deadline = Instant::now() + Duration::from_mins(5);
        let wait = "systemctl is-system-running --wait; systemctl --failed --no-legend; true";
        let back = |(server, before): (&&str, &String)| loop {
            assert!(Instant::now() < deadline, "{server} does not come back");
            if started(server) != *before {
                let run = self.run(&["simulator", "shell", server, "--", "bash", "-c", wait]);
                // Before systemd answers, it is not there or says that it is offline.
                let said = run.stdout.lines().next().unwrap_or_default();
                if run.code == 0 && ["running", "degraded"].contains(&said) {
                    return run.stdout;
                }
            }
            std::thread::sleep(Duration::from_millis(200));
        };
        servers.iter().zip(&before).map(back).collect()
    }

    /// What the engine says of the container of a machine.
    pub(crate) fn inspect(&self, machine: &str, what: &str) -> String {
        let name = format!("lostops-{}-{machine}", self.word());
        docker(&["inspect", "--format", what, &name])
            .trim()
            .to_owned()
    }

    /// The word by which everything of this simulation is labelled.
    pub(crate) fn word(&self) -> String {
        self.word_if_any().expect("there are hosts")
    }

    pub(crate) fn word_if_any(&self) -> Option<String> {
        let cloud = self.simulator(&["show"]);
        let cloud: serde_json::Value = serde_json::from_str(&cloud).expect("the cloud is JSON");
        let word = cloud["hosts"].as_str().filter(|word| !word.is_empty());
        word.map(str::to_owned)
    }

    /// Where this machine reaches a host.
    pub(crate) fn address(&self, host: &str) -> String {
        let up = self.simulator(&["up"]);
        let line = up
            .lines()
            .find(|line| line.trim_start().starts_with(&format!("{host} ")));
        let address = line.and_then(|line| line.split_whitespace().nth(1));
        address.expect("the host is listed").to_owned()
    }

    /// What a login over SSH with the simulation's own key prints.
    pub(crate) fn ssh(&self, environment: &str, host: &str, script: &str) -> Run {
        let key = self
            .project
            .path(&format!(".lostops/{environment}/simulated/ssh/id_ed25519"));
        let mut command = Command::new("ssh");
        command
            .args(["-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR"])
            .args([
                "-o",
                "UserKnownHostsFile=/dev/null",
                "-o",
                "ConnectTimeout=5",
            ])
            .args(["-F", "/dev/null", "-i"])
            .arg(key)
            .arg(format!("lostops@{}", self.address(host)))
            .arg(script)
            .stdin(std::process::Stdio::null());
        finish(&mut command)
    }
}

impl Drop for Hosts {
    fn drop(&mut self) {
        let run = self.run(&["simulator", "down"]);
        if !std::thread::panicking() {
            assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
        }
    }
}

/// Takes the ports off the describers that no service of a bare project serves: what is measured is then as written.
pub(crate) fn declare_what_is_served(project: &Project) {
    for server in ["backend", "database", "monitoring", "web"] {
        let name = format!("describers/{server}.yaml");
        let Ok(text) = std::fs::read_to_string(project.path(&name)) else {
            continue;
        };
        let kept = text.lines().filter(|line| {
            let served = line.contains("port: 22") || line.contains("port: 9100");
            !line.contains("- { port:") || served
        });
        project.write(
            &name,
            kept.fold(String::new(), |all, line| all + line + "\n"),
        );
    }
}

/// The engine's address.
pub(crate) fn engine() -> String {
    std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".to_owned())
}

/// What `docker` prints, which must succeed.
pub(crate) fn docker(arguments: &[&str]) -> String {
    let run = finish(
        Command::new("docker")
            .args(arguments)
            .env("DOCKER_HOST", engine()),
    );
    assert_eq!(run.code, 0, "docker {arguments:?}: {}", run.stderr);
    run.stdout
}

/// The older freezer of the kernel gives up on a machine that is just starting programs: it is asked again.
pub(crate) fn pause(name: &str) {
    let asked = |_| {
        let mut docker = Command::new("docker");
        let docker = docker.args(["pause", name]).env("DOCKER_HOST", engine());
        finish(docker).code == 0
    };
    assert!((0..20).any(asked), "{name} cannot be paused");
}

/// Everything on the engine that is labelled with this word.
pub(crate) fn labelled(word: &str) -> Vec<String> {
    let filter = format!("label=lostops.cloud={word}");
    [
        &["ps", "--all", "--format", "{{.Names}}", "--filter"][..],
        &["network", "ls", "--format", "{{.Name}}", "--filter"],
        &["volume", "ls", "--format", "{{.Name}}", "--filter"],
    ]
    .into_iter()
    .flat_map(|list| {
        let found = docker(&[list, &[&filter]].concat());
        found.lines().map(str::to_owned).collect::<Vec<_>>()
    })
    .collect()
}
