//! Servers that Terraform makes: what the policy lets happen to them, and what an apply leaves when it fails halfway.

use crate::harness::{Project, changes, errors, finish, planned};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixListener;
use std::path::Path;

/// The staging environment, whose one server Terraform has made.
fn managed() -> Project {
    let project = Project::with(&crate::harness::root().join("examples/managed"));
    assert_eq!(changes(&project.apply(0), "web"), ["create"]);
    project
}

#[test]
fn a_managed_server_is_created_resized_replaced_and_destroyed_only_as_the_policy_says() {
    let project = managed();
    assert_eq!(changes(&project.plan(0), "web"), ["none"]);

    project.edit(
        "describers/web.yaml",
        "size: Standard_B2s",
        "size: Standard_B4ms",
    );
    let answer = project.plan(3);
    assert_eq!(
        (changes(&answer, "web"), errors(&answer)),
        (vec!["resize".to_owned()], vec!["LO304".to_owned()])
    );
    project.edit("describers/policy.yaml", "grants: []", "grants:\n  - { server: web, operation: resize, to: Standard_B4ms, reason: \"load test\", until: 2099-01-31 }");
    assert_eq!(changes(&project.apply(0), "web"), ["resize"]);

    project.edit(
        "describers/web.yaml",
        "ubuntu-24_04-lts:server",
        "ubuntu-26_04-lts:server",
    );
    let answer = project.plan(3);
    assert_eq!(changes(&answer, "web")[0], "replace");
    assert!(errors(&answer).contains(&"LO303".to_owned()), "{answer:#}");
    project.edit(
        "describers/web.yaml",
        "ubuntu-26_04-lts:server",
        "ubuntu-24_04-lts:server",
    );

    project.edit("describers/web.yaml", "state: running", "state: absent");
    let answer = project.plan(3);
    assert!(
        changes(&answer, "web").contains(&"destroy".to_owned()),
        "{answer:#}"
    );
    assert_eq!(
        errors(&answer),
        ["LO305"],
        "the machine may go, its disk may not"
    );
}

#[test]
fn a_grant_for_another_size_grants_nothing() {
    let project = managed();
    project.edit(
        "describers/web.yaml",
        "size: Standard_B2s",
        "size: Standard_B8ms",
    );
    project.edit("describers/policy.yaml", "grants: []", "grants:\n  - { server: web, operation: resize, to: Standard_B4ms, reason: \"load test\", until: 2099-01-31 }");
    assert_eq!(errors(&project.plan(3)), ["LO304"]);
}

/// Somebody who holds the lock on the state for as long as its input is open.
pub(crate) fn holder(project: &Project) -> std::process::Child {
    let folder = ".lostops/staging/simulated";
    // As Terraform itself holds it and says so.
    let holder = "import fcntl, sys, datetime\n\
        state = open('terraform.tfstate', 'r+')\n\
        fcntl.lockf(state, fcntl.LOCK_EX)\n\
        since = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=12)).isoformat()\n\
        open('.terraform.tfstate.lock.info', 'w').write('{\"ID\":\"11d2c3f5-0000-4000-8000-000000000001\",\"Operation\":\"OperationTypeApply\",\"Info\":\"\",\"Who\":\"ops@laptop\",\"Version\":\"1.11.4\",\"Created\":\"%s\",\"Path\":\"terraform.tfstate\"}' % since.replace('+00:00', 'Z'))\n\
        print('held', flush=True)\n\
        sys.stdin.read()\n";
    let mut holder = std::process::Command::new("python3")
        .args(["-c", holder])
        .current_dir(project.path(folder))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the holder starts");
    let mut said = [0; 5];
    let out = holder.stdout.as_mut().expect("its output");
    std::io::Read::read_exact(out, &mut said).expect("it holds the lock");
    holder
}

#[test]
fn a_lock_on_the_state_is_told_with_its_holder_and_waited_for() {
    let project = managed();
    project.edit("describers/web.yaml", "for: http }", "for: web }");
    let mut holder = holder(&project);
    // A plan changes nothing, and needs no lock.
    project.plan(0);
    let apply = ["apply", "--cloud", "simulated", "--lock-timeout", "1s"];
    let refused = project.json(1, &apply);
    assert_eq!(refused["failure"]["reason"], "state-locked");
    assert_eq!(
        refused["failure"]["message"],
        "the state is locked by ops@laptop since 12 minutes, for apply: lock 11d2c3f5-0000-4000-8000-000000000001"
    );
    drop(holder.stdin.take());
    holder.wait().expect("it ends");
    project.json(0, &apply);
}

#[test]
fn an_exception_that_nothing_in_the_plan_needs_is_told_of() {
    let project = managed();
    let size = |from: &str, to: &str| {
        let (from, to) = (format!("size: {from}"), format!("size: {to}"));
        project.edit("describers/web.yaml", &from, &to);
    };
    project
        .edit("describers/policy.yaml", "grants: []", "grants:\n  - { server: web, operation: resize, reason: \"load test\", until: 2099-01-31 }")
        .edit("describers/policy.yaml", "waivers: []", "waivers:\n  - { code: LO203, server: web, port: 8080, reason: \"old\", until: 2099-01-31 }");
    let unused = |answer: &Value| {
        let findings = answer["findings"].as_array().expect("findings").iter();
        let codes = findings.filter_map(|finding| finding["code"].as_str());
        let codes = codes.filter(|code| ["LO311", "LO312"].contains(code));
        codes.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(unused(&project.plan(0)), ["LO311", "LO312"]);
    size("Standard_B2s", "Standard_B4ms");
    assert_eq!(unused(&project.plan(0)), ["LO312"]);
    let port = "ports:\n  - { port: 8080, from: internet, for: old }\n";
    project.edit("describers/web.yaml", "ports:\n", port);
    assert_eq!(unused(&project.apply(0)), Vec::<String>::new());
    // The change is made, and its grant is of no use.
    assert_eq!(unused(&project.plan(0)), ["LO311"]);
}

#[test]
fn a_failure_of_the_cloud_is_told_and_the_next_apply_finishes_the_work() {
    let project = Project::with(&crate::harness::root().join("examples/managed"));
    project.plan(0);
    project.portal(&[
        "fault",
        "quota",
        "--type",
        "azurerm_linux_virtual_machine",
        "--times",
        "1",
    ]);
    let failed = project.apply(1);
    assert_eq!(failed["result"], "failed");
    assert_eq!(failed["failure"]["reason"], "apply-failed");
    let ended = |end: &str| -> Vec<&str> {
        let steps = failed["steps"].as_array().expect("steps");
        let ended = steps.iter().filter(|step| step["end"] == end);
        ended.filter_map(|step| step["address"].as_str()).collect()
    };
    assert_eq!(
        ended("failed"),
        ["azurerm_linux_virtual_machine.this[\"web\"]"]
    );
    assert!(ended("done").contains(&"azurerm_network_interface.this[\"web\"]"));
    assert!(!ended("not started").is_empty(), "{failed:#}");
    assert_eq!(project.apply(0)["applied"], true);
    assert_eq!(changes(&project.plan(0), "web"), ["none"]);
}

#[test]
fn an_interrupt_in_the_middle_of_an_apply_loses_nothing() {
    let project = Project::with(&crate::harness::root().join("examples/managed"));
    project.plan(0);
    project.portal(&["latency", "700"]);
    let mut command = project.command(&["apply", "--cloud", "simulated", "--format", "json"]);
    let child = command
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("lostops starts");
    let cloud = project.path(".lostops/staging/simulated/cloud.json");
    let until = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while !std::fs::read_to_string(&cloud)
        .is_ok_and(|text| text.contains("virtualNetworks/staging-network"))
    {
        assert!(
            std::time::Instant::now() < until,
            "the network was never made"
        );
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    // Twice, as a cancelled job does: Terraform must get only the first.
    for _ in 0..2 {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).expect("a process id"));
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).expect("the signal");
    }
    let output = child.wait_with_output().expect("lostops ends");
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(answer["failure"]["reason"], "cancelled", "{answer:#}");
    assert!(
        !project.portal(&["list"]).stdout.contains("Standard_B2s"),
        "nothing is made after the interrupt"
    );

    project.portal(&["latency", "0"]);
    assert_eq!(project.apply(0)["applied"], true);
    assert_eq!(changes(&project.plan(0), "web"), ["none"]);
}

/// An engine that says that it is there, and can do nothing; its address.
fn broken_engine(folder: &Path) -> String {
    let socket = folder.join("engine.sock");
    let listener = UnixListener::bind(&socket).expect("a socket");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut asked = [0; 4096];
            let read = stream.read(&mut asked).unwrap_or(0);
            let (status, body) = if String::from_utf8_lossy(&asked[..read]).contains("/version") {
                ("200 OK", r#"{"ApiVersion":"1.47","Version":"28.0.0"}"#)
            } else {
                ("500 Oh", r#"{"message":"no space left on device"}"#)
            };
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    format!("unix://{}", socket.display())
}

#[test]
fn an_engine_that_boots_no_host_is_told_and_what_terraform_made_stays() {
    let project = managed();
    let mut command = project.command(&["apply", "--cloud", "simulated", "--format", "json"]);
    command.env("DOCKER_HOST", broken_engine(&project.path("")));
    let run = finish(&mut command);
    assert_eq!(run.code, 1, "{}\n{}", run.stdout, run.stderr);
    let failed: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(failed["failure"]["reason"], "hosts-failed");
    let message = failed["failure"]["message"].to_string();
    assert!(message.contains("no space left on device"), "{message}");
    assert_eq!(changes(&project.plan(0), "web"), ["none"]);
}

#[test]
fn a_server_whose_name_begins_as_another_s_is_another() {
    let project = managed();
    let web = std::fs::read_to_string(project.path("describers/web.yaml")).expect("the describer");
    let web2 = web
        .replace("server: web", "server: web2")
        .replace("10.20.0.4", "10.20.0.5")
        .replace("  - { port: 80,  from: internet,  for: http }\n", "");
    project.write("describers/web2.yaml", web2);
    let answer = project.plan(0);
    assert_eq!(changes(&answer, "web"), ["none"]);
    assert_eq!(changes(&answer, "web2"), ["create"]);
    let ports = |name: &str| planned(&answer, name).len();
    assert_eq!((ports("web"), ports("web2")), (3, 2), "{answer:#}");

    // Only the one that is asked for.
    let of = |name: &str| project.json(0, &["apply", "--cloud", "simulated", "--servers", name]);
    of("web");
    assert!(!project.portal(&["list"]).stdout.contains("web2"));
    of("web2");
    project.edit("describers/web.yaml", "state: running", "state: stopped");
    of("web2");
    assert!(!project.portal(&["list"]).stdout.contains("deallocated"));
    let comment = project.run(&["plan", "--cloud", "simulated", "--format", "markdown"]);
    let row = |name: &str| {
        let begin = format!("| **`{name}`**");
        let row = comment.stdout.lines().find(|line| line.starts_with(&begin));
        let row = row.unwrap_or_else(|| panic!("no {name} in {}", comment.stdout));
        row.split(" | ").nth(1).expect("its changes").to_owned()
    };
    assert_eq!((row("web"), row("web2")), ("stop".into(), "none".into()));
}
