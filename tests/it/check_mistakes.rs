//! Mistakes in describers, each found with its code and its line; and files that are no describers at all.

use crate::harness::{Project, errors, finish};
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;

/// The error codes of a check, which must end with 3.
fn codes(project: &Project) -> Vec<String> {
    errors(&project.json(3, &["check"]))
}

#[test]
fn every_kind_of_mistake_has_its_code() {
    let backend = "describers/backend.yaml";
    let policy = "describers/policy.yaml";
    let environment = "describers/environment.yaml";
    for (file, from, to, code) in [
        (backend, "role: backend", "rolle: backend", "LO103"),
        (backend, "size: Standard_B2ms", "size: [1, 2]", "LO104"),
        (backend, "server: backend ", "server: database ", "LO105"),
        (
            backend,
            "private_ip: 10.10.0.4",
            "private_ip: 10.11.0.4",
            "LO106",
        ),
        (
            backend,
            "private_ip: 10.10.0.4",
            "private_ip: 10.10.0.5",
            "LO106",
        ),
        (backend, "from: operators", "from: operatorz", "LO107"),
        (backend, "from: operators", "from: role:frontend", "LO107"),
        (backend, "role: backend", "role: frontend", "LO107"),
        (backend, "{ port: 80, ", "{ port: 443,", "LO108"),
        (backend, "port: 22, ", "port: 90-80, ", "LO109"),
        (backend, "port: 22, ", "port: 70000, ", "LO109"),
        (backend, "from: operators", "from: 10.0.0.0/33", "LO109"),
        (environment, "203.0.113.0/24", "203.0.113.7/24", "LO109"),
        (backend, "secret:LARAVEL_APP_KEY", "hunter2hunter2", "LO110"),
        (backend, "secret:LARAVEL_APP_KEY", "\"secret:\"", "LO110"),
        (backend, "state: running ", "state: absent ", "LO113"),
        (backend, "ssh-ed25519 AAAAC3", "ssh-ed25519 BBBB", "LO114"),
        (
            policy,
            "grants: []",
            "grants: [{ server: nobody, operation: resize, reason: x, until: 2099-01-31 }]",
            "LO107",
        ),
        (policy, "resize: deny", "resize: maybe", "LO104"),
        (environment, "MIIBojCC", "MIIB", "LO118"),
    ] {
        let project = Project::lostops();
        project.edit(file, from, to);
        let found = codes(&project);
        assert!(
            found.contains(&code.to_owned()),
            "{from:?} -> {to:?}: {found:?} lacks {code}"
        );
    }
}

#[test]
fn an_error_names_file_line_and_column_and_draws_the_line() {
    let project = Project::lostops();
    project.edit("describers/backend.yaml", "role: backend", "rolle: backend");
    let run = project.run(&["check"]);
    assert!(
        run.stdout.contains("describers/backend.yaml:5:1"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("rolle: backend") && run.stdout.contains("`role`"),
        "{}",
        run.stdout
    );
}

#[test]
fn what_is_missing_is_named() {
    for missing in ["environment.yaml", "policy.yaml"] {
        let project = Project::lostops();
        fs::remove_file(project.path("describers").join(missing)).expect("removed");
        assert!(codes(&project).contains(&"LO112".to_owned()), "{missing}");
    }
    // A policy that says nothing permits nothing.
    for (policy, code) in [("", "LO101"), ("roles: {}\n", "LO107")] {
        let project = Project::lostops();
        project.write("describers/policy.yaml", policy);
        assert!(codes(&project).contains(&code.to_owned()), "{policy:?}");
    }
}

#[test]
fn a_secret_in_clear_is_never_printed() {
    let project = Project::lostops();
    project.edit(
        "describers/backend.yaml",
        "secret:LARAVEL_APP_KEY",
        "hunter2hunter2",
    );
    for format in ["human", "json", "markdown"] {
        let run = project.run(&["check", "--format", format]);
        assert!(
            !run.stdout.contains("hunter2") && !run.stderr.contains("hunter2"),
            "{format}: {}",
            run.stdout
        );
    }
}

#[test]
fn a_file_that_is_no_describer_is_a_clear_error_and_never_a_crash() {
    let deep = format!("server: {}x{}", "[".repeat(20_000), "]".repeat(20_000));
    let mut bomb = "a0: &a0 [x]\n".to_owned();
    for level in 1..30 {
        let before = vec![format!("*a{}", level - 1); 9].join(",");
        writeln!(bomb, "a{level}: &a{level} [{before}]").expect("a string takes everything");
    }
    let utf16: Vec<u8> = "server: x\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (name, bytes) in [
        ("empty", Vec::new()),
        (
            "binary",
            vec![0x7f, b'E', b'L', b'F', 0, 1, 2, 0xff, 0xfe, 0],
        ),
        ("not UTF-8", b"server: \xff\xfe\xfa\n".to_vec()),
        ("UTF-16", [&[0xff, 0xfe][..], &utf16].concat()),
        ("huge", vec![b'#'; (1 << 20) + 1]),
        ("a bomb", bomb.into_bytes()),
        ("too deep", deep.into_bytes()),
        ("tabs", b"server:\n\tname: x\n".to_vec()),
        ("several documents", b"server: x\n---\nserver: y\n".to_vec()),
    ] {
        let project = Project::lostops();
        project.write("describers/extra.yaml", &bytes);
        let answer = project.json(3, &["check"]);
        let own = answer["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .find(|finding| {
                finding["place"]["file"] == "describers/extra.yaml"
                    && finding["severity"] == "error"
            });
        assert!(
            own.is_some_and(|found| found["help"] != ""),
            "{name}: {answer:#}"
        );
    }
}

#[test]
fn a_link_that_leaves_the_folder_is_not_followed() {
    let project = Project::lostops();
    project.write("outside.yaml", "server: outside\n");
    std::os::unix::fs::symlink("../outside.yaml", project.path("describers/link.yaml"))
        .expect("the link");
    assert_eq!(codes(&project), ["LO101"]);
}

#[test]
fn a_file_without_permission_is_refused() {
    let project = Project::lostops();
    project.write("describers/spare.yaml", "server: spare\n");
    let spare = project.path("describers/spare.yaml");
    fs::set_permissions(&spare, fs::Permissions::from_mode(0o000)).expect("the permission");
    let mut command = project.command(&["check"]);
    if fs::read(&spare).is_ok() {
        // Root reads everything: somebody else must look, with a program that he may start.
        let program = project.path("lostops");
        fs::copy(env!("CARGO_BIN_EXE_lostops"), &program).expect("the program");
        let folder = project.path("");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("the permission");
        command = std::process::Command::new(program);
        command
            .arg("check")
            .env_clear()
            .current_dir(folder)
            .uid(65_534);
    }
    let run = finish(&mut command);
    assert_eq!(run.code, 3, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stdout.contains("cannot be read: permission denied"),
        "{}",
        run.stdout
    );
}
