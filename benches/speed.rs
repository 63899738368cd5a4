//! Whole processes against the clock: the table of docs/performance.md. `make bench`
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measuring program"
)]

#[path = "../tests/it/fake_github/mod.rs"]
mod fake_github;
#[path = "support/plan.rs"]
mod plan;

use fake_github::{FakeGitHub, TOKEN};

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const LOSTOPS: &str = env!("CARGO_BIN_EXE_lostops");

fn main() {
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let work = tempfile::tempdir().expect("a temporary folder");
    let work = work.path();
    println!(
        "| what | size | runs | fastest | median | slowest | peak memory |\n|---|---|---|---|---|---|---|"
    );
    // In ascending order of memory: the system tells only the largest child so far.
    given(work, 20);
    check(work, 100);
    given(work, 1_000);
    check(work, 10_000);
    given(work, 10_000);
    overhead(work);
}

fn given(work: &Path, machines: usize) {
    let file = work.join("plan.json");
    let mut out = BufWriter::new(fs::File::create(&file).expect("the plan"));
    plan::write(machines, &mut out).expect("the plan");
    out.flush().expect("the plan");
    drop(out);
    let size = fs::metadata(&file).expect("the plan").len();
    let arguments = ["plan", "--from", "plan.json", "--format", "json"];
    let empty = work.join("empty");
    fs::create_dir_all(&empty).expect("a folder without describers");
    fs::rename(&file, empty.join("plan.json")).expect("the plan");
    row(
        &format!("`plan --from`, {machines} machines"),
        &bytes(size),
        7,
        || lostops(&empty, &arguments),
    );
}

fn check(work: &Path, servers: usize) {
    describers(&work.join("describers"), servers);
    row(
        &format!("`check`, {servers} servers"),
        &format!("{servers} files"),
        7,
        || {
            lostops(work, &["check", "--format", "json"]);
        },
    );
}

/// `lostops plan` beside the Terraform commands that it runs.
fn overhead(work: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let project = work.join("project");
    copy(&root.join("describers"), &project.join("describers"));
    let arguments = ["plan", "--cloud", "simulated", "--format", "json"];
    lostops(&project, &arguments);
    let module = project.join(".lostops/production/simulated/module");
    let bare = |text: bool| {
        let _ = fs::remove_file(module.join(".terraform.lock.hcl"));
        for arguments in [
            &["init", "-input=false", "-no-color"][..],
            &[
                "plan",
                "-json",
                "-input=false",
                "-lock=false",
                "-out=bare.tfplan",
            ],
            &["show", "-json", "bare.tfplan"],
            &["show", "-no-color", "bare.tfplan"],
        ]
        .into_iter()
        .take(if text { 4 } else { 3 })
        {
            let mut command = Command::new("terraform");
            command
                .args(arguments)
                .current_dir(&module)
                .env("CHECKPOINT_DISABLE", "1");
            command.env(
                "TF_CLI_CONFIG_FILE",
                project.join(".lostops/providers/terraform.rc"),
            );
            command.env(
                "LOSTOPS_SIMULATED_CLOUD",
                project.join(".lostops/production/simulated/cloud.json"),
            );
            command.stdout(Stdio::null()).stderr(Stdio::null());
            assert!(command.status().expect("terraform starts").success());
        }
    };
    // In turn, so that a machine that becomes slower does so for both.
    let (mut own, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..9 {
        own.push(time(|| lostops(&project, &arguments)));
        theirs.push(time(|| bare(false)));
    }
    line("`plan --cloud simulated`, 3 servers", "", &own, None);
    line("the same Terraform commands alone", "", &theirs, None);
    let github = FakeGitHub::builder().repository("octo-org/servers").start();
    github.open_pull(7);
    let (mut own, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..9 {
        own.push(time(|| run(&project, &github)));
        theirs.push(time(|| bare(true)));
    }
    line("`run` on a pull request, to its end", "", &own, None);
    line("the same Terraform commands alone", "", &theirs, None);
}

/// The action on a pull request: plan, comment, summary, annotations, outputs.
fn run(project: &Path, github: &FakeGitHub) {
    let event =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/events/pull_request.opened.json");
    let mut command = Command::new(LOSTOPS);
    command
        .arg("run")
        .current_dir(project)
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_EVENT_NAME", "pull_request")
        .env("GITHUB_EVENT_PATH", event)
        .env("GITHUB_REPOSITORY", "octo-org/servers")
        .env("GITHUB_SHA", "9a8b7c6d5e4f30211203f4e5d6c7b8a998877665")
        .env("GITHUB_REF", "refs/pull/7/merge")
        .env("GITHUB_RUN_ID", "1")
        .env("GITHUB_API_URL", github.api_url())
        .env("GITHUB_GRAPHQL_URL", github.graphql_url())
        .env("GITHUB_OUTPUT", project.join("output"))
        .env("GITHUB_STEP_SUMMARY", project.join("summary"))
        .env("INPUT_GITHUB-TOKEN", TOKEN)
        .env("INPUT_CLOUD", "simulated")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    assert!(command.status().expect("lostops starts").success());
}

fn lostops(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new(LOSTOPS);
    command
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let code = command.status().expect("lostops starts").code();
    assert!(
        matches!(code, Some(0 | 3)),
        "lostops {arguments:?} ended with {code:?}"
    );
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn row(what: &str, size: &str, runs: usize, mut work: impl FnMut()) {
    work();
    let times: Vec<Duration> = (0..runs).map(|_| time(&mut work)).collect();
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_CHILDREN);
    let peak = usage
        .ok()
        .and_then(|usage| u64::try_from(usage.max_rss()).ok());
    line(what, size, &times, peak);
}

fn line(what: &str, size: &str, times: &[Duration], peak: Option<u64>) {
    let mut times = times.to_vec();
    times.sort();
    let ms = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1000.0);
    let (first, middle, last) = (
        ms(times.first()),
        ms(times.get(times.len() / 2)),
        ms(times.last()),
    );
    let peak = peak.map(|kib| bytes(kib * 1024)).unwrap_or_default();
    println!(
        "| {what} | {size} | {} | {first:.0} ms | {middle:.0} ms | {last:.0} ms | {peak} |",
        times.len()
    );
}

fn bytes(bytes: u64) -> String {
    if bytes < 1_000_000 {
        format!("{} KB", bytes / 1_000)
    } else {
        format!("{} MB", bytes / 1_000_000)
    }
}

/// An environment with so many servers, each like the database of the repository.
fn describers(folder: &Path, servers: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("describers");
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).expect("the folder");
    let read = |name: &str| fs::read_to_string(root.join(name)).expect("a describer");
    let environment = read("environment.yaml").replace("10.10.0.0/24", "10.10.0.0/16");
    fs::write(folder.join("environment.yaml"), environment).expect("the environment");
    fs::write(folder.join("policy.yaml"), read("policy.yaml")).expect("the policy");
    for name in ["backend", "monitoring"] {
        fs::write(
            folder.join(format!("{name}.yaml")),
            read(&format!("{name}.yaml")),
        )
        .expect("a describer");
    }
    let database = read("database.yaml");
    for number in 0..servers.saturating_sub(2) {
        let name = format!("database-{number}");
        let at = number + 256;
        let text = database
            .replace("server: database\n", &format!("server: {name}\n"))
            .replace("10.10.0.5", &format!("10.10.{}.{}", at / 256, at % 256))
            .replace("database-nsg", &format!("{name}-nsg"));
        fs::write(folder.join(format!("{name}.yaml")), text).expect("a describer");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder");
    for entry in fs::read_dir(from).expect("the describers").flatten() {
        fs::copy(entry.path(), to.join(entry.file_name())).expect("the copy");
    }
}
