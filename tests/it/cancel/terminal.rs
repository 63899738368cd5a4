//! On a terminal, where no runner's end is near: nothing but the interrupt ends these waits.

use super::started::{As, start};
use crate::configure::{CONFIGURE, Servers};
use crate::harness::{EMPTY, Project, root};
use std::path::Path;

/// Every try to write a state is noted, and none succeeds.
const TERRAFORM: &str = r#"case "$1" in
  version) echo '{"terraform_version":"1.11.4"}' ;;
  output) cat "$HOME/outputs.json" ;;
  show) cat "$HOME/plan.json" ;;
  apply) echo '{}' >errored.tfstate; exit 1 ;;
  state) echo tried >>"$HOME/tries"; exit 1 ;;
esac"#;

#[test]
fn a_state_that_waits_for_its_next_try_is_kept() {
    let servers = Servers::new();
    servers.script("terraform", TERRAFORM);
    let plan = EMPTY.replace("\"complete\"", "\"applyable\":true,\"complete\"");
    servers.write("plan.json", &plan);
    let arguments = ["apply", "--only", "terraform", "--format", "json"];
    let command = servers.command(&arguments);
    let mut run = start(&servers.project, &command, As::Plain);
    run.until("the first try", |run| !run.read("tries").is_empty());
    run.cancel();
    assert_eq!(run.end(), 1, "{}", run.read("log"));
    // That it is not where it belongs counts for more than why.
    let log = run.read("log");
    assert!(log.contains(r#""reason":"state-not-saved""#), "{log}");
    let kept = ".lostops/production/azure/errored.tfstate";
    assert_eq!(run.read(kept), "{}\n");
}

/// A Terraform that applies until the test lets it go on, or an interrupt ends it. What it has made, it writes in either case.
const APPLIES: &str = r#"case "$1" in
  version) echo '{"terraform_version":"1.11.4"}' ;;
  output) cat "$HOME/outputs.json" ;;
  show) cat "$HOME/plan.json" ;;
  apply)
    trap 'echo interrupted >"$HOME/ended"; exit 1' INT
    echo begins >"$HOME/begun"
    while [ ! -e "$HOME/go" ]; do sleep 0.05; done
    echo done >"$HOME/ended" ;;
esac"#;

/// Where the terminal closes during an apply: how the run ends, and how Terraform did.
fn hung_up(servers: &Servers, command: &std::process::Command, go_on: bool) -> (i32, String) {
    servers.script("terraform", APPLIES);
    let plan = EMPTY.replace("\"complete\"", "\"applyable\":true,\"complete\"");
    servers.write("plan.json", &plan);
    let mut run = start(&servers.project, command, As::Plain);
    run.until("the apply", |run| !run.read("begun").is_empty());
    run.hang_up();
    if go_on {
        servers.write("go", "");
    }
    (run.end(), run.read("ended"))
}

const APPLY: [&str; 3] = ["apply", "--only", "terraform"];

#[test]
fn a_terminal_that_closes_interrupts_terraform_and_lets_it_end() {
    let servers = Servers::new();
    let command = servers.command(&APPLY);
    assert_eq!(
        hung_up(&servers, &command, false),
        (1, "interrupted\n".to_owned()),
        "{}",
        servers.read("log")
    );
    assert!(servers.read("log").contains("cancelled"));
}

#[test]
fn a_run_that_is_to_outlast_its_terminal_does() {
    let servers = Servers::new();
    let own = servers.command(&APPLY);
    let mut command = std::process::Command::new("nohup");
    command.arg(own.get_program()).args(own.get_args());
    command.envs(
        own.get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    command.current_dir(own.get_current_dir().expect("a folder"));
    assert_eq!(
        hung_up(&servers, &command, true),
        (0, "done\n".to_owned()),
        "{}",
        servers.read("log")
    );
}

#[test]
fn a_terraform_that_waits_for_the_lock_of_its_state_ends() {
    let project = Project::with(&root().join("examples/managed"));
    project.apply(0);
    project.edit("describers/web.yaml", "for: http }", "for: web }");
    let mut holder = crate::apply_managed::holder(&project);
    let path = std::env::var("PATH").expect("PATH");
    let mut folders = std::env::split_paths(&path).map(|folder| folder.join("terraform"));
    let real = folders.find(|file| file.is_file()).expect("terraform");
    let applies = project.path("applies");
    wrapper(&project, &applies, &real);
    let apply = ["apply", "--cloud", "simulated", "--lock-timeout", "60m"];
    let mut command = project.command(&[&apply[..], &["--format", "json"]].concat());
    command.env("PATH", format!("{}:{path}", project.path("bin").display()));
    let mut run = start(&project, &command, As::Plain);
    run.until("terraform apply", |run| !run.read("applies").is_empty());
    run.cancel();
    assert_eq!(run.end(), 1, "{}", run.read("log"));
    let log = run.read("log");
    assert!(log.contains(r#""reason":"cancelled""#), "{log}");
    drop(holder.stdin.take());
    holder.wait().expect("it ends");
    project.json(0, &apply);
}

/// A Terraform that notes that it applies, and does it.
fn wrapper(project: &Project, applies: &Path, real: &Path) {
    let script = format!(
        "#!/bin/sh\n[ \"$1\" != apply ] || echo begins >>'{}'\nexec '{}' \"$@\"\n",
        applies.display(),
        real.display()
    );
    project.write("bin/terraform", script);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(project.path("bin/terraform"), mode).expect("a program");
}

#[test]
fn a_child_of_ansible_that_hears_no_interrupt_is_ended() {
    let servers = Servers::new();
    // What a shell starts beside itself hears none, and it holds the output of all.
    let play = r#"exec 9>>"$HOME/alive"; flock -s 9; sleep 6000 & echo >"$HOME/begun"; wait"#;
    servers.write("play.sh", play);
    let command = servers.command(&CONFIGURE);
    let mut run = start(&servers.project, &command, As::Plain);
    run.until("the play", |run| !run.read("begun").is_empty());
    run.cancel();
    assert_eq!(run.end(), 1, "{}", run.read("log"));
    let log = run.read("log");
    assert!(log.contains("cancelled"), "{log}");
    run.left_nobody("the play");
}
