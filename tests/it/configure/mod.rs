//! The Ansible stage without any server: `ssh`, `ssh-keyscan`, `terraform` and `ansible-playbook` are scripts that answer as
//! the real ones were seen to.

mod inventory;
mod keys;
mod outcome;
mod packages;
mod servers;

use crate::harness::{Project, Run, SECRETS, finish};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// The host key that every server shows, unless said otherwise.
const HOST_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEpMKcjUJPMU+oHW4OoZrDcPglDONlEMvqR3F26Ts0BF";

/// Whatever Terraform is asked but its outputs, it notes; nothing of it is done.
const TERRAFORM: &str = r#"echo "$1" >>"$HOME/terraform.log"
case "$1" in
  version) echo '{"terraform_version":"1.11.4"}' ;;
  output) cat "$HOME/outputs.json" ;;
  show) cat "$HOME/plan.json" ;;
  *) exit 0 ;;
esac"#;

/// Answers for each address from files that a test has written: what the server holds, or what ssh complains of.
const SSH: &str = r#"echo "$*" >>"$HOME/ssh.log"
for word in "$@"; do
  case "$word" in
    -O) exit 0 ;;
    10.10.0.*|198.51.100.*) address=$word ;;
  esac
done
if [ -f "$HOME/trouble-$address" ]; then cat "$HOME/trouble-$address" >&2; exit 255; fi
printf '<lostops<'; cat "$HOME/held-$address" 2>/dev/null; printf '>lostops>'"#;

const KEYSCAN: &str = r#"for word in "$@"; do address=$word; done
[ -f "$HOME/trouble-$address" ] && exit 1
echo "$address $(cat "$HOME/host-key")""#;

/// Runs what a test has written, and notes what it was given.
const PLAYBOOK: &str = r#"if [ "$1" = --version ]; then echo 'ansible-playbook [core 2.19.1]'; exit 0; fi
echo "$*" >>"$HOME/ansible.log"
env | sort >"$HOME/environment"
while [ $# -gt 0 ]; do [ "$1" = --inventory ] && cp "$2" "$HOME/inventory.json"; shift; done
tell() { printf '%s\n' "$1" >"$LOSTOPS_EVENTS"; }
. "$HOME/play.sh""#;

/// With the key in a file, and little patience.
pub(crate) const CONFIGURE: [&str; 5] = ["configure", "--ssh-key", "key", "--timeout", "1s"];

/// A repository with servers on Azure that nobody has to pay.
pub(crate) struct Servers {
    pub(crate) project: Project,
}

impl Servers {
    pub(crate) fn new() -> Self {
        let servers = Self {
            project: Project::lostops(),
        };
        for (name, script) in [
            ("terraform", TERRAFORM),
            ("ssh", SSH),
            ("ssh-keyscan", KEYSCAN),
            ("ansible-playbook", PLAYBOOK),
        ] {
            servers.script(name, script);
        }
        servers
            .write("host-key", HOST_KEY)
            .write(
                "outputs.json",
                r#"{"public_ips":{"value":{"backend":"198.51.100.4"}},"machine_ids":{"value":{"backend":"m-backend","database":"m-database"}}}"#,
            )
            .write("play.sh", "exit 0");
        make_key(&servers.project.path("key"), "");
        servers.let_in(&servers.read("key.pub"));
        servers
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> &Self {
        self.project.write(name, text);
        self
    }

    /// Every describer names this key, as its owner would have it.
    fn let_in(&self, public: &str) {
        for server in ["backend", "database", "monitoring"] {
            let file = format!("describers/{server}.yaml");
            let text = self.read(&file);
            let line = text
                .lines()
                .find(|line| line.contains("- ssh-ed25519 "))
                .expect("a key");
            let indent = line.len() - line.trim_start().len();
            let new = format!("{:indent$}- {}", "", public.trim());
            self.write(&file, &text.replace(line, &new));
        }
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.project.path(name)).unwrap_or_default()
    }

    pub(crate) fn script(&self, name: &str, script: &str) {
        let name = format!("bin/{name}");
        self.project.write(&name, format!("#!/bin/sh\n{script}\n"));
        let path = self.project.path(&name);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a script");
    }

    /// What Ansible tells: a line an event, then how it ends.
    pub(crate) fn plays(&self, events: &[&str], end: &str) -> &Self {
        let told: Vec<String> = events
            .iter()
            .map(|event| format!("tell '{event}'"))
            .collect();
        self.write("play.sh", &format!("{}\n{end}", told.join("\n")))
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.project.command(arguments);
        let bin = self.project.path("bin");
        let home = self.project.path("");
        command
            .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
            .env("HOME", home)
            .env(
                "ARM_SUBSCRIPTION_ID",
                "00000000-0000-4000-8000-000000000001",
            )
            .env("ARM_TENANT_ID", "00000000-0000-4000-8000-000000000002")
            .env("ARM_CLIENT_ID", "00000000-0000-4000-8000-000000000003")
            .env("ARM_CLIENT_SECRET", "a secret of the tests")
            .envs(SECRETS);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        finish(&mut self.command(arguments))
    }

    /// `lostops configure` with the key in a file.
    pub(crate) fn configure(&self, code: i32, arguments: &[&str]) -> Value {
        let run = self.run(&[&CONFIGURE[..], &["--format", "json"], arguments].concat());
        assert_eq!(run.code, code, "{}\n{}", run.stdout, run.stderr);
        serde_json::from_str(&run.stdout).expect("the answer is JSON")
    }

    /// What lostops gave to the servers, as if the play had ended well.
    pub(crate) fn remember(&self) {
        let inventory: Value =
            serde_json::from_str(&self.read("inventory.json")).expect("an inventory");
        let hosts = inventory["all"]["hosts"].as_object().expect("hosts");
        for host in hosts.values() {
            let address = host["ansible_host"].as_str().expect("an address");
            let held = host["lostops_fingerprint"].as_str().expect("a fingerprint");
            self.write(&format!("held-{address}"), held);
        }
    }
}

/// A key of nobody's, made for this test alone.
pub(crate) fn make_key(path: &Path, passphrase: &str) {
    let status = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-C", "test", "-N", passphrase, "-f"])
        .arg(path)
        .stdin(Stdio::null())
        .status()
        .expect("ssh-keygen");
    assert!(status.success());
}

/// A play of these servers in which every task ends well.
pub(crate) fn well(servers: &[&str], changed: bool) -> Vec<String> {
    let mut events = vec![
        format!(r#"{{"ev":"play","hosts":{},"tasks":1}}"#, serde_json::json!(servers)),
        r#"{"ev":"task","id":"1","name":"Load the table","role":"firewall","path":"/tmp/x/ansible/roles/firewall/tasks/main.yml:12"}"#.to_owned(),
    ];
    for server in servers {
        events.push(format!(r#"{{"ev":"begin","host":"{server}","task":"1"}}"#));
        events.push(format!(r#"{{"ev":"ok","host":"{server}","task":"1","secs":0.8,"changed":{changed},"res":{{}}}}"#));
    }
    let hosts: Vec<String> = servers
        .iter()
        .map(|server| {
            format!(
                r#""{server}":{{"ok":1,"changed":{},"failures":0,"unreachable":0}}"#,
                u8::from(changed)
            )
        })
        .collect();
    events.push(format!(
        r#"{{"ev":"stats","hosts":{{{}}}}}"#,
        hosts.join(",")
    ));
    events
}

/// How a server ended, in an answer.
pub(crate) fn end<'a>(answer: &'a Value, server: &str) -> &'a Value {
    let servers = answer["ansible"]["servers"].as_array().expect("servers");
    servers
        .iter()
        .find(|one| one["name"] == server)
        .unwrap_or_else(|| panic!("no server {server} in {answer:#}"))
}
