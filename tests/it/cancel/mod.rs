//! Every stage is cancelled, as a plain process and as process 1 of a container. What needs an engine stands in
//! `tests/it/image/cancel.rs` and `tests/it/hosts/trouble.rs`.

mod github;
mod hosts;
mod started;
mod terminal;

use crate::configure::Servers;
use crate::harness::{EMPTY, SECRETS};
use crate::run::{Ended, Job, headline};
use started::{As, may_be_first, start};
use std::net::Ipv4Addr;

/// What hangs, in the words of the scripts, on which event, and with which inputs.
type Stage = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

const INITIALISE: &[(&str, &str)] = &[
    ("INPUT_OPERATION", "apply"),
    ("INPUT_ONLY", "ansible"),
    ("INPUT_REVIEWED-PLAN", "off"),
];
const VERIFY: &[(&str, &str)] = &[("INPUT_OPERATION", "verify")];
const UNLOCK: &[(&str, &str)] = &[
    ("INPUT_OPERATION", "unlock"),
    ("INPUT_LOCK-ID", "11d2c3f5-0000-4000-8000-000000000001"),
];

const STAGES: [Stage; 17] = [
    ("version", "pull_request.opened", &[]),
    ("init", "pull_request.opened", &[]),
    ("plan", "pull_request.opened", &[]),
    ("show", "pull_request.opened", &[]),
    ("apply", "push.direct", &[("INPUT_REVIEWED-PLAN", "off")]),
    ("untaint", "workflow_dispatch", UNLOCK),
    ("output", "workflow_dispatch", INITIALISE),
    ("ssh-agent", "workflow_dispatch", INITIALISE),
    ("ssh-keyscan", "workflow_dispatch", INITIALISE),
    ("ssh", "workflow_dispatch", INITIALISE),
    ("play", "workflow_dispatch", INITIALISE),
    // After Terraform has done its part.
    ("play", "push.direct", &[("INPUT_REVIEWED-PLAN", "off")]),
    // The preview of a plan.
    ("play", "pull_request.opened", &[]),
    ("inside", "workflow_dispatch", VERIFY),
    ("reach", "workflow_dispatch", VERIFY),
    // Databases and Prometheus, which are asked on servers.
    ("dial", "workflow_dispatch", VERIFY),
    ("", "workflow_dispatch", VERIFY),
];

const SSH: &str = r#"case "$*" in
  *'/dev/tcp/'*) hangs dial; cat "$HOME/mysql"; cat >/dev/null ;;
  *'bash -s -- '*) hangs inside; word=$(echo "$*" | sed 's/.*bash -s -- \([^ ]*\).*/\1/'); sed "s/^@ /$word /" "$HOME/said" ;;
  *'exec bash -s') hangs reach; exit 255 ;;
  *'-O exit'*) ;;
  *) hangs ssh; printf '<lostops<>lostops>' ;;
esac"#;

const KEYSCAN: &str = r#"hangs ssh-keyscan
for word in "$@"; do address=$word; done
echo "$address $(cat "$HOME/host-key")""#;

const TERRAFORM: &str = r#"hangs "$1"
case "$1" in
  version) echo '{"terraform_version":"1.11.4"}' ;;
  output) cat "$HOME/outputs.json" ;;
  show) cat "$HOME/plan.json" ;;
esac"#;

/// The script of that name, which may hang.
fn script(servers: &Servers, name: &str, text: &str) {
    servers.script(name, &format!(". \"$HOME/hang.sh\"\n{text}"));
}

/// A job on servers of Azure for whom scripts answer.
fn job(servers: Servers, hang: &str) -> Job {
    let plan = EMPTY.replace("\"complete\"", "\"applyable\":true,\"complete\"");
    servers
        .write("hang", hang)
        .write("hang.sh", include_str!("hang.sh"))
        .write("plan.json", &plan)
        .write("temp/kept", "")
        // With a child of its own.
        .write(
            "play.sh",
            r#". "$HOME/hang.sh"; hangs play; (hangs child); exit 0"#,
        )
        .project
        .edit(
            "describers/environment.yaml",
            "backend: local",
            "backend: { azurerm: { storage_account: account, container: tfstate, key: x.tfstate } }",
        );
    script(&servers, "terraform", TERRAFORM);
    script(&servers, "ssh", SSH);
    script(&servers, "ssh-keyscan", KEYSCAN);
    script(
        &servers,
        "ssh-agent",
        "hangs ssh-agent\nexec /usr/bin/ssh-agent \"$@\"",
    );
    let (key, path) = (servers.read("key"), servers.project.path("bin"));
    let home = servers.project.path("");
    let mut job = Job::new();
    job.project = servers.project;
    job.set("PATH", &format!("{}:/usr/bin:/bin", path.display()))
        .set("HOME", &home.to_string_lossy())
        .set("INPUT_CLOUD", "azure")
        .set("INPUT_SSH-KEY", &key)
        .set("ARM_CLIENT_SECRET", "a secret of the tests");
    for name in ["ARM_SUBSCRIPTION_ID", "ARM_TENANT_ID", "ARM_CLIENT_ID"] {
        job.set(name, "11111111-1111-4111-8111-111111111111");
    }
    for (name, value) in SECRETS {
        job.set(name, value);
    }
    job
}

/// Whatever can be asked how it ended says that it was cancelled.
fn is_told(job: &Job, ended: &Ended, what: &str) {
    assert_eq!(
        (
            ended.code,
            ended.output("result"),
            ended.output("failure-reason")
        ),
        (1, "failed", "cancelled"),
        "{what}: {}",
        ended.log
    );
    let report = ended.report(job);
    assert_eq!(report["failure"]["reason"], "cancelled", "{what}");
    assert!(
        ended.summary.contains("ancelled"),
        "{what}: {}",
        ended.summary
    );
}

fn cancelled_at((hang, event, inputs): Stage, way: As) {
    let what = format!("{hang} on {event}, {way:?}");
    let here = Ipv4Addr::LOCALHOST;
    let mut job = job(crate::verify::servers(here, here), hang);
    for (name, value) in inputs {
        job.set(name, value);
    }
    let command = job.command(event);
    let mut run = start(&job.project, &command, way);
    run.until(&what, |run| match hang {
        // Nothing hangs: a scan takes long enough.
        "" => run.read("log").contains(" of 65,535 ports"),
        _ => !run.read("reached").is_empty(),
    });
    run.cancel();
    let ended = run.ended(&job);
    is_told(&job, &ended, &what);
    run.left_nobody(&what);
    if (hang, event) == ("play", "push.direct") {
        assert_eq!(ended.report(&job)["applied"], true, "{what}");
        assert!(
            ended.summary.contains("Cancelled: applied"),
            "{what}: {}",
            ended.summary
        );
    }
    if event.starts_with("pull_request") {
        let comment = job.comment();
        assert!(
            headline(&comment).contains("cancelled"),
            "{what}: {comment}"
        );
    }
}

#[test]
fn every_stage_of_a_plain_process_ends_with_one_interrupt() {
    for stage in STAGES {
        cancelled_at(stage, As::Plain);
    }
}

#[test]
fn every_stage_of_process_1_ends_with_one_interrupt() {
    if may_be_first() {
        for stage in STAGES {
            cancelled_at(stage, As::First);
        }
    }
}
